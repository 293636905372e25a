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
 * again, in order, to a new one. If that fails too, the journal is degraded: messages of durability
 * group are kept in memory, and every few seconds a new segment is tried; on return they are
 * written before anything new. A file whose force has failed is never forced again.
 *
 * <p>If there is no space for a new segment, the {@link Reserve} becomes one: it takes everything
 * but messages, which are kept in memory as above, until there is space again.
 */
final class Committer {
  private static final Logger LOG = LoggerFactory.getLogger(Committer.class);
  private static final long RETRY = TimeUnit.SECONDS.toNanos(5);
  private static final long RESERVE_PAUSE = TimeUnit.MINUTES.toNanos(1);
  private static final Optional<String> DEFECT = Optional.of("cannot be written: a defect");

  private final Clock clock;
  private final WallTime wall;
  private final Intake intake;
  private final StagingBuffer buffer;
  private final LiveMessages live;
  private final SmallState small;
  private final Segments segments;
  private final Ledger ledger;
  private final Space space;
  private final Reserve reserve;
  private final Housekeeping housekeeping;
  private final Lease lease;
  private volatile long storeDelay;
  private final long origin;

  /** The segment that is written, empty while degraded. */
  private Optional<SegmentWriter> writer = Optional.empty();

  /** What was written, or should have been, since the last force; in order. */
  private List<Entry> unforced = new ArrayList<>();

  private final Held held = new Held();

  /** What was forced, and who is to be told of it, from an index on. */
  private List<Entry> forced = new ArrayList<>();

  private int told;

  private Optional<String> broken = Optional.empty();

  /** What a recovery could not do on disk. */
  private Optional<Repair> repair = Optional.empty();

  /** Messages that a segment and the staging buffer hold. */
  private List<Entry> known = List.of();

  /** Whether a failure was begun to be dealt with, and that is not done. */
  private boolean failing;

  /** Why the reserve is written; empty while another segment is, or none. */
  private Optional<String> full = Optional.empty();

  private long forceDue = Long.MAX_VALUE;
  private long retryAt;

  /** When a reserve may be made, or left. */
  private long reserveAt;

  Committer(
      Clock clock,
      WallTime wall,
      Intake intake,
      StagingBuffer buffer,
      Recovered found,
      Segments segments,
      Space space,
      Reserve reserve,
      Housekeeping housekeeping,
      Lease lease,
      long storeDelay,
      long origin) {
    this.clock = clock;
    this.wall = wall;
    this.intake = intake;
    this.buffer = buffer;
    this.live = found.live();
    this.small = found.small();
    this.segments = segments;
    this.ledger = new Ledger(live, small, segments);
    this.space = space;
    this.reserve = reserve;
    this.housekeeping = housekeeping;
    this.lease = lease;
    this.storeDelay = storeDelay;
    this.origin = origin;
  }

  /** What a recovery has to do on disk. */
  @FunctionalInterface
  interface Repair {
    void run() throws IOException;
  }

  /**
   * Begins the first segment, and with it the first lease. If the disk takes nothing, the journal
   * is degraded from here on: what was found can be read and sent. Called before the rounds begin.
   *
   * @param next the first sequence
   * @param staged what the staging buffer holds
   * @param unrepaired why a recovery could not be completed on disk, empty if it could
   * @param again completes it, before anything else is written
   */
  void begin(long next, Recovered.Staged staged, Optional<IOException> unrepaired, Repair again) {
    small.holdover.beginsWith(lease::first);
    if (small.holdover.isActive()) {
      intake.hides(lease::first);
    }
    small.lease = next + lease.size();
    segments.watch();
    adopt(staged);
    try {
      if (unrepaired.isPresent()) {
        repair = Optional.of(again);
        throw unrepaired.get();
      }
      if (!reserve.isThere()) {
        // Before anything else takes what the recovery has set free.
        reserve.makeOf(space.free());
      }
      beginAgain();
    } catch (IOException e) {
      small.lease = lease.byTime(wall.millis());
      degrade(e);
      LOG.warn("{}: {}; what is there is sent", segments.folder(), degraded().orElse("-"));
    }
  }

