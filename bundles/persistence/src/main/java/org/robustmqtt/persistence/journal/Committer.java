package org.robustmqtt.persistence.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.robustmqtt.persistence.door.Clock;
import org.robustmqtt.persistence.format.Output;
import org.robustmqtt.persistence.format.RecordType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what callers put in into records, one write and at most one force a round. Belongs to the
 * journal thread.
 *
 * <p>When a write or a force fails, the segment is sealed, and all that was not forced is written
 * again, in order, to a new one. If that fails too, the journal is degraded: whoever waits is told,
 * and every few seconds a new segment is tried. A file whose force has failed is never forced
 * again.
 */
final class Committer {
  private static final Logger LOG = LoggerFactory.getLogger(Committer.class);
  private static final long RETRY = TimeUnit.SECONDS.toNanos(5);

  /** How much numbering may advance before the next lease. */
  static final long LEASE = 65_536;

  private final Clock clock;
  private final Intake intake;
  private final LiveMessages live;
  private final SmallState small;
  private final Segments segments;
  private final Ledger ledger;
  private final Space space;
  private final Housekeeping housekeeping;
  private final Lease lease;
  private volatile long storeDelay;
  private final long origin;

  /** The segment that is written, empty while degraded. */
  private Optional<SegmentWriter> writer = Optional.empty();

  /** What was written, or should have been, since the last force; in order. */
  private final List<Entry> unforced = new ArrayList<>();

  private Optional<String> broken = Optional.empty();
  private long forceDue = Long.MAX_VALUE;
  private long retryAt;

  Committer(
      Clock clock,
      Intake intake,
      Recovered found,
      Segments segments,
      Space space,
      Housekeeping housekeeping,
      Lease lease,
      long storeDelay,
      long origin) {
    this.clock = clock;
    this.intake = intake;
    this.live = found.live();
    this.small = found.small();
    this.segments = segments;
    this.ledger = new Ledger(live, small, segments);
    this.space = space;
    this.housekeeping = housekeeping;
    this.lease = lease;
    this.storeDelay = storeDelay;
    this.origin = origin;
  }

  /** Begins the first segment, and with it the first lease. Called before the rounds begin. */
  void begin(long next) throws IOException {
    small.lease = next + LEASE;
    begin();
    announce();
    if (forceDue != Long.MAX_VALUE) {
      // Old segments may hold the only forced copy of what was just repeated.
      force();
    }
  }

  /** Goes on with these. Any thread. */
  void retune(long delay, long minFree) {
    storeDelay = delay;
    space.minFree(minFree);
  }

  /** Returns why the journal cannot be written, empty while it can. */
  Optional<String> degraded() {
    return broken.isPresent() ? broken : space.low();
  }

  /** Returns when a round is wanted although nothing new comes in. */
  long due() {
    if (broken.isPresent()) {
      return retryAt;
    }
    return Math.min(forceDue, space.checkAt());
  }

  /** Writes a batch, forces if somebody waits for it or it is time, and tidies up. */
  void commit(List<Entry> taken, boolean closing) {
    if (broken.isPresent()) {
      if (ticks() >= retryAt || closing) {
        comeBack();
      }
      if (broken.isPresent()) {
        ledger.refused(taken);
        taken.forEach(this::tellFailed);
        return;
      }
    }
    List<Entry> batch = space.admit(taken, live, ticks());
    unforced.addAll(batch);
    try {
      write(batch);
      batch.forEach(Entry::tellWritten);
      if (batch.stream().anyMatch(entry -> entry.force) || ticks() >= forceDue || closing) {
        force();
      }
      tidy();
    } catch (IOException e) {
      writeAgain(e);
    }
  }

  /** Says that no sequence at or above the next was given out, and ends the last segment. */
  void close(long next) {
    if (writer.isPresent()) {
      try {
        append(Entry.own(RecordType.CLEAN, next));
        force();
      } catch (IOException e) {
        LOG.debug("The journal is closed without its last record: {}", e.toString());
      }
      abandon();
    }
  }

  /** Closes the file without a word, as after a failure. */
  void abandon() {
    writer.ifPresent(Segments::close);
    writer = Optional.empty();
  }

  private void begin() throws IOException {
    SegmentWriter next = segments.create(small.lease, false);
    writer = Optional.of(next);
    // Its header is forced, and the lease stands in it.
    lease.extended(small.lease);
    List<Entry> state = small.entries();
    for (Entry entry : state) {
      encode(entry);
    }
    if (!state.isEmpty()) {
      next.flush();
      forceBy(ticks() + storeDelay);
    }
  }

