package org.robustmqtt.client.session;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.robustmqtt.QoS;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Pubcomp;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Pubrec;
import org.robustmqtt.codec.Pubrel;
import org.robustmqtt.codec.Suback;
import org.robustmqtt.codec.Subscribe;
import org.robustmqtt.codec.Subscription;
import org.robustmqtt.codec.Unsuback;
import org.robustmqtt.codec.Unsubscribe;

/**
 * A broker for one client, as simple as the standard allows, that fails loudly when the client
 * breaks a rule. Answers go to {@link #out}, in order.
 */
final class ModelBroker {
  /** A message that arrived, with the session it arrived in. */
  record Arrived(int session, String topic, String text, int qos) {}

  /** A message for the client. */
  private static final class Outbound {
    final String text;
    final int qos;
    int id;
    boolean released;

    Outbound(String text, int qos) {
      this.text = text;
      this.qos = qos;
    }
  }

  final Deque<Packet> out = new ArrayDeque<>();
  final List<Arrived> arrived = new ArrayList<>();
  final Set<String> confirmed = new LinkedHashSet<>();
  int session;
  int receiveMaximum;

  /**
   * Whether a session is kept whose CONNACK never arrived. The next CONNACK calls it present, and
   * the standard gives a client no way to tell it from the one it had: a QoS 2 message that was
   * released in the old one counts as finished then.
   */
  boolean keepsUnanswered;

  private final Random random;
  private final boolean deliversOnRelease;

  // the session
  private boolean exists;

  /** Whether the client knows of this session; see {@link #keepsUnanswered}. */
  private boolean told;

  private boolean keeps;
  final Map<String, QoS> filters = new LinkedHashMap<>();
  private final Map<Integer, Publish> received = new LinkedHashMap<>();
  private final Deque<Outbound> inFlight = new ArrayDeque<>();
  private final Deque<Outbound> queue = new ArrayDeque<>();
  private int nextId;

  // the connection
  private boolean connected;
  private boolean mqtt5;
  private int quota;
  private int clientMaximum;
  private final Deque<Integer> expectedPubacks = new ArrayDeque<>();
  private final Deque<Integer> expectedPubrecs = new ArrayDeque<>();
  private final Deque<Integer> expectedPubrels = new ArrayDeque<>();
  private int unacknowledged;

  ModelBroker(Random random) {
    this.random = random;
    this.deliversOnRelease = random.nextBoolean();
  }

  /** Forgets the session; while nobody is connected. */
  void loseSession() {
    exists = false;
  }

  /** The link is gone. */
  void disconnected() {
    out.clear();
    connected = false;
    if (!keeps || !told && !keepsUnanswered) {
      exists = false;
    }
  }

  void connected(Connect connect) {
    connected = true;
    mqtt5 = connect.version() == ProtocolVersion.MQTT_5;
    boolean present = exists && !connect.cleanStart();
    if (!present) {
      session++;
      told = false;
      filters.clear();
      received.clear();
      // Messages that were queued for the client go with the session.
      inFlight.clear();
      queue.clear();
    }
    exists = true;
    keeps =
        mqtt5
            ? connect.properties().number(Property.SESSION_EXPIRY_INTERVAL).orElse(0) > 0
            : !connect.cleanStart();
    clientMaximum =
        mqtt5 ? (int) connect.properties().number(Property.RECEIVE_MAXIMUM).orElse(65_535) : 10;
    quota = clientMaximum;
    unacknowledged = 0;
    expectedPubacks.clear();
    expectedPubrecs.clear();
    expectedPubrels.clear();
    receiveMaximum = mqtt5 ? 1 + random.nextInt(6) : 65_535;
    Properties properties =
        mqtt5
            ? Properties.builder().number(Property.RECEIVE_MAXIMUM, receiveMaximum).build()
            : Properties.NONE;
    out.add(new Connack(present, 0, properties));
    List<Outbound> again = new ArrayList<>(inFlight);
    inFlight.clear();
    for (Outbound message : again) {
      if (message.released) {
        inFlight.add(message);
        out.add(new Pubrel(message.id, 0, Properties.NONE));
      } else {
        transmit(message, true);
      }
    }
  }

  /** Whether the client would get a message of this text now or later in this session. */
  boolean offer(String text, int qos) {
    if (!exists || filters.isEmpty()) {
      return false;
    }
    queue.add(new Outbound(text, qos));
    return true;
  }

  boolean idle() {
    return inFlight.isEmpty() && queue.isEmpty() && out.isEmpty();
  }

  /** Sends what is queued as far as the client's receive maximum allows. */
  void transmit() {
    while (connected && !queue.isEmpty() && quota > 0 && inFlight.size() < clientMaximum) {
      Outbound message = queue.poll();
      do {
        nextId = nextId % 20 + 1;
      } while (uses(nextId));
      message.id = nextId;
      transmit(message, false);
    }
  }