  /** As if the disk had not taken it until now. */
  private void adopt(Recovered.Staged staged) {
    staged.messages().values().forEach(message -> intake.keep(message, false));
    staged.known().forEach(intake::found);
    known = staged.known();
    for (Entry record : staged.records()) {
      ledger.refused(record);
      intake.late(record);
    }
    if (!buffer.isActive()) {
      small.opening = buffer.next(small.opening);
    }
  }

  /** Begins; a disk that fails once is tried once more. */
  private void beginAgain() throws IOException {
    try {
      beginFirst();
    } catch (IOException e) {
      LOG.debug("{}: the first segment is begun again: {}", segments.folder(), e.toString());
      abandon();
      beginFirst();
    }
  }

  private void beginFirst() throws IOException {
    begin();
    write(unforced);
    sayUntold();
    writeKept();
    announce();
    if (forceDue != Long.MAX_VALUE) {
      // Old segments may hold the only forced copy of what was just repeated.
      force();
    }
    ledger.allTold();
    leaveLate();
    open();
    makeReserve();
  }

  /** All that an earlier process has left is forced: the next opening, and an empty buffer. */
  private void open() throws IOException {
    if (buffer.isActive() && intake.keptMessages() == 0) {
      Opening next = buffer.next(small.opening).orElseThrow();
      small.opening = Optional.of(next);
      buffer.prepare(next);
      append(next.entry());
      force();
    }
    if (!buffer.isActive()) {
      small.opening.ifPresent(buffer::opened);
    }
  }

  /** What the staging buffer holds because the disk did not take it, is there. */
  private void leaveLate() {
    if (ledger.isAllTold() && intake.keptMessages() == 0) {
      buffer.leaveLate();
      intake.forced(known);
      known = List.of();
    }
  }

  private void makeReserve() {
    if (!reserve.isWhole() && full.isEmpty() && ticks() >= reserveAt) {
      reserveAt = ticks() + RESERVE_PAUSE;
      if (space.has(reserve.wanted())) {
        reserve.make();
      }
    }
  }

  /** Goes on with these. Any thread. */
  void retune(long delay, long minFree) {
    storeDelay = delay;
    space.minFree(minFree);
  }

  /** Returns why the journal cannot be written, empty while it can. */
  Optional<String> degraded() {
    return broken.or(() -> full).or(space::low);
  }

  /** Returns whether nothing at all can be written. */
  boolean isBroken() {
    return broken.isPresent();
  }

  /** Returns when a round is wanted although nothing new comes in. */
  long due() {
    if (broken.isPresent()) {
      return retryAt;
    }
    return Math.min(forceDue, full.isPresent() ? reserveAt : space.checkAt());
  }

  /**
   * Writes a batch, forces if somebody waits for it or it is time, and tidies up. If this throws,
   * {@link #defect} and {@link #giveUp} are to follow.
   */
  void commit(List<Entry> taken, boolean closing) {
    tellForced();
    if (broken.isPresent() && (ticks() >= retryAt || closing)) {
      comeBack();
    } else if (full.isPresent() && ticks() >= reserveAt && !closing) {
      leaveReserve();
    }
    if (broken.isPresent()) {
      taken.forEach(this::refuse);
      return;
    }
    if (closing) {
      segments.lookAgain();
    }
    List<Entry> batch = admit(taken);
    boolean begun = false;
    try {
      writeKept();
      unforced.addAll(batch);
      batch.forEach(entry -> entry.placed = true);
      begun = true;
      write(batch);
      batch.forEach(Entry::tellWritten);
      if (batch.stream().anyMatch(entry -> entry.force) || ticks() >= forceDue || closing) {
        force();
      }
      tidy();
      tellKept();
    } catch (IOException e) {
      if (!begun) {
        unforced.addAll(batch);
        batch.forEach(entry -> entry.placed = true);
      }
      writeAgain(e);
    }
  }

