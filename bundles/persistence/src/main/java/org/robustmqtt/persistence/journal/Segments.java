package org.robustmqtt.persistence.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.door.DiskFile;
import org.robustmqtt.persistence.format.Format;
import org.robustmqtt.persistence.format.SegmentHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The segment files of a journal, oldest first. Belongs to the journal thread. */
final class Segments {
  private static final Logger LOG = LoggerFactory.getLogger(Segments.class);

  private final Disk disk;
  private final WallTime wall;
  private final Path folder;
  private final Places places;
  private final SmallState small;
  private final Deque<Segment> all = new ArrayDeque<>();
  private final SegmentWriter.Totals totals = new SegmentWriter.Totals();
  private volatile Recovered.Report gone = Recovered.Report.NOTHING;
  private long generation;
  private int lastNumber;

  /** The newest segment whose repetition of the small state was forced. */
  private int base;

  /** Where new segments say the previous one ended; the last one that was begun. */
  private Segment previous = new Segment(0);

  Segments(Disk disk, WallTime wall, Path folder, Places places, Recovered found) {
    this.disk = disk;
    this.places = places;
    this.wall = wall;
    this.folder = folder;
    this.generation = found.generation();
    this.lastNumber = found.lastNumber();
    this.small = found.small();
    this.base = found.lowest();
    all.addAll(found.segments());
    if (!all.isEmpty()) {
      previous = all.getLast();
    }
  }

  /**
   * Begins a segment: its header and its name survive a power cut when this returns. The header
   * names the lowest segment that has a live message, or the small state that was forced last.
   */
  SegmentWriter create(long lease, boolean carried) throws IOException {
    Segment segment = new Segment(lastNumber + 1);
    SegmentHeader header = header(lease, carried);
    segment.header = Optional.of(header);
    DiskFile file = disk.open(path(segment));
    // From here on it is a file of this journal, whatever becomes of it.
    all.add(segment);
    SegmentWriter writer = new SegmentWriter(file, header, segment, totals);
    boolean begun = false;
    try {
      writer.begin();
      places.watch(segment);
      forceNames();
      begun = true;
    } finally {
      if (!begun) {
        close(writer);
      }
    }
    previous = segment;
    return writer;
  }

  /** Begins a segment as {@link #create} does, in the place of the reserve, which is there. */
  SegmentWriter create(Reserve reserve, long lease) throws IOException {
    Segment segment = new Segment(lastNumber + 1);
    SegmentHeader header = header(lease, false);
    segment.header = Optional.of(header);
    all.add(segment);
    reserve.use(header.encode(), path(segment));
    SegmentWriter writer =
        new SegmentWriter(disk.open(path(segment)), header, segment, totals, reserve.size());
    boolean begun = false;
    try {
      places.watch(segment);
      forceNames();
      begun = true;
    } finally {
      if (!begun) {
        close(writer);
      }
    }
    previous = segment;
    return writer;
  }

  private SegmentHeader header(long lease, boolean carried) {
    long now = wall.millis();
    generation = Math.max(generation + 1, now);
    return new SegmentHeader(
        ++lastNumber,
        lowestLive(base),
        generation,
        previous.number,
        previous.surelyForced(),
        lease,
        now,
        carried);
  }

  /** Closes a writer that has failed or is complete; that it cannot be closed loses nothing. */
  static void close(SegmentWriter writer) {
    try {
      writer.close();
    } catch (IOException e) {
      LOG.debug("A segment could not be closed: {}", e.toString());
    }
  }

  /** Says that all that was written to a segment was forced. */
  void stateForced(Segment segment) {
    base = segment.number;
  }

  void forceNames() throws IOException {
    disk.forceDirectory(folder);
    totals.forces++;
  }

  /** The disk cannot read a segment: it is kept, with what may say something of its messages. */
  void unreadable(Segment segment, String why) {
    if (segment.unreadable.isEmpty()) {
      small.holdover.keepTo(lastNumber);
    }
    segment.unreadable = Optional.of(why);
  }

  /** Deletes the segments with a lower number, and those that were said to be deleted. */
  void delete(int lowest) throws IOException {
    boolean deleted = false;
    for (Iterator<Segment> oldestFirst = all.iterator(); oldestFirst.hasNext(); ) {
      Segment segment = oldestFirst.next();
      if (segment.number < lowest || segment.announced) {
        letGo(segment);
        oldestFirst.remove();
        deleted = true;
      }
    }
    if (deleted) {
      forceNames();
    }
  }

