package org.robustmqtt.itests.simulator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.robustmqtt.Durability;
import org.robustmqtt.QoS;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.Encoder;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Pingresp;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Pubcomp;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Pubrec;
import org.robustmqtt.codec.Pubrel;
import org.robustmqtt.codec.Sender;
import org.robustmqtt.codec.Suback;
import org.robustmqtt.codec.Subscribe;
import org.robustmqtt.codec.Subscription;
import org.robustmqtt.codec.Unsuback;
import org.robustmqtt.codec.Unsubscribe;
import org.robustmqtt.codec.WriteBuffer;

/** One connection as the broker sees it. */
final class BrokerLine {
  private static final int NOT_FOUND = 0x92;
  private static final int RECEIVE_MAXIMUM_EXCEEDED = 0x93;

  private final Broker broker;
  private final World world;
  private final SimChannel channel;
  private final Tap tap;
  private final int run;
  private final Frames frames = new Frames();
  private Encoder encoder = new Encoder(ProtocolVersion.MQTT_5, Sender.BROKER);
  private boolean open = true;
  private boolean mqtt5;
  private Optional<String> clientId = Optional.empty();
  private BrokerSession session;
  private int clientMaximum;
  private long expirySeconds;
  private long sendAt;

  /** Packets whose time has not come, or has just come: none overtakes them. */
  private int delayed;

  private long heardAt;
  private long keepAliveNanos;
  private final Set<Integer> unacknowledged = new LinkedHashSet<>();
  private final Set<String> seen = new HashSet<>();
  private final Deque<Integer> expectedPubacks = new ArrayDeque<>();
  private final Deque<Integer> expectedPubrecs = new ArrayDeque<>();
  private final Deque<Integer> expectedPubrels = new ArrayDeque<>();

  BrokerLine(Broker broker, SimChannel channel, Tap tap) {
    this.broker = broker;
    this.world = broker.world;
    this.channel = channel;
    this.tap = tap;
    this.run = broker.ledger.run();
  }

  boolean isOpen() {
    return open;
  }

  boolean isOnline() {
    return open && session != null;
  }

  Optional<String> clientId() {
    return clientId;
  }

  /** The client writes; nothing has arrived yet. */
  void tap(byte[] bytes) {
    tap.wrote(bytes);
  }

  /** Bytes arrive. */
  void bytes(byte[] bytes) {
    if (!open || bytes.length == 0) {
      return;
    }
    heardAt = world.now();
    frames.add(bytes);
    try {
      while (open) {
        Optional<Packet> next = frames.next();
        if (next.isEmpty()) {
          return;
        }
        got(next.get());
      }
    } catch (CodecException e) {
      world.broken(Sentence.PROTOCOL, e.getMessage());
    }
  }

  // Ends.

  /** The connection is gone. */
  void lost() {
    if (!open) {
      return;
    }
    world.trace(() -> "broker: connection lost");
    open = false;
    if (session != null) {
      leave();
    }
  }

  private void leave() {
    BrokerSession left = session;
    session = null;
    String id = clientId.orElseThrow();
    if (!broker.session(id).equals(Optional.of(left))) {
      return;
    }
    boolean kept = mqtt5 ? expirySeconds > 0 : left.expiryNanos > 0;
    if (!kept || !left.told) {
      // A client cannot tell a session whose CONNACK was lost from the one it had before.
      broker.end(id);
    } else if (mqtt5) {
      left.expiry =
          world.at(
              Math.min(expirySeconds, 1_000_000) * 1_000_000_000L,
              () -> {
                world.happened(Fault.BROKER_SESSION_EXPIRED);
                broker.end(id);
              });
    }
  }

  void hangUp(boolean hard) {
    if (open) {
      channel.sendEnd(hard);
      lost();
    }
  }

  void takenOver() {
    goodbye(0x8E);
  }

  /** Says DISCONNECT where that is possible, and closes. */
  void goodbye(int code) {
    if (!open) {
      return;
    }
    if (mqtt5 && session != null) {
      world.happened(Fault.BROKER_DISCONNECT);
      send(new Disconnect(code, Properties.NONE));
    }
    hangUp(false);
  }

