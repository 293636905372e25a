package org.robustmqtt.client.session;

import java.util.List;
import java.util.Optional;
import org.robustmqtt.DropReason;
import org.robustmqtt.Outcome;
import org.robustmqtt.QoS;
import org.robustmqtt.ReasonCode;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Pubcomp;
import org.robustmqtt.codec.Pubrec;
import org.robustmqtt.codec.Pubrel;
import org.robustmqtt.journal.Level;

/**
 * What we publish, from {@code send} to the last acknowledgement (section 4.3).
 *
 * <pre>
 *  send ---> queue --PUBLISH--> sent --PUBACK--> settled                            QoS 1
 *              ^                 | \---PUBREC--> releasing --PUBREL--> released --PUBCOMP--> settled
 *              |                 |                   ^                    |
 *              '----link lost----'                   '-----link lost------'         QoS 2
 * </pre>
 */
final class Outgoing {
  /** The outcome of nearly every message. */
  private static final Outcome PLAINLY_ACKNOWLEDGED = new Outcome.Acknowledged(0, false);

  private final SessionEffects effects;
  private final Connection connection;
  private final PacketIds ids;
  private final RetiredIds retired;
  private final IdClearing clearing;
  private final Suspicion suspicion = new Suspicion();
  private final Sending sending;

  // valid as long as the session
  /** PUBREC read, PUBREL not written; in the order of the PUBRECs (MQTT-4.6.0-4). */
  private final Exchanges releasing = new Exchanges();

  private final Exchanges released = new Exchanges();

  Outgoing(SessionEffects effects, Connection connection, PacketIds ids, int maxInflight) {
    this.effects = effects;
    this.connection = connection;
    this.ids = ids;
    retired = new RetiredIds(effects, ids);
    clearing = new IdClearing(connection, ids, retired);
    sending = new Sending(effects, connection, ids, clearing, retired, suspicion, maxInflight);
  }

  /** So many may be unacknowledged from the next connection on. */
  void maxInflight(int most) {
    ids.maxInflight(most);
    sending.maxInflight(most);
  }

  /** Takes over a message that had been sent in this session before the process ended. */
  void restore(Session.Unfinished unfinished) {
    if (unfinished.abandoned()) {
      retired.restore(unfinished);
      return;
    }
    Exchange exchange =
        new Exchange(unfinished.sequence(), unfinished.message(), unfinished.sync(), false, 0);
    exchange.packetId = unfinished.packetId();
    exchange.recorded = true;
    exchange.written = true;
    exchange.held = unfinished.held() && !unfinished.released();
    exchange.ended = unfinished.ended() && !unfinished.released();
    ids.restore(exchange.packetId, exchange);
    if (unfinished.released()) {
      exchange.qos = QoS.EXACTLY_ONCE;
      exchange.releasedBefore = true;
      releasing.add(exchange);
    } else {
      sending.restore(exchange);
    }
  }

  /** The session goes on: what is unfinished is finished on this connection (MQTT-4.4.0-1). */
  void resume(long epoch) {
    ids.doubtAll();
    clearing.resume();
    for (Exchange exchange = releasing.first(); exchange != null; exchange = exchange.next) {
      sending.occupy(exchange);
      if (!exchange.recorded && exchange.token == 0) {
        recordReleased(exchange);
      }
    }
    writeReleases();
    sending.begin(epoch);
  }

  /** The session is lost: adds the sequences of what was unfinished in it. */
  void abandon(List<Long> sequences) {
    sending.abandon(sequences);
    while (!releasing.isEmpty()) {
      Exchange exchange = releasing.poll();
      ids.drop(exchange.packetId);
      if (exchange.givenUp) {
        effects.ended(exchange.sequence, false);
      } else {
        sequences.add(exchange.sequence);
      }
    }
    retired.sessionLost();
  }

  /** A new session began: the broker remembers no packet id. */
  void begin(long epoch) {
    ids.trustAll();
    sending.begin(epoch);
  }

  /** The link is gone. */
  void linkLost() {
    for (Exchange exchange = released.first(); exchange != null; exchange = exchange.next) {
      exchange.releasedBefore = true;
    }
    Exchanges unanswered = new Exchanges();
    unanswered.addAll(released);
    unanswered.addAll(releasing);
    while (!unanswered.isEmpty()) {
      Exchange exchange = unanswered.poll();
      exchange.placed = false;
      releasing.add(exchange);
    }
    clearing.linkLost();
    sending.linkLost();
  }

