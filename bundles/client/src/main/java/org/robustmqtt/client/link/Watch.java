package org.robustmqtt.client.link;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.transport.Transport;
import org.robustmqtt.codec.Pingreq;

/**
 * Watches a link that is online, with one timer: pings when nothing was sent, or nothing was
 * received, for the keep alive; finds a ping or another packet that is not answered, and bytes that
 * are not taken. A dead link is found within keep alive and ping time-out, whatever is being sent.
 * On the loop only.
 *
 * <p>The time of an answer begins when the bytes that ask for it were taken by the operating
 * system, so that a slow line is not mistaken for a dead one.
 */
final class Watch {
  /** With the keep alive off the broker does not watch us, but we still look this often. */
  private static final long OFF_INTERVAL_NANOS = Duration.ofMinutes(10).toNanos();

  private static final long NONE = Long.MAX_VALUE;
  private static final long LONGEST_STOP_NANOS = Duration.ofSeconds(1).toNanos();

  /** What a watch asks of its link. */
  interface Host {
    void write(org.robustmqtt.codec.Packet packet);

    void lose(Place place, ProblemKind kind, int reasonCode, String text);

    /** The link has lived for the stable time. */
    void stable();

    /** See {@link Carrier#oldestUnacknowledged()}. */
    long oldestUnacknowledged();

    /** Host and port, for messages to people. */
    String broker();
  }

  /** A packet that waits for its answer: since when, once its bytes were taken. */
  private static final class Waiting {
    private boolean present;
    private boolean running;
    private long mark;
    private long since;

    void begin(long position) {
      present = true;
      running = false;
      mark = position;
    }

    void end() {
      present = false;
    }

    void look(long writtenBytes, long now) {
      if (present && !running && writtenBytes >= mark) {
        running = true;
        since = now;
      }
    }

    /** The time since then does not count. */
    void skip(long from, long now) {
      since += present && running ? now - Math.max(since, from) : 0;
    }

    long due(long timeout) {
      return present && running ? since + timeout : NONE;
    }
  }

  private final Doors doors;
  private final Host host;
  private final Alarm alarm;
  private final List<Probe> probes = new ArrayList<>();
  private final Waiting ping = new Waiting();
  private final Waiting acknowledgement = new Waiting();

  private Transport transport;
  private long intervalNanos;
  private long ackTimeoutNanos;
  private long stableDue;
  private long lastSent;
  private long lastReceived;
  private boolean sent;
  private boolean received;
  private long oldest;
  private boolean stalled;
  private long stalledSince;
  private long stalledAt;
  private boolean reading;
  private long stoppedAt;

  private record Probe(CompletableFuture<Duration> answer, long since) {}

  Watch(Doors doors, Consumer<Runnable> guard, Host host) {
    this.doors = doors;
    this.host = host;
    alarm = new Alarm(doors, guard, this::ring);
  }

  /** Returns how long the reading may be stopped at once, in nanoseconds. */
  static long longestStop(int keepAliveSeconds, long ackTimeout) {
    long quarter = keepAliveSeconds == 0 ? NONE : keepAliveSeconds * 250_000_000L;
    return Math.min(LONGEST_STOP_NANOS, Math.min(quarter, ackTimeout / 4));
  }

  /** Returns how often a packet is read at the least although too much is held, in nanoseconds. */
  static long sip(int keepAliveSeconds) {
    return (keepAliveSeconds == 0 ? OFF_INTERVAL_NANOS : keepAliveSeconds * 1_000_000_000L) / 4;
  }

  /**
   * Begins to watch.
   *
   * @param keepAliveSeconds the keep alive in force
   */
  void start(Transport watched, int keepAliveSeconds, long ackTimeout, long stableNanos) {
    transport = watched;
    intervalNanos = keepAliveSeconds == 0 ? OFF_INTERVAL_NANOS : keepAliveSeconds * 1_000_000_000L;
    ackTimeoutNanos = ackTimeout;
    long now = doors.clock().nanos();
    lastSent = now;
    lastReceived = now;
    stableDue = now + stableNanos;
    oldest = 0;
    ping.end();
    acknowledgement.end();
    stalled = false;
    reading = true;
    touch();
  }

  void ackTimeout(long nanos) {
    ackTimeoutNanos = nanos;
    if (transport != null) {
      alarm.in(0);
    }
  }

  /** Ends; probes under way fail. */
  void stop() {
    transport = null;
    alarm.cancel();
    List<Probe> failing = List.copyOf(probes);
    probes.clear();
    for (Probe probe : failing) {
      fail(probe.answer, "the connection was lost");
    }
  }

