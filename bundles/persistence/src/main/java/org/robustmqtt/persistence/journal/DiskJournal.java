package org.robustmqtt.persistence.journal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalSettings;
import org.robustmqtt.journal.JournalStatus;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.ReadCallback;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredCallback;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.journal.WrittenCallback;
import org.robustmqtt.persistence.door.Clock;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.door.DiskLock;
import org.robustmqtt.persistence.door.Rounds;
import org.robustmqtt.persistence.door.SharedMemory;
import org.robustmqtt.persistence.format.Format;
import org.robustmqtt.persistence.format.RecordType;
import org.robustmqtt.persistence.format.Stage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A journal in a folder: the face to the callers, and its part of a round. */
public final class DiskJournal implements Journal {
  private static final Logger LOG = LoggerFactory.getLogger(DiskJournal.class);
  private static final long CLOSE_WAIT = TimeUnit.SECONDS.toNanos(5);
  private static final String STUCK = "the disk has not answered for 10 seconds";
  private static final int MAX_VALUE = 1 << 20;

  /** The world and the shape of a journal. */
  public record Place(
      Disk disk,
      SharedMemory memory,
      Clock clock,
      Rounds rounds,
      Path folder,
      boolean inDataArea,
      Shape shape) {}

  /**
   * What a journal looks like.
   *
   * @param segmentSize how large a segment grows before the next is begun; a batch may go beyond
   * @param recovered of the messages found that just wait, how many are taken into memory
   * @param recoveredBytes and how many bytes of topics and payloads; one message in any case
   * @param lease how many sequences are leased at a time
   */
  public record Shape(long segmentSize, int recovered, long recoveredBytes, int lease) {
    /** The one of a hub. */
    public static final Shape STANDARD = new Shape(4L << 20, 2_048, 1L << 20);

    /** With the lease of a hub. */
    public Shape(long segmentSize, int recovered, long recoveredBytes) {
      this(segmentSize, recovered, recoveredBytes, Lease.STANDARD);
    }
  }

  /** Somebody who wants to read. */
  private record ReadRequest(long[] sequences, int maxBytes, ReadCallback callback) {}

  private final Place place;
  private final DiskLock lock;
  private final Runnable listener;
  private final long origin;
  private final LiveMessages live;
  private final StagingBuffer buffer;
  private final Intake intake;
  private final Lease lease;
  private final Segments segments;
  private final Committer committer;
  private final Reading reading;

  /** What a round works on; the journal thread's own. */
  private final ArrayList<Entry> taken = new ArrayList<>();

  /** Whether the committer has begun with it. */
  private boolean committing;

  private final Queue<ReadRequest> reads = new ConcurrentLinkedQueue<>();
  private final int recovered;
  private volatile Recovered.Report report;
  private final AtomicReference<Recovery> recovery;
  private volatile JournalStatus status;
  private volatile boolean takesRecords = true;
  private volatile boolean closing;
  private volatile boolean closed;

  private DiskJournal(
      Place place,
      DiskLock lock,
      JournalSettings settings,
      Runnable listener,
      StagingBuffer buffer,
      Recovered found)
      throws IOException {
    this.place = place;
    this.buffer = buffer;
    this.lock = lock;
    this.listener = listener;
    this.origin = place.clock().nanos();
    this.live = found.live();
    this.recovered = found.live().size() + found.staged().messages().size();
    this.report = found.report().and(buffer.damage());
    SmallState small = found.small();
    buffer.found().ifPresent(opening -> small.opening = Optional.of(opening));
    this.recovery =
        new AtomicReference<>(
            new Recovery(
                found.messages(),
                found.waiting(),
                Collections.unmodifiableSet(new LinkedHashSet<>(small.received)),
                Collections.unmodifiableMap(new TreeMap<>(small.values)),
                found.wallMillis(),
                found.merged().aliases(),
                found.merged().replaced()));
    WallTime wall = new WallTime(place.clock(), found.wallMillis());
    long next =
        found.isWhole()
            ? found.next()
            : Lease.beyond(found.next(), wall.millis(), found.lastNumber());
    this.lease = new Lease(next, place.shape().lease());
    long storeDelay = settings.storeDelay().toNanos();
    this.intake = new Intake(storeDelay, live, buffer, this::ticks, place.rounds()::wake);
    this.segments =
        new Segments(
            place.disk(),
            wall,
            place.folder(),
            new Places(place.disk(), place.folder(), lock),
            found);
    this.committer =
        new Committer(
            place.clock(),
            wall,
            intake,
            buffer,
            found,
            segments,
            new Space(place.disk(), place.folder(), settings.minFree()),
            new Reserve(place.disk(), place.folder(), place.shape().segmentSize()),
            new Housekeeping(segments, live, wall, place.shape().segmentSize()),
            lease,
            storeDelay,
            origin);
    Unreadable unreadable = new Unreadable(segments, this::ticks, committer::isBroken);
    this.reading = new Reading(segments, live, small, intake::kept, unreadable, place.disk());
  }

