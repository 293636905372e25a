package org.robustmqtt.persistence.journal;

import java.util.Optional;
import org.robustmqtt.persistence.door.DiskFile;
import org.robustmqtt.persistence.format.SegmentHeader;

/** What is known of a segment file. Belongs to the journal thread. */
final class Segment {
  final int number;

  /** The bytes of the file. */
  long size;

  /** How many of them repeat the small state, at the beginning. */
  long repeated;

  /** Up to where it was forced. */
  long forcedEnd;

  /** Where its torn tail may begin if it could not be read, so not be cut, when it was found. */
  long uncutFrom = Long.MAX_VALUE;

  /** Its header; empty if it was lost, or could not be read. */
  Optional<SegmentHeader> header = Optional.empty();

  /** Why the disk cannot read all of it; such a file is kept, to be tried another time. */
  Optional<String> unreadable = Optional.empty();

  /** Whether it could not be read when it was found: messages that nobody knows may be in it. */
  boolean hidden;

  /** Whether the records say that it is deleted although an older one is kept. */
  boolean announced;

  /** Which file it is, see {@link org.robustmqtt.persistence.door.Disk#key}; empty: not watched. */
  Optional<Object> key = Optional.empty();

  /** The file, open to be read whatever becomes of its name. */
  Optional<DiskFile> held = Optional.empty();

  /** Whether it is not at its path any more. */
  boolean lost;

  /** How many messages have their counting record in it. */
  int live;

  /** The bytes of those records, nearly. */
  long liveBytes;

  Segment(int number) {
    this.number = number;
  }

  /** Returns whether it stays, dead or alive, because it may be read another time. */
  boolean isKept() {
    return !lost && (hidden || unreadable.isPresent() && live > 0);
  }

  /** Returns up to where another segment may say that it was forced: damage is what lacks there. */
  long surelyForced() {
    return Math.min(forcedEnd, uncutFrom);
  }

  /** A record of so many bytes counts from now on. */
  void gain(int bytes) {
    live++;
    liveBytes += bytes;
  }

  /** So many records of so many bytes in all count from now on. */
  void gain(int records, long bytes) {
    live += records;
    liveBytes += bytes;
  }

  /** A record counts no more: it is taken for an average one. */
  void lose() {
    liveBytes -= liveBytes / live;
    live--;
  }
}
