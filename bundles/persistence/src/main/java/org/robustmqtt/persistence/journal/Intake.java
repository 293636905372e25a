package org.robustmqtt.persistence.journal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.robustmqtt.Durability;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.StoredCallback;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.journal.WrittenCallback;
import org.robustmqtt.persistence.format.RecordType;
import org.robustmqtt.persistence.format.Stage;

/**
 * The bounded stage between the callers and the journal thread: two queues under one lock, its own
 * monitor. No I/O and no callback happens while it is held.
 *
 * <p>{@code now} holds what is to be written in the next round, {@code group} the messages that may
 * wait. Times are nanoseconds since the journal was opened.
 */
final class Intake {
  /** How many bytes may wait. A single larger message is taken when nothing else waits. */
  static final int CAPACITY = 4 << 20;

  private final LiveMessages live;
  private final StagingBuffer buffer;
  private final BooleanSupplier wake;
  private final Ticks ticks;

  private final ArrayDeque<Entry> now = new ArrayDeque<>();
  private final ArrayDeque<Entry> group = new ArrayDeque<>();
  private final LongMap<Entry> staged = new LongMap<>();

  /** Messages that were taken, are not forced, and are in the staging buffer until they are. */
  private final LongMap<Entry> written = new LongMap<>();

  /** Messages that are in memory only, because the disk takes none; also in {@code staged}. */
  private final TreeMap<Long, Entry> ring = new TreeMap<>();

  private long ringBytes;
  private long bytes;
  private long calls;
  private long storeDelay;
  private boolean flush;
  private boolean closed;
  private boolean forceWanted;

  /** Whether the disk takes records: else who waits for one waits for the disk. */
  private boolean works = true;

  /** Whether the disk takes messages. */
  private boolean takesMessages = true;

  /** Who waits for what was put in before it, in the order of their calls. */
  private final ArrayDeque<Mark> marks = new ArrayDeque<>();

  /** Messages with a lower number may have a record where the disk cannot read it. */
  private volatile LongSupplier hiddenBelow = () -> 0;

  /** Whether something that was taken is not forced. */
  private boolean unforced;

  /** When the journal thread will look again by itself. */
  private long planned = Long.MAX_VALUE;

  /** How long a force takes, so that a group message is on disk in time, not only begun. */
  private long forceTime;

  /** Nanoseconds since the journal was opened. */
  @FunctionalInterface
  interface Ticks {
    long now();
  }

  /** Somebody who waits until all that has a lower number is forced. */
  record Mark(long number, WrittenCallback callback) {}

  Intake(
      long storeDelay, LiveMessages live, StagingBuffer buffer, Ticks ticks, BooleanSupplier wake) {
    this.storeDelay = storeDelay;
    this.live = live;
    this.buffer = buffer;
    this.ticks = ticks;
    this.wake = wake;
  }

  boolean offer(StoredMessage message, StoredCallback callback) {
    if (message.durability() == Durability.MEMORY) {
      callback.stored(Stored.MEMORY_ONLY);
      return true;
    }
    Entry entry = Entry.message(message, callback);
    long at = ticks.now();
    boolean kept;
    boolean wanted = false;
    synchronized (this) {
      kept = !closed && (bytes == 0 || bytes + entry.bound <= CAPACITY);
      boolean wanting = kept && isLacking(entry, at) && takesMessages;
      if (wanting) {
        kept = false;
      } else if (kept) {
        entry.number = calls++;
        entry.due = entry.force ? at : at + storeDelay;
        stage(entry, entry.force ? now : group);
        bytes += entry.bound;
        forceWanted |= entry.force;
        flush |= bytes > CAPACITY / 4 * 3;
        wanted = plan(flush ? 0 : entry.force ? 0 : start(entry));
      }
      if (!kept) {
        flush |= !wanting || !buffer.isWanting(at);
        wanted = !closed && flush && plan(0);
      }
    }
    if (wanted) {
      wake();
    }
    return kept;
  }

  /**
   * Puts a message into the staging buffer.
   *
   * @return whether it has to wait: there will be room for it, or a buffer at all
   */
  private boolean isLacking(Entry entry, long at) {
    entry.slot = buffer.put(entry);
    if (entry.slot != StagingBuffer.NONE) {
      return false;
    }
    if (!buffer.mayFit(entry.bound, at)) {
      // the disk has to do
      entry.force = true;
      return false;
    }
    return buffer.isActive() || buffer.isWanting(at);
  }