  /**
   * A message has its outcome before its exchange is at its end (delivery-rules 5): it is not sent
   * again. After its PUBREC the exchange runs to its PUBCOMP all the same.
   */
  void giveUp(long sequence) {
    Exchange exchange = sending.find(sequence);
    if (exchange != null) {
      sending.giveUp(exchange);
      return;
    }
    Exchange behind = releasing.find(sequence);
    exchange = behind == null ? released.find(sequence) : behind;
    if (exchange == null) {
      effects.ended(sequence, false);
    } else {
      exchange.givenUp = true;
    }
  }

  /** The ages of messages are known: nothing is held for that any more. */
  void unhold() {
    sending.unhold();
  }

  /**
   * The link is being lost, and not because we wanted it: returns the message of which the broker
   * owes an acknowledgement for the longest time, if there is one.
   */
  Optional<Session.Suspect> blame() {
    Exchange sent = sending.first();
    Exchange release = released.first();
    boolean first = release == null || sent != null && sent.serial < release.serial;
    Exchange oldest = first ? sent : release;
    if (oldest == null) {
      return Optional.empty();
    }
    boolean alone = suspicion.alone();
    suspicion.lost();
    return Optional.of(new Session.Suspect(oldest.sequence, alone));
  }

  /** The store takes records, or takes none, from now on. */
  void storeWorks(boolean works) {
    sending.storeWorks(works);
  }

  boolean ready(QoS qos) {
    return sending.ready(qos);
  }

  void send(Exchange exchange) {
    sending.add(exchange);
  }

  /** The record before a PUBLISH or a PUBREL is there, or could not be written. */
  void recorded(long token, boolean written) {
    if (Token.kind(token) == Token.Kind.SENT) {
      sending.recorded(token, written);
      return;
    }
    if (!(ids.owner(Token.packetId(token)) instanceof Exchange exchange)
        || exchange.token != token) {
      return;
    }
    exchange.token = 0;
    exchange.recorded = written;
    if (written) {
      writeReleases();
    } else {
      connection.storeFailed("The release of a QoS 2 message");
    }
  }

  /** A PUBACK came; true if it is allowed. */
  boolean puback(Puback packet) {
    PacketIds.Owner owner = ids.owner(packet.packetId());
    if (owner == null) {
      // Of an exchange that ended otherwise; it changes nothing.
      return true;
    }
    if (owner instanceof RetiredIds.Retired late) {
      retired.end(late, true);
      sending.proceed();
      return true;
    }
    if (!(owner instanceof Exchange exchange) || !exchange.written) {
      return false;
    }
    // Some brokers answer a PUBLISH of QoS 2 with PUBACK: that ends it as well as it can be ended.
    finish(exchange, packet.reasonCode());
    return true;
  }

  /** A PUBREC came; true if it is allowed. */
  boolean pubrec(Pubrec packet) {
    int packetId = packet.packetId();
    int reasonCode = packet.reasonCode();
    PacketIds.Owner owner = ids.owner(packetId);
    if (owner == null || owner == clearing) {
      if (!ReasonCode.failure(reasonCode)) {
        writePubrel(packetId, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND.value());
      }
      return true;
    }
    if (owner instanceof RetiredIds.Retired late) {
      if (!late.exactlyOnce() || ReasonCode.failure(reasonCode)) {
        retired.end(late, true);
        sending.proceed();
      } else {
        clearing.received(late);
      }
      return true;
    }
    if (!(owner instanceof Exchange exchange)
        || !exchange.written
        || exchange.qos != QoS.EXACTLY_ONCE) {
      return false;
    }
    if (exchange.list == released) {
      exchange.releasedBefore = true;
      writePubrel(packetId, 0);
    } else if (exchange.list != releasing) {
      if (ReasonCode.failure(reasonCode)) {
        finish(exchange, reasonCode);
      } else {
        exchange.reasonCode = reasonCode;
        connection.answered(exchange.serial);
        sending.take(exchange);
        sending.occupy(exchange);
        releasing.add(exchange);
        recordReleased(exchange);
        sending.proceed();
      }
    }
    return true;
  }