  /** What others have put there is not ours. */
  private void letGo(Segment segment) throws IOException {
    places.forget(segment);
    if (places.isOurs(segment)) {
      disk.delete(path(segment));
    } else {
      LOG.debug("{} is not deleted: it is not the file that was written", path(segment));
    }
  }

  /**
   * Returns the number of the oldest segment that has a live message, or one that may be read
   * another time, else of the given one.
   */
  int lowestLive(int otherwise) {
    for (Segment segment : all) {
      boolean live = segment.live > 0 && segment.unreadable.isEmpty();
      if (live || segment.isKept()) {
        return Math.min(segment.number, otherwise);
      }
    }
    return otherwise;
  }

  /**
   * Returns the segments, oldest first, that nothing keeps but what is alive in them or in an older
   * one: all, unless there is one that cannot be read. Then it is those that came after that was
   * found.
   */
  List<Segment> free() {
    boolean some = all.stream().anyMatch(Segment::isKept);
    return all.stream().filter(each -> !some || !small.holdover.keeps(each.number)).toList();
  }

  /**
   * Returns the dead segments, oldest first, that are only there because older ones are kept. What
   * they say besides of their messages was repeated since, and forced.
   */
  List<Segment> needless() {
    if (all.stream().noneMatch(Segment::isKept)) {
      return List.of();
    }
    return free().stream()
        .takeWhile(each -> each.live == 0 && !each.isKept() && each.number < base)
        .filter(each -> !each.announced)
        .toList();
  }

  /** What was alive in a segment that was taken away cannot be written anew: it is damage. */
  void gone(Segment segment) throws IOException {
    Path aside = DamagedParts.aside(path(segment));
    disk.open(aside).close();
    List<String> files = new ArrayList<>(gone.damagedFiles());
    files.add(String.valueOf(aside.getFileName()));
    gone = new Recovered.Report(0, gone.damagedBytes() + segment.liveBytes, List.copyOf(files));
  }

  /** Returns what was lost since the journal was opened, and nobody has acknowledged. */
  Recovered.Report gone() {
    return gone;
  }

  /** A person has seen it. Any thread. */
  void acknowledged() {
    gone = Recovered.Report.NOTHING;
  }

  /** Returns what the disk cannot read, with what is in it; empty if there is nothing. */
  Optional<String> unreadable() {
    List<String> files = new ArrayList<>();
    for (Segment segment : all) {
      segment.unreadable.ifPresent(
          why ->
              files.add(
                  Format.fileName(segment.number)
                      + " ("
                      + why
                      + ", "
                      + segment.live
                      + " messages known in it)"));
    }
    return files.isEmpty()
        ? Optional.empty()
        : Optional.of("the disk cannot read " + String.join(", ", files));
  }

  Optional<Segment> find(int number) {
    // The place looked for is nearly always the last.
    Iterator<Segment> newestFirst = all.descendingIterator();
    while (newestFirst.hasNext()) {
      Segment segment = newestFirst.next();
      if (segment.number == number) {
        return Optional.of(segment);
      }
    }
    return Optional.empty();
  }

  /** Returns the segments, oldest first. */
  List<Segment> list() {
    return new ArrayList<>(all);
  }

  int count() {
    return all.size();
  }

  long bytes() {
    return all.stream().mapToLong(segment -> segment.size).sum();
  }

  long liveBytes() {
    return all.stream().mapToLong(segment -> segment.liveBytes).sum();
  }

  SegmentWriter.Totals totals() {
    return totals;
  }

  /** Opens a segment to be read; one that is not there any more is not made. */
  DiskFile open(Segment segment) throws IOException {
    return places.open(segment);
  }

  /** Begins to watch what a recovery has found. */
  void watch() {
    places.watch(all);
  }

  /** Closes what is open to be read. */
  void close() {
    all.forEach(places::forget);
  }

  /** Looks at the next {@link #requireInPlace}, however soon it comes. */
  void lookAgain() {
    places.lookAgain();
  }

  /** Fails if a segment was taken away; looks once a second at the most. */
  void requireInPlace(long now) throws IOException {
    places.require(all, now);
  }

  /** Makes the folder fit to be written; returns as {@link Places#settle}. */
  boolean settle() throws IOException {
    return places.settle(all);
  }

  Path folder() {
    return folder;
  }

  Path path(Segment segment) {
    return folder.resolve(Format.fileName(segment.number));
  }
}
