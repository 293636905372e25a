package org.robustmqtt.client.testing;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.robustmqtt.Durability;
import org.robustmqtt.QoS;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalStatus;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.ReadCallback;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredCallback;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.journal.WrittenCallback;

/**
 * A journal in memory that writes when a test says so. {@link #step()} is one round of the journal
 * thread: everything staged is written and forced, in order, and the callbacks run in the thread of
 * the test. What is not stepped is lost with {@link #crash()}, which returns what a new one would
 * find.
 *
 * <p>Safe for several threads; callbacks run outside its monitor, as the contract wants it.
 */
public final class SteppedJournal implements Journal {
  private static final class Record {
    private final StoredMessage stored;
    private RecoveredMessage.Stage stage = RecoveredMessage.Stage.WAITING;
    private long epoch;
    private int packetId;

    private Record(StoredMessage stored) {
      this.stored = stored;
    }

    /** An outcome is not taken back. */
    private boolean isEnded() {
      return stage == RecoveredMessage.Stage.ABANDONED
          || stage == RecoveredMessage.Stage.QUARANTINED;
    }

    private RecoveredMessage recovered() {
      return new RecoveredMessage(stored, stage, epoch, packetId);
    }
  }

  private record Staged(Record record, StoredCallback callback) {}

  /** Something to be written, and who is told then. */
  private record Write(String name, Runnable effect, WrittenCallback callback) {}

  /** Somebody who wants to read. */
  private record Read(long[] sequences, int maxBytes, ReadCallback callback) {}

  private final ArrayDeque<Read> reads = new ArrayDeque<>();
  private final Recovery recovery;
  private final Map<Long, Staged> staged = new LinkedHashMap<>();
  private final List<Object> queue = new ArrayList<>();
  private final List<WrittenCallback> afterForce = new ArrayList<>();
  private final TreeMap<Long, Record> disk = new TreeMap<>();
  private final Set<Integer> received = new LinkedHashSet<>();
  private final TreeMap<String, byte[]> values = new TreeMap<>();
  private final List<String> log = new ArrayList<>();
  private final List<Long> settledInOrder = new ArrayList<>();
  private Runnable onAwaitRoom = () -> {};
  private Optional<String> degraded = Optional.empty();
  private int stageCapacity = Integer.MAX_VALUE;
  private int refuseNext;
  private long sequencesLeft = Long.MAX_VALUE;
  private long sequence;
  private long forces;
  private Set<Long> unreadable = Set.of();
  private Set<Long> notYet = Set.of();
  private boolean readsAtOnce;
  private volatile boolean stepsWithinOffer;
  private volatile long valueBytes;
  private boolean failing;
  private boolean closed;

  /** Makes an empty journal. */
  public SteppedJournal() {
    this(new Recovery(List.of(), Set.of(), Map.of(), 0));
  }

  /** Makes a journal in which this is found. */
  public SteppedJournal(Recovery found) {
    recovery = found;
    for (RecoveredMessage message : found.messages()) {
      Record record = new Record(message.stored());
      record.stage = message.stage();
      record.epoch = message.epoch();
      record.packetId = message.packetId();
      disk.put(message.stored().sequence(), record);
      sequence = Math.max(sequence, message.stored().sequence());
    }
    received.addAll(found.received());
    values.putAll(found.values());
  }

  /** Returns what a journal would find if the process ended now. */
  public synchronized Recovery crash() {
    return new Recovery(
        disk.values().stream().map(Record::recovered).toList(),
        new LinkedHashSet<>(received),
        new TreeMap<>(values),
        0);
  }

  /** Returns how many bytes of keys and values were to be written. */
  public long valueBytes() {
    return valueBytes;
  }

  /** Writes and forces what is staged, and tells; returns how many records that were. */
  public int step() {
    List<Runnable> calls = new ArrayList<>();
    int records;
    synchronized (this) {
      records = queue.size();
      boolean works = !failing && degraded.isEmpty();
      for (Object item : List.copyOf(queue)) {
        if (item instanceof Staged message) {
          long number = message.record().stored.sequence();
          if (!staged.remove(number, message)) {
            // settled before it was written
            continue;
          }
          if (works) {
            disk.put(number, message.record());
            log.add("message " + number);
          }
          calls.add(() -> message.callback().stored(storedOrNot(message, works)));
        } else {
          Write write = (Write) item;
          if (works) {
            write.effect().run();
            log.add(write.name());
          }
          calls.add(() -> write.callback().done(works));
        }
      }
      queue.clear();
      afterForce.forEach(callback -> calls.add(() -> callback.done(works)));
      afterForce.clear();
      if (records > 0) {
        forces++;
      }
    }
    calls.forEach(Runnable::run);
    return records;
  }

