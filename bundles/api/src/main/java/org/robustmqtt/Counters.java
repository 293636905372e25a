package org.robustmqtt;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a connection has counted since it was made. Within one run {@code accepted + recovered =
 * acknowledged + sent + all dropped + pending}, exactly.
 *
 * @param accepted messages accepted by {@code publish}
 * @param recovered messages found on disk at the start
 * @param acknowledged outcomes {@link Outcome.Acknowledged}
 * @param sent outcomes {@link Outcome.Sent}
 * @param dropped outcomes {@link Outcome.Dropped} by reason; every reason is there
 * @param refused messages that {@code publish} did not accept
 * @param received messages received
 * @param unclaimed received messages that no listener took in time
 * @param overflowed received messages of QoS 0 dropped because a listener did not keep up
 * @param stale received messages that a listener did not hear because they were too old for it, or
 *     may have been; once for each listener
 * @param handlerFailures calls of listeners that threw
 * @param handlerTimeouts calls of listeners, and manual acknowledgements, that came too late
 * @param connects successful connects
 * @param lateAcknowledgements acknowledgements of messages that had their outcome already
 */
public record Counters(
    long accepted,
    long recovered,
    long acknowledged,
    long sent,
    Map<DropReason, Long> dropped,
    long refused,
    long received,
    long unclaimed,
    long overflowed,
    long stale,
    long handlerFailures,
    long handlerTimeouts,
    long connects,
    long lateAcknowledgements) {
  /** Nothing counted yet. */
  public static final Counters ZERO = new Counters(0, 0, 0, 0, Map.of(), 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** Completes the map of drop reasons and copies it. */
  public Counters {
    EnumMap<DropReason, Long> all = new EnumMap<>(DropReason.class);
    for (DropReason reason : DropReason.values()) {
      all.put(reason, dropped.getOrDefault(reason, 0L));
    }
    dropped = Collections.unmodifiableMap(all);
  }

  /** Returns the number of outcomes. */
  public long outcomes() {
    long sum = acknowledged + sent;
    for (long count : dropped.values()) {
      sum += count;
    }
    return sum;
  }
}
