package org.robustmqtt.persistence;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.robustmqtt.Durability;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredCallback;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.journal.WrittenCallback;
import org.robustmqtt.persistence.testkit.FaultyDisk;

/**
 * A run of everything a connection does with a journal, driven by a seed, with a memory of what was
 * promised. After a crash it says what of the promises a recovery does not keep.
 */
final class MixedRun {
  /** Sequences above were given out by the time: a later run goes on below them, never at them. */
  private static final long BY_TIME = 1L << 40;

  private final FaultyDisk disk;
  private final Random random;

  private final Map<Long, StoredMessage> offered = new TreeMap<>();
  private final Map<Long, Stored> told = new TreeMap<>();

  /** Accepted while there was a staging buffer. */
  private final TreeSet<Long> accepted = new TreeSet<>();

  private final TreeSet<Long> settleCalled = new TreeSet<>();
  private final TreeSet<Long> settleTold = new TreeSet<>();
  private final TreeSet<Long> settleForced = new TreeSet<>();
  private final Map<Long, RecoveredMessage.Stage> endCalls = new TreeMap<>();
  private final Map<Long, RecoveredMessage.Stage> endTold = new TreeMap<>();
  private final Map<Long, Integer> sentForced = new TreeMap<>();
  private final Map<Long, Long> sentCalls = new TreeMap<>();
  private final Map<String, Integer> valueForced = new TreeMap<>();
  private final TreeSet<Integer> receivedTold = new TreeSet<>();
  private final TreeSet<Integer> completedCalled = new TreeSet<>();
  private final List<String> violations = new ArrayList<>();
  private Runnable opened = () -> {};
  private java.util.function.Consumer<Journal> ending = journal -> {};
  private int unanswered;
  private long highest;

  /** As {@code highest}, but for those that were given out while no lease could be forced. */
  private long highestLeased;

  private int nextValue = 1;
  private int nextPacket = 1;

  MixedRun(FaultyDisk disk, long seed) {
    this.disk = disk;
    this.random = new Random(seed);
  }

  /** Says what happens to the disk once the journal is open. */
  void after(Runnable action) {
    opened = action;
  }

  /** Says what is looked at before the journal is closed. */
  void end(java.util.function.Consumer<Journal> look) {
    ending = look;
  }

  /** Runs until the end or the crash; the journal is closed if there was none. */
  void run(Rig rig, int steps) {
    try {
      Journal journal = rig.open();
      opened.run();
      for (int i = 0; i < steps && !disk.isCrashed(); i++) {
        step(rig, journal);
      }
      ending.accept(journal);
      journal.close();
    } catch (FaultyDisk.Crashed | JournalException e) {
      if (!disk.isCrashed()) {
        throw new AssertionError(e);
      }
    }
  }

  private void step(Rig rig, Journal journal) {
    switch (random.nextInt(17)) {
      case 0, 1, 2 -> offer(journal, Durability.SYNC);
      case 3, 4, 5 -> offer(journal, Durability.GROUP);
      case 6 -> pick().ifPresent(sequence -> sent(journal, sequence));
      case 7, 8 -> pick().ifPresent(sequence -> settle(journal, sequence));
      case 9 -> value(journal);
      case 10 -> received(journal);
      case 11 -> {
        for (int i = 0; i < 8; i++) {
          pick().ifPresent(sequence -> settle(journal, sequence));
        }
      }
      case 12 -> pick().ifPresent(sequence -> ended(journal, sequence));
      case 13 -> {
        pick().ifPresent(journal::hurry);
        afterForce(journal);
      }
      default -> rig.pass(Duration.ofMillis(random.nextInt(120)));
    }
    if (random.nextInt(3) > 0) {
      rig.run();
    }
  }