  /** Says what the disk takes. The journal thread. */
  synchronized void works(boolean records, boolean messages) {
    works = records;
    takesMessages = messages;
  }

  /**
   * Says that there are segments that the disk cannot read. Before the rounds begin.
   *
   * @param below numbers from here on are given out later
   */
  void hides(LongSupplier below) {
    hiddenBelow = below;
  }

  /** Returns whether a message has a record, or may have one where nobody can read it. */
  private boolean mayHaveRecord(long sequence) {
    return live.contains(sequence) || sequence < hiddenBelow.getAsLong();
  }

  /** Returns whether an answer can be given at once: the record survives the process. */
  private boolean isKept(Entry entry) {
    boolean waits = entry.waits && !works;
    return entry.slot != StagingBuffer.NONE && !entry.force && !waits;
  }

  /** Puts a message into the stage and a queue, or, if there is no memory, into neither. */
  private void stage(Entry entry, ArrayDeque<Entry> queue) {
    boolean put = false;
    queue.add(entry);
    try {
      staged.put(entry.sequence, entry);
      put = true;
    } finally {
      if (!put) {
        queue.removeLast();
        leave(entry);
      }
    }
  }

  /**
   * Asks for a round. What the caller has put in is put in, so a wish that fails is not the
   * caller's failure: it is said once more, and then by whoever calls next.
   */
  void wake() {
    boolean heard = false;
    for (int i = 0; i < 2 && !heard; i++) {
      try {
        heard = wake.getAsBoolean();
      } catch (RuntimeException | Error e) {
        // As if nobody had heard: to say more about it takes the memory that may be missing.
        heard = false;
      }
    }
    if (!heard) {
      synchronized (this) {
        planned = Long.MAX_VALUE;
      }
    }
  }

  void settled(long sequence, WrittenCallback callback) {
    Entry unwritten;
    Entry record = null;
    boolean refused;
    boolean wanted = false;
    synchronized (this) {
      unwritten = staged.remove(sequence);
      refused = closed;
      if (!refused && mayHaveRecord(sequence)) {
        record = Entry.of(RecordType.SETTLED, sequence, Level.APPENDED, callback);
        wanted = add(record);
      }
      if (unwritten != null) {
        cancel(unwritten);
        dropSkipped();
      }
      Entry taken = written.remove(sequence);
      if (taken != null) {
        leave(taken);
      }
    }
    if (unwritten != null) {
      unwritten.tellSettledFirst();
    }
    finish(record, wanted, callback, unwritten != null || !refused);
  }

  /** A message, or a record, is not needed in the staging buffer any more. */
  private void leave(Entry entry) {
    buffer.leave(entry.slot);
    leaveStage(entry);
    entry.slot = StagingBuffer.NONE;
  }

  private void leaveStage(Entry entry) {
    buffer.leave(entry.sentSlot);
    buffer.leave(entry.releasedSlot);
    entry.sentSlot = StagingBuffer.NONE;
    entry.releasedSlot = StagingBuffer.NONE;
  }

  /** What was written survives the process: records leave, and messages when they are forced. */
  synchronized void appended(List<Entry> batch) {
    for (Entry entry : batch) {
      if (entry.isMessage()) {
        leaveStage(entry);
      } else {
        leave(entry);
      }
    }
  }

  /** What was written is forced. */
  synchronized void forced(List<Entry> batch) {
    for (Entry entry : batch) {
      if (entry.slot != StagingBuffer.NONE) {
        written.remove(entry.sequence);
        leave(entry);
      }
    }
  }

  /** A record stays in the staging buffer until the disk is back. */
  void late(Entry entry) {
    buffer.late(entry.slot);
    entry.slot = StagingBuffer.NONE;
  }

  /**
   * A message that was found on disk is in the staging buffer, too, until it is settled or forced.
   */
  synchronized void found(Entry message) {
    written.put(message.sequence, message);
  }

  /** A message has failed, and must not come back. */
  synchronized void failed(Entry entry) {
    written.remove(entry.sequence);
    leave(entry);
  }

  void sent(long sequence, Stage stage, Level level, WrittenCallback callback) {
    Entry record = null;
    boolean refused;
    boolean wanted = false;
    synchronized (this) {
      refused = closed;
      Entry unwritten = staged.get(sequence);
      if (unwritten != null && isWithMessage(unwritten, level) && keepSent(unwritten, stage)) {
        unwritten.stage = stage;
      } else if (!refused && (unwritten != null || live.contains(sequence))) {
        if (unwritten != null) {
          promote(unwritten);
        }
        record = Entry.sent(sequence, stage, level, callback);
        record.waits = unwritten != null && unwritten.qos() == 2 || live.isQos2(sequence);
        wanted = add(record);
      }
    }
    finish(record, wanted, callback, !refused);
  }