  /**
   * Recovers what is in a folder that exists, and begins to write there; degraded if that fails.
   *
   * @param lock of the folder; the journal's own if this returns, else still the caller's
   * @throws JournalException if the format is newer; nothing was changed
   * @throws IOException if the folder cannot be read
   */
  public static DiskJournal open(
      Place place, DiskLock lock, JournalSettings settings, Runnable listener, JournalWorker worker)
      throws IOException, JournalException {
    StagingBuffer buffer = new StagingBuffer(place.memory(), place.folder());
    boolean opened = false;
    try {
      DiskJournal journal = open(place, lock, settings, listener, worker, buffer);
      opened = true;
      return journal;
    } finally {
      if (!opened) {
        buffer.end(false);
      }
    }
  }

  private static DiskJournal open(
      Place place,
      DiskLock lock,
      JournalSettings settings,
      Runnable listener,
      JournalWorker worker,
      StagingBuffer buffer)
      throws IOException, JournalException {
    Shape shape = place.shape();
    Harvest.Window window = new Harvest.Window(shape.recovered(), shape.recoveredBytes());
    LenientDisk disk = new LenientDisk(place.disk());
    Recovered found =
        RecoveryScan.run(
            disk,
            place.folder(),
            window,
            new PolicyNames(settings.policies()),
            (known, clean, hidden) -> buffer.recover(place.disk(), known, clean, hidden));
    DiskJournal journal = new DiskJournal(place, lock, settings, listener, buffer, found);
    boolean begun = false;
    try {
      journal.committer.begin(
          journal.lease.position(), found.staged(), disk.failure(), () -> repair(place, found));
      buffer.sayAbsent();
      journal.publishStatus();
      worker.add(journal);
      begun = place.rounds().wake();
    } finally {
      if (!begun) {
        worker.remove(journal);
        journal.committer.abandon();
        journal.segments.close();
      }
    }
    if (!begun) {
      throw new IOException("the system gives out no thread for the journal");
    }
    return journal;
  }

  /**
   * Does on disk what the recovery could not: nothing was written since, so it finds the same. What
   * cannot be read meanwhile cannot be forced either, so it is waited for.
   */
  private static void repair(Place place, Recovered before) throws IOException {
    try {
      Recovered now = RecoveryScan.run(place.disk(), place.folder(), new Harvest.Window(0, 0));
      for (Segment segment : now.segments()) {
        if (segment.hidden && !before.isHidden(segment.number)) {
          throw new IOException(Format.fileName(segment.number) + " cannot be read any more");
        }
      }
    } catch (JournalException e) {
      throw new IOException(e);
    }
  }

  @Override
  public Recovery recovery() {
    return recovery.getAndSet(Recovery.NOTHING);
  }

  @Override
  public JournalStatus status() {
    return status;
  }

  @Override
  public boolean takesRecords() {
    return takesRecords;
  }

  @Override
  public long nextSequence() {
    if (closing) {
      return 0;
    }
    long sequence = lease.next();
    renewLease();
    return sequence;
  }

  @Override
  public void skipTo(long sequence) {
    lease.skipTo(sequence);
    renewLease();
  }

  private void renewLease() {
    long wanted = lease.wanted();
    if (wanted > 0) {
      intake.put(
          Entry.of(RecordType.LEASE, wanted, Level.FORCED, WrittenCallback.NONE),
          WrittenCallback.NONE);
    }
  }

  @Override
  public boolean offer(StoredMessage message, StoredCallback callback) {
    return intake.offer(message, callback);
  }

  @Override
  public boolean awaitRoom(Duration maxWait) throws InterruptedException {
    buffer.provide(ticks());
    if (!buffer.unstaged().equals(status.unstaged())) {
      intake.wake();
    }
    if (!intake.hasRoom()) {
      intake.flush();
    }
    BooleanSupplier over = () -> closed || intake.hasRoom() && lease.isLeft();
    // room that is there is there for an interrupted caller, too
    return (over.getAsBoolean() || place.rounds().await(over, maxWait.toNanos())) && !closed;
  }

