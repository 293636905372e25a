package org.robustmqtt.client.link;

import java.util.Optional;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.QoS;
import org.robustmqtt.client.outbox.Entry;
import org.robustmqtt.client.outbox.Outbox;
import org.robustmqtt.client.transport.Transport;

/**
 * Brings messages from the outbox to the session, as long as the session takes them and not too
 * much waits to be written; the birth message before all of them. On the loop only.
 */
final class Pump {
  /** No more is encoded while so many bytes wait to be written. */
  static final long MOST_WAITING = 256 * 1024;

  /** After so many messages other connections have their turn. */
  private static final int TURN = 256;

  private final Outbox outbox;

  /** What the outbox was told last; it is told once by each pump. */
  private Optional<Boolean> recordedToo = Optional.empty();

  private Optional<Message> birth = Optional.empty();

  /** Whether the birth was given to the session on this connection. */
  private boolean birthSaid;

  private long presenceSequence;

  /** Of the birth that was given to the session last; 0: none was. */
  private long birthSequence;

  Pump(Outbox outbox) {
    this.outbox = outbox;
  }

  /** This message goes before all others; instead of one that still waits. */
  void birth(Optional<Message> message) {
    birth = message;
    birthSaid = false;
  }

  /** Returns whether the birth was published on this connection. */
  boolean birthSaid() {
    return birthSaid;
  }

  /** Returns whether this message of presence is the birth. */
  boolean isBirth(long sequence) {
    return sequence == birthSequence;
  }

  /** Returns whether no birth waits here. */
  boolean isEmpty() {
    return birth.isEmpty();
  }

  /**
   * Sends what can be sent in one turn.
   *
   * @return whether there may be more that only this turn's bound held back
   */
  boolean run(Carrier carrier, Transport transport) {
    if (!sendBirth(carrier)) {
      return false;
    }
    lookAtStore(carrier.recordsExactlyOnce());
    for (int sent = 0; sent < TURN; sent++) {
      if (transport.waiting() >= MOST_WAITING) {
        // The transport tells when bytes were taken.
        return false;
      }
      Optional<Entry> next = next(carrier);
      if (next.isEmpty()) {
        return false;
      }
      Entry entry = next.get();
      carrier.send(
          entry.sequence(),
          message(entry, carrier),
          entry.durability() == Durability.SYNC,
          outbox.sentBefore(entry),
          outbox.secondsLeft(entry));
    }
    return true;
  }

  private static Message message(Entry entry, Carrier carrier) {
    Message message = entry.message();
    return message.retain() && entry.stripsRetain() && !carrier.retains()
        ? message.withRetain(false)
        : message;
  }

  private void lookAtStore(boolean records) {
    if (recordedToo.isEmpty() || recordedToo.get() != records) {
      recordedToo = Optional.of(records);
      outbox.recordedToo(records);
    }
  }

  /** Takes out only what the session takes now: a message that is out has to be somewhere. */
  private Optional<Entry> next(Carrier carrier) {
    return carrier.ready(QoS.AT_MOST_ONCE)
        ? outbox.next(carrier.ready(QoS.AT_LEAST_ONCE))
        : Optional.empty();
  }

  private boolean sendBirth(Carrier carrier) {
    if (birth.isPresent()) {
      if (!carrier.ready(birth.get().qos())) {
        return false;
      }
      Message message = birth.get();
      birth = Optional.empty();
      birthSaid = true;
      birthSequence = nextPresence();
      sendPresence(carrier, message);
    }
    return true;
  }

  /** Returns the sequence that the next message of presence will have. */
  long nextPresence() {
    return presenceSequence - 1;
  }

  /** Sends a message of presence; the session is ready for its QoS. */
  void sendPresence(Carrier carrier, Message message) {
    presenceSequence--;
    carrier.send(presenceSequence, message, false, false, 0);
  }
}