  // Packets of the client.

  private void got(Packet packet) {
    if (session == null && !(packet instanceof Connect)) {
      world.check(
          broker.welcome == Broker.Welcome.SILENT || clientId.isPresent(),
          Sentence.PROTOCOL,
          () -> packet.type() + " before CONNECT");
      return;
    }
    if (session != null) {
      session.told = true;
    }
    switch (packet.type()) {
      case CONNECT -> connect((Connect) packet);
      case PUBLISH -> publish((Publish) packet);
      case PUBREL -> pubrel(((Pubrel) packet).packetId());
      case PUBACK -> puback(((Puback) packet).packetId());
      case PUBREC -> pubrec(((Pubrec) packet).packetId());
      case PUBCOMP -> pubcomp(((Pubcomp) packet).packetId());
      case SUBSCRIBE -> subscribe((Subscribe) packet);
      case UNSUBSCRIBE -> unsubscribe((Unsubscribe) packet);
      case PINGREQ -> send(new Pingresp());
      case DISCONNECT -> {
        world.check(
            ((Disconnect) packet).reasonCode() != RECEIVE_MAXIMUM_EXCEEDED,
            Sentence.EAGER_BROKER,
            () -> "closed with " + session.inFlight.size() + " in flight");
        world.trace(() -> "broker: client says goodbye");
        lost();
        channel.sendEnd(false);
      }
      case CONNACK, SUBACK, UNSUBACK, PINGRESP, AUTH ->
          world.broken(Sentence.PROTOCOL, "the client wrote " + packet.type());
    }
  }

  private void connect(Connect connect) {
    if (session != null || clientId.isPresent()) {
      world.broken(Sentence.PROTOCOL, "a second CONNECT");
      return;
    }
    clientId = Optional.of(connect.clientId());
    mqtt5 = connect.version() == ProtocolVersion.MQTT_5;
    encoder = new Encoder(connect.version(), Sender.BROKER);
    switch (broker.welcome) {
      case SILENT -> {
        world.happened(Fault.BROKER_SILENT_CONNECT);
        return;
      }
      case REFUSES -> {
        world.happened(Fault.BROKER_REFUSES_CONNECT);
        send(new Connack(false, broker.refusal, Properties.NONE));
        hangUp(false);
        return;
      }
      case NORMAL -> {}
    }
    if (mqtt5 && !broker.mqtt5) {
      world.happened(Fault.BROKER_VERSION_REFUSED);
      encoder = new Encoder(ProtocolVersion.MQTT_3_1_1, Sender.BROKER);
      send(new Connack(false, 0x84, Properties.NONE));
      hangUp(false);
      return;
    }
    welcome(connect);
  }

  private void welcome(Connect connect) {
    String id = connect.clientId();
    broker.takeOver(id, this);
    Optional<BrokerSession> before = broker.session(id);
    boolean present = before.isPresent() && !connect.cleanStart();
    BrokerSession mine = present ? before.get() : broker.begin(id);
    if (mine.expiry != null) {
      mine.expiry.cancel();
    }
    expirySeconds = connect.properties().number(Property.SESSION_EXPIRY_INTERVAL).orElse(0);
    mine.expiryNanos = mqtt5 || connect.cleanStart() ? 0 : Long.MAX_VALUE;
    clientMaximum = (int) connect.properties().number(Property.RECEIVE_MAXIMUM).orElse(65_535);
    if (!mqtt5) {
      clientMaximum = 20;
    }
    int keepAlive = connect.keepAlive();
    Properties.Builder properties = Properties.builder();
    if (mqtt5) {
      if (broker.receiveMaximum < 65_535) {
        properties.number(Property.RECEIVE_MAXIMUM, broker.receiveMaximum);
      }
      if (broker.maximumPacketSize > 0) {
        properties.number(Property.MAXIMUM_PACKET_SIZE, broker.maximumPacketSize);
      }
      if (broker.maximumQos < 2) {
        properties.number(Property.MAXIMUM_QOS, broker.maximumQos);
      }
      if (!broker.retainAvailable) {
        properties.number(Property.RETAIN_AVAILABLE, 0);
      }
      if (broker.serverKeepAlive >= 0) {
        properties.number(Property.SERVER_KEEP_ALIVE, broker.serverKeepAlive);
        keepAlive = broker.serverKeepAlive;
      }
    }
    keepAliveNanos = keepAlive * 1_500_000_000L;
    if (keepAliveNanos > 0) {
      world.at(keepAliveNanos, this::checkAlive);
    }
    world.trace(() -> "broker: session " + mine.number + (present ? " resumed" : " begins"));
    send(new Connack(present, 0, properties.build()));
    session = mine;
    resume();
  }