  @Override
  public void sent(long sequence, long epoch, int packetId, Level level, WrittenCallback callback) {
    intake.sent(sequence, Stage.sent(epoch, packetId), level, callback);
  }

  @Override
  public void released(long sequence, Level level, WrittenCallback callback) {
    intake.released(sequence, level, callback);
  }

  @Override
  public void unsent(long sequence) {
    intake.unsent(sequence);
  }

  @Override
  public void hurry(long sequence) {
    intake.hurry(sequence);
  }

  @Override
  public void afterForce(WrittenCallback callback) {
    intake.afterForce(callback);
  }

  @Override
  public void abandoned(long sequence, WrittenCallback callback) {
    intake.ended(RecordType.ABANDONED, sequence, callback);
  }

  @Override
  public void quarantined(long sequence, WrittenCallback callback) {
    intake.ended(RecordType.QUARANTINED, sequence, callback);
  }

  @Override
  public void settled(long sequence, WrittenCallback callback) {
    intake.settled(sequence, callback);
  }

  @Override
  public void read(long[] sequences, int maxBytes, ReadCallback callback) {
    reads.add(new ReadRequest(sequences, maxBytes, callback));
    if (closed) {
      refuseReads();
    } else {
      intake.wake();
    }
  }

  private void refuseReads() {
    for (ReadRequest read = reads.poll(); read != null; read = reads.poll()) {
      Reading.tell(read.callback(), new Reading.Answer());
    }
  }

  @Override
  public void received(int packetId, WrittenCallback callback) {
    intake.put(Entry.packet(RecordType.RECEIVED, packetId, callback), callback);
  }

  @Override
  public void completed(int packetId, WrittenCallback callback) {
    intake.put(Entry.packet(RecordType.COMPLETED, packetId, callback), callback);
  }

  @Override
  public void forgetReceived() {
    intake.put(
        Entry.of(RecordType.FORGET_RECEIVED, 0, Level.APPENDED, WrittenCallback.NONE),
        WrittenCallback.NONE);
  }

  @Override
  public void put(String key, byte[] value, Level level, WrittenCallback callback) {
    int length = key.getBytes(StandardCharsets.UTF_8).length;
    if (length < 1 || length > 255 || value.length > MAX_VALUE) {
      throw new IllegalArgumentException(
          "key of " + length + " bytes, value of " + value.length + ": too short or too long");
    }
    intake.put(Entry.value(key, value, level, callback), callback);
  }

  @Override
  public void retune(Duration storeDelay, long minFree) {
    committer.retune(storeDelay.toNanos(), minFree);
    intake.storeDelay(storeDelay.toNanos());
  }

  @Override
  public void close() {
    closing = true;
    intake.wake();
    if (!place.rounds().awaitUninterrupted(() -> closed, CLOSE_WAIT)) {
      LOG.warn("{}: the disk did not answer in time, closed without it", place.folder());
    }
    intake.close();
    // Empty already, unless the disk did not answer: then the next start finds it.
    buffer.end(false);
    lock.close();
  }

  /** Remembers that a person has seen its damage, and returns how many parts that was. */
  public int acknowledge() throws IOException {
    int parts = acknowledge(place.disk(), place.folder());
    report = new Recovered.Report(report.cutBytes(), 0, List.of());
    segments.acknowledged();
    place.rounds().wake();
    return parts;
  }

  /** The same for a journal that is not open. */
  public static int acknowledge(Disk disk, Path folder) throws IOException {
    return DamagedParts.acknowledge(disk, folder);
  }

  /** Returns whether it is closed. */
  public boolean isClosed() {
    return closed;
  }

  /**
   * Reads the headers in a folder.
   *
   * @throws JournalException if one of them is of a newer format
   * @throws IOException if the disk fails
   */
  public static void requireReadable(Disk disk, Path folder) throws IOException, JournalException {
    RecoveryScan.requireReadable(disk, folder);
  }

  /**
   * Returns the first segment in a folder that the disk cannot read in full, and why; empty if
   * there is none.
   *
   * @throws IOException if the folder cannot be listed
   */
  public static Optional<String> unreadable(Disk disk, Path folder) throws IOException {
    return RecoveryScan.unreadable(disk, folder);
  }

  /** Returns whether there is a staging buffer of a journal that is not open. */
  public static boolean isStaged(SharedMemory memory, Path folder) throws IOException {
    return StagingBuffer.isThere(memory, folder);
  }

