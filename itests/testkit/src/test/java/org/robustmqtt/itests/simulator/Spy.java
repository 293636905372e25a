package org.robustmqtt.itests.simulator;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalStatus;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.ReadCallback;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredCallback;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.journal.WrittenCallback;

/** Stands between a connection and its journal and remembers what was put in and what was told. */
final class Spy implements Journal {
  private final Journal journal;
  private final World world;
  private final SimDisk disk;
  private final Ledger ledger;
  private final Recovery found;

  /** The packet id under which a message may be sent, as the journal has appended it. */
  private final Map<Long, Integer> sent = new HashMap<>();

  private final Set<Long> sentForced = new HashSet<>();
  private final Set<Long> released = new HashSet<>();
  private final Set<Long> sentAsked = new HashSet<>();
  private final Set<Integer> received = new HashSet<>();
  private final Set<Integer> completed = new HashSet<>();
  private final Map<Long, Stored> offers = new HashMap<>();
  private boolean record;
  private boolean dead;
  private long firstGiven;
  private long given;
  private final int lease;

  private record Stored(Optional<org.robustmqtt.Stored> told) {}

  Spy(Journal journal, World world, SimDisk disk, Ledger ledger, int lease) {
    this.lease = lease;
    this.journal = journal;
    this.world = world;
    this.disk = disk;
    this.ledger = ledger;
    found = journal.recovery();
    record = found.values().containsKey("session");
    found
        .messages()
        .forEach(
            message -> {
              if (message.packetId() > 0) {
                long id = message.stored().sequence();
                sent.put(id, message.packetId());
                sentForced.add(id);
                if (message.stage() == org.robustmqtt.journal.RecoveredMessage.Stage.RELEASED) {
                  released.add(id);
                }
              }
            });
    received.addAll(found.received());
  }

  Recovery found() {
    return found;
  }

  /**
   * Returns whether all that was found is on disk: else it is told so on return. Where there is no
   * space for messages, what the staging buffer has saved stays in it.
   */
  boolean forcedWhatItFound() {
    return journal.takesRecords() && journal.status().memoryMessages() == 0;
  }

  /** Returns whether a session record is forced. */
  boolean hasRecord() {
    return record;
  }

  boolean sentRecorded(long id, int packetId) {
    return Integer.valueOf(packetId).equals(sent.get(id));
  }

  boolean sentForced(long id) {
    return sentForced.contains(id);
  }

  boolean releaseRecorded(long id) {
    return released.contains(id);
  }

  boolean receivedRecorded(int packetId) {
    return received.contains(packetId);
  }

  boolean completedRecorded(int packetId) {
    return completed.contains(packetId) || !received.contains(packetId);
  }

  /** What the journal told when the message was offered within publish, before it had a key. */
  Optional<org.robustmqtt.Stored> toldAtOnce(long id) {
    return Optional.ofNullable(offers.remove(id)).flatMap(Stored::told);
  }

  @Override
  public Recovery recovery() {
    return found;
  }

  @Override
  public boolean takesRecords() {
    return journal.takesRecords();
  }

  /**
   * Whether the disk took no records since the last session record: then nothing waits for one but
   * what we send with QoS 2.
   */
  boolean isDead() {
    dead |= !journal.takesRecords();
    return dead;
  }

  @Override
  public JournalStatus status() {
    return journal.status();
  }

  /** A message is about to be accepted. */
  void begins() {
    given = 0;
  }

  /** Returns the number that it got. */
  OptionalLong given() {
    return given == 0 ? OptionalLong.empty() : OptionalLong.of(given);
  }

  @Override
  public long nextSequence() {
    long next = journal.nextSequence();
    given = next;
    ledger.sequence(next);
    if (next > 0 && firstGiven == 0) {
      firstGiven = next;
    }
    if (next - firstGiven > lease) {
      world.happened(Fault.LEASE_RENEWED);
    }
    return next;
  }

  @Override
  public void skipTo(long sequence) {
    journal.skipTo(sequence);
  }

  @Override
  public boolean offer(StoredMessage message, StoredCallback callback) {
    long id = message.sequence();
    return journal.offer(
        message,
        stored -> {
          if (!disk.hasCrashed()) {
            ledger
                .byId(id)
                .ifPresentOrElse(
                    known -> ledger.stored(known, stored),
                    () -> offers.put(id, new Stored(Optional.of(stored))));
          }
          callback.stored(stored);
        });
  }

