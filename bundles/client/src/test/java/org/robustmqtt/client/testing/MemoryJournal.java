package org.robustmqtt.client.testing;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
 * A journal in memory, for tests of the rooms above it. Everything is written at once, within the
 * call, unless it is {@linkplain #hold held}; {@link #reopened()} gives what a restart would find.
 */
public final class MemoryJournal implements Journal {
  private final Map<Long, RecoveredMessage> messages = new TreeMap<>();
  private final Set<Integer> received = new LinkedHashSet<>();
  private final Map<String, byte[]> values = new TreeMap<>();
  private final ArrayDeque<Runnable> held = new ArrayDeque<>();
  private final List<String> calls = new ArrayList<>();
  private long valueBytes;
  private List<String> damaged = List.of();
  private Recovery recovery;
  private long next = 1;
  private boolean hold;
  private boolean failing;
  private boolean broken;

  /** Messages of QoS 2 that came while it was broken. */
  private final Set<Long> waiting = new LinkedHashSet<>();

  private Optional<RuntimeException> brokenOnce = Optional.empty();
  private Optional<RuntimeException> settledBrokenOnce = Optional.empty();
  private Optional<RuntimeException> unsentBrokenOnce = Optional.empty();
  private Optional<RuntimeException> statusBrokenOnce = Optional.empty();

  /** Makes an empty journal. */
  public MemoryJournal() {
    recovery = new Recovery(List.of(), Set.of(), Map.of(), 0);
  }

  /** Returns a journal that has found what this one has kept. */
  public MemoryJournal reopened() {
    MemoryJournal other = new MemoryJournal();
    other.messages.putAll(messages);
    other.received.addAll(received);
    other.values.putAll(values);
    other.next = next + 65_536;
    other.recovery =
        new Recovery(
            List.copyOf(messages.values()),
            new LinkedHashSet<>(received),
            new TreeMap<>(values),
            0);
    return other;
  }

  /** Keeps callbacks until {@link #release()}. */
  public void hold() {
    hold = true;
  }

  /** Calls the callbacks that were kept, in order, and goes on without keeping. */
  public void release() {
    hold = false;
    while (!held.isEmpty()) {
      held.remove().run();
    }
  }

  /** Tells from now on that nothing could be written; or that it could. */
  public void failing(boolean now) {
    failing = now;
  }

  /**
   * The disk is broken from now on: messages are in memory only, and who has to wait for a record
   * waits; or it is not any more.
   */
  public void broken(boolean now) {
    broken = now;
    if (now) {
      hold();
    } else {
      release();
    }
  }

  @Override
  public boolean takesRecords() {
    return !broken;
  }

  /** Throws this from the next call of {@code sent}: a defect. */
  public void breakOnce(RuntimeException defect) {
    brokenOnce = Optional.of(defect);
  }

  /** Throws this from the next call of {@code settled}: a defect. */
  public void breakSettledOnce(RuntimeException defect) {
    settledBrokenOnce = Optional.of(defect);
  }

  /** Throws this from the next call of {@code unsent}: a defect. */
  public void breakUnsentOnce(RuntimeException defect) {
    unsentBrokenOnce = Optional.of(defect);
  }

  /** Throws this from the next call of {@code status}: a defect. */
  public void breakStatusOnce(RuntimeException defect) {
    statusBrokenOnce = Optional.of(defect);
  }

  /** Returns what was called, in order: {@code sent 5 1 7}, {@code settled 5}. */
  public List<String> calls() {
    return calls;
  }

  /** Returns the sequences of the messages that are kept. */
  public Set<Long> sequences() {
    return new LinkedHashSet<>(messages.keySet());
  }

  @Override
  public Recovery recovery() {
    Recovery found = recovery;
    recovery = new Recovery(List.of(), Set.of(), Map.of(), 0);
    return found;
  }

  /** Says that parts were found damaged; none: a person has seen them. */
  public void damaged(List<String> files) {
    damaged = files;
  }

  @Override
  public JournalStatus status() {
    Optional<RuntimeException> defect = statusBrokenOnce;
    statusBrokenOnce = Optional.empty();
    if (defect.isPresent()) {
      throw defect.get();
    }
    int bytes = 100 * damaged.size();
    return JournalStatus.builder("memory")
        .degraded(broken ? Optional.of("the disk is broken") : Optional.empty())
        .liveMessages(messages.size())
        .damaged(bytes, damaged)
        .build();
  }

  @Override
  public synchronized long nextSequence() {
    return next++;
  }

  @Override
  public synchronized void skipTo(long sequence) {
    next = Math.max(next, sequence);
  }

  @Override
  public boolean offer(StoredMessage message, StoredCallback callback) {
    if (message.durability() == Durability.MEMORY) {
      callback.stored(Stored.MEMORY_ONLY);
      return true;
    }
    if (broken) {
      boolean sync = message.durability() == Durability.SYNC;
      if (!sync && message.message().qos() == QoS.EXACTLY_ONCE) {
        waiting.add(message.sequence());
      }
      callback.stored(sync ? Stored.FAILED : Stored.MEMORY_ONLY);
      return true;
    }
    messages.put(
        message.sequence(), new RecoveredMessage(message, RecoveredMessage.Stage.WAITING, 0, 0));
    later(() -> callback.stored(failing ? Stored.FAILED : Stored.ON_DISK));
    return true;
  }

  /** Returns how many bytes of keys and values were written. */
  public long valueBytes() {
    return valueBytes;
  }

  @Override
  public boolean awaitRoom(Duration maxWait) {
    return true;
  }

  @Override
  public void sent(long sequence, long epoch, int packetId, Level level, WrittenCallback callback) {
    Optional<RuntimeException> defect = brokenOnce;
    brokenOnce = Optional.empty();
    if (defect.isPresent()) {
      throw defect.get();
    }
    if (broken && !messages.containsKey(sequence) && !waiting.contains(sequence)) {
      callback.done(true);
      return;
    }
    calls.add("sent " + sequence + " " + epoch + " " + packetId);
    stage(sequence, RecoveredMessage.Stage.SENT, epoch, packetId);
    written(callback);
  }

  @Override
  public void released(long sequence, Level level, WrittenCallback callback) {
    if (broken && !messages.containsKey(sequence) && !waiting.contains(sequence)) {
      callback.done(true);
      return;
    }
    calls.add("released " + sequence);
    stage(sequence, RecoveredMessage.Stage.RELEASED);
    written(callback);
  }

  @Override
  public void unsent(long sequence) {
    Optional<RuntimeException> defect = unsentBrokenOnce;
    unsentBrokenOnce = Optional.empty();
    if (defect.isPresent()) {
      throw defect.get();
    }
    calls.add("unsent " + sequence);
    stage(sequence, RecoveredMessage.Stage.WAITING, 0, 0);
  }

  @Override
  public void hurry(long sequence) {
    calls.add("hurry " + sequence);
  }

  @Override
  public void afterForce(WrittenCallback callback) {
    written(callback);
  }

  @Override
  public void abandoned(long sequence, WrittenCallback callback) {
    calls.add("abandoned " + sequence);
    stage(sequence, RecoveredMessage.Stage.ABANDONED);
    written(callback);
  }

  @Override
  public void quarantined(long sequence, WrittenCallback callback) {
    calls.add("quarantined " + sequence);
    stage(sequence, RecoveredMessage.Stage.QUARANTINED);
    written(callback);
  }

  private void stage(long sequence, RecoveredMessage.Stage stage) {
    RecoveredMessage before = messages.get(sequence);
    if (before != null) {
      stage(sequence, stage, before.epoch(), before.packetId());
    }
  }

  @Override
  public void settled(long sequence, WrittenCallback callback) {
    Optional<RuntimeException> defect = settledBrokenOnce;
    settledBrokenOnce = Optional.empty();
    if (defect.isPresent()) {
      throw defect.get();
    }
    calls.add("settled " + sequence);
    messages.remove(sequence);
    if (broken) {
      callback.done(false);
      return;
    }
    written(callback);
  }

  @Override
  public void read(long[] sequences, int maxBytes, ReadCallback callback) {
    List<StoredMessage> found = new ArrayList<>();
    for (long sequence : sequences) {
      if (messages.containsKey(sequence)) {
        found.add(messages.get(sequence).stored());
      }
    }
    later(() -> callback.read(found, sequences.length, Optional.empty()));
  }

  @Override
  public void received(int packetId, WrittenCallback callback) {
    calls.add("received " + packetId);
    received.add(packetId);
    written(callback);
  }

  @Override
  public void completed(int packetId, WrittenCallback callback) {
    calls.add("completed " + packetId);
    received.remove(packetId);
    written(callback);
  }

  @Override
  public void forgetReceived() {
    calls.add("forgetReceived");
    received.clear();
  }

  @Override
  public void put(String key, byte[] value, Level level, WrittenCallback callback) {
    calls.add("put " + key);
    valueBytes += key.length() + value.length;
    if (value.length == 0) {
      values.remove(key);
    } else {
      values.put(key, value);
    }
    written(callback);
  }

  @Override
  public void retune(Duration storeDelay, long minFree) {
    calls.add("retune " + storeDelay + " " + minFree);
  }

  @Override
  public void close() {
    release();
  }

  private void stage(long sequence, RecoveredMessage.Stage stage, long epoch, int packetId) {
    messages.computeIfPresent(
        sequence,
        (key, before) ->
            new RecoveredMessage(
                before.stored(), ended(before.stage()) ? before.stage() : stage, epoch, packetId));
  }

  /** An outcome is not taken back. */
  private static boolean ended(RecoveredMessage.Stage stage) {
    return stage == RecoveredMessage.Stage.ABANDONED || stage == RecoveredMessage.Stage.QUARANTINED;
  }

  private void written(WrittenCallback callback) {
    later(() -> callback.done(!failing));
  }

  private void later(Runnable callback) {
    if (hold) {
      held.add(callback);
    } else {
      callback.run();
    }
  }
}
