package org.robustmqtt.client.session;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.ReasonCode;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Pubcomp;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.PublishHead;
import org.robustmqtt.codec.Pubrec;

/**
 * What we receive, from the PUBLISH to our last acknowledgement (section 4.3). Acknowledgements
 * leave in the order of the PUBLISHes of their QoS (MQTT-4.6.0-2, -3), so one that is ready waits
 * for the earlier ones.
 */
final class Incoming {
  /** How far a message has come. */
  private enum State {
    /** The listeners have it. */
    BUSY,
    /** QoS 2: the listeners are done, the record is awaited. */
    HANDLED,
    /** It may be acknowledged; QoS 2: it is on disk that it was received. */
    DONE,
    /** QoS 2: its PUBREL came, the record of that is awaited. */
    COMPLETING,
    /** QoS 2: the exchange is over. */
    OVER
  }

  private static final class Arrival {
    private final int packetId;

    /** The connection it came on first; 0 if it was before the process began. */
    private final int bornOn;

    /** See {@link #mark}. */
    private final int mark;

    private State state = State.BUSY;

    /** QoS 2: whether it is on disk that it was received. */
    private boolean recorded;

    /** QoS 2: whether an exchange before this one may have left the id on disk. */
    private boolean inherited;

    /** What the listeners give back, or the token of the record that is awaited; else 0. */
    private long token;

    /** Whether a PUBLISH of this connection waits for its PUBREC. */
    private boolean unanswered;

    /** The connection on which a PUBREL waits for its PUBCOMP, else 0. */
    private int pubrelOn;

    private Arrival(int packetId, int bornOn, int mark) {
      this.packetId = packetId;
      this.bornOn = bornOn;
      this.mark = mark;
    }
  }

  /** So many bytes of a payload, evenly spread, tell one message from another. */
  private static final int SAMPLES = 16;

  private final SessionEffects effects;
  private final Connection connection;
  private final int receiveMaximum;

  // valid as long as the session
  private final IdTable<Arrival> exactlyOnce = new IdTable<>();

  /**
   * What came until that connection may be over for the broker: it may have another session, or, at
   * the first connection, a power cut may have taken the record that an exchange was complete. Then
   * a PUBLISH that is no re-delivery is a new message, although its id is known.
   */
  private int doubtedUntil;

  // valid as long as the connection
  private final IdTable<Arrival> atLeastOnce = new IdTable<>();
  private final Deque<Arrival> pubacks = new ArrayDeque<>();
  private final Deque<Arrival> pubrecs = new ArrayDeque<>();
  private final InboundAliases aliases = new InboundAliases();

  /** How many more the broker may send; below 0, more than our receive maximum are with us. */
  private int credit;

  /** Whether it has been below 0 on this connection. */
  private boolean exceeded;

  Incoming(
      SessionEffects effects, Connection connection, int receiveMaximum, Set<Integer> received) {
    this.effects = effects;
    this.connection = connection;
    this.receiveMaximum = receiveMaximum;
    for (int id : received) {
      Arrival arrival = new Arrival(id, 0, 0);
      arrival.state = State.DONE;
      arrival.recorded = true;
      exactlyOnce.put(id, arrival);
    }
  }

  /** The broker accepted us. */
  void begin() {
    credit = receiveMaximum;
    exceeded = false;
  }

  /** The session is lost: no exchange of QoS 2 is open any more. */
  void abandon() {
    exactlyOnce.clear();
    effects.forgetReceived();
  }

  /** The broker may have begun a new session without our knowing. */
  void doubt() {
    doubtedUntil = connection.number();
  }

  /** The link is gone: the broker sends again what it has no acknowledgement of. */
  void linkLost() {
    for (Arrival arrival : pubrecs) {
      arrival.unanswered = false;
    }
    pubacks.clear();
    pubrecs.clear();
    atLeastOnce.clear();
    aliases.clear();
  }

  /** A PUBLISH came. */
  void publish(Publish received) {
    Publish packet = aliases.resolve(received, connection);
    if (packet == null) {
      return;
    }
    if (packet.qos() != QoS.AT_MOST_ONCE) {
      count();
    }
    switch (packet.qos()) {
      case AT_MOST_ONCE -> effects.deliver(token(Token.Kind.DELIVERED_0, 0), packet);
      case AT_LEAST_ONCE -> publishAtLeastOnce(packet);
      case EXACTLY_ONCE -> publishExactlyOnce(packet);
    }
  }