  /** Steps until nothing is staged, also what the callbacks stage. */
  public void stepAll() {
    while (step() > 0) {
      // what a callback stages goes with the next round
    }
  }

  private static Stored storedOrNot(Staged message, boolean works) {
    if (works) {
      return Stored.ON_DISK;
    }
    return message.record().stored.durability() == Durability.SYNC
        ? Stored.FAILED
        : Stored.MEMORY_ONLY;
  }

  /** Lets every write fail from now on, or not any more. */
  public synchronized void failing(boolean now) {
    failing = now;
  }

  /** Says that the journal is degraded, for this reason. */
  public synchronized void degrade(String reason) {
    degraded = Optional.of(reason);
  }

  /** Ends being degraded. */
  public synchronized void heal() {
    degraded = Optional.empty();
  }

  /** Says how many messages the stage holds. */
  public synchronized void stageCapacity(int messages) {
    stageCapacity = messages;
  }

  /** Says how many messages find no room, although there was some when they waited for it. */
  public synchronized void refuseNext(int messages) {
    refuseNext = messages;
  }

  /** Says how many sequences can be given out before the lease is used up. */
  public synchronized void sequencesLeft(long count) {
    sequencesLeft = count;
  }

  /** Says what happens when somebody waits for room, in his thread. */
  public synchronized void onAwaitRoom(Runnable action) {
    onAwaitRoom = action;
  }

  /** Returns what was written, in order: {@code message 7}, {@code sent 7 1 42}, ... */
  public synchronized List<String> log() {
    return List.copyOf(log);
  }

  /** Returns the sequences for which {@link #settled} was called, in order. */
  public synchronized List<Long> settledInOrder() {
    return List.copyOf(settledInOrder);
  }

  /** Returns how many records wait for the next step. */
  public synchronized int waiting() {
    return queue.size();
  }

  /** Returns whether it was closed. */
  public synchronized boolean isClosed() {
    return closed;
  }

  @Override
  public Recovery recovery() {
    return recovery;
  }

  @Override
  public synchronized JournalStatus status() {
    return JournalStatus.builder("memory")
        .degraded(degraded)
        .files(1, 0)
        .liveMessages(disk.size())
        .written(0, forces)
        .recovered(recovery.messages().size())
        .build();
  }

  @Override
  public synchronized long nextSequence() {
    if (sequencesLeft <= 0) {
      return 0;
    }
    sequencesLeft--;
    return ++sequence;
  }

  @Override
  public synchronized void skipTo(long lowest) {
    sequence = Math.max(sequence, lowest - 1);
  }

  /** Steps from now on within each offer, in the thread of its caller. */
  public void stepsWithinOffer() {
    stepsWithinOffer = true;
  }

  @Override
  public boolean offer(StoredMessage message, StoredCallback callback) {
    if (stepsWithinOffer) {
      step();
    }
    synchronized (this) {
      if (staged.size() >= stageCapacity || refuseNext > 0) {
        refuseNext--;
        return false;
      }
      if (message.durability() != Durability.MEMORY && degraded.isEmpty()) {
        Staged item = new Staged(new Record(message), callback);
        staged.put(message.sequence(), item);
        queue.add(item);
        return true;
      }
    }
    callback.stored(message.durability() == Durability.SYNC ? Stored.FAILED : Stored.MEMORY_ONLY);
    return true;
  }

  @Override
  public boolean awaitRoom(Duration maxWait) {
    Runnable action;
    synchronized (this) {
      action = onAwaitRoom;
    }
    action.run();
    synchronized (this) {
      return staged.size() < stageCapacity && sequencesLeft > 0;
    }
  }

  @Override
  public void sent(long number, long epoch, int packetId, Level level, WrittenCallback callback) {
    synchronized (this) {
      Staged item = staged.get(number);
      if (item != null && item.record().stored.message().qos() != QoS.EXACTLY_ONCE) {
        item.record().stage = RecoveredMessage.Stage.SENT;
        item.record().epoch = epoch;
        item.record().packetId = packetId;
      } else if (item != null || disk.containsKey(number)) {
        write(
            "sent " + number + " " + epoch + " " + packetId,
            () -> {
              Record record = disk.get(number);
              if (record != null) {
                record.stage = record.isEnded() ? record.stage : RecoveredMessage.Stage.SENT;
                record.epoch = epoch;
                record.packetId = packetId;
              }
            },
            callback);
        return;
      }
    }
    callback.done(true);
  }

  @Override
  public void released(long number, Level level, WrittenCallback callback) {
    synchronized (this) {
      if (staged.containsKey(number) || disk.containsKey(number)) {
        writeStage("released ", number, RecoveredMessage.Stage.RELEASED, callback);
        return;
      }
    }
    callback.done(true);
  }

