package org.robustmqtt.client.listeners;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.robustmqtt.codec.Publish;

/**
 * The listeners that are there, and which of them hear a message. On the loop.
 *
 * <p>Where several wanted filters mean a topic, the broker sends a copy for each (5.0, section
 * 3.3.4), and its subscription identifiers say for which. A listener hears the copy of one filter:
 * of its own ones that of the highest QoS; if none of its own is at the broker, because it was
 * refused, that of another. A copy without identifiers is heard by all who want its topic.
 */
final class Audience {
  private static final Comparator<Hearer> BY_AGE = Comparator.comparingLong(one -> one.age);

  private final FilterTree tree;
  private final Copies copies = new Copies();
  private final Set<Hearer> hearers = new LinkedHashSet<>();
  private final List<Want> wants = new ArrayList<>();
  private final List<Hearer> found = new ArrayList<>();
  private long ages;

  /** How many say something of messages that are not of now. */
  private int caring;

  private long round;

  Audience(FilterTree tree) {
    this.tree = tree;
  }

  void add(Hearer hearer) {
    hearer.age = ages++;
    hearers.add(hearer);
    caring += hearer.plain() ? 0 : 1;
  }

  /** Returns whether somebody says something of messages that are not of now. */
  boolean cares() {
    return caring > 0;
  }

  boolean has(Hearer hearer) {
    return hearers.contains(hearer);
  }

  void remove(Hearer hearer) {
    if (hearers.remove(hearer)) {
      caring -= hearer.plain() ? 0 : 1;
    }
  }

  /** Takes all of them out. */
  List<Hearer> clear() {
    List<Hearer> all = all();
    hearers.clear();
    return all;
  }

  List<Hearer> all() {
    return new ArrayList<>(hearers);
  }

  /** A connection begins; with our session it is the broker of the one before. */
  void begin(boolean resumed) {
    copies.begin(resumed);
  }