  /**
   * Returns whether a stage of a message that is staged needs no record of its own in the journal:
   * it is written with the message, and if that is of QoS 2, the staging buffer has it meanwhile.
   */
  private boolean isWithMessage(Entry message, Level level) {
    return message.qos() < 2
        || works
            && level == Level.APPENDED
            && message.slot != StagingBuffer.NONE
            && !message.force
            && !message.promoted
            && !message.kept;
  }

  /** Puts a sending into the staging buffer, if its message is there; false if there is no room. */
  private boolean keepSent(Entry message, Stage stage) {
    if (message.slot == StagingBuffer.NONE) {
      return true;
    }
    int slot =
        buffer.put(Entry.sent(message.sequence, stage, Level.APPENDED, WrittenCallback.NONE));
    if (slot != StagingBuffer.NONE) {
      leaveStage(message);
      message.sentSlot = slot;
    }
    return slot != StagingBuffer.NONE || message.kept;
  }

  /** As {@link #keepSent}, for a change of what was sent. */
  private boolean keepChange(Entry message, RecordType type) {
    if (message.slot == StagingBuffer.NONE || message.stage.isWaiting()) {
      return true;
    }
    if (type == RecordType.UNSENT) {
      return keepSent(message, message.stage.unsent());
    }
    int slot = buffer.put(Entry.own(type, message.sequence));
    if (slot != StagingBuffer.NONE) {
      buffer.leave(message.releasedSlot);
      message.releasedSlot = slot;
    }
    return slot != StagingBuffer.NONE || message.kept;
  }

  void released(long sequence, Level level, WrittenCallback callback) {
    change(RecordType.RELEASED, sequence, level, callback);
  }

  void unsent(long sequence) {
    change(RecordType.UNSENT, sequence, Level.APPENDED, WrittenCallback.NONE);
  }

  /** A message is abandoned or put aside; if it is staged, it is written first. */
  void ended(RecordType type, long sequence, WrittenCallback callback) {
    Entry record = null;
    boolean refused;
    boolean wanted = false;
    synchronized (this) {
      refused = closed;
      Entry unwritten = staged.get(sequence);
      if (!refused && (unwritten != null || mayHaveRecord(sequence))) {
        if (unwritten != null) {
          promote(unwritten);
        }
        record = Entry.of(type, sequence, Level.APPENDED, callback);
        wanted = add(record);
      }
    }
    finish(record, wanted, callback, !refused);
  }

  /** Asks that a staged message be written and forced in the next round. */
  void hurry(long sequence) {
    boolean wanted = false;
    synchronized (this) {
      Entry unwritten = staged.get(sequence);
      if (unwritten != null && !unwritten.kept && !closed) {
        promote(unwritten);
        unwritten.force = true;
        forceWanted = true;
        wanted = plan(0);
      }
    }
    if (wanted) {
      wake();
    }
  }

  /** Tells as soon as all that was put in before is forced; false once it is closed. */
  void afterForce(WrittenCallback callback) {
    boolean waits;
    boolean told;
    synchronized (this) {
      dropSkipped();
      told = !closed && now.isEmpty() && group.isEmpty() && !unforced;
      waits = !closed && !told;
      if (waits) {
        marks.add(new Mark(calls, callback));
      }
    }
    if (!waits) {
      Entry.tell(callback, told);
    }
  }

  /**
   * Hands over those who wait for nothing that has still to be taken. Until there is nothing, a
   * round is due anyway.
   */
  synchronized void takeMarks(Consumer<WrittenCallback> to) {
    if (marks.isEmpty()) {
      return;
    }
    dropSkipped();
    long first = Long.MAX_VALUE;
    for (Entry entry : now) {
      first = Math.min(first, entry.number);
    }
    if (!group.isEmpty()) {
      first = Math.min(first, group.peek().number);
    }
    while (!marks.isEmpty() && marks.peek().number() <= first) {
      to.accept(marks.peek().callback());
      marks.remove();
    }
  }

  /** Moves a message that may still wait to what is written in the next round. */
  private void promote(Entry waiting) {
    if (!waiting.force && !waiting.promoted && !waiting.kept) {
      waiting.promoted = true;
      now.add(waiting);
    }
  }

