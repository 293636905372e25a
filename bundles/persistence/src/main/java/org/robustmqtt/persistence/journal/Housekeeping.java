package org.robustmqtt.persistence.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.robustmqtt.persistence.door.DiskFile;
import org.robustmqtt.persistence.format.Input;
import org.robustmqtt.persistence.format.MessageBody;
import org.robustmqtt.persistence.format.RecordType;
import org.robustmqtt.persistence.format.SegmentHeader;
import org.robustmqtt.persistence.format.SegmentScan;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets old segments go, the oldest first: a dead one after a forced watermark says so; and when
 * little is alive in much, the live records are carried into a segment of their own first. Does
 * nothing unless something was written. Belongs to the journal thread.
 */
final class Housekeeping {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
  private static final long PAUSE = TimeUnit.MINUTES.toNanos(1);

  private final Segments segments;
  private final LiveMessages live;
  private final WallTime wall;
  private final long segmentSize;

  /** Segments below were said to be dead, but the watermark may not be forced yet. */
  private int announced;

  private long carryAfter;

  Housekeeping(Segments segments, LiveMessages live, WallTime wall, long segmentSize) {
    this.segments = segments;
    this.live = live;
    this.wall = wall;
    this.segmentSize = segmentSize;
  }

  /** Returns how much is written at once where much is to be written: a part of a segment. */
  long chunk() {
    return segmentSize / 4;
  }

  /**
   * Returns whether a new segment is to be begun. It begins with the small state, so that one in
   * which there is not at least as much besides is not full: very many filters would be written
   * again and again.
   */
  boolean isFull(SegmentWriter current) {
    Segment segment = current.segment();
    return !current.isReserve()
        && segment.size >= segmentSize
        && segment.size / 2 >= segment.repeated;
  }

  /** Returns the lowest live segment if that was not said yet and there are dead ones below it. */
  Optional<Integer> newWatermark(SegmentWriter current) {
    int lowest = segments.lowestLive(current.segment().number);
    if (lowest <= announced || segments.list().get(0).number >= lowest) {
      return Optional.empty();
    }
    announced = lowest;
    return Optional.of(lowest);
  }

  /**
   * Looks which segments are dead behind one that is kept, and takes them for deleted.
   *
   * @return whether there are some, and it has to be said
   */
  boolean newDeleted(SmallState small) {
    List<Segment> needless = segments.needless();
    for (Segment segment : needless) {
      segment.announced = true;
      small.holdover.delete(segment.number);
    }
    return !needless.isEmpty();
  }

  /** After each force: what was announced may be deleted now. */
  void forced() {
    try {
      segments.delete(announced);
    } catch (IOException e) {
      // They are dead whether they are there or not; the next force tries again.
      LOG.debug("Old segments could not be deleted: {}", e.toString());
    }
  }

  /**
   * Returns whether less than a quarter of the bytes is alive, in more than two files. Not while
   * dead segments wait for their watermark, since these cost nothing to remove.
   */
  boolean wantsCarrying(SegmentWriter current, long now) {
    if (segments.count() <= 2 || now < carryAfter) {
      return false;
    }
    List<Segment> free = segments.free();
    if (free.size() <= 2) {
      return false;
    }
    Segment oldest = free.get(0);
    return oldest.number >= announced
        && oldest.live > 0
        && oldest.unreadable.isEmpty()
        && oldest.number != current.segment().number
        && free.stream().mapToLong(each -> each.liveBytes).sum() * 4
            < free.stream().mapToLong(each -> each.size).sum();
  }

  /**
   * Carries the live records of the oldest segments into one new segment, which is forced. Their
   * old places are dead when this returns; or nothing has moved, and it rests for a while.
   */
  void carry(SmallState small, long now) {
    try {
      List<Segment> old = segments.free();
      SegmentWriter to = segments.create(small.lease, true);
      try {
        List<Move> moves = copy(old, to, small);
        to.force();
        moves.forEach(move -> moved(move, to.segment()));
      } finally {
        Segments.close(to);
      }
    } catch (IOException e) {
      carryAfter = now + PAUSE;
      LOG.warn("Old segments could not be carried on: {}", e.toString());
    }
  }

