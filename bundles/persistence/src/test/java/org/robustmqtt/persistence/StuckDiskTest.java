package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.robustmqtt.Durability;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalSettings;
import org.robustmqtt.journal.Level;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.door.DiskFile;
import org.robustmqtt.persistence.door.DiskLock;
import org.robustmqtt.persistence.journal.DiskJournal;
import org.robustmqtt.persistence.runtime.FileDisk;
import org.robustmqtt.persistence.runtime.JournalThread;
import org.robustmqtt.persistence.runtime.NoMemory;
import org.robustmqtt.persistence.runtime.SystemClock;

/** A force that does not return: its journal is degraded, all others go on in another thread. */
class StuckDiskTest {
  private static final JournalSettings SETTINGS =
      new JournalSettings(Optional.empty(), Duration.ofMillis(50), 0);

  @TempDir Path folder;

  private final AtomicBoolean hang = new AtomicBoolean();
  private final CountDownLatch hanging = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);

  /** The real disk, but forces below one folder hang while they are told to. */
  private final class HangingDisk implements Disk {
    private final FileDisk real = new FileDisk();

    @Override
    public DiskFile open(Path file) throws IOException {
      DiskFile opened = real.open(file);
      return file.getParent().endsWith("slow") ? new HangingFile(opened) : opened;
    }

    @Override
    public List<String> list(Path path) throws IOException {
      return real.list(path);
    }

    @Override
    public void createFolders(Path path) throws IOException {
      real.createFolders(path);
    }

    @Override
    public void forceDirectory(Path path) throws IOException {
      real.forceDirectory(path);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
      real.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
      real.delete(file);
    }

    @Override
    public Optional<Object> key(Path path) throws IOException {
      return real.key(path);
    }

    @Override
    public long free(Path path) throws IOException {
      return real.free(path);
    }

    @Override
    public Optional<DiskLock> lock(Path file) throws IOException {
      return real.lock(file);
    }
  }

  private final class HangingFile implements DiskFile {
    private final DiskFile real;

    HangingFile(DiskFile real) {
      this.real = real;
    }

    @Override
    public long size() throws IOException {
      return real.size();
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      return real.read(into, position);
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
      real.write(bytes, position);
    }

    @Override
    public void force() throws IOException {
      if (hang.get()) {
        hanging.countDown();
        try {
          assertTrue(release.await(60, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
      real.force();
    }

    @Override
    public void truncate(long size) throws IOException {
      real.truncate(size);
    }

    @Override
    public void close() throws IOException {
      real.close();
    }
  }

  private static CompletableFuture<Stored> offer(Journal journal, Durability durability) {
    CompletableFuture<Stored> told = new CompletableFuture<>();
    assertTrue(journal.offer(Rig.message(journal.nextSequence(), durability), told::complete));
    return told;
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(60, TimeUnit.SECONDS);
  }

  @Test
  void others_go_on_and_it_comes_back_with_everything() throws Exception {
    AtomicReference<JournalThread> thread = new AtomicReference<>();
    Journals journals =
        new Journals(
            new HangingDisk(),
            new NoMemory("the test has none"),
            new SystemClock(),
            work -> {
              thread.set(new JournalThread(work, TimeUnit.MILLISECONDS.toNanos(200)));
              return thread.get();
            },
            StorePath.of(Map.of("directory", folder.toString()), Optional.empty()),
            DiskJournal.Shape.STANDARD);
    CountDownLatch degraded = new CountDownLatch(1);
    CountDownLatch back = new CountDownLatch(2);
    Journal slow =
        journals.open(
            "slow",
            SETTINGS,
            () -> {
              degraded.countDown();
              back.countDown();
            });
    Journal quick = journals.open("quick", SETTINGS, () -> {});
    assertEquals(Stored.ON_DISK, get(offer(slow, Durability.SYNC)));

    hang.set(true);
    CompletableFuture<Stored> caught = offer(slow, Durability.SYNC);
    assertTrue(hanging.await(60, TimeUnit.SECONDS));
    assertTrue(degraded.await(60, TimeUnit.SECONDS));
    assertTrue(slow.status().degraded().orElse("").contains("has not answered"));
    assertEquals(Stored.ON_DISK, get(offer(quick, Durability.SYNC)), "the other one goes on");
    assertEquals(Stored.ON_DISK, get(offer(quick, Durability.GROUP)));
    assertEquals(Stored.MEMORY_ONLY, get(offer(slow, Durability.GROUP)));
    assertEquals(Stored.FAILED, get(offer(slow, Durability.SYNC)));
    CompletableFuture<Boolean> settled = new CompletableFuture<>();
    slow.settled(1, settled::complete);
    assertFalse(get(settled), "told, and not left waiting");
    CompletableFuture<Boolean> forced = new CompletableFuture<>();
    slow.put("key", new byte[] {1}, Level.FORCED, forced::complete);
    assertFalse(caught.isDone(), "nobody knows whether it is on disk");
    assertFalse(forced.isDone());

    hang.set(false);
    release.countDown();
    assertTrue(back.await(60, TimeUnit.SECONDS), "it comes back by itself");
    assertEquals(Stored.ON_DISK, get(caught));
    assertTrue(get(forced));
    assertEquals(Stored.ON_DISK, get(offer(slow, Durability.SYNC)));
    assertTrue(slow.status().degraded().isEmpty());
    journals.close();
    assertTrue(thread.get().join(60_000), "no thread is left");

    Journals again = KilledProcess.journals(folder);
    assertEquals(
        List.of(2L, 3L, 5L),
        Rig.sequences(again.open("slow", SETTINGS, () -> {})),
        "the settled and the failed one are not there, that of memory is");
    again.close();
  }

  @Test
  void who_waits_for_room_waits_for_a_number_too() throws Exception {
    Journals journals =
        new Journals(
            new HangingDisk(),
            new NoMemory("the test has none"),
            new SystemClock(),
            JournalThread::new,
            StorePath.of(Map.of("directory", folder.toString()), Optional.empty()),
            DiskJournal.Shape.STANDARD);
    Journal slow = journals.open("slow", SETTINGS, () -> {});
    hang.set(true);
    while (slow.nextSequence() > 0) {
      // until the lease is used up, faster than the disk renews it
    }
    assertTrue(hanging.await(60, TimeUnit.SECONDS));
    assertFalse(slow.awaitRoom(Duration.ofMillis(1)), "the stage has room, but there is no number");
    hang.set(false);
    release.countDown();
    assertTrue(slow.awaitRoom(Duration.ofSeconds(60)));
    assertTrue(slow.nextSequence() > 0);
    journals.close();
  }
}