  /** Returns whether somebody is there who wants this topic. */
  boolean wants(String topic) {
    for (Want want : matching(topic)) {
      if (!want.hearers.isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns whether a message is for somebody who was there at most this long before now, and is
   * not.
   */
  boolean misses(Publish packet, long nanos, long now) {
    Set<Integer> identifiers = Set.of();
    boolean asked = false;
    for (Want want : matching(packet.topic())) {
      if (want.hearers.isEmpty() && !want.givenUp && now - want.orphanedAt < nanos) {
        if (!asked) {
          asked = true;
          identifiers = known(packet, wants);
        }
        if (identifiers.isEmpty() || want.atBroker == 0 || identifiers.contains(want.atBroker)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Returns those that hear a message that came before. */
  List<Hearer> hearingNow(Delivery delivery) {
    return List.copyOf(hearing(delivery, false));
  }

  /**
   * A message came: returns those that hear it, eldest first. The list is used again for the next
   * one.
   */
  List<Hearer> hearing(Delivery delivery) {
    return hearing(delivery, true);
  }

  private List<Hearer> hearing(Delivery delivery, boolean came) {
    Publish packet = delivery.packet;
    List<Want> matching = matching(packet.topic());
    Set<Integer> identifiers = known(packet, matching);
    if (came && !packet.retain()) {
      // it may have been retained too: what is remembered of its topic is not the newest any more
      spoil(matching);
    }
    if (came && !identifiers.isEmpty()) {
      shown(matching, identifiers);
    }
    collect(matching, identifiers);
    if (found.size() > 1) {
      found.sort(BY_AGE);
    }
    if (identifiers.isEmpty()) {
      if (!came && !delivery.hearers.isEmpty() && sentForFilters(packet)) {
        // its filter was given up since: kept for nobody any more
        found.clear();
      }
      return found;
    }
    if (matching.size() == 1) {
      return found;
    }
    if (packet.retain()) {
      found.removeIf(one -> one.lead != null && !one.meant);
      return found;
    }
    Copies.Heard heard = Copies.Heard.BY_OWN;
    if (came) {
      Set<Integer> possible = possible(matching);
      if (possible.size() > 1) {
        heard = copies.came(delivery, identifiers, expected(matching), possible);
      }
    }
    switch (heard) {
      case BY_ALL -> {}
      case BY_OWN -> byOwn(matching, identifiers);
      case BY_NONE -> {
        if (delivery.original.returned) {
          byOwn(matching, identifiers);
          found.removeIf(delivery::isWith);
        } else {
          found.clear();
        }
      }
    }
    return found;
  }

  /**
   * A copy shows that the broker has its filter, whatever becomes of its SUBACK: a listener that
   * has another filter too does not wait for the copy of that one, which may have been before.
   */
  private static void shown(List<Want> matching, Set<Integer> identifiers) {
    for (Want want : matching) {
      if (want.granted < 0 && identifiers.contains(want.atBroker)) {
        want.granted = want.qos.level();
      }
    }
  }

  /** The retained value of a topic is not remembered. */
  void spoil(String topic) {
    spoil(matching(topic));
  }

  private static void spoil(List<Want> matching) {
    for (int i = 0; i < matching.size(); i++) {
      matching.get(i).remembered = false;
    }
  }

  private List<Want> matching(String topic) {
    wants.clear();
    tree.match(topic, wants);
    return wants;
  }

  /** Collects the listeners, each with the filter whose copy it hears. */
  private void collect(List<Want> matching, Set<Integer> identifiers) {
    found.clear();
    round++;
    for (int i = 0; i < matching.size(); i++) {
      Want want = matching.get(i);
      for (int j = 0; j < want.hearers.size(); j++) {
        Hearer hearer = want.hearers.get(j);
        if (hearer.round != round) {
          hearer.round = round;
          hearer.lead = null;
          hearer.meant = false;
          found.add(hearer);
        }
        if (!identifiers.isEmpty() && mayBeThere(want)) {
          hearer.lead = better(hearer.lead, want);
          hearer.meant |= identifiers.contains(want.atBroker);
        }
      }
    }
  }

  private void byOwn(List<Want> matching, Set<Integer> identifiers) {
    Want other = null;
    for (Want want : matching) {
      if (!want.filter.shared() && !want.givenUp && mayBeThere(want)) {
        other = better(other, want);
      }
    }
    Want foreign = other;
    found.removeIf(
        hearer -> {
          Want lead = hearer.lead == null ? foreign : hearer.lead;
          return lead != null && !identifiers.contains(lead.atBroker);
        });
  }

  /**
   * Returns whether copies of a filter can be told from others. Also before its SUBACK: the broker
   * may send them earlier (5.0, section 3.8.4), and what it got before it had the filter was not
   * for it.
   */
  private static boolean mayBeThere(Want want) {
    return want.atBroker != 0;
  }

  /** A copy of a shared filter may go to another client; that of a lower QoS may be dropped. */
  private static Want better(Want one, Want other) {
    if (one == null || one.filter.shared() && !other.filter.shared()) {
      return other;
    }
    boolean worse =
        other.filter.shared() && !one.filter.shared()
            || other.granted < one.granted
            || other.granted == one.granted && other.atBroker >= one.atBroker;
    return worse ? one : other;
  }

  /** Returns the identifiers of the copies that come for certain. */
  private static Set<Integer> expected(List<Want> matching) {
    Set<Integer> expected = new HashSet<>();
    for (Want want : matching) {
      boolean certain = want.granted >= 0 && !want.filter.shared() && !want.givenUp;
      if (want.atBroker != 0 && certain) {
        expected.add(want.atBroker);
      }
    }
    return expected;
  }

  /**
   * Returns the same and those of the copies that may come: of filters whose SUBACK is awaited, of
   * those that were given up, and of shared ones, whose copy may go to another client.
   */
  private static Set<Integer> possible(List<Want> matching) {
    Set<Integer> possible = new HashSet<>();
    for (Want want : matching) {
      if (mayBeThere(want)) {
        possible.add(want.atBroker);
      }
    }
    return possible;
  }

  private static boolean sentForFilters(Publish packet) {
    return !packet.properties().isEmpty()
        && !packet.properties().subscriptionIdentifiers().isEmpty();
  }

  /** Returns the identifiers of a message; none if no filter that means its topic has them. */
  private static Set<Integer> known(Publish packet, List<Want> matching) {
    if (packet.properties().isEmpty()) {
      return Set.of();
    }
    List<Integer> all = packet.properties().subscriptionIdentifiers();
    for (Want want : matching) {
      if (want.atBroker != 0 && all.contains(want.atBroker)) {
        return Set.copyOf(all);
      }
    }
    return Set.of();
  }
}
