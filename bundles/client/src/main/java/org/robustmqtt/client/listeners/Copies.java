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

  /** A message of which copies may follow. */
  private static final class Message {
    private final Delivery heard;
    private final Set<Integer> identifiers;

    Message(Delivery heard, Set<Integer> identifiers) {
      this.heard = heard;
      this.identifiers = new HashSet<>(identifiers);
    }

    boolean isFollowedBy(Publish other, Set<Integer> others) {
      return Arrays.equals(heard.packet.payload(), other.payload())
          && others.stream().noneMatch(identifiers::contains);
    }
  }

  private final Map<String, Message> first = new HashMap<>();
  private final WholeCopies whole = new WholeCopies();

  /** Whether copies with an identifier of their own come for all filters. */
  private boolean apart;

  /**
   * A connection begins.
   *
   * @param resumed whether the broker has our session: it goes on as it did. Else nothing is known
   *     of it
   */
  void begin(boolean resumed) {
    first.clear();
    whole.begin(resumed);
    apart &= resumed;
  }

  /**
   * A message came that more than one filter means. One that nobody hears follows the one that is
   * heard, see {@link Delivery#follow}.
   *
   * @param identifiers those it has
   * @param expected those of the filters that mean its topic and were granted
   * @param possible the same and those of filters whose copy may come or not: not granted so far,
   *     or shared with other clients
   */
  Heard came(
      Delivery delivery, Set<Integer> identifiers, Set<Integer> expected, Set<Integer> possible) {
    Publish packet = delivery.packet;
    if (expected.size() > 1 && identifiers.containsAll(expected)) {
      apart = true;
      return whole.isCopy(delivery, identifiers.size()) ? Heard.BY_NONE : Heard.BY_OWN;
    }
    Message before = first.get(packet.topic());
    if (before != null && before.isFollowedBy(packet, identifiers)) {
      apart = true;
      before.identifiers.addAll(identifiers);
      if (before.identifiers.containsAll(possible)) {
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
      first.put(packet.topic(), new Message(delivery, identifiers));
    }
    return Heard.BY_ALL;
  }
}
