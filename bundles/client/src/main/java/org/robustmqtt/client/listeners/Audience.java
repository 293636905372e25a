package org.robustmqtt.client.listeners;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The listeners that are there, and which of them a topic means. On the loop. */
final class Audience {
  /** How many topics the listeners that match are remembered for. */
  private static final int TOPICS = 4096;

  private static final Hearer[] NOBODY = {};

  private final Set<Hearer> hearers = new LinkedHashSet<>();
  private final Map<String, Hearer[]> matches = new HashMap<>();

  void add(Hearer hearer) {
    hearers.add(hearer);
    changed();
  }

  /** Returns whether it was there. */
  boolean remove(Hearer hearer) {
    changed();
    return hearers.remove(hearer);
  }

  /** Filters of listeners have changed. */
  void changed() {
    matches.clear();
  }

  /** Takes all of them out. */
  List<Hearer> clear() {
    List<Hearer> all = all();
    hearers.clear();
    changed();
    return all;
  }

  List<Hearer> all() {
    return new ArrayList<>(hearers);
  }

  /** Returns those that hear a topic. */
  Hearer[] matching(String topic) {
    Hearer[] known = matches.get(topic);
    if (known == null) {
      known = hearers.stream().filter(hearer -> hearer.matches(topic)).toList().toArray(NOBODY);
      if (matches.size() >= TOPICS) {
        matches.clear();
      }
      matches.put(topic, known);
    }
    return known;
  }
}