  /** Lets go of a message that was put in and is not to be written. */
  private void cancel(Entry entry) {
    if (entry.kept) {
      ring.remove(entry.sequence);
      ringBytes -= entry.size();
    } else {
      bytes -= entry.bound;
    }
    leave(entry);
    entry.cancel();
  }

  /**
   * Keeps a message in memory that was taken and could not be written.
   *
   * @param onDisk whether it may be on disk all the same
   */
  synchronized void keep(Entry entry, boolean onDisk) {
    written.remove(entry.sequence);
    if (!onDisk) {
      live.remove(entry.sequence);
    }
    entry.kept = true;
    entry.replaces = onDisk;
    staged.put(entry.sequence, entry);
    if (ring.put(entry.sequence, entry) == null) {
      ringBytes += entry.size();
    }
  }

  /**
   * Applies a record that was taken to its message, if that is kept in memory.
   *
   * @return whether that is all: it has no record on disk
   */
  synchronized boolean absorb(Entry entry) {
    Entry message = entry.isOfMessage() ? ring.get(entry.sequence) : null;
    if (message == null) {
      return false;
    }
    if (entry.type == RecordType.SETTLED) {
      staged.remove(entry.sequence);
      cancel(message);
    } else {
      message.apply(entry);
    }
    boolean settled = entry.type == RecordType.SETTLED;
    if (settled ? mayHaveRecord(entry.sequence) : live.contains(entry.sequence)) {
      return false;
    }
    late(entry);
    return true;
  }

  /** Takes the oldest messages that are kept in memory, to be written. */
  synchronized void takeKept(long limit, List<Entry> into) {
    for (long size = 0; !ring.isEmpty() && size < limit; ) {
      Entry entry = ring.firstEntry().getValue();
      live.begin(entry.sequence, entry.qos() == 2);
      into.add(entry);
      size += entry.bound;
      ring.remove(entry.sequence);
      ringBytes -= entry.size();
      entry.kept = false;
      staged.remove(entry.sequence);
      if (entry.slot != StagingBuffer.NONE) {
        written.put(entry.sequence, entry);
      }
    }
  }

  /** Returns a message that is kept in memory, empty if it is not. */
  synchronized Optional<StoredMessage> kept(long sequence) {
    return Optional.ofNullable(ring.get(sequence)).map(Entry::stored);
  }

  /** Returns how many messages are kept in memory. */
  synchronized int keptMessages() {
    return ring.size();
  }

  /** Returns the bytes of their topics and payloads. */
  synchronized long keptBytes() {
    return ringBytes;
  }

  /**
   * Keeps all messages of durability group in memory, gives up the others, and leaves the records
   * where they are.
   *
   * @return who is to be told that nothing was written
   */
  synchronized List<Entry> strand() {
    List<Entry> told = new ArrayList<>();
    List<Entry> records = new ArrayList<>();
    List<Entry> messages = new ArrayList<>();
    now.forEach(entry -> (entry.isMessage() ? messages : records).add(entry));
    group.stream().filter(entry -> !skipped(entry)).forEach(messages::add);
    now.clear();
    group.clear();
    now.addAll(records);
    for (Entry entry : messages) {
      if (!entry.cancelled) {
        bytes -= entry.bound;
        staged.remove(entry.sequence);
        if (entry.isSync()) {
          leave(entry);
        } else {
          keep(entry, false);
        }
        told.add(entry);
      }
    }
    records.stream().filter(entry -> !entry.waits).forEach(told::add);
    flush = false;
    planned = Long.MAX_VALUE;
    return told;
  }

  private void dropSkipped() {
    while (!group.isEmpty() && skipped(group.peek())) {
      group.remove();
    }
  }

  private void change(RecordType type, long sequence, Level level, WrittenCallback callback) {
    Entry record = null;
    boolean refused;
    boolean wanted = false;
    synchronized (this) {
      refused = closed;
      Entry unwritten = staged.get(sequence);
      if (unwritten != null && isWithMessage(unwritten, level) && keepChange(unwritten, type)) {
        unwritten.stage = SmallState.changed(type, unwritten.stage);
      } else if (!refused && (unwritten != null || live.contains(sequence))) {
        boolean waits =
            unwritten != null && !unwritten.force && !unwritten.promoted && !unwritten.kept;
        if (!waits || !unwritten.stage.isWaiting()) {
          if (waits) {
            promote(unwritten);
          }
          record = Entry.of(type, sequence, level, callback);
          wanted = add(record);
        }
      }
    }
    finish(record, wanted, callback, !refused);
  }

