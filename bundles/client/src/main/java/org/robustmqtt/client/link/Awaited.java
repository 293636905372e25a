package org.robustmqtt.client.link;

/**
 * An answer that is awaited: since when, once the operating system has taken the bytes that ask for
 * it. On the loop only.
 */
final class Awaited {
  private static final long NONE = Long.MAX_VALUE;

  private boolean present;
  private boolean running;
  private long mark;
  private long since;

  /** An answer is awaited to what ends at this byte. */
  void begin(long position) {
    present = true;
    running = false;
    mark = position;
  }

  void end() {
    present = false;
  }

  boolean isPresent() {
    return present;
  }

  void look(long writtenBytes, long now) {
    if (present && !running && writtenBytes >= mark) {
      running = true;
      since = now;
    }
  }

  /** The time since then does not count. */
  void skip(long from, long now) {
    since += present && running ? now - Math.max(since, from) : 0;
  }

  /** Returns whether its time runs, and began before this moment. */
  boolean before(long moment) {
    return present && running && since < moment;
  }

  /** Returns when the time is over that began with the request. */
  long due(long timeout) {
    return present && running ? since + timeout : NONE;
  }

  /** Returns when the time is over that began with the request, or with a later sign of life. */
  long dueAfter(long life, long timeout) {
    return present && running ? Math.max(since, life) + timeout : NONE;
  }
}
