package org.robustmqtt.persistence.journal;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives out sequences, each once for the life of a journal: only below a number that was forced
 * before, or far above all while nothing can be forced. Safe for several threads.
 */
final class Lease {
  /** More messages than a run takes in a second, as a power of two. */
  private static final int PER_SECOND = 18;

  /** More than a run takes while its disk is broken. */
  static final long BY_TIME = 1L << 30;

  /**
   * More messages than a run takes before it begins another segment, as a power of two; and so many
   * more that a run stays above the one before, which knew of {@link #BY_TIME} numbers more because
   * it had a staging buffer, and said so in the segment only that cannot be read.
   */
  private static final int PER_SEGMENT = 31;

  /** How many sequences a hub leases at a time. */
  static final int STANDARD = 65_536;

  private final int size;
  private final AtomicLong next;

  /** Numbers from here on are given out here, and by nobody before. */
  private final AtomicLong first;

  private final AtomicBoolean renewing = new AtomicBoolean();
  private volatile long end;

  Lease(long next, int size) {
    this.size = size;
    this.next = new AtomicLong(next);
    this.first = new AtomicLong(next);
  }

  /** Returns how many sequences are leased at a time. */
  int size() {
    return size;
  }

  /** Returns the next sequence, 0 if the lease is used up. */
  long next() {
    while (true) {
      long sequence = next.get();
      if (sequence >= end) {
        return 0;
      }
      if (next.compareAndSet(sequence, sequence + 1)) {
        return sequence;
      }
    }
  }

  /** Gives out none below this one from now on. */
  void skipTo(long sequence) {
    next.accumulateAndGet(sequence, Math::max);
    first.accumulateAndGet(sequence, Math::max);
  }

  /** Returns the number below which others may have been given out before this lease. */
  long first() {
    return first.get();
  }

  /** Returns whether there is a sequence to be given out. */
  boolean isLeft() {
    return next.get() < end;
  }

  /**
   * Returns the N to be written and forced now, 0 if half of the lease is left or it is under way.
   */
  long wanted() {
    long now = end;
    long first = next.get();
    boolean half = now - first <= size / 2;
    return half && renewing.compareAndSet(false, true) ? Math.max(now, first) + size : 0;
  }

  /**
   * Returns the first number of a run that does not know the newest lease, far above those that no
   * run, now or before, gives out by a lease that is known.
   *
   * @param known no number below may be given out
   * @param wallMillis the time: a run that begins later has larger ones
   */
  static long byTime(long known, long wallMillis) {
    return known + (wallMillis / 1000 << PER_SECOND);
  }

  /**
   * Returns the first number of a run that cannot read the newest lease. The newest time may not be
   * readable either, and the clock may be behind it; but each run has begun a segment.
   *
   * @param known see {@link #byTime(long, long)}
   * @param wallMillis the time, as far as it is known
   * @param lastSegment the number of the newest segment
   */
  static long beyond(long known, long wallMillis, int lastSegment) {
    return byTime(known, wallMillis) + ((long) lastSegment << PER_SEGMENT);
  }

  /**
   * Goes on although the disk takes no lease, with numbers that no other run gives out: by the
   * time, so that a run that ends before it can say so is followed by one with larger numbers.
   * Nothing that has such a number is written before the lease that this returns is forced.
   *
   * @param wallMillis the time
   * @return the lease: no sequence at or above is given out
   */
  long byTime(long wallMillis) {
    long from = byTime(Math.max(end, next.get()), wallMillis);
    next.accumulateAndGet(from, Math::max);
    end = from + BY_TIME;
    renewing.set(false);
    return end;
  }

  /** Says that a lease was forced. */
  void extended(long newEnd) {
    end = Math.max(end, newEnd);
    renewing.set(false);
  }

  /** Gives out nothing any more; returns the number that would have been next. */
  long close() {
    return next.getAndSet(Long.MAX_VALUE);
  }

  /** Returns the number that would be given out next. */
  long position() {
    return next.get();
  }
}
