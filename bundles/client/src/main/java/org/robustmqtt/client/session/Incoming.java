package org.robustmqtt.client.session;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.ReasonCode;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Pubcomp;
import org.robustmqtt.codec.Publish;
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

    private Arrival(int packetId, int bornOn) {
      this.packetId = packetId;
      this.bornOn = bornOn;
    }
  }

  /**
   * How many times the receive maximum a broker may leave unacknowledged. Mosquitto 2.0.11 has been
   * seen with 81 where 64 were allowed, and sends all of them again on resume: closing at the first
   * one too many (MQTT-3.3.4-9, 5.0 section 3.3.4) would happen on every connection anew, and we
   * would never stay online. A little more costs us a little memory, so only a broker that does not
   * heed the limit at all is disconnected.
   */
  private static final long TOLERANCE = 4;

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

  Incoming(
      SessionEffects effects, Connection connection, int receiveMaximum, Set<Integer> received) {
    this.effects = effects;
    this.connection = connection;
    this.receiveMaximum = receiveMaximum;
    for (int id : received) {
      Arrival arrival = new Arrival(id, 0);
      arrival.state = State.DONE;
      arrival.recorded = true;
      exactlyOnce.put(id, arrival);
    }
  }

  /** The broker accepted us. */
  void begin() {
    credit = receiveMaximum;
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
    if (packet == null || refuse(packet)) {
      return;
    }
    switch (packet.qos()) {
      case AT_MOST_ONCE -> effects.deliver(token(Token.Kind.DELIVERED_0, 0), packet);
      case AT_LEAST_ONCE -> publishAtLeastOnce(packet);
      case EXACTLY_ONCE -> publishExactlyOnce(packet);
    }
  }

  /** Returns whether the PUBLISH is one too many; then the connection is closed. */
  private boolean refuse(Publish packet) {
    if (packet.qos() != QoS.AT_MOST_ONCE && connection.mqtt5()) {
      credit--;
      if (credit < -(TOLERANCE - 1) * receiveMaximum) {
        connection.closeWith(
            Place.WAIT_MESSAGE,
            ProblemKind.PROTOCOL_ERROR,
            ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
            "The broker sent more than "
                + TOLERANCE
                + " times our receive maximum of "
                + receiveMaximum
                + " messages without waiting for an acknowledgement (MQTT-3.3.4-9)");
        return true;
      }
    }
    return false;
  }

  private void publishAtLeastOnce(Publish packet) {
    int id = packet.packetId();
    if (atLeastOnce.get(id) != null) {
      // Sent again while the listeners have it; one PUBACK answers both.
      return;
    }
    Arrival arrival = new Arrival(id, connection.number());
    arrival.token = token(Token.Kind.DELIVERED_1, id);
    atLeastOnce.put(id, arrival);
    pubacks.add(arrival);
    effects.deliver(arrival.token, packet);
  }

  private void publishExactlyOnce(Publish packet) {
    int id = packet.packetId();
    Arrival arrival = exactlyOnce.get(id);
    if (arrival == null || arrival.bornOn <= doubtedUntil && !packet.duplicate()) {
      boolean inherited = arrival != null;
      arrival = new Arrival(id, connection.number());
      arrival.inherited = inherited;
      arrival.token = token(Token.Kind.DELIVERED_2, id);
      exactlyOnce.put(id, arrival);
      await(arrival);
      effects.deliver(arrival.token, packet);
      return;
    }
    // Known: never delivered again, but answered (MQTT-4.3.3-10).
    await(arrival);
    if (arrival.state == State.HANDLED && arrival.token == 0) {
      recordReceived(arrival);
    }
    writePubrecs();
  }

  private void await(Arrival arrival) {
    if (!arrival.unanswered) {
      arrival.unanswered = true;
      pubrecs.add(arrival);
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
