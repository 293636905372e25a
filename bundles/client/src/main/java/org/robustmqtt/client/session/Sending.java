package org.robustmqtt.client.session;

import java.util.List;
import java.util.function.Consumer;
import org.robustmqtt.DropReason;
import org.robustmqtt.Outcome;
import org.robustmqtt.QoS;
import org.robustmqtt.ReasonCode;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.journal.Level;

/**
 * The way of a message to its PUBLISH: a place in the window, a packet id, a comparison with what
 * the broker can do, a record, its turn. None of these holds up a message of another topic.
 */
final class Sending {
  private final SessionEffects effects;
  private final Connection connection;
  private final PacketIds ids;
  private final IdClearing clearing;
  private final RetiredIds retired;
  private final Suspicion suspicion;
  private final Consumer<Exchange> write = this::write;
  private int maxInflight;

  // valid as long as the session
  private final SendQueue queue = new SendQueue();
  private final Exchanges sent = new Exchanges();
  private long epoch;

  // valid as long as the connection
  /** Exchanges that this connection has begun or goes on with, and that are not at their end. */
  private int places;

  /** Whether a message waits for a packet id, or for one of QoS 0 before it. */
  private boolean unstarted;

  private boolean unacknowledgedWritten;

  Sending(
      SessionEffects effects,
      Connection connection,
      PacketIds ids,
      IdClearing clearing,
      RetiredIds retired,
      Suspicion suspicion,
      int maxInflight) {
    this.effects = effects;
    this.connection = connection;
    this.ids = ids;
    this.clearing = clearing;
    this.retired = retired;
    this.suspicion = suspicion;
    this.maxInflight = maxInflight;
  }

  /** So many may be unacknowledged from the next connection on. */
  void maxInflight(int most) {
    maxInflight = most;
  }

  /** Takes over a message whose PUBLISH may have been sent before the process ended. */
  void restore(Exchange exchange) {
    queue.add(exchange);
  }

  /** The broker accepted us: sends again what is unfinished, in its order (MQTT-4.6.0-1). */
  void begin(long sessionEpoch) {
    epoch = sessionEpoch;
    startAll();
    pump();
  }

  /** The session is lost: adds the sequences of what was unfinished in it. */
  void abandon(List<Long> sequences) {
    queue.restart(sent, exchange -> sequences.add(exchange.sequence));
    while (queue.first() != null) {
      Exchange exchange = queue.first();
      sequences.add(exchange.sequence);
      leave(exchange);
      ids.drop(exchange.packetId);
    }
  }

  /** The link is gone: what has its outcome is not sent again, only its id stays in use. */
  void linkLost() {
    for (Exchange exchange = sent.first(); exchange != null; ) {
      Exchange next = exchange.next;
      if (exchange.givenUp) {
        sent.remove(exchange);
        retired.retire(exchange);
      }
      exchange = next;
    }
    queue.restart(sent, exchange -> effects.requeue(exchange.sequence));
    places = 0;
    unstarted = false;
  }

  boolean ready(QoS qos) {
    return connection.online()
        && (qos == QoS.AT_MOST_ONCE || !queue.unplaced() && places < window());
  }

  /** Takes a message that was not sent in this session. */
  void add(Exchange exchange) {
    exchange.qos = exchange.qos.atMost(connection.capabilities().maximumQos());
    if (exchange.qos != QoS.AT_MOST_ONCE && ready(exchange.qos) && !queue.waitsForStore(exchange)) {
      occupy(exchange);
    }
    queue.add(exchange);
    if (connection.online()) {
      start(exchange);
      pump();
    }
  }

  /**
   * The store takes records, or takes none, from now on. While it takes none, an exchange that must
   * have its record has no place in the window: those that need none go on.
   */
  void storeWorks(boolean works) {
    places -= queue.storeWorks(works);
    pump();
  }

  /** The record before a PUBLISH is there, or could not be written. */
  void recorded(long token, boolean written) {
    if (!(ids.owner(Token.packetId(token)) instanceof Exchange exchange)
        || exchange.token != token) {
      return;
    }
    exchange.token = 0;
    if (!written && exchange.qos == QoS.EXACTLY_ONCE) {
      // Without the record a restart could send it twice. It stays, for the next connection.
      connection.storeFailed("The packet id of a QoS 2 message");
      return;
    }
    queue.recorded(exchange);
    pump();
  }

  /** Counts an exchange in the window; it may have a place already. */
  void occupy(Exchange exchange) {
    if (!exchange.placed) {
      exchange.placed = true;
      places++;
    }
  }

  /** Takes an exchange out of wherever it is on the way to its end; its place is free. */
  void leave(Exchange exchange) {
    take(exchange);
    if (exchange.placed) {
      exchange.placed = false;
      places--;
    }
  }

  /** Takes an exchange out of its list; it keeps its place. */
  void take(Exchange exchange) {
    if (queue.contains(exchange)) {
      queue.remove(exchange);
    } else if (exchange.list != null) {
      exchange.list.remove(exchange);
    }
  }

  /** A place or a packet id became free: writes what can be written now. */
  void proceed() {
    if (!connection.online()) {
      return;
    }
    if (unstarted) {
      startAll();
    }
    pump();
  }