  /**
   * One more is unacknowledged. More than our receive maximum is a breach (MQTT-3.3.4-9), but not
   * one to close for: Mosquitto 2.0.11 does it, sends all of them again on resume, and so would be
   * closed on every connection anew. It is slowed down instead (delivery-rules 6).
   */
  private void count() {
    credit--;
    if (credit < 0 && !exceeded && connection.mqtt5()) {
      exceeded = true;
      effects.tolerated(
          Tolerated.RECEIVE_MAXIMUM_EXCEEDED,
          "the broker sends more than our receive maximum of "
              + receiveMaximum
              + " messages without waiting for an acknowledgement (MQTT-3.3.4-9); it is read more"
              + " slowly when inboundMaxBytes are with listeners");
    }
  }

  private void publishAtLeastOnce(Publish packet) {
    int id = packet.packetId();
    int mark = mark(packet);
    Arrival open = atLeastOnce.get(id);
    if (open != null) {
      // Sent again while the listeners have it; one PUBACK answers both.
      if (open.mark != mark) {
        another(id);
      }
      return;
    }
    Arrival arrival = new Arrival(id, connection.number(), mark);
    arrival.token = token(Token.Kind.DELIVERED_1, id);
    atLeastOnce.put(id, arrival);
    pubacks.add(arrival);
    effects.deliver(arrival.token, packet);
  }

  private void publishExactlyOnce(Publish packet) {
    int id = packet.packetId();
    int mark = mark(packet);
    Arrival arrival = exactlyOnce.get(id);
    if (arrival == null || arrival.bornOn <= doubtedUntil && !packet.duplicate()) {
      boolean inherited = arrival != null;
      arrival = new Arrival(id, connection.number(), mark);
      arrival.inherited = inherited;
      arrival.token = token(Token.Kind.DELIVERED_2, id);
      exactlyOnce.put(id, arrival);
      await(arrival);
      effects.deliver(arrival.token, packet);
      return;
    }
    if (arrival.bornOn == connection.number() && arrival.mark != mark) {
      another(id);
      return;
    }
    // Known: never delivered again, but answered (MQTT-4.3.3-10).
    again(arrival);
  }

  private void again(Arrival arrival) {
    await(arrival);
    if (arrival.state == State.HANDLED && arrival.token == 0) {
      recordReceived(arrival);
    }
    writePubrecs();
  }

  /**
   * The broker has used an id again that is open, for another message: all 65,535 are, or it does
   * not look. To go on would be to lose that message; on the next connection it comes again.
   */
  private void another(int id) {
    connection.closeWith(
        Place.WAIT_MESSAGE,
        ProblemKind.PROTOCOL_ERROR,
        ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
        "The broker sent another message with packet identifier "
            + id
            + ", whose first one is not acknowledged ("
            + (connection.mqtt5() ? "MQTT-2.2.1-4" : "MQTT-2.3.1-4")
            + ")");
  }

  /**
   * Returns a number by which a message is told from another one under the same packet id, without
   * keeping it: made of topic, length and some bytes, so that it costs the same for all sizes.
   */
  private static int mark(Publish packet) {
    byte[] payload = packet.payload();
    int mark = 31 * packet.topic().hashCode() + payload.length;
    int step = payload.length / SAMPLES + 1;
    for (int i = payload.length - 1; i >= 0; i -= step) {
      mark = 31 * mark + payload[i];
    }
    return mark;
  }

  private void await(Arrival arrival) {
    if (!arrival.unanswered) {
      arrival.unanswered = true;
      pubrecs.add(arrival);
    }
  }

  /** A message that cannot be read is done at once, in its turn. */
  void passedOver(PublishHead head, CodecException why) {
    boolean large = why.reason() == ReasonCode.PACKET_TOO_LARGE;
    effects.tolerated(
        large ? Tolerated.PACKET_TOO_LARGE : Tolerated.MESSAGE_MALFORMED,
        "the broker sent a message with topic "
            + head.topic()
            + (large
                ? " that is larger than maximumPacketSize: "
                : " that breaks the standard and has ended the connection before: ")
            + why.getMessage()
            + "; it is acknowledged, and nobody hears it");
    int id = head.packetId();
    switch (head.qos()) {
      case AT_MOST_ONCE -> {}
      case AT_LEAST_ONCE -> {
        count();
        if (atLeastOnce.get(id) == null) {
          Arrival arrival = new Arrival(id, connection.number(), head.mark());
          arrival.state = State.DONE;
          atLeastOnce.put(id, arrival);
          pubacks.add(arrival);
          writePubacks();
        }
      }
      case EXACTLY_ONCE -> {
        count();
        Arrival arrival = exactlyOnce.get(id);
        if (arrival == null) {
          arrival = new Arrival(id, connection.number(), head.mark());
          arrival.state = State.HANDLED;
          exactlyOnce.put(id, arrival);
        }
        again(arrival);
      }
    }
  }

