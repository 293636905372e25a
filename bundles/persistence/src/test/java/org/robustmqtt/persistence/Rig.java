package org.robustmqtt.persistence;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalSettings;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredBlock;
import org.robustmqtt.journal.StoredCallback;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.persistence.journal.DiskJournal;
import org.robustmqtt.persistence.testkit.FaultyDisk;
import org.robustmqtt.persistence.testkit.Grenade;
import org.robustmqtt.persistence.testkit.ManualClock;
import org.robustmqtt.persistence.testkit.StepRounds;

/** Journals over a simulated disk, in virtual time, run step by step. */
final class Rig {
  static final long SEGMENT_SIZE = DiskJournal.Shape.STANDARD.segmentSize();
  static final Path BASE = Path.of("/store").toAbsolutePath();
  static final Path FOLDER = BASE.resolve("home");
  static final Duration DELAY = Duration.ofMillis(200);
  static final JournalSettings SETTINGS = new JournalSettings(Optional.empty(), DELAY, 0);

  final FaultyDisk disk;
  final ManualClock clock = new ManualClock();
  final Journals journals;
  final List<String> heard = new ArrayList<>();
  StepRounds rounds;

  Rig(FaultyDisk disk, long segmentSize) {
    this(disk, segmentSize, StorePath.of(Map.of("directory", BASE.toString()), Optional.empty()));
  }

  Rig(FaultyDisk disk, long segmentSize, StorePath path) {
    this(disk, shape(segmentSize), path);
  }

  private static DiskJournal.Shape shape(long segmentSize) {
    return new DiskJournal.Shape(
        segmentSize,
        DiskJournal.Shape.STANDARD.recovered(),
        DiskJournal.Shape.STANDARD.recoveredBytes());
  }

  /** A rig whose journals take few of the messages that just wait into memory. */
  Rig(FaultyDisk disk, DiskJournal.Shape shape) {
    this(disk, shape, StorePath.of(Map.of("directory", BASE.toString()), Optional.empty()));
  }

  /** A rig whose doors may throw. */
  Rig(
      FaultyDisk disk,
      long segmentSize,
      java.util.function.BiFunction<FaultyDisk, ManualClock, Grenade> grenades) {
    this.disk = disk;
    Grenade doors = grenades.apply(disk, clock);
    this.journals =
        new Journals(
            doors.disk(),
            disk.memory(),
            doors.clock(),
            work -> {
              rounds = new StepRounds(work, clock);
              return doors.rounds(rounds);
            },
            StorePath.of(Map.of("directory", BASE.toString()), Optional.empty()),
            shape(segmentSize));
  }

  private Rig(FaultyDisk disk, DiskJournal.Shape shape, StorePath path) {
    this.disk = disk;
    this.journals =
        new Journals(
            disk,
            disk.memory(),
            clock,
            work -> {
              rounds = new StepRounds(work, clock);
              return rounds;
            },
            path,
            shape);
  }

  /** A rig with an empty disk. */
  static Rig empty() {
    return new Rig(new FaultyDisk(), SEGMENT_SIZE);
  }

  Journal open() throws JournalException {
    return open(SETTINGS);
  }

  Journal open(JournalSettings settings) throws JournalException {
    Journal journal = journals.open("home", settings, () -> heard.add("status"));
    rounds.run();
    return journal;
  }

  /** Opens what is left of the disk after a crash or a change. */
  static Journal reopen(FaultyDisk disk) throws JournalException {
    return new Rig(disk, SEGMENT_SIZE).open();
  }

  void run() {
    rounds.run();
  }

  void pass(Duration time) {
    rounds.pass(time);
  }

  static StoredMessage message(long sequence, Durability durability) {
    return message(sequence, durability, 1, 20);
  }

  static StoredMessage message(long sequence, Durability durability, int qos, int bytes) {
    byte[] payload = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      payload[i] = (byte) (sequence * 31 + i);
    }
    Message message = Message.of("home/" + sequence % 10, payload).withQos(qos);
    return new StoredMessage(sequence, message, durability, 1_700_000_000_000L, 0);
  }

  /** Offers a message; the list receives what becomes of it. */
  static List<Stored> offer(Journal journal, StoredMessage message) {
    List<Stored> told = new ArrayList<>();
    offer(journal, message, told::add);
    return told;
  }

  /** Offers a message as a connection does: what finds no room waits for it once. */
  static void offer(Journal journal, StoredMessage message, StoredCallback callback) {
    try {
      boolean kept = journal.offer(message, callback);
      kept = kept || journal.awaitRoom(DELAY) && journal.offer(message, callback);
      if (!kept) {
        throw new AssertionError("the stage is full");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Offers a message with a new sequence. */
  static List<Stored> offer(Journal journal, Durability durability) {
    return offer(journal, message(journal.nextSequence(), durability));
  }

  /** Returns the sequences of the messages that a recovery has left on disk. */
  static List<Long> waiting(Recovery found) {
    List<Long> sequences = new ArrayList<>();
    for (StoredBlock block : found.waiting()) {
      for (int i = 0; i < StoredBlock.SIZE; i++) {
        if ((block.present()[i / Long.SIZE] & 1L << i) != 0) {
          sequences.add(block.first() + i);
        }
      }
    }
    return sequences;
  }

  /** Returns the sequences of all messages that a recovery has found. */
  static List<Long> sequences(Journal journal) {
    return sequences(journal.recovery());
  }

  static List<Long> sequences(Recovery found) {
    List<Long> all = new ArrayList<>(waiting(found));
    found.messages().forEach(message -> all.add(message.stored().sequence()));
    all.sort(null);
    return all;
  }
}
