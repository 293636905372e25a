package org.robustmqtt.client.component;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalSettings;
import org.robustmqtt.journal.JournalStatus;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.ReadCallback;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredCallback;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.journal.WrittenCallback;

/** A journal that writes everything at once, into a list of lines. */
class FakeJournal implements Journal {
  final String path;
  JournalSettings settings;
  final List<String> records = new ArrayList<>();
  Recovery found = new Recovery(List.of(), Set.of(), Map.of(), 0);
  long sequence;
  int room = Integer.MAX_VALUE;
  boolean closed;

  /** What its disk cannot read. */
  Optional<String> unreadable = Optional.empty();

  /** What happens when it is told that a message has its outcome. */
  Runnable onSettled = () -> {};

  /** How many messages it finds written when it is closed. */
  int left;

  FakeJournal(String path, JournalSettings settings) {
    this.path = path;
    this.settings = settings;
  }

  @Override
  public Recovery recovery() {
    return found;
  }

  @Override
  public JournalStatus status() {
    Optional<String> degraded = closed ? Optional.of("closed") : Optional.empty();
    int live = closed ? left : 0;
    return JournalStatus.builder(path)
        .degraded(degraded)
        .files(1, 0)
        .liveMessages(live)
        .unreadable(unreadable)
        .build();
  }

  @Override
  public long nextSequence() {
    return ++sequence;
  }

  @Override
  public void skipTo(long next) {
    sequence = Math.max(sequence, next - 1);
  }

  @Override
  public boolean offer(StoredMessage message, StoredCallback callback) {
    if (closed || room == 0) {
      return false;
    }
    room--;
    records.add("message " + message.sequence());
    callback.stored(Stored.ON_DISK);
    return true;
  }

  @Override
  public boolean awaitRoom(Duration maxWait) {
    room = Integer.MAX_VALUE;
    return !closed;
  }

  @Override
  public void sent(long sequence, long epoch, int packetId, Level level, WrittenCallback callback) {
    record("sent " + sequence + " " + epoch + " " + packetId, callback);
  }

  @Override
  public void released(long sequence, Level level, WrittenCallback callback) {
    record("released " + sequence, callback);
  }

  @Override
  public void unsent(long sequence) {
    record("unsent " + sequence, WrittenCallback.NONE);
  }

  @Override
  public void hurry(long sequence) {
    record("hurry " + sequence, WrittenCallback.NONE);
  }

  @Override
  public void afterForce(WrittenCallback callback) {
    callback.done(!closed);
  }

  @Override
  public void abandoned(long sequence, WrittenCallback callback) {
    record("abandoned " + sequence, callback);
  }

  @Override
  public void quarantined(long sequence, WrittenCallback callback) {
    record("quarantined " + sequence, callback);
  }

  @Override
  public void settled(long sequence, WrittenCallback callback) {
    onSettled.run();
    record("settled " + sequence, callback);
  }

  @Override
  public void read(long[] sequences, int maxBytes, ReadCallback callback) {
    records.add("read " + sequences[0]);
    callback.read(List.of(), 0, java.util.Optional.empty());
  }

  @Override
  public void received(int packetId, WrittenCallback callback) {
    record("received " + packetId, callback);
  }

  @Override
  public void completed(int packetId, WrittenCallback callback) {
    record("completed " + packetId, callback);
  }

  @Override
  public void forgetReceived() {
    record("forgetReceived", WrittenCallback.NONE);
  }

  @Override
  public void put(String key, byte[] value, Level level, WrittenCallback callback) {
    record("put " + key + " " + new String(value, StandardCharsets.UTF_8), callback);
  }

  @Override
  public void retune(Duration storeDelay, long minFree) {
    settings = new JournalSettings(settings.directory(), storeDelay, minFree);
  }

  @Override
  public void close() {
    closed = true;
  }

  private void record(String line, WrittenCallback callback) {
    if (!closed) {
      records.add(line);
    }
    callback.done(!closed);
  }
}