  /** The listeners are done with a message. */
  void handled(long number) {
    int id = Token.packetId(number);
    if (Token.kind(number) == Token.Kind.DELIVERED_1) {
      Arrival arrival = atLeastOnce.get(id);
      if (arrival != null && arrival.token == number) {
        arrival.state = State.DONE;
        writePubacks();
      }
    } else if (Token.kind(number) == Token.Kind.DELIVERED_2) {
      Arrival arrival = exactlyOnce.get(id);
      if (arrival != null && arrival.token == number && arrival.state == State.BUSY) {
        arrival.state = State.HANDLED;
        recordReceived(arrival);
      }
    }
  }

  /** A PUBREL came. */
  void pubrel(int packetId) {
    Arrival arrival = exactlyOnce.get(packetId);
    if (arrival == null || arrival.state == State.BUSY && !arrival.inherited) {
      if (arrival != null) {
        // The broker holds it for done although we did not say so: no acknowledgement any more.
        over(arrival);
      }
      writePubcomp(packetId, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND.value());
      return;
    }
    arrival.pubrelOn = connection.number();
    if (arrival.state != State.COMPLETING || arrival.token == 0) {
      arrival.state = State.COMPLETING;
      arrival.token = token(Token.Kind.COMPLETED, packetId);
      effects.recordCompleted(packetId, arrival.token);
    }
  }

  /** The record before a PUBREC or a PUBCOMP is there, or could not be written. */
  void recorded(long token, boolean written) {
    Arrival arrival = exactlyOnce.get(Token.packetId(token));
    if (arrival == null || arrival.token != token) {
      return;
    }
    arrival.token = 0;
    if (!written) {
      connection.storeFailed("The packet id of a received QoS 2 message");
    } else if (arrival.state == State.HANDLED) {
      arrival.state = State.DONE;
      arrival.recorded = true;
      writePubrecs();
    } else {
      over(arrival);
      if (arrival.pubrelOn == connection.number() && connection.online()) {
        writePubcomp(arrival.packetId, 0);
      }
    }
  }

  /** Nobody waits for a record any more: the store takes none. */
  void goOn() {
    exactlyOnce.forEach(
        arrival -> {
          if (arrival.token != 0 && arrival.state != State.BUSY) {
            recorded(arrival.token, true);
          }
        });
  }

  private void over(Arrival arrival) {
    arrival.state = State.OVER;
    exactlyOnce.remove(arrival.packetId);
    writePubrecs();
  }

  private void recordReceived(Arrival arrival) {
    arrival.token = token(Token.Kind.RECEIVED, arrival.packetId);
    effects.recordReceived(arrival.packetId, arrival.token);
  }

  private void writePubacks() {
    while (connection.online() && !pubacks.isEmpty() && pubacks.peek().state == State.DONE) {
      int id = pubacks.poll().packetId;
      atLeastOnce.remove(id);
      giveBack();
      connection.write(new Puback(id, 0, Properties.NONE));
    }
  }

  private void writePubrecs() {
    while (connection.online()
        && !pubrecs.isEmpty()
        && pubrecs.peek().state.compareTo(State.DONE) >= 0) {
      Arrival arrival = pubrecs.poll();
      arrival.unanswered = false;
      // Without the record its PUBREL came too early; that is answered as soon as it is recorded.
      if (arrival.state != State.OVER && arrival.recorded) {
        connection.write(new Pubrec(arrival.packetId, 0, Properties.NONE));
      }
    }
  }

  /** One acknowledgement more; what the broker did not count gives it no more room (4.9). */
  private void giveBack() {
    credit = Math.min(receiveMaximum, credit + 1);
  }

  private void writePubcomp(int packetId, int reasonCode) {
    giveBack();
    connection.write(new Pubcomp(packetId, connection.mqtt5() ? reasonCode : 0, Properties.NONE));
  }

  private long token(Token.Kind kind, int packetId) {
    return Token.of(kind, packetId, connection.nextSerial());
  }
}