  private int encode(Entry entry) throws IOException {
    SegmentWriter to = writer.orElseThrow();
    Output out = to.next(clock.wallMillis());
    entry.encode(out);
    return to.seal();
  }

  /** Writes one record of our own. */
  private void append(Entry entry) throws IOException {
    encode(entry);
    writer.orElseThrow().flush();
    forceBy(ticks() + storeDelay);
  }

  private void write(List<Entry> batch) throws IOException {
    if (batch.isEmpty()) {
      return;
    }
    int[] sizes = new int[batch.size()];
    for (int i = 0; i < sizes.length; i++) {
      Entry entry = batch.get(i);
      boolean settled = entry.isMessage() && entry.applied && !live.contains(entry.sequence);
      sizes[i] = settled ? 0 : encode(entry);
    }
    SegmentWriter to = writer.orElseThrow();
    to.flush();
    long latest = ticks() + storeDelay;
    for (int i = 0; i < sizes.length; i++) {
      if (sizes[i] > 0) {
        ledger.apply(batch.get(i), to.segment(), sizes[i]);
        latest = Math.min(latest, batch.get(i).due);
      }
    }
    forceBy(latest);
  }

  private void forceBy(long due) {
    forceDue = Math.min(forceDue, due);
  }

  private void force() throws IOException {
    long before = clock.nanos();
    writer.orElseThrow().force();
    segments.stateForced(writer.orElseThrow().segment());
    intake.forceTook(clock.nanos() - before);
    forceDue = Long.MAX_VALUE;
    List<Entry> told = new ArrayList<>(unforced);
    unforced.clear();
    for (Entry entry : told) {
      if (entry.type == RecordType.LEASE) {
        lease.extended(entry.sequence);
      }
      entry.tellForced();
    }
    housekeeping.forced();
  }

  /** Rolls to a new segment when it is time, lets dead ones go, and carries what is left over. */
  private void tidy() throws IOException {
    if (housekeeping.isFull(writer.orElseThrow())) {
      force();
      abandon();
      begin();
    }
    announce();
    if (housekeeping.wantsCarrying(writer.orElseThrow(), ticks())) {
      force();
      abandon();
      housekeeping.carry(small, ticks());
      begin();
      announce();
      force();
    }
  }

  /** Says which segments are dead; they are deleted after the next force. */
  private void announce() throws IOException {
    Optional<Integer> watermark = housekeeping.newWatermark(writer.orElseThrow());
    if (watermark.isPresent()) {
      append(Entry.own(RecordType.WATERMARK, watermark.get()));
    }
  }

  /** The one second chance: everything unforced, in order, into a new segment. */
  private void writeAgain(IOException first) {
    LOG.warn("The journal could not be written, a new segment is begun: {}", first.toString());
    abandon();
    try {
      begin();
      write(unforced);
      unforced.forEach(Entry::tellWritten);
      force();
    } catch (IOException second) {
      degrade(second);
    }
  }

  /** A defect of ours is treated as a disk that fails: nobody waits for ever. */
  void defect(Throwable cause) {
    degrade(new IOException("defect: " + cause, cause));
  }

  private void degrade(IOException cause) {
    LOG.warn("The journal cannot be written any more: {}", cause.toString());
    abandon();
    broken = Optional.of(cause.toString());
    retryAt = ticks() + RETRY;
    forceDue = Long.MAX_VALUE;
    List<Entry> waiting = new ArrayList<>(unforced);
    unforced.clear();
    ledger.doubtful(waiting);
    waiting.forEach(this::tellFailed);
  }

  private void tellFailed(Entry entry) {
    if (entry.type == RecordType.LEASE) {
      lease.failed();
    }
    entry.tellFailed();
  }

  /** Tries a new segment, and says there what was not said. */
  private void comeBack() {
    try {
      begin();
      for (Entry entry : ledger.untold()) {
        append(entry);
      }
      force();
      ledger.allTold();
      broken = Optional.empty();
      LOG.info("The journal can be written again");
    } catch (IOException e) {
      abandon();
      retryAt = ticks() + RETRY;
      broken = Optional.of(e.toString());
    }
  }

  private long ticks() {
    return clock.nanos() - origin;
  }
}
