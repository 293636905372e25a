package org.robustmqtt.persistence.journal;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.robustmqtt.persistence.format.Format;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a segment that the disk cannot read is asked for, before the others go on without it
 * (delivery-rules 12). Belongs to the journal thread.
 */
final class Unreadable {
  private static final Logger LOG = LoggerFactory.getLogger(Unreadable.class);
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);
  private static final long NEVER = Long.MIN_VALUE;

  private final Segments segments;
  private final LongSupplier ticks;
  private final BooleanSupplier diskFails;

  /** Since when nothing could be read that was asked for. */
  private long since = NEVER;

  Unreadable(Segments segments, LongSupplier ticks, BooleanSupplier diskFails) {
    this.segments = segments;
    this.ticks = ticks;
    this.diskFails = diskFails;
  }

  /** A segment was read. */
  void succeeded(Segment segment) {
    since = NEVER;
    segment.unreadable = Optional.empty();
  }

  /**
   * A segment could not be read.
   *
   * @return whether that has been so for long enough
   */
  boolean failed(Segment segment, IOException why) {
    long now = ticks.getAsLong();
    if (since == NEVER) {
      LOG.warn(
          "{}: {} cannot be read, it is tried again: {}",
          segments.folder(),
          Format.fileName(segment.number),
          why.toString());
    }
    since = since == NEVER || diskFails.getAsBoolean() ? now : since;
    if (now - since < PATIENCE) {
      return false;
    }
    segments.unreadable(segment, String.valueOf(why.getMessage()));
    LOG.error(
        "{}: {} cannot be read: {}. Its messages are put aside as unreadable, the others go on; it"
            + " is kept and tried again at the next start and by mqtt:retry",
        segments.folder(),
        Format.fileName(segment.number),
        why.toString());
    return true;
  }
}