  /** Does what is only about a message that is kept in memory; false if it is about the disk. */
  private boolean absorb(Entry entry) {
    if (!intake.absorb(entry)) {
      return false;
    }
    if (entry.waits) {
      held.ofKept(entry);
    } else {
      entry.tellForced();
    }
    entry.placed = true;
    return true;
  }

  /** Takes out the messages if there is no space for any, and what is about those in memory. */
  private List<Entry> admit(List<Entry> batch) {
    long wanted = batch.stream().filter(Entry::isMessage).mapToLong(entry -> entry.bound).sum();
    boolean space = this.space.allows(wanted, ticks()) && full.isEmpty();
    if (space && intake.keptMessages() == 0) {
      return batch;
    }
    List<Entry> left = new ArrayList<>(batch.size());
    for (Entry entry : batch) {
      if (entry.isMessage() && !space) {
        refuse(entry, false);
      } else if (!absorb(entry)) {
        left.add(entry);
      }
    }
    return left;
  }

  private void tellKept() {
    if (intake.keptMessages() == 0) {
      held.keptWritten();
      leaveLate();
    }
  }

  /** Takes over what is not even tried to be written. */
  private void refuse(Entry entry) {
    if (entry.isMessage()) {
      refuse(entry, false);
    } else if (!absorb(entry)) {
      ledger.refused(entry);
      refuse(entry, false);
    }
  }

  /**
   * Does what is possible for somebody whose record was not written: a message stays in memory or
   * has failed, one that has to wait waits, others are told.
   *
   * @param onDisk whether it may be on disk all the same
   */
  private void refuse(Entry entry, boolean onDisk) {
    if (entry.type == RecordType.LEASE) {
      small.lease = lease.byTime(wall.millis());
    }
    if (entry.isSync() && onDisk) {
      held.withdrawn(entry);
    } else if (entry.isMessage()) {
      if (entry.isSync()) {
        intake.failed(entry);
        live.remove(entry.sequence);
      } else if (live.contains(entry.sequence)) {
        if (onDisk) {
          entry.stage = small.stage(entry.sequence);
        }
        intake.keep(entry, onDisk);
      }
      entry.tellFailed();
    } else {
      intake.late(entry);
      if (entry.waits) {
        held.record(entry);
      } else {
        entry.tellFailed();
      }
    }
    entry.placed = true;
  }

  /** Writes what is kept in memory, in the order of the sequences, if there is space. */
  private void writeKept() throws IOException {
    if (intake.keptMessages() == 0
        || full.isPresent()
        || !space.allows(intake.keptBytes(), ticks())) {
      return;
    }
    int count = intake.keptMessages();
    while (intake.keptMessages() > 0 && full.isEmpty()) {
      int before = unforced.size();
      intake.takeKept(housekeeping.chunk(), unforced);
      write(unforced.subList(before, unforced.size()));
      if (housekeeping.isFull(writer.orElseThrow())) {
        force();
        abandon();
        begin();
      }
    }
    force();
    LOG.info("{} messages that were in memory only are on disk now", count - intake.keptMessages());
  }

  /** Returns whether something is written, or was to be, that is not forced. */
  boolean isDirty() {
    return broken.isPresent() || forceDue != Long.MAX_VALUE;
  }

  /** Takes those who wait for what was taken until now, and tells them as soon as it is forced. */
  void tellMarks() {
    intake.takeMarks(held::mark);
    if (!isDirty()) {
      held.forced();
    }
  }

  /**
   * Returns how many messages are on disk although they have their outcome: they are sent once more
   * if the process ends before the disk is back.
   */
  int possibleDuplicates() {
    return ledger.untoldSettlements();
  }

  /** Says that no sequence at or above the next was given out, and ends the last segment. */
  void close(long next) {
    boolean whole = false;
    try {
      if (writer.isPresent()) {
        append(Entry.own(RecordType.CLEAN, next));
        force();
        whole = ledger.isAllTold() && intake.keptMessages() == 0;
      }
    } catch (IOException e) {
      LOG.debug("The journal is closed without its last record: {}", e.toString());
    } finally {
      tellForced();
      held.closed(!isDirty());
      abandon();
      buffer.end(whole);
    }
    report();
  }