  /**
   * Packets are read, or not for a while, because of us. Then no answer can come: the time of
   * answers stands still, but a ping is due when nothing else was sent for the keep alive.
   */
  void reading(boolean wanted) {
    if (transport == null || wanted == reading) {
      return;
    }
    long now = doors.clock().nanos();
    look(now);
    reading = wanted;
    if (wanted) {
      ping.skip(stoppedAt, now);
      acknowledgement.skip(stoppedAt, now);
      lastReceived = now;
    } else {
      stoppedAt = now;
    }
    touch();
  }

  void sent() {
    sent = true;
  }

  void received() {
    received = true;
  }

  void pong() {
    ping.end();
    long now = doors.clock().nanos();
    List<Probe> answered = List.copyOf(probes);
    probes.clear();
    for (Probe probe : answered) {
      Duration time = Duration.ofNanos(now - probe.since);
      doors.lanes().pool().execute(() -> probe.answer.complete(time));
    }
  }

  void probe(CompletableFuture<Duration> answer) {
    if (transport == null) {
      fail(answer, "not online");
      return;
    }
    probes.add(new Probe(answer, doors.clock().nanos()));
    if (!ping.present) {
      ping();
      touch();
    }
  }

  private void fail(CompletableFuture<Duration> answer, String why) {
    doors.lanes().pool().execute(() -> answer.completeExceptionally(new IOException(why)));
  }

  private void ping() {
    host.write(new Pingreq());
    if (!ping.present) {
      ping.begin(transport.encoded());
    }
  }

  /** Something happened: looks at what changed, and makes sure that the timer is early enough. */
  void touch() {
    if (transport == null) {
      return;
    }
    long now = doors.clock().nanos();
    look(now);
    alarm.noLaterThan(nextDue());
  }

  private void look(long now) {
    if (sent) {
      sent = false;
      lastSent = now;
    }
    if (received) {
      received = false;
      lastReceived = now;
    }
    long nowOldest = host.oldestUnacknowledged();
    if (nowOldest != oldest) {
      oldest = nowOldest;
      if (oldest == 0) {
        acknowledgement.end();
      } else {
        acknowledgement.begin(transport.encoded());
      }
    }
    acknowledgement.look(transport.written(), now);
    ping.look(transport.written(), now);
    if (transport.waiting() == 0) {
      stalled = false;
    } else if (!stalled || stalledAt != transport.taken()) {
      stalled = true;
      stalledSince = now;
      stalledAt = transport.taken();
    }
  }

  private long nextDue() {
    long due = Math.min(stableDue, overdue(acknowledgement, ackTimeoutNanos));
    due = Math.min(due, ping.present ? overdue(ping, pingTimeout()) : NONE);
    due = Math.min(due, ping.present && reading ? NONE : pingDue());
    return stalled ? Math.min(due, stalledSince + ackTimeoutNanos) : due;
  }

  private long overdue(Waiting waiting, long timeout) {
    return reading ? waiting.due(timeout) : NONE;
  }

  private long pingDue() {
    return (reading ? Math.min(lastSent, lastReceived) : lastSent) + intervalNanos;
  }

  private long pingTimeout() {
    return Math.min(intervalNanos, ackTimeoutNanos);
  }

  private void ring() {
    if (transport == null) {
      return;
    }
    long now = doors.clock().nanos();
    look(now);
    if (stalled && now - stalledSince >= ackTimeoutNanos) {
      host.lose(
          Place.SEND_QUEUE,
          ProblemKind.WRITE_STALLED,
          0,
          host.broker() + " took no bytes for " + seconds(ackTimeoutNanos));
    } else if (overdue(ping, pingTimeout()) <= now) {
      host.lose(
          Place.PING,
          ProblemKind.KEEP_ALIVE_TIMEOUT,
          0,
          host.broker() + " did not answer a ping within " + seconds(pingTimeout()));
    } else if (overdue(acknowledgement, ackTimeoutNanos) <= now) {
      host.lose(
          Place.WAIT_MESSAGE,
          ProblemKind.ACK_TIMEOUT,
          0,
          host.broker() + " did not acknowledge within " + seconds(ackTimeoutNanos));
    } else {
      if (stableDue <= now) {
        stableDue = NONE;
        host.stable();
      }
      if ((!ping.present || !reading) && pingDue() <= now) {
        ping();
      }
      touch();
    }
  }

  static String seconds(long nanos) {
    return nanos % 1_000_000_000L == 0 ? nanos / 1_000_000_000L + " s" : nanos / 1_000_000L + " ms";
  }
}