  /** The monitor is held. */
  private void writeStage(
      String name, long number, RecoveredMessage.Stage stage, WrittenCallback callback) {
    write(
        name + number,
        () -> {
          Record record = disk.get(number);
          if (record != null && !record.isEnded()) {
            record.stage = stage;
          }
        },
        callback);
  }

  @Override
  public synchronized void hurry(long number) {
    log.add("hurry " + number);
  }

  @Override
  public void afterForce(WrittenCallback callback) {
    synchronized (this) {
      if (!queue.isEmpty()) {
        // not a record: it causes no round and counts as none
        afterForce.add(callback);
        return;
      }
    }
    callback.done(!isClosed());
  }

  @Override
  public void abandoned(long number, WrittenCallback callback) {
    end("abandoned ", number, RecoveredMessage.Stage.ABANDONED, callback);
  }

  @Override
  public void quarantined(long number, WrittenCallback callback) {
    end("quarantined ", number, RecoveredMessage.Stage.QUARANTINED, callback);
  }

  private void end(
      String name, long number, RecoveredMessage.Stage stage, WrittenCallback callback) {
    synchronized (this) {
      if (staged.containsKey(number) || disk.containsKey(number)) {
        writeStage(name, number, stage, callback);
        return;
      }
    }
    callback.done(true);
  }

  @Override
  public synchronized void unsent(long number) {
    write(
        "unsent " + number,
        () -> {
          Record record = disk.get(number);
          if (record != null && !record.isEnded()) {
            record.stage = RecoveredMessage.Stage.WAITING;
            record.epoch = 0;
            record.packetId = 0;
          }
        },
        WrittenCallback.NONE);
  }

  @Override
  public void settled(long number, WrittenCallback callback) {
    Staged item;
    synchronized (this) {
      settledInOrder.add(number);
      item = staged.remove(number);
      if (item == null && disk.containsKey(number)) {
        write("settled " + number, () -> disk.remove(number), callback);
        return;
      }
    }
    if (item != null) {
      item.callback().stored(Stored.SETTLED_FIRST);
    }
    callback.done(true);
  }

  @Override
  public void read(long[] sequences, int maxBytes, ReadCallback callback) {
    boolean now;
    synchronized (this) {
      reads.add(new Read(sequences, maxBytes, callback));
      now = readsAtOnce;
    }
    if (now) {
      stepRead();
    }
  }

  /** Answers from now on whoever wants to read within the call. */
  public synchronized void readAtOnce() {
    readsAtOnce = true;
  }

  /** Says which messages the disk cannot read; empty: it can read all. */
  public synchronized void unreadable(Set<Long> numbers) {
    unreadable = Set.copyOf(numbers);
  }

  /** Says which messages the disk cannot read now; it is still tried. */
  public synchronized void notYet(Set<Long> numbers) {
    notYet = Set.copyOf(numbers);
  }

  /** Answers the oldest that wants to read, if there is one; returns whether. */
  public boolean stepRead() {
    Read read;
    List<StoredMessage> found = new ArrayList<>();
    int answered = 0;
    synchronized (this) {
      read = reads.poll();
      if (read == null) {
        return false;
      }
      int bytes = 0;
      while (!failing
          && answered < read.sequences().length
          && bytes < read.maxBytes()
          && !notYet.contains(read.sequences()[answered])) {
        Record record = disk.get(read.sequences()[answered++]);
        if (record != null && !unreadable.contains(record.stored.sequence())) {
          found.add(record.stored);
          bytes += record.stored.message().payload().length;
        }
      }
    }
    boolean kept = found.size() < answered && !unreadable.isEmpty();
    read.callback().read(found, answered, kept ? Optional.of("EIO") : Optional.empty());
    return true;
  }

  /** Takes a record away, as damage does. */
  public synchronized void damage(long number) {
    disk.remove(number);
  }

  @Override
  public synchronized void received(int packetId, WrittenCallback callback) {
    write("received " + packetId, () -> received.add(packetId), callback);
  }

  @Override
  public synchronized void completed(int packetId, WrittenCallback callback) {
    write("completed " + packetId, () -> received.remove(packetId), callback);
  }

  @Override
  public synchronized void forgetReceived() {
    write("forget received", received::clear, WrittenCallback.NONE);
  }

  @Override
  public synchronized void put(String key, byte[] value, Level level, WrittenCallback callback) {
    valueBytes += key.length() + value.length;
    write(
        "put " + key,
        () -> {
          if (value.length == 0) {
            values.remove(key);
          } else {
            values.put(key, value);
          }
        },
        callback);
  }

  private void write(String name, Runnable effect, WrittenCallback callback) {
    queue.add(new Write(name, effect, callback));
  }

  @Override
  public void retune(Duration storeDelay, long minFree) {
    // it writes when the test says so
  }

  @Override
  public void close() {
    stepAll();
    synchronized (this) {
      closed = true;
    }
  }
}
