package org.robustmqtt.client.outbox;

import java.util.List;
import org.robustmqtt.Outcome;

/**
 * What came of one change of the contents, to be told outside the lock: the messages that have
 * their outcome, oldest decision first, linked; what has to be on disk soon; whether the loop has
 * something to do. Not changed after it was taken out.
 */
final class News {
  /** Nothing at all. */
  static final News NONE = new News();

  private News next;
  private Entry entry;
  private Outcome outcome;
  private List<Long> hurry = List.of();
  private boolean wake;

  private News() {}

  /** A message has its outcome. */
  static News of(Entry entry, Outcome outcome) {
    News news = new News();
    news.entry = entry;
    news.outcome = outcome;
    return news;
  }

  /** Returns this, or if there is nothing yet something new, with these two. */
  News with(List<Long> toHurry, boolean wakeLoop) {
    if (toHurry.isEmpty() && !wakeLoop) {
      return this;
    }
    News news = this == NONE ? new News() : this;
    news.hurry = toHurry;
    news.wake = wakeLoop;
    return news;
  }

  /** Puts another one behind this one, which is the last. */
  void link(News last) {
    assert this != NONE;
    next = last;
  }

  /** Returns whether a message has its outcome here. */
  boolean decided() {
    return entry != null;
  }

  /** Returns the message that has its outcome; only if there is one. */
  Entry entry() {
    return entry;
  }

  Outcome outcome() {
    return outcome;
  }

  /** Returns the next decision, or null. */
  News next() {
    return next;
  }

  /** Returns the sequences that are to be forced to disk soon. */
  List<Long> hurry() {
    return hurry;
  }

  boolean wake() {
    return wake;
  }
}