  private void offer(Journal journal, Durability durability) {
    long sequence = journal.nextSequence();
    if (sequence == 0) {
      return;
    }
    if (sequence <= highest) {
      throw new AssertionError(sequence + " was given out before");
    }
    highest = sequence;
    if (sequence < BY_TIME) {
      highestLeased = sequence;
    }
    StoredMessage message =
        Rig.message(sequence, durability, random.nextInt(3), random.nextInt(300));
    offered.put(sequence, message);
    unanswered++;
    StoredCallback callback =
        stored -> {
          unanswered--;
          if (!disk.isCrashed() && told.put(sequence, stored) != null) {
            violations.add(sequence + " was told twice");
          }
        };
    try {
      boolean kept = journal.offer(message, callback);
      if (!kept) {
        journal.awaitRoom(Duration.ofSeconds(1));
        kept = journal.offer(message, callback);
      }
      if (kept && journal.status().unstaged().isEmpty()) {
        accepted.add(sequence);
      } else if (!kept) {
        unanswered--;
        offered.remove(sequence);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } catch (OutOfMemoryError e) {
      // Who offers hears of it, and of nothing else.
      unanswered--;
    }
  }

  private java.util.Optional<Long> pick() {
    List<Long> open = new ArrayList<>(offered.keySet());
    open.removeAll(settleCalled);
    return open.isEmpty()
        ? java.util.Optional.empty()
        : java.util.Optional.of(open.get(random.nextInt(open.size())));
  }

  private void settle(Journal journal, long sequence) {
    settleCalled.add(sequence);
    unanswered++;
    journal.settled(
        sequence,
        written -> {
          unanswered--;
          if (written && !disk.isCrashed()) {
            settleTold.add(sequence);
          }
        });
  }

  private void sent(Journal journal, long sequence) {
    int packetId = 1 + random.nextInt(65_535);
    sentCalls.put(sequence, (long) packetId);
    unanswered++;
    journal.sent(
        sequence,
        7,
        packetId,
        Level.FORCED,
        written -> {
          unanswered--;
          // A message that was still staged keeps the id in memory until it is written.
          if (written && !disk.isCrashed() && told.get(sequence) == Stored.ON_DISK) {
            sentForced.put(sequence, packetId);
          }
        });
    if (random.nextInt(4) == 0) {
      sentForced.remove(sequence);
      sentCalls.remove(sequence);
      journal.unsent(sequence);
    }
  }

  private void ended(Journal journal, long sequence) {
    boolean abandoned = random.nextBoolean();
    RecoveredMessage.Stage stage =
        abandoned ? RecoveredMessage.Stage.ABANDONED : RecoveredMessage.Stage.QUARANTINED;
    endCalls.put(sequence, stage);
    unanswered++;
    WrittenCallback callback =
        written -> {
          unanswered--;
          if (written && !disk.isCrashed()) {
            endTold.put(sequence, stage);
          }
        };
    if (abandoned) {
      journal.abandoned(sequence, callback);
    } else {
      journal.quarantined(sequence, callback);
    }
  }

  private void afterForce(Journal journal) {
    TreeSet<Long> settledNow = new TreeSet<>(settleTold);
    unanswered++;
    journal.afterForce(
        written -> {
          unanswered--;
          if (written && !disk.isCrashed()) {
            settleForced.addAll(settledNow);
          }
        });
  }

  private void value(Journal journal) {
    String key = "key" + random.nextInt(3);
    int number = nextValue++;
    unanswered++;
    journal.put(
        key,
        Integer.toString(number).getBytes(java.nio.charset.StandardCharsets.UTF_8),
        Level.FORCED,
        written -> {
          unanswered--;
          if (written && !disk.isCrashed()) {
            valueForced.put(key, number);
          }
        });
  }

  private void received(Journal journal) {
    int packetId = nextPacket++;
    unanswered++;
    journal.received(
        packetId,
        written -> {
          unanswered--;
          if (written && !disk.isCrashed()) {
            receivedTold.add(packetId);
          }
        });
    if (random.nextBoolean()) {
      completedCalled.add(packetId);
      journal.completed(packetId, written -> {});
    }
  }

  /** Returns how many were told that they have failed. */
  int failed() {
    return (int) told.values().stream().filter(stored -> stored == Stored.FAILED).count();
  }

  /** Returns how many callbacks did not come. */
  int unanswered() {
    return unanswered;
  }

  /** Returns how many messages were told to be on disk and had no outcome. */
  int promised() {
    return (int)
        told.entrySet().stream()
            .filter(each -> each.getValue() == Stored.ON_DISK)
            .filter(each -> !settleCalled.contains(each.getKey()))
            .count();
  }

  /** Returns how many were accepted, and are neither told to be on disk nor settled. */
  int acceptedOnly() {
    return (int)
        accepted.stream()
            .filter(sequence -> !told.containsKey(sequence) && !settleCalled.contains(sequence))
            .count();
  }

  /** Returns the messages that were on disk and not settled, and are not in a recovery. */
  List<Long> lost(Recovery found) {
    TreeSet<Long> expected = new TreeSet<>();
    told.forEach(
        (sequence, stored) -> {
          if (stored == Stored.ON_DISK && !settleCalled.contains(sequence)) {
            expected.add(sequence);
          }
        });
    found.messages().forEach(message -> expected.remove(message.stored().sequence()));
    return new ArrayList<>(expected);
  }

  /** Returns the messages that were accepted into a staging buffer and are not in a recovery. */
  List<Long> vanished(Recovery found) {
    TreeSet<Long> expected = new TreeSet<>(accepted);
    expected.removeAll(settleCalled);
    expected.removeIf(
        sequence ->
            told.get(sequence) == Stored.MEMORY_ONLY || told.get(sequence) == Stored.FAILED);
    // One that fails leaves the buffer just before its owner hears of it.
    expected.removeIf(
        sequence ->
            disk.injected() > 0
                && !told.containsKey(sequence)
                && offered.get(sequence).durability() == Durability.SYNC);
    found.messages().forEach(message -> expected.remove(message.stored().sequence()));
    return new ArrayList<>(expected);
  }

  /** Returns every promise that a recovery breaks, in words. */
  List<String> broken(Journal journal, Recovery found, FaultyDisk.Crash crash) {
    List<String> broken = new ArrayList<>(violations);
    lost(found).forEach(sequence -> broken.add(sequence + " was on disk and is lost"));
    long last = 0;
    for (RecoveredMessage message : found.messages()) {
      long sequence = message.stored().sequence();
      StoredMessage original = offered.get(sequence);
      if (sequence <= last) {
        broken.add(sequence + " is out of order");
      }
      last = sequence;
      if (original == null
          || !Arrays.equals(original.message().payload(), message.stored().message().payload())) {
        broken.add(sequence + " was never offered so");
      }
      if (crash == FaultyDisk.Crash.KILL && settleTold.contains(sequence)) {
        broken.add(sequence + " was settled on disk and is back");
      }
      if (told.get(sequence) == Stored.FAILED) {
        broken.add(sequence + " has failed and is there");
      }
      if (settleForced.contains(sequence)) {
        broken.add(sequence + " was settled and forced, and is back");
      }
      if (crash == FaultyDisk.Crash.KILL
          && endTold.containsKey(sequence)
          && endTold.get(sequence) == endCalls.get(sequence)
          && message.stage() != endCalls.get(sequence)) {
        broken.add(sequence + " was " + endCalls.get(sequence) + ", found: " + message);
      }
      Integer packetId = sentForced.get(sequence);
      if (packetId != null
          && packetId.longValue() == sentCalls.getOrDefault(sequence, 0L)
          && (message.epoch() != 7 || message.packetId() != packetId)) {
        broken.add(sequence + " was sent with " + packetId + ", found: " + message);
      }
    }
    valueForced.forEach(
        (key, number) -> {
          byte[] value = found.values().get(key);
          if (value == null
              || Integer.parseInt(new String(value, java.nio.charset.StandardCharsets.UTF_8))
                  < number) {
            broken.add(key + " is older than " + number);
          }
        });
    if (crash == FaultyDisk.Crash.KILL) {
      vanished(found).forEach(sequence -> broken.add(sequence + " was accepted and is lost"));
      for (int packetId : receivedTold) {
        if (!completedCalled.contains(packetId) && !found.received().contains(packetId)) {
          broken.add("received " + packetId + " is lost");
        }
      }
    }
    long next = journal.nextSequence();
    if (next <= highestLeased || offered.containsKey(next)) {
      broken.add("numbering goes on at " + next + ", given out was " + highestLeased);
    }
    return broken;
  }
}
