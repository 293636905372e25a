package org.robustmqtt.persistence.journal;

/** What is known of a segment file. Belongs to the journal thread. */
final class Segment {
  final int number;

  /** The bytes of the file. */
  long size;

  /** Up to where it was forced. */
  long forcedEnd;

  /** How many messages have their counting record in it. */
  int live;

  /** The bytes of those records. */
  long liveBytes;

  Segment(int number) {
    this.number = number;
  }
}
