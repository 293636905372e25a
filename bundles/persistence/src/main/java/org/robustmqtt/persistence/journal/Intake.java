package org.robustmqtt.persistence.journal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
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
  private final Runnable wake;
  private final Ticks ticks;

  private final ArrayDeque<Entry> now = new ArrayDeque<>();
  private final ArrayDeque<Entry> group = new ArrayDeque<>();
  private final LongMap<Entry> staged = new LongMap<>();
  private long bytes;
  private long calls;
  private long storeDelay;
  private boolean flush;
  private boolean closed;
  private boolean forceWanted;

  /** When the journal thread will look again by itself. */
  private long planned = Long.MAX_VALUE;

  /** How long a force takes, so that a group message is on disk in time, not only begun. */
  private long forceTime;

  /** Nanoseconds since the journal was opened. */
  @FunctionalInterface
  interface Ticks {
    long now();
  }

  Intake(long storeDelay, LiveMessages live, Ticks ticks, Runnable wake) {
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
    boolean kept;
    boolean wanted;
    synchronized (this) {
      kept = !closed && (bytes == 0 || bytes + entry.bound <= CAPACITY);
      if (kept) {
        bytes += entry.bound;
        entry.number = calls++;
        staged.put(entry.sequence, entry);
        long at = ticks.now();
        entry.due = entry.force ? at : at + storeDelay;
        (entry.force ? now : group).add(entry);
        forceWanted |= entry.force;
        flush |= bytes > CAPACITY / 4 * 3;
        wanted = plan(flush ? 0 : entry.force ? 0 : start(entry));
      } else {
        flush = true;
        wanted = !closed && plan(0);
      }
    }
    if (wanted) {
      wake.run();
    }
    return kept;
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
        bytes -= unwritten.bound;
        unwritten.cancel();
        while (!group.isEmpty() && skipped(group.peek())) {
          group.remove();
        }
      } else if (!refused && live.contains(sequence)) {
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
        if (unwritten != null && !unwritten.force && !unwritten.promoted) {
          unwritten.promoted = true;
          now.add(unwritten);
        }
        record = true;
        wanted = add(Entry.sent(sequence, stage, level, callback));
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

  private void change(RecordType type, long sequence, Level level, WrittenCallback callback) {
    boolean record = false;
    boolean refused;
    boolean wanted = false;
    synchronized (this) {
      refused = closed;
      Entry unwritten = staged.get(sequence);
      boolean waits = unwritten != null && !unwritten.force && !unwritten.promoted;
      if (unwritten != null && unwritten.qos() < 2) {
        unwritten.stage = type == RecordType.RELEASED ? unwritten.stage.release() : Stage.WAITING;
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
      wake.run();
    }
    if (!record) {
      Entry.tell(callback, nothing);
    }
  }

  /** Adds a record; the monitor is held. */
  private boolean add(Entry entry) {
    bytes += entry.bound;
    entry.number = calls++;
    now.add(entry);
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
   * having a record from here on.
   *
   * @param all whether to take also what may still wait
   */
  synchronized List<Entry> take(long at, boolean all) {
    Entry oldest = group.peek();
    boolean groupToo = all || flush || oldest != null && start(oldest) <= at;
    flush = false;
    forceWanted = false;
    List<Entry> batch = new ArrayList<>(now.size() + (groupToo ? group.size() : 0));
    while (!now.isEmpty() || groupToo && !group.isEmpty()) {
      boolean fromGroup =
          groupToo
              && !group.isEmpty()
              && (now.isEmpty() || group.peek().number < now.peek().number);
      Entry entry = fromGroup ? group.remove() : now.remove();
      if (entry.cancelled || fromGroup && entry.promoted) {
        continue;
      }
      entry.force |= fromGroup;
      if (entry.isMessage()) {
        staged.remove(entry.sequence);
        live.put(entry.sequence, 0, 0);
      }
      batch.add(entry);
    }
    return batch;
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
   * @return when the next round is due, 0 for at once
   */
  synchronized long rest(long other) {
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
    wake.run();
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