  /** Adds a record that does not belong to a message. */
  void put(Entry entry, WrittenCallback callback) {
    Entry record = null;
    boolean wanted = false;
    synchronized (this) {
      if (!closed) {
        record = entry;
        wanted = add(entry);
      }
    }
    finish(record, wanted, callback, false);
  }

  private void finish(Entry record, boolean wanted, WrittenCallback callback, boolean nothing) {
    if (wanted) {
      wake();
    }
    if (record == null) {
      Entry.tell(callback, nothing);
    } else if (record.early) {
      Entry.tell(callback, true);
    }
  }

  /** Adds a record; the monitor is held. */
  private boolean add(Entry entry) {
    entry.number = calls++;
    now.add(entry);
    if (entry.isStaged()) {
      entry.slot = buffer.put(entry);
      entry.passed = entry.slot == StagingBuffer.NONE && buffer.isActive();
      if (isKept(entry)) {
        entry.toldEarly();
      }
    }
    bytes += entry.bound;
    forceWanted |= entry.force;
    return plan(0);
  }

  private boolean plan(long due) {
    if (due >= planned) {
      return false;
    }
    planned = due;
    return true;
  }

  /** When the writing of a group message begins, so that its force ends in time. */
  private long start(Entry entry) {
    return entry.due - Math.min(2 * forceTime, storeDelay / 2);
  }

  private static boolean skipped(Entry entry) {
    return entry.cancelled || entry.promoted;
  }

  /**
   * Takes what is to be written now, in the order of the calls. The messages among it count as
   * having a record from here on. What throws leaves each entry in one place, here or there.
   *
   * @param all whether to take also what may still wait
   */
  synchronized void take(long at, boolean all, ArrayList<Entry> batch) {
    Entry oldest = group.peek();
    boolean groupToo = all || flush || oldest != null && start(oldest) <= at;
    batch.ensureCapacity(batch.size() + now.size() + (groupToo ? group.size() : 0));
    flush = false;
    forceWanted = false;
    while (!now.isEmpty() || groupToo && !group.isEmpty()) {
      boolean fromGroup =
          groupToo
              && !group.isEmpty()
              && (now.isEmpty() || group.peek().number < now.peek().number);
      Entry entry = fromGroup ? group.peek() : now.peek();
      if (entry.passed && !all && !batch.isEmpty()) {
        // What is not in the staging buffer must not be written with what still is.
        break;
      }
      boolean taken = !(entry.cancelled || fromGroup && entry.promoted);
      if (taken) {
        if (entry.isMessage()) {
          live.begin(entry.sequence, entry.qos() == 2);
          staged.remove(entry.sequence);
          if (entry.slot != StagingBuffer.NONE) {
            written.put(entry.sequence, entry);
          }
        }
        entry.force |= fromGroup;
        batch.add(entry);
        unforced = true;
      }
      (fromGroup ? group : now).remove();
    }
  }

  /** Gives back the room of entries that were taken. */
  synchronized void done(List<Entry> batch) {
    for (Entry entry : batch) {
      bytes -= entry.bound;
    }
  }

  /**
   * Ends a round.
   *
   * @param other when the journal thread wants the next round for reasons of its own
   * @param dirty whether something that was taken is not forced
   * @return when the next round is due, 0 for at once
   */
  synchronized long rest(long other, boolean dirty) {
    unforced = dirty;
    if (!now.isEmpty() || flush) {
      planned = 0;
    } else {
      planned = group.isEmpty() ? other : Math.min(other, start(group.peek()));
    }
    return planned;
  }

  synchronized void forceTook(long nanos) {
    forceTime = (forceTime * 3 + nanos) / 4;
  }

  /** Returns whether somebody waits for a force. */
  synchronized boolean forceWanted() {
    return forceWanted;
  }

  synchronized boolean hasRoom() {
    return !flush && bytes <= CAPACITY / 2 && buffer.hasRoom();
  }

  /** Asks that what waits be written soon. */
  void flush() {
    synchronized (this) {
      flush = true;
      plan(0);
    }
    wake();
  }

  /** What comes is due after so long; what is there already, soon: the queue stays in order. */
  void storeDelay(long nanos) {
    synchronized (this) {
      storeDelay = nanos;
    }
    flush();
  }

  /** Takes nothing more. */
  synchronized void close() {
    closed = true;
  }
}