  private boolean uses(int id) {
    return inFlight.stream().anyMatch(m -> m.id == id);
  }

  private void transmit(Outbound message, boolean again) {
    inFlight.add(message);
    quota--;
    (message.qos == 1 ? expectedPubacks : expectedPubrecs).add(message.id);
    out.add(
        new Publish(
            again,
            QoS.of(message.qos),
            false,
            "in",
            message.id,
            Properties.NONE,
            message.text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Hands out the next packet. */
  Packet next() {
    Packet packet = out.poll();
    told |= packet instanceof Connack;
    return packet;
  }

  void got(Packet packet) {
    switch (packet.type()) {
      case PUBLISH -> publish((Publish) packet);
      case PUBREL -> pubrel(((Pubrel) packet).packetId());
      case PUBACK -> {
        int id = ((Puback) packet).packetId();
        inOrder(expectedPubacks, id, "PUBACK");
        confirm(take(id, 1));
        quota++;
      }
      case PUBREC -> pubrec(((Pubrec) packet).packetId());
      case PUBCOMP -> {
        confirm(take(((Pubcomp) packet).packetId(), 2));
        quota = Math.min(clientMaximum, quota + 1);
      }
      case SUBSCRIBE -> subscribe((Subscribe) packet);
      case UNSUBSCRIBE -> {
        Unsubscribe unsubscribe = (Unsubscribe) packet;
        List<Integer> codes = new ArrayList<>();
        for (String filter : unsubscribe.filters()) {
          codes.add(filters.remove(filter) == null ? 0x11 : 0);
        }
        out.add(new Unsuback(unsubscribe.packetId(), mqtt5 ? codes : List.of(), Properties.NONE));
      }
      case CONNECT, CONNACK, SUBACK, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT, AUTH ->
          throw new AssertionError("the client wrote " + packet);
    }
  }

  private void subscribe(Subscribe subscribe) {
    List<Integer> codes = new ArrayList<>();
    for (Subscription subscription : subscribe.subscriptions()) {
      filters.put(subscription.filter(), subscription.qos());
      codes.add(subscription.qos().level());
    }
    out.add(new Suback(subscribe.packetId(), codes, Properties.NONE));
  }

  private void publish(Publish packet) {
    if (packet.qos() != QoS.AT_MOST_ONCE) {
      unacknowledged++;
      check(unacknowledged <= receiveMaximum, "MQTT-3.3.4-7: receive maximum exceeded");
    }
    switch (packet.qos()) {
      case AT_MOST_ONCE -> arrive(packet);
      case AT_LEAST_ONCE -> {
        arrive(packet);
        unacknowledged--;
        out.add(new Puback(packet.packetId(), 0, Properties.NONE));
      }
      case EXACTLY_ONCE -> {
        boolean known = received.containsKey(packet.packetId());
        if (!known) {
          received.put(packet.packetId(), packet);
          if (!deliversOnRelease) {
            arrive(packet);
          }
        }
        out.add(new Pubrec(packet.packetId(), 0, Properties.NONE));
        expectedPubrels.add(packet.packetId());
      }
    }
  }

  private void pubrel(int id) {
    if (expectedPubrels.contains(id)) {
      inOrder(expectedPubrels, id, "PUBREL");
      unacknowledged--;
    }
    Publish packet = received.remove(id);
    if (packet != null && deliversOnRelease) {
      arrive(packet);
    }
    out.add(new Pubcomp(id, packet == null && mqtt5 ? 0x92 : 0, Properties.NONE));
  }

  private void pubrec(int id) {
    inOrder(expectedPubrecs, id, "PUBREC");
    for (Outbound message : inFlight) {
      if (message.id == id && message.qos == 2) {
        message.released = true;
        out.add(new Pubrel(id, 0, Properties.NONE));
        return;
      }
    }
    throw new AssertionError("PUBREC for an unknown #" + id);
  }

  private Optional<Outbound> take(int id, int qos) {
    for (Outbound message : inFlight) {
      if (message.id == id && message.qos == qos) {
        check(qos == 1 || message.released, "PUBCOMP without PUBREL");
        inFlight.remove(message);
        return Optional.of(message);
      }
    }
    return Optional.empty();
  }

  private void confirm(Optional<Outbound> message) {
    check(message.isPresent(), "an acknowledgement for nothing");
    confirmed.add(message.orElseThrow().text);
  }

  private void arrive(Publish packet) {
    arrived.add(
        new Arrived(
            session,
            packet.topic(),
            new String(packet.payload(), StandardCharsets.UTF_8),
            packet.qos().level()));
  }

  private static void inOrder(Deque<Integer> expected, int id, String name) {
    check(!expected.isEmpty() && expected.peek() == id, name + " out of order: #" + id);
    expected.poll();
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