  private void checkAlive() {
    if (!open || session == null) {
      return;
    }
    long left = heardAt + keepAliveNanos - world.now();
    if (left <= 0) {
      world.trace(() -> "broker: keep alive is over");
      goodbye(0x8D);
    } else {
      world.at(left, this::checkAlive);
    }
  }

  private void publish(Publish publish) {
    String key = Tap.key(publish.payload());
    Optional<Sent> known = broker.ledger.byKey(key);
    known.ifPresent(sent -> checkLimits(publish, key));
    known.ifPresent(
        sent -> {
          orderOf(sent);
          broker.ledger.read(sent);
        });
    if (broker.closesOnTopic.equals(Optional.of(publish.topic()))) {
      world.happened(Fault.BROKER_CLOSES_ON_BIRTH);
      hangUp(true);
      return;
    }
    if (broker.poison.equals(Optional.of(key))) {
      world.happened(Fault.BROKER_POISONED);
      known.ifPresent(sent -> sent.refused = true);
      hangUp(true);
      return;
    }
    if (publish.qos() == QoS.AT_MOST_ONCE) {
      broker.passOn(publish, session, run);
      return;
    }
    int id = publish.packetId();
    unacknowledged.add(id);
    boolean refuses =
        mqtt5
            && !session.received.containsKey(id)
            && broker.refuseMessagePercent > 0
            && broker.random.nextInt(100) < broker.refuseMessagePercent;
    int code = refuses ? 0x97 : 0;
    if (refuses) {
      world.happened(Fault.BROKER_REFUSES_MESSAGE);
      known.ifPresent(sent -> sent.refused = true);
    }
    if (publish.qos() == QoS.AT_LEAST_ONCE) {
      if (!refuses) {
        broker.passOn(publish, session, run);
      }
      acknowledge(new Puback(id, code, Properties.NONE), id);
      return;
    }
    if (!refuses && !session.received.containsKey(id)) {
      session.received.put(id, publish);
      if (!broker.deliversOnRelease) {
        broker.passOn(publish, session, run);
      }
    }
    if (!refuses) {
      expectedPubrels.add(id);
    }
    acknowledge(new Pubrec(id, code, Properties.NONE), refuses ? id : 0);
  }

  /** A message waits while an earlier QoS 2 of its topic is unfinished. */
  private void orderOf(Sent sent) {
    if (sent.read) {
      return;
    }
    for (Publish open : session.received.values()) {
      Optional<Sent> earlier = broker.ledger.byKey(Tap.key(open.payload()));
      world.check(
          earlier.isEmpty()
              || !earlier.get().topic.equals(sent.topic)
              || earlier.get().order >= sent.order
              || earlier.get().powerCut
              || earlier.get().durability == Durability.MEMORY
              || earlier.get().arrivals.stream().anyMatch(one -> one.qos() < 2)
              || earlier.get().outcome.isPresent()
              || earlier.get().settledRun > 0
              || earlier.get().vanished
              // nobody knows that it is there
              || earlier.get().hidden,
          Sentence.FIFO,
          () -> earlier + " is unfinished, and here comes " + sent);
    }
  }

