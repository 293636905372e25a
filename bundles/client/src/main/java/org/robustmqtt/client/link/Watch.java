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
 * are not taken. A dead link is found within keep alive and ping time-out after the last byte that
 * came, whatever is being sent. On the loop only.
 *
 * <p>A slow line is not mistaken for a dead one: the time of an answer begins when the operating
 * system has taken the bytes that ask for it, and as long as something moves, see {@link
 * LifeSigns}, an answer may be behind it. So an acknowledgement that is overdue while bytes come is
 * put to the proof: a ping is sent behind it, and if that is answered first, the broker has
 * forgotten it.
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

  private final Doors doors;
  private final Host host;
  private final Alarm alarm;
  private final List<Probe> probes = new ArrayList<>();
  private final Awaited ping = new Awaited();
  private final Awaited acknowledgement = new Awaited();
  private final LifeSigns life = new LifeSigns();

  private Transport transport;
  private long intervalNanos;
  private long ackTimeoutNanos;
  private long writeTimeoutNanos;
  private long stableDue;
  private long lastSent;
  private long lastReceived;

  /** When something was read last; unlike {@link #lastReceived} it never stands for a wait. */
  private long heardNanos;

  private long heardMillis;

  /** So many answers to pings until that to the one of {@link #roundTrip}; 0: there is none. */
  private int tripLeft;

  private boolean sent;
  private boolean received;
  private long oldest;
  private boolean stalled;
  private long stalledSince;
  private long stalledAt;
  private boolean reading;
  private long stoppedAt;

  /** Pings that are not answered. */
  private int pingsOut;

  /** So many answers to pings until the acknowledgement has been put to the proof; 0: it is not. */
  private int proofLeft;

  /** An answer came that the acknowledgement should have been before. */
  private boolean forgotten;

  private static final class Probe {
    private final CompletableFuture<Duration> answer;
    private long since;

    Probe(CompletableFuture<Duration> answer) {
      this.answer = answer;
    }
  }

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
  void start(Transport watched, int keepAliveSeconds, LinkSettings settings) {
    long ackTimeout = settings.ackTimeoutNanos();
    writeTimeoutNanos = settings.writeTimeoutNanos();
    transport = watched;
    intervalNanos = keepAliveSeconds == 0 ? OFF_INTERVAL_NANOS : keepAliveSeconds * 1_000_000_000L;
    ackTimeoutNanos = ackTimeout;
    long now = doors.clock().nanos();
    lastSent = now;
    lastReceived = now;
    heardNanos = now;
    heardMillis = doors.clock().wallMillis();
    stableDue = now + settings.retry().stableNanos();
    oldest = 0;
    ping.end();
    acknowledgement.end();
    stalled = false;
    reading = true;
    pingsOut = 0;
    proofLeft = 0;
    tripLeft = 0;
    forgotten = false;
    life.start(watched, now, ackTimeout);
    touch();
  }

  /** Other times are in force from now on. */
  void timeouts(LinkSettings settings) {
    ackTimeoutNanos = settings.ackTimeoutNanos();
    writeTimeoutNanos = settings.writeTimeoutNanos();
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
   * answers stands still, but a ping is due when nothing else was sent for the keep alive. The
   * timer is set at the end of the turn that begins with the reading; when the reading stops, it
   * may ring early.
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
  }

  boolean hasDeadline() {
    return alarm.isSet();
  }

  void sent() {
    sent = true;
  }

  void received() {
    received = true;
  }

  /** Returns when something was read last on the connection at hand, or the last one. */
  long heardNanos() {
    return heardNanos;
  }

  /** Returns the same in wall time. */
  long heardMillis() {
    return heardMillis;
  }

  /** Sends a ping whose own answer is told by {@link #pong}. */
  void roundTrip() {
    if (transport != null) {
      ping();
      tripLeft = pingsOut;
    }
  }

  /** A ping is answered; returns whether it is that of {@link #roundTrip}. */
  boolean pong() {
    boolean trip = tripLeft == 1;
    tripLeft = Math.max(0, tripLeft - 1);
    ping.end();
    pingsOut = Math.max(0, pingsOut - 1);
    if (proofLeft > 0) {
      proofLeft--;
      forgotten = proofLeft == 0;
    }
    long now = doors.clock().nanos();
    List<Probe> answered = List.copyOf(probes);
    probes.clear();
    for (Probe probe : answered) {
      Duration time = Duration.ofNanos(now - probe.since);
      doors.lanes().pool().execute(() -> probe.answer.complete(time));
    }
    return trip;
  }

  void probe(CompletableFuture<Duration> answer) {
    if (transport == null) {
      fail(answer, "not online");
      return;
    }
    // in first: whatever happens to the link now is its answer
    Probe probe = new Probe(answer);
    probes.add(probe);
    probe.since = doors.clock().nanos();
    if (!ping.isPresent()) {
      ping();
      touch();
    }
  }

  private void fail(CompletableFuture<Duration> answer, String why) {
    doors.lanes().pool().execute(() -> answer.completeExceptionally(new IOException(why)));
  }

  private void ping() {
    host.write(new Pingreq());
    pingsOut++;
    if (!ping.isPresent()) {
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
      heardNanos = now;
      heardMillis = doors.clock().wallMillis();
    }
    life.look(transport, now);
    long nowOldest = host.oldestUnacknowledged();
    if (nowOldest != oldest) {
      oldest = nowOldest;
      proofLeft = 0;
      forgotten = false;
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
    long due = Math.min(stableDue, Math.min(acknowledgementDue(), answerDue()));
    due = Math.min(due, pingDue());
    return stalled ? Math.min(due, stalledSince + writeTimeoutNanos) : due;
  }

  /** When an acknowledgement is overdue, or while that is being proved, the line silent. */
  private long acknowledgementDue() {
    if (!reading) {
      return NONE;
    }
    return proofLeft > 0
        ? acknowledgement.dueAfter(life.last(), ackTimeoutNanos)
        : acknowledgement.due(ackTimeoutNanos);
  }

  /** When the answer to a ping is overdue. */
  private long answerDue() {
    return reading ? ping.dueAfter(life.last(), pingTimeout()) : NONE;
  }

  /** The broker wants to hear something for each keep alive, also while an answer is out. */
  private long pingDue() {
    boolean silent = reading && !ping.isPresent();
    return (silent ? Math.min(lastSent, lastReceived) : lastSent) + intervalNanos;
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
    if (stalled && now - stalledSince >= writeTimeoutNanos) {
      host.lose(
          Place.SEND_QUEUE,
          ProblemKind.WRITE_STALLED,
          0,
          host.broker() + " took no bytes for " + seconds(writeTimeoutNanos));
    } else if (answerDue() <= now) {
      host.lose(
          Place.PING,
          ProblemKind.KEEP_ALIVE_TIMEOUT,
          0,
          host.broker() + " did not answer a ping within " + seconds(pingTimeout()));
    } else if (acknowledgementDue() <= now && !mayBeBehind(now)) {
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
      if (acknowledgementDue() <= now) {
        ping();
        proofLeft = pingsOut;
      } else if (pingDue() <= now) {
        ping();
      }
      touch();
    }
  }

  /** Whether the acknowledgement may be behind what comes or goes. */
  private boolean mayBeBehind(long now) {
    return !forgotten && acknowledgement.before(life.last()) && now - life.last() < ackTimeoutNanos;
  }

  static String seconds(long nanos) {
    return nanos % 1_000_000_000L == 0 ? nanos / 1_000_000_000L + " s" : nanos / 1_000_000L + " ms";
  }
}