  private void report() {
    int lost = intake.keptMessages();
    int repeated = possibleDuplicates();
    if (lost + repeated > 0) {
      LOG.warn(
          "{}: closed while it could not be written ({}). {} messages were in memory only;"
              + " {} that have their outcome are still on disk and will be sent once more",
          segments.folder(),
          degraded().orElse("-"),
          lost,
          repeated);
    }
  }

  /** Closes the file without a word, as after a failure. */
  void abandon() {
    Optional<SegmentWriter> old = writer;
    writer = Optional.empty();
    old.ifPresent(Segments::close);
  }

  private void begin() throws IOException {
    SegmentWriter next;
    try {
      next = segments.create(small.lease, false);
      full = Optional.empty();
    } catch (IOException e) {
      if (!reserve.isThere() || !space.isFull(e)) {
        throw e;
      }
      next = segments.create(reserve, small.lease);
      full = Optional.of(space.reason(e));
      reserveAt = ticks() + RETRY;
      LOG.warn("{}: {}; only the reserve is written, no messages", segments.folder(), full.get());
    }
    writer = Optional.of(next);
    // Its header is forced, and the lease stands in it.
    lease.extended(small.lease);
    List<Entry> state = small.entries();
    state.addAll(ledger.keptStages());
    for (Entry entry : state) {
      encode(entry);
    }
    if (!state.isEmpty()) {
      next.flush();
      next.segment().repeated = next.segment().size;
      forceBy(ticks() + storeDelay);
    }
  }

  /** Goes on in a new segment instead of the reserve, if there is space for it. */
  private void leaveReserve() {
    reserveAt = ticks() + RETRY;
    if (!space.has(reserve.wanted())) {
      return;
    }
    SegmentWriter old = writer.orElseThrow();
    try {
      force();
    } catch (IOException e) {
      writeAgain(e);
      return;
    }
    try {
      begin();
      LOG.info("{}: the journal can be written again", segments.folder());
      reserveAt = ticks();
    } catch (IOException e) {
      if (isWritten(old)) {
        LOG.debug("The reserve is not left yet: {}", e.toString());
        return;
      }
      writeAgain(e);
    } finally {
      if (!isWritten(old)) {
        Segments.close(old);
      }
    }
  }

  private boolean isWritten(SegmentWriter one) {
    return writer.filter(now -> now == one).isPresent();
  }

  private int encode(Entry entry) throws IOException {
    SegmentWriter to = writer.orElseThrow();
    Output out = to.next(wall.millis());
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
    intake.appended(batch);
    forceBy(latest);
  }

  private void forceBy(long due) {
    forceDue = Math.min(forceDue, due);
  }

  private void force() throws IOException {
    long before = clock.nanos();
    tellForced();
    segments.requireInPlace(ticks());
    writer.orElseThrow().force();
    List<Entry> done = unforced;
    unforced = forced;
    forced = done;
    intake.forced(done);
    forceDue = Long.MAX_VALUE;
    segments.stateForced(writer.orElseThrow().segment());
    tellForced();
    held.forced();
    tellKept();
    intake.forceTook(clock.nanos() - before);
    housekeeping.forced();
  }