  private void checkLimits(Publish publish, String key) {
    if (publish.qos() != QoS.AT_MOST_ONCE) {
      world.check(seen.add(key), Sentence.LIVE_LINK, () -> "sent again on one connection: " + key);
      world.check(
          !mqtt5
              || unacknowledged.size() < broker.receiveMaximum
              || unacknowledged.contains(publish.packetId()),
          Sentence.BROKER_LIMITS,
          () -> "receive maximum " + broker.receiveMaximum + ", and one more: " + key);
    }
    if (mqtt5) {
      world.check(
          broker.maximumPacketSize == 0 || frames.lastSize() <= broker.maximumPacketSize,
          Sentence.BROKER_LIMITS,
          () -> "packet of " + frames.lastSize() + " bytes: " + key);
      world.check(
          publish.qos().level() <= broker.maximumQos,
          Sentence.BROKER_LIMITS,
          () -> "QoS " + publish.qos() + ": " + key);
      world.check(
          !publish.retain() || broker.retainAvailable,
          Sentence.BROKER_LIMITS,
          () -> "retain: " + key);
    }
  }

  private void pubrel(int id) {
    if (expectedPubrels.contains(id)) {
      world.check(
          expectedPubrels.peek() == id,
          Sentence.ACK_ORDER,
          () -> "PUBREL #" + id + ", expected #" + expectedPubrels.peek());
      expectedPubrels.remove(id);
    }
    Publish publish = session.received.remove(id);
    if (publish != null && broker.deliversOnRelease) {
      broker.passOn(publish, session, run);
    }
    int code = publish == null && mqtt5 ? NOT_FOUND : 0;
    acknowledge(new Pubcomp(id, code, Properties.NONE), id);
  }

  /** Answers as the faults say: late, twice or not at all. */
  private void acknowledge(Packet answer, int freed) {
    unacknowledged.remove(freed);
    if (chance(broker.ackLossPercent)) {
      world.happened(Fault.BROKER_ACK_LOST);
      world.trace(() -> "broker: loses " + answer.type());
      if (answer instanceof Pubrec pubrec) {
        expectedPubrels.removeLastOccurrence(pubrec.packetId());
      }
      return;
    }
    if (broker.ackDelayNanos > 0) {
      world.happened(Fault.BROKER_ACK_LATE);
      sendAt = Math.max(sendAt, world.now() + broker.random.nextLong(broker.ackDelayNanos));
    }
    send(answer);
    // A refusal frees the id at once: the second one would be taken for an answer to the next.
    boolean refusal =
        answer instanceof Puback puback && puback.reasonCode() >= 0x80
            || answer instanceof Pubrec pubrec && pubrec.reasonCode() >= 0x80;
    if (!refusal && chance(broker.ackTwicePercent)) {
      world.happened(Fault.BROKER_ACK_TWICE);
      send(answer);
    }
  }

  private boolean chance(int percent) {
    return percent > 0 && broker.random.nextInt(100) < percent;
  }

  private void subscribe(Subscribe subscribe) {
    List<Integer> codes = new ArrayList<>();
    if (subscribe.subscriptions().stream()
        .anyMatch(one -> broker.closesOnFilter.equals(Optional.of(one.filter())))) {
      world.happened(Fault.BROKER_CLOSES_ON_FILTER);
      hangUp(true);
      return;
    }
    List<Integer> identifiers = subscribe.properties().subscriptionIdentifiers();
    for (Subscription subscription : subscribe.subscriptions()) {
      broker.givenBack.remove(subscription.filter());
      session.identifiers.remove(subscription.filter());
      identifiers.forEach(id -> session.identifiers.put(subscription.filter(), id));
      QoS granted = QoS.of(Math.min(subscription.qos().level(), broker.maximumQos(mqtt5)));
      session.filters.put(subscription.filter(), granted);
      codes.add(granted.level());
    }
    acknowledge(new Suback(subscribe.packetId(), codes, Properties.NONE), 0);
  }

  private void unsubscribe(Unsubscribe unsubscribe) {
    List<Integer> codes = new ArrayList<>();
    for (String filter : unsubscribe.filters()) {
      broker.unsubscribed(filter);
      session.identifiers.remove(filter);
      codes.add(session.filters.remove(filter) == null ? 0x11 : 0);
    }
    acknowledge(
        new Unsuback(unsubscribe.packetId(), mqtt5 ? codes : List.of(), Properties.NONE), 0);
  }

  // Messages for the client.

  private void resume() {
    for (Received message : List.copyOf(session.inFlight)) {
      if (message.released) {
        send(new Pubrel(message.packetId, 0, Properties.NONE));
      } else {
        world.happened(Fault.BROKER_REDELIVERS);
        write(message);
      }
    }
    transmit();
  }

