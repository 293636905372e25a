package org.robustmqtt.codec;

/**
 * Remembers topics that were found to be {@linkplain Utf8#plainName plain}: an application
 * publishes to the same few topics, mostly with the same string, and that is looked through only
 * once. Not safe for several threads.
 */
final class KnownTopics {
  private static final int SIZE = 64;

  /** Longer ones are not kept alive. */
  private static final int LONGEST = 256;

  /** Shared by those that have written nothing yet; never written to. */
  private static final String[] NOTHING = new String[SIZE];

  private String[] known = NOTHING;

  /** Returns whether a topic is plain. */
  @SuppressWarnings("ReferenceEquality")
  boolean plain(String topic) {
    // Strings never change, so the same object needs no second look. The hash is kept in it.
    int place = topic.hashCode() & SIZE - 1;
    if (known[place] == topic) {
      return true;
    }
    boolean plain = Utf8.plainName(topic);
    if (plain && topic.length() <= LONGEST) {
      if (known == NOTHING) {
        known = new String[SIZE];
      }
      known[place] = topic;
    }
    return plain;
  }
}
