package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.robustmqtt.Durability;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A real file system of two megabytes that is really full, and really read-only. */
class FullDiskTest {
  private static final Logger LOG = LoggerFactory.getLogger(FullDiskTest.class);

  @TempDir Path folder;
  private boolean mounted;

  @BeforeEach
  void mount() throws Exception {
    mounted = run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder.toString());
    if (!mounted) {
      LOG.warn("NOT RUN: a file system cannot be mounted here; the simulated disk stands for it");
    }
    assumeTrue(mounted, "NOT RUN: a file system cannot be mounted here");
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted) {
      assertTrue(run("umount", folder.toString()));
    }
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static Stored offer(Journal journal, long sequence, Durability durability)
      throws Exception {
    CompletableFuture<Stored> told = new CompletableFuture<>();
    Rig.offer(journal, Rig.message(sequence, durability, 1, 1_000), told::complete);
    return told.get(60, TimeUnit.SECONDS);
  }

  @Test
  void full_and_back() throws Exception {
    Path ballast = folder.resolve("ballast");
    Set<Long> onDisk = new TreeSet<>();
    Set<Long> inMemory = new TreeSet<>();
    AtomicReference<CountDownLatch> changed = new AtomicReference<>(new CountDownLatch(1));
    Journals journals = KilledProcess.journals(folder);
    try {
      Journal journal =
          journals.open("home", KilledProcess.settings(), () -> changed.get().countDown());
      Files.write(ballast, new byte[1_700_000]);
      Stored stored = Stored.ON_DISK;
      while (stored == Stored.ON_DISK) {
        long sequence = journal.nextSequence();
        stored = offer(journal, sequence, Durability.SYNC);
        if (stored == Stored.ON_DISK) {
          onDisk.add(sequence);
        }
      }
      assertEquals(Stored.FAILED, stored);
      assertTrue(onDisk.size() > 50, "it was filled by us: " + onDisk.size());
      assertTrue(changed.get().await(60, TimeUnit.SECONDS));
      String why = journal.status().degraded().orElse("");
      assertTrue(why.startsWith("disk full: "), why);
      for (int i = 0; i < 20; i++) {
        long sequence = journal.nextSequence();
        assertEquals(Stored.MEMORY_ONLY, offer(journal, sequence, Durability.GROUP));
        inMemory.add(sequence);
      }
      // the status is that of the round before the one that told the last of them, or newer
      assertTrue(journal.status().memoryMessages() >= 19, journal.status().toString());
      LOG.info("as a person sees it: DEGRADED: {}; {}", why, journal.status());

      changed.set(new CountDownLatch(1));
      Files.delete(ballast);
      assertTrue(changed.get().await(60, TimeUnit.SECONDS), "it comes back by itself");
      assertEquals(0, journal.status().memoryMessages());
      onDisk.addAll(inMemory);
      long last = journal.nextSequence();
      assertEquals(Stored.ON_DISK, offer(journal, last, Durability.SYNC));
      onDisk.add(last);
    } finally {
      journals.close();
    }
    found(onDisk);
  }

  @Test
  void read_only_and_back() throws Exception {
    AtomicReference<CountDownLatch> changed = new AtomicReference<>(new CountDownLatch(1));
    Set<Long> onDisk = new TreeSet<>();
    Journals journals = KilledProcess.journals(folder);
    try {
      Journal journal =
          journals.open("home", KilledProcess.settings(), () -> changed.get().countDown());
      long first = journal.nextSequence();
      assertEquals(Stored.ON_DISK, offer(journal, first, Durability.SYNC));
      onDisk.add(first);
      journals.close();
      assertTrue(run("mount", "-o", "remount,ro", folder.toString()));
      Journals readOnly = KilledProcess.journals(folder);
      Journal read = readOnly.open("home", KilledProcess.settings(), () -> {});
      assertEquals(
          "the disk is read-only: " + folder.resolve("home"), read.status().degraded().orElse(""));
      assertEquals(onDisk, new TreeSet<>(Rig.sequences(read)), "what is there is read");
      assertTrue(read.nextSequence() > first, "and there are numbers for what is not written");
      readOnly.close();
    } finally {
      journals.close();
      assertTrue(run("mount", "-o", "remount,rw", folder.toString()));
    }
    found(onDisk);
  }

  private void found(Set<Long> expected) throws Exception {
    Journals again = KilledProcess.journals(folder);
    try {
      Journal journal = again.open("home", KilledProcess.settings(), () -> {});
      assertEquals(expected, new TreeSet<>(Rig.sequences(journal)));
    } finally {
      again.close();
    }
  }
}