  /** Deletes the staging buffer of a journal that is not open. */
  public static void deleteStaged(SharedMemory memory, Path folder) throws IOException {
    StagingBuffer.delete(memory, folder);
  }

  /** Returns whether somebody waits for a force. */
  boolean forceWanted() {
    return intake.forceWanted();
  }

  /**
   * Its part of a round. What it throws is a defect; the next call goes on where this one was.
   * Returns as {@link Rounds.Work#round}.
   */
  long round() {
    boolean last = closing;
    if (last) {
      intake.close();
    }
    write(last);
    committer.tellMarks();
    if (last) {
      end();
      return Rounds.Work.FINISHED;
    }
    ReadRequest read = reads.poll();
    if (read != null) {
      reading.read(read.sequences(), read.maxBytes(), read.callback());
    }
    if (buffer.tend(ticks())) {
      intake.flush();
    }
    publishStatus();
    if (!reads.isEmpty()) {
      return 0;
    }
    long other = Math.min(committer.due(), buffer.due(ticks()));
    long due = intake.rest(other, committer.isDirty());
    return due == Long.MAX_VALUE ? Rounds.Work.NOTHING : Math.max(0, due - ticks());
  }

  private void write(boolean last) {
    if (committing) {
      // What broke off the round before has left some of it.
      committer.giveUp(taken);
    } else {
      intake.take(ticks(), last, taken);
      committing = true;
      try {
        committer.commit(taken, last);
      } catch (RuntimeException | Error e) {
        report(e);
        committer.defect(e);
        committer.giveUp(taken);
      }
    }
    intake.done(taken);
    taken.clear();
    committing = false;
  }

  /** The last round: whatever is thrown, the folder is given back. */
  private void end() {
    try {
      committer.close(lease.close());
      publishStatus();
    } catch (RuntimeException | Error e) {
      report(e);
    } finally {
      segments.close();
      lock.close();
      closed = true;
      refuseReads();
    }
  }

  /** Says in the log what is thrown and should not be, if there is memory for it. */
  void report(Throwable cause) {
    try {
      LOG.error("{}: a defect in the journal", place.folder(), cause);
    } catch (RuntimeException | Error e) {
      // The journal matters more.
    }
  }

  private void tellListener() {
    try {
      listener.run();
    } catch (RuntimeException | Error e) {
      LOG.error("{}: a listener threw, which it must not", place.folder(), e);
    }
  }

  /**
   * While the disk does not answer, and another thread waits for it in a round: tells those who put
   * something in meanwhile. Messages of durability group stay in memory, records stay where they
   * are, to be written later.
   */
  void strand() {
    JournalStatus before = status;
    if (!before.degraded().equals(Optional.of(STUCK))) {
      LOG.error("{}: {}", place.folder(), STUCK);
    }
    takesRecords = false;
    intake.works(false, false);
    // What the other thread works on is not looked at.
    publishStatus(
        before
            .but()
            .degraded(Optional.of(STUCK))
            .inMemory(intake.keptMessages(), intake.keptBytes())
            .build());
    intake.strand().forEach(Entry::tellFailed);
  }

  private void publishStatus() {
    takesRecords = !committer.isBroken();
    intake.works(takesRecords, committer.degraded().isEmpty());
    publishStatus(statusNow());
  }

  private void publishStatus(JournalStatus next) {
    JournalStatus before = status;
    status = next;
    boolean changed =
        before != null
            && (!before.degraded().equals(next.degraded())
                || !before.damagedFiles().equals(next.damagedFiles())
                || !before.unreadable().equals(next.unreadable())
                || !before.unstaged().equals(next.unstaged()));
    if (changed) {
      tellListener();
    }
  }

  private JournalStatus statusNow() {
    Recovered.Report found = report.and(segments.gone());
    return JournalStatus.builder(place.folder().toString())
        .inDataArea(place.inDataArea())
        .degraded(committer.degraded())
        .files(segments.count(), segments.bytes())
        .liveMessages(live.size())
        .written(segments.totals().bytes, segments.totals().forces)
        .recovered(recovered)
        .cutBytes(found.cutBytes())
        .damaged(found.damagedBytes(), found.damagedFiles())
        .inMemory(intake.keptMessages(), intake.keptBytes())
        .possibleDuplicates(committer.possibleDuplicates())
        .unreadable(segments.unreadable())
        .unstaged(buffer.unstaged())
        .build();
  }

  private long ticks() {
    return place.clock().nanos() - origin;
  }
}