  /** A PUBCOMP came; true if it is allowed. */
  boolean pubcomp(Pubcomp packet) {
    int packetId = packet.packetId();
    PacketIds.Owner owner = ids.owner(packetId);
    if (owner == clearing) {
      clearing.cleared(packetId);
      sending.proceed();
      return true;
    }
    if (owner == null) {
      return true;
    }
    if (owner instanceof RetiredIds.Retired late) {
      clearing.cleared(late);
      sending.proceed();
      return true;
    }
    if (!(owner instanceof Exchange exchange) || exchange.list != released) {
      return false;
    }
    if (packet.reasonCode() == ReasonCode.PACKET_IDENTIFIER_NOT_FOUND.value()) {
      unknown(exchange);
    } else {
      finish(exchange, exchange.reasonCode);
    }
    return true;
  }

  /**
   * The broker has said PUBREC, and now does not know the message. Where a PUBREL may have reached
   * it before, it had most likely finished the message then; to send it again would break exactly
   * once in every such case, so that the outcome only says what the broker said. Where none can
   * have, the broker has lost the message: never lost beats exactly once (delivery-rules 2). But
   * once only: a broker that forgets each message would be sent it for ever.
   */
  private void unknown(Exchange exchange) {
    int notFound = ReasonCode.PACKET_IDENTIFIER_NOT_FOUND.value();
    if (exchange.releasedBefore
        || exchange.duplicate
        || exchange.givenUp
        || exchange.sequence < 0) {
      end(exchange, new Outcome.Acknowledged(notFound, exchange.duplicate, exchange.lowered()));
      return;
    }
    effects.tolerated(
        Tolerated.MESSAGE_LOST,
        "the broker has lost message "
            + exchange.sequence
            + " of QoS 2 after its PUBREC (PUBCOMP with 0x92); it is sent again, and its outcome"
            + " says that it may be a duplicate");
    sending.leave(exchange);
    effects.requeue(exchange.sequence);
    ids.end(exchange.packetId, true);
    writeReleases();
    sending.proceed();
  }

  int inFlight() {
    return sending.size() + releasing.size() + released.size();
  }

  boolean inFlight(long sequence) {
    return sending.find(sequence) != null
        || releasing.find(sequence) != null
        || released.find(sequence) != null;
  }

  /** Returns the serial of the oldest packet that is not answered, 0 if there is none. */
  long oldest() {
    long release = released.isEmpty() ? 0 : released.first().serial;
    return Session.earlier(Session.earlier(sending.oldest(), release), clearing.oldest());
  }

  /**
   * The broker acknowledged a message to its end. A PUBREC is none: if the session is lost with the
   * link, its message is sent anew, and each connection would end as the one before. Neither is our
   * own birth, which goes first on every connection.
   */
  private void noticed(Exchange exchange) {
    if (exchange.sequence > 0) {
      suspicion.acknowledged();
    }
  }

  private void finish(Exchange exchange, int reasonCode) {
    connection.answered(exchange.serial);
    end(
        exchange,
        ReasonCode.failure(reasonCode)
            ? new Outcome.Dropped(
                DropReason.REFUSED, reasonCode, exchange.duplicate || exchange.again)
            : acknowledged(reasonCode, exchange.duplicate, exchange.lowered()));
  }

  private void end(Exchange exchange, Outcome outcome) {
    sending.leave(exchange);
    noticed(exchange);
    if (exchange.givenUp) {
      effects.ended(exchange.sequence, true);
    } else {
      effects.settle(exchange.sequence, outcome);
    }
    ids.end(exchange.packetId, exchange.qos == QoS.EXACTLY_ONCE);
    writeReleases();
    sending.proceed();
  }

  private static Outcome acknowledged(int reasonCode, boolean duplicate, boolean lowered) {
    return reasonCode == 0 && !duplicate && !lowered
        ? PLAINLY_ACKNOWLEDGED
        : new Outcome.Acknowledged(reasonCode, duplicate, lowered);
  }

  private void recordReleased(Exchange exchange) {
    exchange.recorded = false;
    exchange.token = Token.of(Token.Kind.RELEASED, exchange.packetId, connection.nextSerial());
    effects.recordReleased(
        exchange.sequence, exchange.sync ? Level.FORCED : Level.APPENDED, exchange.token);
  }

  private void writeReleases() {
    while (connection.online() && !releasing.isEmpty() && releasing.first().recorded) {
      Exchange exchange = releasing.poll();
      exchange.serial = connection.nextSerial();
      released.add(exchange);
      writePubrel(exchange.packetId, 0);
    }
  }

  private void writePubrel(int packetId, int reasonCode) {
    connection.write(new Pubrel(packetId, connection.mqtt5() ? reasonCode : 0, Properties.NONE));
  }
}
