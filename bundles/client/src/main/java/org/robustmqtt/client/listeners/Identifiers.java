package org.robustmqtt.client.listeners;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Gives filters that overlap subscription identifiers that tell them apart: a broker sends a copy
 * for each filter that means a topic. Filters that overlap none need none; those that do not
 * overlap each other may share one, so that the numbers stay small and many filters fit one
 * SUBSCRIBE. What a filter has been given it keeps, so that copies that wait at the broker are not
 * taken for those of another. On the loop.
 */
final class Identifiers {
  private final FilterTree tree;

  /** Told each filter that was there and needs an identifier now. */
  private final Consumer<Want> changed;

  Identifiers(FilterTree tree, Consumer<Want> changed) {
    this.tree = tree;
    this.changed = changed;
  }

  /** Gives a filter that is about to be added to the tree what it needs, and others too. */
  void give(Want want) {
    List<Want> others = overlapping(want);
    if (others.isEmpty()) {
      return;
    }
    Set<Integer> taken = new HashSet<>();
    for (Want other : others) {
      if (other.identifier == 0) {
        other.identifier = lowest(identifiers(overlapping(other)));
        changed.accept(other);
      }
      taken.add(other.identifier);
    }
    if (want.identifier == 0 || taken.contains(want.identifier)) {
      want.identifier = lowest(taken);
    }
  }

  private List<Want> overlapping(Want want) {
    List<Want> others = new ArrayList<>();
    tree.overlapping(
        want.filter,
        other -> {
          if (other != want) {
            others.add(other);
          }
        });
    return others;
  }

  private static Set<Integer> identifiers(List<Want> wants) {
    Set<Integer> taken = new HashSet<>();
    wants.forEach(want -> taken.add(want.identifier));
    return taken;
  }

  private static int lowest(Set<Integer> taken) {
    int identifier = 1;
    while (taken.contains(identifier)) {
      identifier++;
    }
    return identifier;
  }
}
