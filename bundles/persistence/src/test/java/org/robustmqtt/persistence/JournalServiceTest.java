package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.robustmqtt.Durability;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;

/** The service as the framework makes it, on the real disk. */
class JournalServiceTest {
  @TempDir Path area;
  @TempDir Path directory;

  private BundleContext context() {
    return (BundleContext)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {BundleContext.class},
            (proxy, method, arguments) -> {
              assertEquals("getDataFile", method.getName(), "needs nothing else of the framework");
              return new File(area.toFile(), (String) arguments[0]);
            });
  }

  /** Those of other tests may still be leaving. */
  @BeforeEach
  void letOthersEnd() throws InterruptedException {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("robust-mqtt/journal")) {
        thread.join(30_000);
      }
    }
  }

  private static long journalThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("robust-mqtt/journal"))
        .filter(Thread::isAlive)
        .count();
  }

  private static long publish(Journal journal) throws Exception {
    long sequence = journal.nextSequence();
    CompletableFuture<Stored> told = new CompletableFuture<>();
    Rig.offer(journal, Rig.message(sequence, Durability.GROUP), told::complete);
    assertEquals(Stored.ON_DISK, told.get(30, TimeUnit.SECONDS));
    return sequence;
  }

  @Test
  void stopping_closes_all_journals_and_leaves_no_thread() throws Exception {
    JournalService service = new JournalService(context(), Map.of());
    assertEquals(0, journalThreads(), "no thread without a journal");
    Journal one = service.open("one", Rig.SETTINGS, () -> {});
    Journal two = service.open("two", Rig.SETTINGS, () -> {});
    publish(one);
    publish(two);
    assertEquals(1, journalThreads(), "one for all journals");
    assertTrue(one.status().inDataArea());
    service.stop();
    assertEquals(0, journalThreads());
    assertFalse(one.offer(Rig.message(9, Durability.SYNC), stored -> {}));

    JournalService next = new JournalService(context(), Map.of());
    assertEquals(List.of("one", "two"), next.closedJournals());
    assertEquals(1, next.open("one", Rig.SETTINGS, () -> {}).status().recovered());
    next.stop();
  }

  /** The thread of whoever stops a bundle may be a listener's, which was told to end. */
  @Test
  void stopping_by_an_interrupted_thread_waits_all_the_same_and_leaves_it_interrupted()
      throws Exception {
    // Often, because the thread may have ended before anybody waits for it.
    for (int round = 0; round < 30; round++) {
      JournalService service = new JournalService(context(), Map.of());
      publish(service.open("one", Rig.SETTINGS, () -> {}));
      Thread.currentThread().interrupt();
      service.stop();
      assertEquals(0, journalThreads());
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void a_directory_configured_later_takes_over_what_is_in_the_data_area() throws Exception {
    JournalService before = new JournalService(context(), Map.of());
    Journal old = before.open("home", Rig.SETTINGS, () -> {});
    long sequence = publish(old);
    before.stop();

    Map<String, Object> configuration =
        Map.of("directory", directory.resolve("deep/store").toString());
    JournalService service = new JournalService(context(), configuration);
    Journal journal = service.open("home", Rig.SETTINGS, () -> {});
    assertEquals(
        sequence, journal.recovery().messages().get(0).stored().sequence(), "it came along");
    assertFalse(journal.status().inDataArea());
    assertTrue(Files.exists(directory.resolve("deep/store/home/lock")));
    assertTrue(Files.notExists(area.resolve("journals/home")), "nothing is left behind");
    service.stop();
  }

  @Test
  void an_unresolved_directory_is_a_state_and_no_exception_at_activation() throws Exception {
    JournalService service =
        new JournalService(context(), Map.of("directory", "$[prop:karaf.data]/robust-mqtt"));
    JournalException refused =
        assertThrows(JournalException.class, () -> service.open("home", Rig.SETTINGS, () -> {}));
    assertEquals(ProblemKind.STORE_UNREADABLE, refused.kind());
    assertTrue(refused.getMessage().contains("org.robustmqtt.persistence: directory"));
    service.stop();
  }
}
