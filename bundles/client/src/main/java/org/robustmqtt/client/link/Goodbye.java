package org.robustmqtt.client.link;

import java.util.Optional;
import java.util.function.Consumer;
import org.robustmqtt.Message;
import org.robustmqtt.QoS;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.transport.Transport;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.Properties;

/**
 * A clean end of a link that is online: sends what can still be sent, says goodbye, sends
 * DISCONNECT, all within a time. On the loop only.
 */
final class Goodbye {
  /** What a goodbye asks of its link. */
  interface Host {
    /** Returns whether nothing waits and nothing is in flight. */
    boolean drained(boolean queueToo);

    Carrier carrier();

    Transport transport();

    void write(org.robustmqtt.codec.Packet packet);

    /** The end: nothing more can or need be sent. */
    void goodbyeSaid();
  }

  private enum Phase {
    DRAINING,
    LAST_WORD,
    DISCONNECTING,
    OVER
  }

  private final Host host;
  private final Pump pump;
  private final Optional<Message> shutdown;
  private final boolean queueToo;
  private final long reserveNanos;
  private final Alarm alarm;
  private Phase phase = Phase.DRAINING;
  private long lastWord;

  /**
   * Begins.
   *
   * @param shutdown the last message
   * @param queueToo whether queued messages are sent too, or only what is in flight is awaited
   * @param drainNanos how long it may take
   */
  Goodbye(
      Doors doors,
      Consumer<Runnable> guard,
      Host host,
      Pump pump,
      Optional<Message> shutdown,
      boolean queueToo,
      long drainNanos) {
    this.host = host;
    this.pump = pump;
    this.shutdown = shutdown;
    this.queueToo = queueToo;
    // A fifth is kept for the last word and DISCONNECT.
    reserveNanos = drainNanos / 5;
    alarm = new Alarm(doors, guard, this::late);
    alarm.in(drainNanos - reserveNanos);
  }

  /** Returns whether messages are still taken out of the queue. */
  boolean pumping() {
    return queueToo && phase == Phase.DRAINING;
  }

  /** Something happened: goes on if it can. */
  void step() {
    if (phase == Phase.DRAINING && host.drained(queueToo)) {
      sayLastWord();
    }
    if (phase == Phase.DISCONNECTING && host.transport().waiting() == 0) {
      end();
    }
  }

  /** A message of presence has its end. */
  void presenceSettled(long sequence) {
    if (phase == Phase.LAST_WORD && sequence == lastWord) {
      disconnect();
    }
  }

  void cancel() {
    phase = Phase.OVER;
    alarm.cancel();
  }

  private void late() {
    switch (phase) {
      case DRAINING -> sayLastWord();
      case LAST_WORD -> disconnect();
      case DISCONNECTING -> end();
      case OVER -> alarm.cancel();
    }
  }

  private void sayLastWord() {
    phase = Phase.LAST_WORD;
    alarm.in(reserveNanos);
    if (shutdown.isEmpty()) {
      disconnect();
      return;
    }
    // Where the window is full the last word goes without acknowledgement rather than not at all.
    Message message =
        host.carrier().ready(shutdown.get().qos())
            ? shutdown.get()
            : shutdown.get().withQos(QoS.AT_MOST_ONCE);
    lastWord = pump.nextPresence();
    pump.sendPresence(host.carrier(), message);
  }

  private void disconnect() {
    phase = Phase.DISCONNECTING;
    alarm.in(Math.max(1, reserveNanos));
    host.write(new Disconnect(0, Properties.NONE));
    if (host.transport().flush()) {
      end();
    }
  }

  private void end() {
    if (phase != Phase.OVER) {
      cancel();
      host.goodbyeSaid();
    }
  }
}