  /**
   * Writes what is alive in segments that are not in their places any more to new ones, which are
   * forced, and so what is in older ones: a segment that is lost may have said what has become of
   * it. What cannot be read is damage.
   */
  void carryLost(SmallState small) throws IOException {
    int carried = 0;
    int gone = 0;
    List<Segment> all = segments.list();
    int newest =
        all.stream().filter(each -> each.lost).mapToInt(each -> each.number).max().orElse(0);
    for (Segment from : all) {
      if (from.number > newest || from.live == 0 || from.unreadable.isPresent()) {
        continue;
      }
      Optional<byte[]> bytes = readLost(from);
      if (bytes.isPresent()) {
        carried += carry(from, bytes.get(), small);
      } else if (from.lost) {
        segments.gone(from);
        from.unreadable = Optional.of("the file is gone");
        gone += from.live;
      }
    }
    LOG.error(
        "{}: files of the journal were deleted, moved or replaced while it was open. {} messages"
            + " are written anew, {} cannot be read any more",
        segments.folder(),
        carried,
        gone);
  }

  private Optional<byte[]> readLost(Segment from) {
    try {
      return Optional.of(read(from));
    } catch (IOException e) {
      LOG.debug("{} cannot be carried on", segments.path(from), e);
      return Optional.empty();
    }
  }

  /** Carries the live records of one segment; returns how many these are. */
  private int carry(Segment from, byte[] bytes, SmallState small) throws IOException {
    SegmentWriter to = segments.create(small.lease, true);
    try {
      List<Move> moves = new ArrayList<>();
      carry(from, bytes, to, small, moves);
      to.flush();
      to.force();
      moves.forEach(move -> moved(move, to.segment()));
      return moves.size();
    } finally {
      Segments.close(to);
    }
  }

  private byte[] read(Segment from) throws IOException {
    try (DiskFile file = segments.open(from)) {
      return SegmentBytes.readFully(file, (int) from.size);
    }
  }

  /**
   * Copies the live records of the oldest segments to the reserve that is written, as far as there
   * is room. They count where they were until that is forced and {@link #moved} is called.
   */
  List<Move> copy(SegmentWriter reserve, SmallState small, long now) throws IOException {
    carryAfter = now + PAUSE;
    return copy(segments.free(), reserve, small);
  }

  private List<Move> copy(List<Segment> old, SegmentWriter to, SmallState small)
      throws IOException {
    List<Move> moves = new ArrayList<>();
    for (Segment from : old) {
      if (to.segment().size >= segmentSize) {
        break;
      }
      // one that could not even be begun has no header, and nothing to carry
      if (from.live > 0 && from.number != to.segment().number && from.unreadable.isEmpty()) {
        carry(from, read(from), to, small, moves);
        to.flush();
      }
    }
    return moves;
  }

  /** A message whose record is in two places, and that counts at the new one from now on. */
  record Move(long sequence, Segment from, int newBytes) {}

  /**
   * The copy is forced: it counts. A message that was written again, after a write that failed, may
   * have two records in one segment: only one of them counted.
   */
  void moved(Move move, Segment to) {
    if (live.get(move.sequence()) == move.from().number) {
      move.from().lose();
      to.gain(move.newBytes());
      live.put(move.sequence(), to.number);
    }
  }

  private void carry(
      Segment from, byte[] bytes, SegmentWriter to, SmallState small, List<Move> moves)
      throws IOException {
    SegmentHeader header =
        from.header.orElseThrow(
            () -> new IOException("header of segment " + from.number + " is gone"));
    IOException[] failure = {null};
    SegmentScan.scan(
        bytes,
        bytes.length,
        header,
        from.forcedEnd,
        (type, offset, size, array, start, end) -> {
          if (type == RecordType.MESSAGE && failure[0] == null) {
            try {
              message(from, to, small, array, start, end).ifPresent(moves::add);
            } catch (IOException e) {
              failure[0] = e;
            }
          }
          return true;
        });
    if (failure[0] != null) {
      throw failure[0];
    }
  }

  private Optional<Move> message(
      Segment from, SegmentWriter to, SmallState small, byte[] array, int start, int end)
      throws IOException {
    long sequence = MessageBody.head(new Input(array, start, end)).sequence();
    if (live.get(sequence) != from.number || !to.hasRoom(end - start)) {
      return Optional.empty();
    }
    MessageBody.carry(to.next(wall.millis()), array, start, end, small.stage(sequence));
    return Optional.of(new Move(sequence, from, to.seal()));
  }
}
