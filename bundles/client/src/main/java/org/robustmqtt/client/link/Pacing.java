package org.robustmqtt.client.link;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * What the connections of one hub to one broker have in common: those that wait because the broker
 * is away try it together about as often as one would, and when one is back the others follow in
 * turn. On the loop only.
 */
public final class Pacing {
  /** Between the connections that follow: 50 a second. */
  private static final long TURN_NANOS = 20_000_000;

  /** By broker those that wait for it, and when each is due. */
  private final Map<String, Map<LongConsumer, Long>> waiting = new HashMap<>();

  /**
   * A connection waits for a broker that is away, until {@link #leave}.
   *
   * @param member told in how many nanoseconds to try at the latest, if the broker is back before
   * @param own how long it would wait alone
   * @return how long to wait: as alone, unless another one tries before that
   */
  long plan(String broker, LongConsumer member, long now, long own) {
    Map<LongConsumer, Long> others = waiting.computeIfAbsent(broker, key -> new LinkedHashMap<>());
    others.remove(member);
    boolean another = others.values().stream().anyMatch(due -> due - (now + own) <= 0);
    long wait = another ? own * (others.size() + 1) : own;
    others.put(member, now + wait);
    return wait;
  }

  /** A connection does not wait for the broker any more. */
  void leave(String broker, LongConsumer member) {
    Map<LongConsumer, Long> others = waiting.get(broker);
    if (others != null && others.remove(member) != null && others.isEmpty()) {
      waiting.remove(broker);
    }
  }

  /** The broker has accepted a connection: those that wait for it are told. */
  void back(String broker) {
    long in = 0;
    List<LongConsumer> members = new ArrayList<>(waiting.getOrDefault(broker, Map.of()).keySet());
    for (LongConsumer member : members) {
      in += TURN_NANOS;
      member.accept(in);
    }
  }
}
