package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalSettings;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.persistence.journal.DiskJournal;
import org.robustmqtt.persistence.runtime.FileDisk;
import org.robustmqtt.persistence.runtime.JournalThread;
import org.robustmqtt.persistence.runtime.NoMemory;
import org.robustmqtt.persistence.runtime.SystemClock;

/** The journal on the real disk with the real thread. */
class RealDiskTest {
  private static final JournalSettings SETTINGS =
      new JournalSettings(Optional.empty(), Duration.ofMillis(50), 0);

  @TempDir Path folder;

  private final AtomicReference<JournalThread> thread = new AtomicReference<>();
  private Journals journals;

  @BeforeEach
  void start() {
    journals = journals();
  }

  @AfterEach
  void stop() throws InterruptedException {
    journals.close();
    assertTrue(thread.get().join(10_000), "the journal thread ends when no journal is open");
  }

  private Journals journals() {
    return new Journals(
        new FileDisk(),
        new NoMemory("the test has none"),
        new SystemClock(),
        work -> {
          thread.set(new JournalThread(work));
          return thread.get();
        },
        StorePath.of(Map.of("directory", folder.toString()), Optional.empty()),
        DiskJournal.Shape.STANDARD);
  }

  private static StoredMessage message(long sequence, Durability durability) {
    return new StoredMessage(
        sequence, Message.text("home/" + sequence, "on"), durability, 1_700_000_000_000L, 0);
  }

  private static CompletableFuture<Stored> offer(Journal journal, StoredMessage message) {
    CompletableFuture<Stored> stored = new CompletableFuture<>();
    assertTrue(journal.offer(message, stored::complete));
    return stored;
  }

  @Test
  void what_is_on_disk_and_not_settled_is_found_again() throws Exception {
    Journal journal = journals.open("home", SETTINGS, () -> {});
    long first = journal.nextSequence();
    long second = journal.nextSequence();
    long third = journal.nextSequence();
    List<CompletableFuture<Stored>> stored =
        List.of(
            offer(journal, message(first, Durability.SYNC)),
            offer(journal, message(second, Durability.GROUP)),
            offer(journal, message(third, Durability.SYNC)));
    for (CompletableFuture<Stored> each : stored) {
      assertEquals(Stored.ON_DISK, each.get(30, TimeUnit.SECONDS));
    }
    CompletableFuture<Boolean> settled = new CompletableFuture<>();
    journal.settled(first, settled::complete);
    assertTrue(settled.get(30, TimeUnit.SECONDS));
    journal.close();

    Journal again = journals.open("home", SETTINGS, () -> {});
    Recovery found = again.recovery();
    assertEquals(
        List.of(second, third),
        found.messages().stream().map(each -> each.stored().sequence()).toList());
    assertEquals("home/" + second, found.messages().get(0).stored().message().topic());
    assertEquals(0, again.recovery().messages().size(), "it is given once");
    assertEquals(third + 1, again.nextSequence(), "after a clean close numbering goes on exactly");
  }

  @Test
  void a_journal_is_opened_once() throws Exception {
    journals.open("home", SETTINGS, () -> {});
    JournalException same =
        assertThrows(JournalException.class, () -> journals.open("home", SETTINGS, () -> {}));
    assertEquals(ProblemKind.STORE_LOCKED, same.kind());

    AtomicReference<JournalThread> kept = new AtomicReference<>(thread.get());
    Journals other = journals();
    JournalException second =
        assertThrows(JournalException.class, () -> other.open("home", SETTINGS, () -> {}));
    thread.set(kept.get());
    assertEquals(ProblemKind.STORE_LOCKED, second.kind());
    assertTrue(second.getMessage().contains(folder.resolve("home").toString()));
  }

  @Test
  void closed_journals_are_listed_and_can_be_deleted() throws Exception {
    for (String name : List.of("b", "a", "c")) {
      journals.open(name, SETTINGS, () -> {}).close();
    }
    Journal open = journals.open("c", SETTINGS, () -> {});
    assertEquals(List.of("a", "b"), journals.closedJournals());
    assertTrue(journals.delete("a"));
    assertEquals(List.of("b"), journals.closedJournals());
    assertTrue(Files.notExists(folder.resolve("a")), "nothing is left of it");
    assertEquals(false, journals.delete("a"));
    assertThrows(JournalException.class, () -> journals.delete("c"));
    open.close();
  }

  @Test
  void what_is_on_disk_is_at_its_path_whatever_others_do_to_the_folder() throws Exception {
    Journal journal = journals.open("home", SETTINGS, () -> {});
    Path home = folder.resolve("home");
    long first = journal.nextSequence();
    assertEquals(
        Stored.ON_DISK, offer(journal, message(first, Durability.SYNC)).get(30, TimeUnit.SECONDS));
    Files.move(home, folder.resolve("moved"));
    assertEquals(List.of(Stored.ON_DISK), untilWrittenAnew(journal, home));
    try (var files = Files.list(home)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    assertEquals(List.of(Stored.ON_DISK), untilWrittenAnew(journal, home));
    assertEquals(Optional.empty(), journal.status().degraded());
    Journals other = journals();
    JournalException second =
        assertThrows(JournalException.class, () -> other.open("home", SETTINGS, () -> {}));
    assertEquals(ProblemKind.STORE_LOCKED, second.kind());
    journal.close();
    Journal again = other.open("home", SETTINGS, () -> {});
    assertEquals(first, again.recovery().messages().get(0).stored().sequence());
    assertEquals(List.of(), again.status().damagedFiles());
    other.close();
  }

  /** Each force that comes a second or more after the loss finds it. */
  private static List<Stored> untilWrittenAnew(Journal journal, Path home) throws Exception {
    List<Stored> told = List.of();
    boolean there = false;
    while (!there) {
      long sequence = journal.nextSequence();
      told = List.of(offer(journal, message(sequence, Durability.SYNC)).get(30, TimeUnit.SECONDS));
      if (Files.isDirectory(home)) {
        try (var files = Files.list(home)) {
          there = files.anyMatch(file -> file.toString().endsWith(".seg"));
        }
      }
    }
    return told;
  }

  @Test
  void many_producers_share_forces() throws Exception {
    Journal journal = journals.open("home", SETTINGS, () -> {});
    int count = 2000;
    Queue<Stored> told = new ConcurrentLinkedQueue<>();
    CompletableFuture<Boolean> all = new CompletableFuture<>();
    for (int i = 0; i < count; i++) {
      long sequence = journal.nextSequence();
      journal.offer(
          message(sequence, Durability.SYNC),
          stored -> {
            told.add(stored);
            if (told.size() == count) {
              all.complete(true);
            }
          });
    }
    assertTrue(all.get(60, TimeUnit.SECONDS));
    assertTrue(told.stream().allMatch(stored -> stored == Stored.ON_DISK));
    assertTrue(journal.status().forces() < count / 2, "forces: " + journal.status().forces());
  }
}
