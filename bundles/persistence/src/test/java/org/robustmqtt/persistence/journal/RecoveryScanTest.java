package org.robustmqtt.persistence.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.journal.JournalSettings;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.StoredBlock;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.journal.WrittenCallback;
import org.robustmqtt.persistence.runtime.NoMemory;
import org.robustmqtt.persistence.testkit.FaultyDisk;
import org.robustmqtt.persistence.testkit.ManualClock;
import org.robustmqtt.persistence.testkit.StepRounds;

/** What is read once only says the same as what is read twice. */
class RecoveryScanTest {
  private static final Path FOLDER = Path.of("/store/home").toAbsolutePath();
  private static final Duration DELAY = Duration.ofMillis(100);

  private final FaultyDisk disk = new FaultyDisk();
  private final ManualClock clock = new ManualClock();
  private final JournalWorker worker = new JournalWorker();
  private final StepRounds rounds = new StepRounds(worker, clock);
  private final List<Long> live = new ArrayList<>();
  private DiskJournal journal;

  @BeforeEach
  void nothing() throws Exception {
    disk.createFolders(FOLDER);
  }

  private void open(long segmentSize) throws Exception {
    DiskJournal.Shape shape = new DiskJournal.Shape(segmentSize, 100, 10_000);
    journal =
        DiskJournal.open(
            new DiskJournal.Place(disk, new NoMemory("none"), clock, rounds, FOLDER, false, shape),
            disk.lock(FOLDER.resolve("lock")).orElseThrow(),
            new JournalSettings(Optional.empty(), DELAY, 0),
            () -> {},
            worker);
    rounds.run();
  }

  private void store(Message message, long deadline) {
    long sequence = journal.nextSequence();
    StoredMessage stored =
        new StoredMessage(sequence, message, Durability.GROUP, clock.wallMillis(), deadline);
    assertTrue(journal.offer(stored, how -> {}));
    live.add(sequence);
  }

  private long any(Random random) {
    return live.get(random.nextInt(live.size()));
  }

  private void step(Random random) {
    switch (random.nextInt(20)) {
      case 0 -> journal.sent(any(random), 5, 1 + random.nextInt(9), Level.APPENDED, ok -> {});
      case 1 -> journal.unsent(any(random));
      case 2 -> journal.quarantined(any(random), ok -> {});
      case 3 -> store(Message.text("home/state", "on").withRetain(true), 0);
      case 4 -> store(Message.text("home/button", "1").withQos(2), 1_000);
      case 5, 6 -> journal.settled(live.remove(random.nextInt(live.size())), WrittenCallback.NONE);
      case 7 -> rounds.pass(Duration.ofSeconds(1));
      default -> store(Message.of("home/" + random.nextInt(5), new byte[random.nextInt(90)]), 0);
    }
  }

  /** The bits, bytes and times of what waits. */
  private static List<String> text(List<StoredBlock> blocks) {
    return blocks.stream()
        .map(each -> each.first() + " " + each.count() + " " + each.bytes())
        .toList();
  }

  private static List<String> weights(Recovered found) {
    return found.segments().stream()
        .map(each -> each.number + ": " + each.live + " records, " + each.liveBytes + " bytes")
        .toList();
  }

  @Test
  void what_is_read_once_only_says_the_same_as_what_is_read_twice() throws Exception {
    Random random = new Random(11);
    open(4_000);
    for (int i = 0; i < 300; i++) {
      store(Message.text("home/first", "" + i), 0);
      rounds.pass(i % 20 == 0 ? DELAY : Duration.ZERO);
    }
    for (int round = 0; round < 60; round++) {
      for (int i = 0; i < 60; i++) {
        if (round % 3 == 0) {
          step(random);
        } else if (i % 10 > 0) {
          store(Message.of("home/" + i % 5, new byte[random.nextInt(90)]), 0);
        } else {
          journal.settled(live.remove(random.nextInt(live.size())), WrittenCallback.NONE);
        }
      }
      if (round % 4 == 1) {
        // what may be on disk is written again to another segment
        disk.fail(1 + random.nextInt(3), 1);
      }
      rounds.pass(Duration.ofSeconds(round % 10 == 0 ? 70 : 1));
      for (int window : new int[] {0, 1, 50, 100_000}) {
        PolicyNames policies = new PolicyNames(topic -> topic.endsWith("3") ? "three" : "other");
        Recovered some =
            RecoveryScan.run(
                disk.copy(),
                FOLDER,
                new Harvest.Window(window, 5_000),
                policies,
                RecoveryScan.Buffered.NONE);
        Recovered all = RecoveryScan.run(disk.copy(), FOLDER, Harvest.Window.ALL);
        WaitingBlocks expected = new WaitingBlocks();
        List<Long> inMemory = some.messages().stream().map(one -> one.stored().sequence()).toList();
        all.messages().stream()
            .map(one -> one.stored())
            .filter(one -> !inMemory.contains(one.sequence()))
            .forEach(
                one ->
                    expected.add(
                        one.sequence(),
                        policies.of(one.message().topic()),
                        one.acceptedAt(),
                        one.deadline(),
                        one.message().topic().length() + one.message().payload().length));
        assertEquals(live.stream().sorted().toList(), sequences(all), "round " + round);
        List<Long> needed =
            all.messages().stream()
                .filter(one -> one.stage() != RecoveredMessage.Stage.WAITING)
                .map(one -> one.stored().sequence())
                .toList();
        assertTrue(inMemory.containsAll(needed), "round " + round);
        assertEquals(text(expected.list()), text(some.waiting()), "round " + round);
        assertEquals(weights(all), weights(some), "round " + round);
      }
    }
    assertTrue(disk.list(FOLDER).size() > 10, "many segments");
  }

  private static List<Long> sequences(Recovered found) {
    return found.messages().stream().map(one -> one.stored().sequence()).toList();
  }

  @Test
  void a_segment_in_which_everything_just_waits_is_read_once() throws Exception {
    open(500_000);
    for (int i = 0; i < 6_000; i++) {
      store(Message.of("home/" + i % 100, new byte[1_000]), 0);
      if (i % 300 == 0) {
        rounds.pass(Duration.ofSeconds(1));
      }
    }
    rounds.pass(Duration.ofSeconds(1));
    FaultyDisk once = disk.copy();
    FaultyDisk twice = disk.copy();
    int segments =
        RecoveryScan.run(once, FOLDER, new Harvest.Window(100, 1 << 20)).segments().size();
    RecoveryScan.run(twice, FOLDER, Harvest.Window.ALL);
    assertTrue(segments >= 5, segments + " segments");
    int spared = twice.touches() - once.touches();
    assertTrue(spared >= segments - 2, spared + " readings spared, of " + segments + " segments");
  }
}