  @Override
  public boolean awaitRoom(Duration maxWait) throws InterruptedException {
    return journal.awaitRoom(maxWait);
  }

  private WrittenCallback told(
      WrittenCallback callback, java.util.function.Consumer<Boolean> note) {
    return written -> {
      if (!disk.hasCrashed()) {
        note.accept(written);
      }
      callback.done(written);
    };
  }

  private void failed(long id) {
    ledger.byId(id).ifPresent(known -> known.recordFailed = true);
  }

  @Override
  public void sent(long id, long epoch, int packetId, Level level, WrittenCallback callback) {
    sentAsked.add(id);
    sent.remove(id);
    sentForced.remove(id);
    released.remove(id);
    journal.sent(
        id,
        epoch,
        packetId,
        level,
        told(
            callback,
            written -> {
              world.trace(
                  () -> "journal: sent " + id + " #" + packetId + " " + level + " " + written);
              if (written) {
                sent.put(id, packetId);
                if (level == Level.FORCED) {
                  sentForced.add(id);
                }
              } else {
                failed(id);
              }
            }));
  }

  @Override
  public void released(long id, Level level, WrittenCallback callback) {
    journal.released(
        id,
        level,
        told(
            callback,
            written -> {
              if (written) {
                released.add(id);
              } else {
                failed(id);
              }
            }));
  }

  @Override
  public void unsent(long id) {
    sent.remove(id);
    released.remove(id);
    journal.unsent(id);
  }

  @Override
  public void hurry(long id) {
    journal.hurry(id);
  }

  @Override
  public void afterForce(WrittenCallback callback) {
    journal.afterForce(callback);
  }

  @Override
  public void abandoned(long id, WrittenCallback callback) {
    ledger.deciding(id, "abandoned");
    journal.abandoned(id, told(callback, written -> settleWritten(id, written)));
  }

  @Override
  public void quarantined(long id, WrittenCallback callback) {
    ledger.deciding(id, "quarantined");
    journal.quarantined(id, told(callback, written -> settleWritten(id, written)));
  }

  @Override
  public void settled(long id, WrittenCallback callback) {
    ledger.settling(id);
    journal.settled(id, told(callback, written -> settleWritten(id, written)));
  }

  private void settleWritten(long id, boolean written) {
    ledger.settleWritten(id, written);
    if (!written) {
      failed(id);
    }
  }

  @Override
  public void read(long[] sequences, int maxBytes, ReadCallback callback) {
    world.happened(Fault.PAGED_OUT);
    journal.read(
        sequences,
        maxBytes,
        (found, answered, unreadable) -> {
          world.check(
              disk.hasCrashed() || unreadable.isPresent() || found.size() == answered,
              Sentence.READ_BACK,
              () -> found.size() + " of " + answered + " were found");
          if (unreadable.isPresent()) {
            Set<Long> missing = new HashSet<>();
            Arrays.stream(sequences).limit(answered).forEach(missing::add);
            found.forEach(message -> missing.remove(message.sequence()));
            missing.forEach(ledger::unreadable);
          }
          callback.read(found, answered, unreadable);
        });
  }

  @Override
  public void received(int packetId, WrittenCallback callback) {
    isDead();
    completed.remove(packetId);
    journal.received(
        packetId,
        told(
            callback,
            written -> {
              world.trace(() -> "journal: received #" + packetId + " " + written);
              if (written) {
                received.add(packetId);
              }
            }));
  }

  @Override
  public void completed(int packetId, WrittenCallback callback) {
    journal.completed(
        packetId,
        told(
            callback,
            written -> {
              world.trace(() -> "journal: completed #" + packetId + " " + written);
              if (written) {
                received.remove(packetId);
                completed.add(packetId);
              }
            }));
  }

  @Override
  public void forgetReceived() {
    received.clear();
    journal.forgetReceived();
  }

  @Override
  public void put(String key, byte[] value, Level level, WrittenCallback callback) {
    journal.put(
        key,
        value,
        level,
        told(
            callback,
            written -> {
              world.trace(() -> "journal: " + key + (written ? " " : " not ") + level);
              ledger.filterUnrecorded |= key.startsWith("session.") && !written;
              if (key.equals("session") && level == Level.FORCED) {
                record |= written;
                if (written) {
                  dead = false;
                  ledger.sessionRecorded();
                }
              }
            }));
  }

  @Override
  public void retune(Duration storeDelay, long minFree) {
    journal.retune(storeDelay, minFree);
  }

  @Override
  public void close() {
    journal.close();
  }
}