  /** Each is told once, also if something throws in the middle: the next call goes on. */
  private void tellForced() {
    while (told < forced.size()) {
      Entry entry = forced.get(told++);
      if (entry.type == RecordType.LEASE) {
        lease.extended(entry.sequence);
      }
      entry.tellForced();
    }
    forced.clear();
    told = 0;
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
      if (full.isEmpty()) {
        abandon();
        housekeeping.carry(small, ticks());
        begin();
      }
      if (full.isPresent()) {
        carryToReserve();
      }
      announce();
      force();
    }
    makeReserve();
  }

  /** There is no space for a segment of their own: what is left over goes where we are. */
  private void carryToReserve() throws IOException {
    SegmentWriter to = writer.orElseThrow();
    List<Housekeeping.Move> moves = housekeeping.copy(to, small, ticks());
    force();
    moves.forEach(move -> housekeeping.moved(move, to.segment()));
  }

  /** Says which segments are dead; they are deleted after the next force. */
  private void announce() throws IOException {
    Optional<Integer> watermark = housekeeping.newWatermark(writer.orElseThrow());
    if (watermark.isPresent()) {
      small.holdover.dead(watermark.get());
      append(Entry.own(RecordType.WATERMARK, watermark.get()));
    }
    if (housekeeping.newDeleted(small)) {
      append(small.heldOver(false));
    }
  }

  /** The one second chance: everything unforced, in order, into a new segment. */
  private void writeAgain(IOException first) {
    LOG.warn("The journal could not be written, a new segment is begun: {}", first.toString());
    abandon();
    try {
      boolean lost = settle();
      begin();
      if (full.isPresent()) {
        withdrawMessages();
      }
      write(unforced);
      unforced.forEach(Entry::tellWritten);
      sayUntold();
      force();
      ledger.allTold();
      leaveLate();
      held.said(intake::failed);
      if (lost) {
        announceLost();
      }
    } catch (IOException second) {
      degrade(second);
      LOG.warn("The journal cannot be written any more: {}", degraded().orElse("-"));
    }
  }

  /**
   * Looks whether what was written is still there, and writes it anew if not.
   *
   * @return whether segments are lost
   */
  private boolean settle() throws IOException {
    if (!segments.settle()) {
      return false;
    }
    reserve.look();
    housekeeping.carryLost(small);
    return true;
  }

  /** Says at once that the lost segments are dead: a start must not take them for damage. */
  private void announceLost() throws IOException {
    announce();
    force();
  }

  /** The reserve takes no messages: they stay in memory, or have failed. */
  private void withdrawMessages() {
    ledger.doubtful(unforced.stream().filter(Entry::isMessage).toList());
    List<Entry> left = new ArrayList<>(unforced.size());
    for (Entry entry : unforced) {
      if (entry.isMessage()) {
        refuse(entry, true);
      } else if (!absorb(entry)) {
        left.add(entry);
      }
    }
    unforced = left;
  }

  private void sayUntold() throws IOException {
    for (Entry entry : ledger.untold(writer.orElseThrow().segment())) {
      append(entry);
    }
  }

  /** A defect of ours is treated as a disk that fails: nobody waits for ever. */
  void defect(Throwable cause) {
    failing = true;
    broken = DEFECT;
    broken = Optional.of("cannot be written: " + segments.folder() + ": defect: " + cause);
  }

  /**
   * Ends what a defect broke off: each of a batch is told, or will be. May be called again if this
   * throws too.
   */
  void giveUp(List<Entry> taken) {
    if (failing) {
      takeBack();
    }
    for (Entry entry : taken) {
      if (!entry.placed) {
        refuse(entry);
      }
    }
  }

  private void degrade(IOException cause) {
    failing = true;
    broken = Optional.of(space.reason(cause));
    takeBack();
  }

  /** Nothing of what was not forced is known to be on disk. Doing it twice changes nothing. */
  private void takeBack() {
    retryAt = ticks() + RETRY;
    abandon();
    full = Optional.empty();
    forceDue = Long.MAX_VALUE;
    ledger.doubtful(unforced);
    unforced.forEach(entry -> refuse(entry, true));
    unforced.clear();
    failing = false;
  }

  /** Tries a new segment, and says there what was not said. */
  private void comeBack() {
    try {
      if (repair.isPresent()) {
        repair.get().run();
        repair = Optional.empty();
      }
      boolean lost = settle();
      begin();
      sayUntold();
      force();
      ledger.allTold();
      broken = Optional.empty();
      leaveLate();
      small.opening.ifPresent(buffer::opened);
      held.said(intake::failed);
      if (lost) {
        announceLost();
      }
      LOG.info("{}: the journal can be written again", segments.folder());
    } catch (IOException e) {
      degrade(e);
    }
  }

  private long ticks() {
    return clock.nanos() - origin;
  }
}