  /** Sends what is queued, as far as the client's receive maximum allows. */
  void transmit() {
    while (open
        && session != null
        && !session.queue.isEmpty()
        && (session.inFlight.size() < clientMaximum || broker.eager)) {
      if (session.inFlight.size() >= clientMaximum) {
        world.happened(Fault.BROKER_EXCEEDS_RECEIVE_MAXIMUM);
      }
      Received message = session.queue.poll();
      message.packetId = session.freeId();
      session.inFlight.add(message);
      broker.inbox.mostInFlight = Math.max(broker.inbox.mostInFlight, session.inFlight.size());
      write(message);
    }
  }

  /** Sends a message of QoS 0. */
  void transmit(Received message) {
    write(message);
  }

  private void write(Received message) {
    if (message.qos > 0) {
      (message.qos == 1 ? expectedPubacks : expectedPubrecs).add(message.packetId);
    }
    boolean again = message.sentBefore && message.qos > 0;
    message.sentBefore = true;
    Properties.Builder properties = Properties.builder();
    for (String filter : message.filters) {
      Integer identifier = session.identifiers.get(filter);
      if (mqtt5 && identifier != null) {
        properties.number(Property.SUBSCRIPTION_IDENTIFIER, identifier);
      } else if (message.isCopy()) {
        message.original().told = false;
      }
    }
    byte[] payload = message.key.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    if (message.size > 0) {
      payload =
          Arrays.copyOf(
              (message.key + " ").getBytes(java.nio.charset.StandardCharsets.UTF_8), message.size);
    }
    send(
        new Publish(
            again,
            QoS.of(message.qos),
            false,
            message.topic,
            message.packetId,
            properties.build(),
            payload));
  }

  private void puback(int id) {
    inOrder(expectedPubacks, id, "PUBACK");
    take(id, 1).ifPresent(broker.inbox::acknowledged);
    transmit();
  }

  private void pubrec(int id) {
    inOrder(expectedPubrecs, id, "PUBREC");
    for (Received message : session.inFlight) {
      if (message.packetId == id && message.qos == 2) {
        message.released = true;
        broker.inbox.acknowledged(message);
        send(new Pubrel(id, 0, Properties.NONE));
        return;
      }
    }
    world.broken(Sentence.PROTOCOL, "PUBREC for unknown #" + id);
  }

  private void pubcomp(int id) {
    take(id, 2)
        .ifPresent(
            message ->
                world.check(
                    message.released,
                    Sentence.PROTOCOL,
                    () -> "PUBCOMP without PUBREL: " + message));
    transmit();
  }

  private Optional<Received> take(int id, int qos) {
    for (Received message : session.inFlight) {
      if (message.packetId == id && message.qos == qos) {
        session.inFlight.remove(message);
        return Optional.of(message);
      }
    }
    world.broken(Sentence.PROTOCOL, "an acknowledgement for nothing: #" + id);
    return Optional.empty();
  }

  private void inOrder(Deque<Integer> expected, int id, String name) {
    world.check(
        !expected.isEmpty() && expected.peek() == id,
        Sentence.ACK_ORDER,
        () -> name + " #" + id + ", expected #" + expected.peek());
    expected.remove(id);
  }

  // Bytes to the client.

  private void send(Packet packet) {
    WriteBuffer buffer = new WriteBuffer(64);
    try {
      encoder.encode(packet, buffer);
    } catch (CodecException e) {
      throw new IllegalStateException(packet.toString(), e);
    }
    byte[] bytes = Arrays.copyOf(buffer.array(), buffer.length());
    sendAt = Math.max(sendAt, world.now());
    if (sendAt == world.now() && delayed == 0) {
      world.trace(() -> "broker: " + Tap.text(packet));
      channel.send(bytes);
    } else {
      boolean ending = packet.type() == PacketType.DISCONNECT;
      delayed++;
      world.at(
          sendAt - world.now(),
          () -> {
            delayed--;
            if (open || ending) {
              world.trace(() -> "broker: " + Tap.text(packet));
              channel.send(bytes);
            }
          });
    }
  }
}
