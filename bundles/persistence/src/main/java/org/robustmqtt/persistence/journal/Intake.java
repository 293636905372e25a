package org.robustmqtt.persistence.journal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
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
  private final BooleanSupplier wake;
  private final Ticks ticks;

  private final ArrayDeque<Entry> now = new ArrayDeque<>();
  private final ArrayDeque<Entry> group = new ArrayDeque<>();
  private final LongMap<Entry> staged = new LongMap<>();

  /** Messages that are in memory only, because the disk takes none; also in {@code staged}. */
  private final TreeMap<Long, Entry> ring = new TreeMap<>();

  private long ringBytes;
  private long bytes;
  private long calls;
  private long storeDelay;
  private boolean flush;
  private boolean closed;
  private boolean forceWanted;

  /** Who waits for what was put in before it, in the order of their calls. */
  private final ArrayDeque<Mark> marks = new ArrayDeque<>();

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

  Intake(long storeDelay, LiveMessages live, Ticks ticks, BooleanSupplier wake) {
    this.storeDelay = storeDelay;
    this.live = live;
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
    boolean wanted;
    synchronized (this) {
      kept = !closed && (bytes == 0 || bytes + entry.bound <= CAPACITY);
      if (kept) {
        entry.number = calls++;
        entry.due = entry.force ? at : at + storeDelay;
        stage(entry, entry.force ? now : group);
        bytes += entry.bound;
        forceWanted |= entry.force;
        flush |= bytes > CAPACITY / 4 * 3;
        wanted = plan(flush ? 0 : entry.force ? 0 : start(entry));
      } else {
        flush = true;
        wanted = !closed && plan(0);
      }
    }
    if (wanted) {
      wake();
    }
    return kept;
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
    boolean record = false;
    boolean refused;
    boolean wanted = false;
    synchronized (this) {
      unwritten = staged.remove(sequence);
      refused = closed;
      if (unwritten != null) {
        cancel(unwritten);
        dropSkipped();
      }
      if (!refused && live.contains(sequence)) {
        record = true;
        wanted = add(Entry.of(RecordType.SETTLED, sequence, Level.APPENDED, callback));
      }
    }
    if (unwritten != null) {
      unwritten.tellSettledFirst();
    }
    finish(record, wanted, callback, unwritten != null || !refused);
  }

  void sent(long sequence, Stage stage, Level level, WrittenCallback callback) {
    boolean record = false;
    boolean refused;
    boolean wanted = false;
    synchronized (this) {
      refused = closed;
      Entry unwritten = staged.get(sequence);
      if (unwritten != null && unwritten.qos() < 2) {
        unwritten.stage = stage;
      } else if (!refused && (unwritten != null || live.contains(sequence))) {
        if (unwritten != null) {
          promote(unwritten);
        }
        Entry entry = Entry.sent(sequence, stage, level, callback);
        entry.waits = unwritten != null || live.isQos2(sequence);
        record = true;
        wanted = add(entry);
      }
    }
    finish(record, wanted, callback, !refused);
  }

  void released(long sequence, Level level, WrittenCallback callback) {
    change(RecordType.RELEASED, sequence, level, callback);
  }

  void unsent(long sequence) {
    change(RecordType.UNSENT, sequence, Level.APPENDED, WrittenCallback.NONE);
  }

  /** A message is abandoned or put aside; if it is staged, it is written first. */
  void ended(RecordType type, long sequence, WrittenCallback callback) {
    boolean record = false;
    boolean refused;
    boolean wanted = false;
    synchronized (this) {
      refused = closed;
      Entry unwritten = staged.get(sequence);
      if (!refused && (unwritten != null || live.contains(sequence))) {
        if (unwritten != null) {
          promote(unwritten);
        }
        record = true;
        wanted = add(Entry.of(type, sequence, Level.APPENDED, callback));
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
    entry.cancel();
  }

  /**
   * Keeps a message in memory that was taken and could not be written.
   *
   * @param onDisk whether it may be on disk all the same
   */
  synchronized void keep(Entry entry, boolean onDisk) {
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
    } else if (entry.type == RecordType.SENT) {
      message.stage = message.stage.then(entry.stage);
    } else {
      message.stage = SmallState.changed(entry.type, message.stage);
    }
    return !live.contains(entry.sequence);
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
    }
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
        if (!entry.isSync()) {
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
    boolean record = false;
    boolean refused;
    boolean wanted = false;
    synchronized (this) {
      refused = closed;
      Entry unwritten = staged.get(sequence);
      boolean waits =
          unwritten != null && !unwritten.force && !unwritten.promoted && !unwritten.kept;
      if (unwritten != null && unwritten.qos() < 2) {
        unwritten.stage = SmallState.changed(type, unwritten.stage);
      } else if (!refused && !waits && (unwritten != null || live.contains(sequence))) {
        record = true;
        wanted = add(Entry.of(type, sequence, level, callback));
      }
    }
    finish(record, wanted, callback, !refused);
  }

  /** Adds a record that does not belong to a message. */
  void put(Entry entry, WrittenCallback callback) {
    boolean record;
    boolean wanted = false;
    synchronized (this) {
      record = !closed;
      if (record) {
        wanted = add(entry);
      }
    }
    finish(record, wanted, callback, false);
  }

  private void finish(boolean record, boolean wanted, WrittenCallback callback, boolean nothing) {
    if (wanted) {
      wake();
    }
    if (!record) {
      Entry.tell(callback, nothing);
    }
  }

  /** Adds a record; the monitor is held. */
  private boolean add(Entry entry) {
    entry.number = calls++;
    now.add(entry);
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
      boolean taken = !(entry.cancelled || fromGroup && entry.promoted);
      if (taken) {
        if (entry.isMessage()) {
          live.begin(entry.sequence, entry.qos() == 2);
          staged.remove(entry.sequence);
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
    return !flush && bytes <= CAPACITY / 2;
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
