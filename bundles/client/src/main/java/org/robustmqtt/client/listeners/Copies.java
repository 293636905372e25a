package org.robustmqtt.client.listeners;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.robustmqtt.codec.Publish;

/**
 * How the broker of this connection sends what several of our filters mean. The standard allows a
 * copy for each with its own subscription identifier, and one copy with all of them (5.0, section
 * 3.3.4); seen besides: one copy with one of them, and a copy for each with all of them. So until a
 * broker has shown that copies follow, the first one is heard by everybody and what follows is
 * compared with it: no message is lost to a listener whose copy never comes. On the loop.
 */
final class Copies {
  /** Who hears a message. */
  enum Heard {
    /** Everybody who wants its topic. */
    BY_ALL,
    /** Those whose filter it was sent for. */
    BY_OWN,
    /** Nobody: all have heard it. */
    BY_NONE
  }

  /** So many topics are looked at; of more, every copy is heard, as long as nothing is known. */
  private static final int TOPICS = 64;

  /** So many different messages in a row have to come as often as there are identifiers. */
  private static final int PROOFS = 2;

  /** A message of which copies may follow. */
  private static final class Message {
    private final Publish packet;
    private final Set<Integer> identifiers = new HashSet<>();

    /** The copy that is heard. */
    private Delivery heard;

    private int times;

    Message(Delivery heard) {
      this.packet = heard.packet;
      this.heard = heard;
    }

    boolean same(Publish other) {
      return packet.payload().length == other.payload().length
          && Arrays.equals(packet.payload(), other.payload());
    }
  }

  private final Map<String, Message> first = new HashMap<>();
  private final Map<String, Message> whole = new HashMap<>();

  /** Whether copies with an identifier of their own come for all filters. */
  private boolean apart;

  private int proofs;
  private boolean disproved;

  /**
   * A connection begins.
   *
   * @param resumed whether the broker has our session: it goes on as it did. Else nothing is known
   *     of it
   */
  void begin(boolean resumed) {
    first.clear();
    whole.clear();
    apart &= resumed;
    proofs = 0;
    disproved = false;
  }

  /**
   * A message came that more than one filter means. One that nobody hears follows the one that is
   * heard, see {@link Delivery#follow}.
   *
   * @param identifiers those it has
   * @param expected those of the filters that mean its topic
   */
  Heard came(Delivery delivery, Set<Integer> identifiers, Set<Integer> expected) {
    Publish packet = delivery.packet;
    if (identifiers.containsAll(expected)) {
      apart = true;
      return wholeCame(delivery, expected.size());
    }
    Message before = first.get(packet.topic());
    if (before != null && before.same(packet) && disjoint(before.identifiers, identifiers)) {
      apart = true;
      before.identifiers.addAll(identifiers);
      if (before.identifiers.containsAll(expected)) {
        first.remove(packet.topic());
      }
      delivery.follow(before.heard);
      return Heard.BY_NONE;
    }
    first.remove(packet.topic());
    if (apart) {
      return Heard.BY_OWN;
    }
    if (first.size() < TOPICS) {
      Message message = new Message(delivery);
      message.identifiers.addAll(identifiers);
      first.put(packet.topic(), message);
    }
    return Heard.BY_ALL;
  }

  /** Some brokers send it as often as there are filters, each time with all identifiers. */
  private Heard wholeCame(Delivery delivery, int filters) {
    Publish packet = delivery.packet;
    if (disproved) {
      return Heard.BY_OWN;
    }
    Message before = whole.get(packet.topic());
    if (before != null && before.same(packet)) {
      before.times++;
      if (proofs >= PROOFS && (before.times - 1) % filters != 0) {
        delivery.follow(before.heard);
        return Heard.BY_NONE;
      }
      before.heard = delivery;
      return Heard.BY_OWN;
    }
    if (before != null && before.times % filters == 0) {
      proofs++;
    } else if (before != null) {
      disproved = true;
      whole.clear();
      return Heard.BY_OWN;
    }
    if (before != null || whole.size() < TOPICS) {
      Message message = new Message(delivery);
      message.times = 1;
      whole.put(packet.topic(), message);
    }
    return Heard.BY_OWN;
  }

  private static boolean disjoint(Set<Integer> some, Set<Integer> others) {
    return others.stream().noneMatch(some::contains);
  }
}