  /** Returns the number of messages whose PUBLISH is not written, or not acknowledged. */
  int size() {
    return queue.size() + sent.size();
  }

  /** Returns the exchange of one of them, or null. */
  Exchange find(long sequence) {
    Exchange exchange = queue.find(sequence);
    return exchange == null ? sent.find(sequence) : exchange;
  }

  /**
   * A message on its way to its PUBACK or PUBREC has its outcome. If it does not wait for an answer
   * on this connection, that was all; if it was sent before, its id stays in use.
   */
  void giveUp(Exchange exchange) {
    if (exchange.list == sent) {
      exchange.givenUp = true;
      return;
    }
    if (exchange.written) {
      leave(exchange);
      clearing.bringToEnd(retired.retire(exchange));
    } else {
      drop(exchange);
      effects.ended(exchange.sequence, false);
    }
    proceed();
  }

  /** The ages of messages are known: nothing is held for that any more. */
  void unhold() {
    queue.unhold();
    proceed();
  }

  /** Returns the exchange whose PUBLISH was written first of those that are not answered. */
  Exchange first() {
    return sent.first();
  }

  /** Returns the serial of the oldest PUBLISH that is not answered, 0 if there is none. */
  long oldest() {
    return sent.isEmpty() ? 0 : sent.first().serial;
  }

  private int window() {
    return suspicion.window(Math.min(maxInflight, connection.capabilities().receiveMaximum()));
  }

  private void startAll() {
    unstarted = false;
    Exchange exchange = queue.first();
    while (exchange != null) {
      Exchange next = exchange.next;
      if (exchange.qos != QoS.AT_MOST_ONCE && !exchange.recorded && exchange.token == 0) {
        start(exchange);
      }
      exchange = next;
    }
  }

  /** Gives a queued exchange its packet id and asks for its record. */
  private void start(Exchange exchange) {
    if (exchange.qos == QoS.AT_MOST_ONCE) {
      admit(exchange);
      return;
    }
    if (queue.behindUnacknowledged(exchange)) {
      // With a record it would be sent first after a restart, before that one.
      unstarted = true;
      return;
    }
    if (exchange.packetId == 0) {
      exchange.packetId =
          exchange.qos == QoS.EXACTLY_ONCE ? ids.takeExactlyOnce(exchange) : ids.take(exchange);
    }
    if (exchange.packetId == 0) {
      unstarted = true;
      clearing.begin();
    } else if (admit(exchange)) {
      boolean forced = exchange.sync && exchange.qos == QoS.EXACTLY_ONCE;
      exchange.token = Token.of(Token.Kind.SENT, exchange.packetId, connection.nextSerial());
      effects.recordSent(
          exchange.sequence,
          epoch,
          exchange.packetId,
          forced ? Level.FORCED : Level.APPENDED,
          exchange.token);
    }
  }

  private void pump() {
    if (!connection.online()) {
      return;
    }
    boolean again;
    do {
      places += queue.place(window() - places);
      unacknowledgedWritten = false;
      queue.release(write);
      // A message that this broker does not take gave its place back.
      again = queue.unplaced() && places < window();
      if (unacknowledgedWritten && unstarted) {
        startAll();
      }
    } while (again);
  }

  private void write(Exchange exchange) {
    if (exchange.packet == null && !admit(exchange)) {
      return;
    }
    Publish packet = exchange.packet;
    exchange.packet = null;
    if (exchange.qos == QoS.AT_MOST_ONCE) {
      unacknowledgedWritten = true;
      effects.writeUnacknowledged(exchange.sequence, connection.aliased(packet));
      return;
    }
    exchange.again |= exchange.written;
    exchange.written = true;
    exchange.serial = connection.nextSerial();
    sent.add(exchange);
    connection.write(connection.aliased(packet));
  }

  /** Makes the PUBLISH; or ends the message here, because this broker does not take it. */
  private boolean admit(Exchange exchange) {
    if (exchange.qos.level() > connection.capabilities().maximumQos().level()) {
      // An earlier connection could do more. It goes as new, with the QoS that this one can.
      drop(exchange);
      effects.requeue(exchange.sequence);
      return false;
    }
    boolean retain = exchange.message.retain() && connection.capabilities().retainAvailable();
    if (exchange.message.retain() && !retain && !effects.stripsRetain(exchange.sequence)) {
      refuse(exchange, DropReason.REFUSED, ReasonCode.RETAIN_NOT_SUPPORTED.value());
      return false;
    }
    try {
      exchange.packet = Publishes.of(exchange, retain, connection.mqtt5());
      if (connection.fits(exchange.packet)) {
        return true;
      }
      refuse(exchange, DropReason.TOO_LARGE, 0);
    } catch (CodecException e) {
      refuse(exchange, DropReason.REFUSED, e.reason().value());
    }
    return false;
  }

  private void refuse(Exchange exchange, DropReason reason, int code) {
    drop(exchange);
    boolean mayHaveArrived = exchange.written || exchange.duplicate;
    effects.settle(exchange.sequence, new Outcome.Dropped(reason, code, mayHaveArrived));
  }

  private void drop(Exchange exchange) {
    leave(exchange);
    if (exchange.packetId != 0) {
      ids.drop(exchange.packetId);
    }
  }
}
