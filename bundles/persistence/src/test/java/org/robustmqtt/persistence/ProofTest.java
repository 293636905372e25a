package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Durability;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalStatus;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.persistence.testkit.FaultyDisk;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every damage of a kind, one after another, and how many there were. */
class ProofTest {
  private static final Logger LOG = LoggerFactory.getLogger(ProofTest.class);
  private static final int SEGMENT = 2_000;

  /** The bytes of the reserve beside such segments. */
  private static final int RESERVE = 16 * 1024;

  private static final Path LAST = Rig.FOLDER.resolve("00000002.seg");

  /**
   * A journal of two segments that was not closed: one to three in the first, of which the second
   * is settled in the second; four to seven in the second, two a batch; a stage, a value, a packet
   * id.
   */
  private static FaultyDisk small() throws JournalException {
    Rig rig = Rig.empty();
    Journal journal = rig.open();
    for (int i = 0; i < 3; i++) {
      Rig.offer(journal, Rig.message(i + 1, Durability.SYNC));
      journal.nextSequence();
      rig.run();
    }
    journal.close();
    journal = rig.open();
    journal.settled(2, written -> {});
    for (int i = 0; i < 2; i++) {
      Rig.offer(journal, Durability.SYNC);
      Rig.offer(journal, Durability.SYNC);
      rig.run();
    }
    journal.sent(1, 3, 77, Level.APPENDED, written -> {});
    journal.received(9, written -> {});
    journal.put("key", new byte[] {5, 6}, Level.FORCED, written -> {});
    rig.run();
    return rig.disk.copy();
  }

  private static final Set<Long> ALIVE = Set.of(1L, 3L, 4L, 5L, 6L, 7L);

  /** What was found is as it was written; returns what is missing. */
  private static Set<Long> missing(Recovery found, String where) {
    TreeSet<Long> missing = new TreeSet<>(ALIVE);
    for (RecoveredMessage message : found.messages()) {
      long sequence = message.stored().sequence();
      assertArrayEquals(
          Rig.message(sequence, Durability.SYNC).message().payload(),
          message.stored().message().payload(),
          "a wrong payload, " + where);
      missing.remove(sequence);
    }
    return missing;
  }

  @Test
  void cut_at_every_byte_of_the_last_segment_all_before_the_cut_is_found() throws Exception {
    FaultyDisk original = small();
    byte[] whole = original.content(LAST);
    int cuts = 0;
    int before = 0;
    for (int length = 0; length <= whole.length; length++) {
      FaultyDisk disk = original.copy();
      disk.setContent(LAST, Arrays.copyOf(whole, length));
      Journal journal = Rig.reopen(disk);
      Recovery found = journal.recovery();
      Set<Long> missing = missing(found, "cut at " + length);
      assertTrue(!missing.contains(1L) && !missing.contains(3L), "of the first, at " + length);
      // In order: what is missing is missing from the end.
      int there = (int) found.messages().stream().filter(m -> m.stored().sequence() > 3).count();
      for (int i = 0; i < there; i++) {
        assertTrue(!missing.contains(4L + i), "a gap, at " + length);
      }
      assertTrue(there >= before, "more bytes, fewer messages: at " + length);
      before = there;
      assertEquals(0, journal.status().damagedBytes(), "a cut is a torn tail, at " + length);
      assertTrue(journal.nextSequence() > 7 - missing.size());
      cuts++;
    }
    assertEquals(4, before);
    assertTrue(cuts > 300, "cuts: " + cuts);
    LOG.info("cut at every byte: {} cuts, ids lost before the cut: 0", cuts);
  }

  @Test
  void every_flipped_bit_is_told_and_costs_the_record_it_is_in_at_the_most() throws Exception {
    FaultyDisk original = small();
    int flips = 0;
    int harmless = 0;
    int noticed = 0;
    for (Path file : List.of(Rig.FOLDER.resolve("00000001.seg"), LAST)) {
      byte[] whole = original.content(file);
      for (int bit = 0; bit < whole.length * 8; bit++) {
        byte[] flipped = whole.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        FaultyDisk disk = original.copy();
        disk.setContent(file, flipped);
        Journal journal = Rig.reopen(disk);
        String where = file.getFileName() + ", bit " + bit;
        Recovery found = journal.recovery();
        Set<Long> missing = missing(found, where);
        JournalStatus status = journal.status();
        boolean told = status.damagedBytes() + status.cutBytes() > 0;
        boolean back = found.messages().stream().anyMatch(m -> m.stored().sequence() == 2);
        boolean complete =
            missing.isEmpty()
                && !back
                && found.received().equals(Set.of(9))
                && Arrays.equals(new byte[] {5, 6}, found.values().get("key"))
                && found.messages().get(0).packetId() == 77;
        assertTrue(complete || told, where + ": something is missing, and nothing was said");
        assertTrue(missing.size() <= 1, where + ": " + missing);
        assertTrue(told, where + ": nothing was said");
        assertTrue(complete || status.damagedBytes() > 0, where + ": forced, and called torn");
        if (status.damagedBytes() > 0) {
          assertTrue(!status.damagedFiles().isEmpty(), where);
        }
        assertTrue(journal.nextSequence() > 7, where);
        flips++;
        harmless += complete ? 1 : 0;
        noticed += status.damagedBytes() > 0 ? 1 : 0;
      }
    }
    assertTrue(flips > 5_000 && noticed > 2_000 && harmless > 1_000, flips + ", " + noticed);
    LOG.info(
        "every bit flipped: {} flips, {} told as damage, {} cost nothing, 0 silent",
        flips,
        noticed,
        harmless);
  }

  @Test
  void every_nth_write_and_force_fails_and_nothing_is_lost() throws Exception {
    int runs = 0;
    int injected = 0;
    int promised = 0;
    int lost = 0;
    for (int n = 1; n <= 12; n++) {
      for (int kind = 0; kind < 3; kind++) {
        for (long seed = 1; seed <= 3; seed++) {
          FaultyDisk disk = new FaultyDisk();
          // Opening may fail with an exception, which is its promise.
          Rig rig = new Rig(disk, SEGMENT);
          rig.open().close();
          MixedRun run = new MixedRun(disk, seed);
          int every = n;
          boolean writes = kind != 1;
          boolean forces = kind != 0;
          run.after(
              () -> {
                disk.failEveryWrite(writes ? every : 0);
                disk.failEveryForce(forces ? every : 0);
              });
          run.run(rig, 200);
          String where = "every " + n + ", kind " + kind + ", seed " + seed;
          assertEquals(0, run.unanswered(), where);
          injected += disk.injected();
          promised += run.promised();
          disk.failEveryWrite(0);
          disk.failEveryForce(0);
          for (FaultyDisk.Crash crash : FaultyDisk.Crash.values()) {
            Journal journal = new Rig(disk.after(crash, new Random(n)), SEGMENT).open();
            List<Long> gone = run.lost(journal.recovery());
            assertEquals(List.of(), gone, crash + ", " + where);
            lost += gone.size();
            runs++;
          }
        }
      }
    }
    assertTrue(injected > 1_000 && promised > 500, injected + ", " + promised);
    LOG.info(
        "every n-th write or force fails: {} recoveries, {} failures, {} ids promised, {} lost",
        runs,
        injected,
        promised,
        lost);
  }

  @Test
  void a_disk_that_fills_up_or_becomes_read_only_at_any_time_loses_nothing() throws Exception {
    int runs = 0;
    int injected = 0;
    int promised = 0;
    for (int i = 0; i < 60; i++) {
      FaultyDisk disk = new FaultyDisk();
      Rig rig = new Rig(disk, SEGMENT);
      MixedRun run = new MixedRun(disk, i);
      int size = RESERVE + 3_000 + 200 * i;
      boolean full = i % 3 > 0;
      run.after(
          () -> {
            disk.setCapacity(full ? size : Long.MAX_VALUE);
            disk.setReadOnly(!full);
          });
      run.run(rig, 150);
      assertEquals(0, run.unanswered(), "run " + i);
      injected += disk.injected();
      promised += run.promised();
      disk.setCapacity(Long.MAX_VALUE);
      disk.setReadOnly(false);
      for (FaultyDisk.Crash crash : FaultyDisk.Crash.values()) {
        Journal journal = new Rig(disk.after(crash, new Random(i)), SEGMENT).open();
        assertEquals(List.of(), run.lost(journal.recovery()), crash + ", run " + i);
        runs++;
      }
    }
    assertTrue(injected > 50 && promised > 100, injected + ", " + promised);
    LOG.info(
        "full or read-only: {} recoveries, {} refused operations, {} ids promised, 0 lost",
        runs,
        injected,
        promised);
  }

  @Test
  void a_read_that_fails_once_while_opening_is_done_again_and_everything_is_found()
      throws Exception {
    FaultyDisk original = small();
    int failed = 0;
    for (int at = 1; at < 50; at++) {
      FaultyDisk disk = original.copy();
      disk.failRead(at);
      Journal journal = new Rig(disk, SEGMENT).open();
      assertEquals(Set.of(), missing(journal.recovery(), "read " + at));
      assertEquals(List.of(), journal.status().damagedFiles(), "read " + at);
      failed += disk.injected();
    }
    assertTrue(failed >= 4, "failed reads: " + failed);
    LOG.info("reads that fail at opening: {}, ids lost: 0", failed);
  }

  @Test
  void a_message_delivered_from_the_store_costs_one_append_and_a_share_of_the_trimming()
      throws Exception {
    int count = 3_000;
    Rig rig = new Rig(new FaultyDisk(), 200_000);
    Journal journal = rig.open();
    for (int i = 0; i < count; i++) {
      Rig.offer(journal, Rig.message(i + 1, Durability.SYNC, 1, 200));
      journal.nextSequence();
      if (i % 50 == 49) {
        rig.run();
      }
    }
    rig.pass(Duration.ofSeconds(1));
    int operations = rig.disk.operations();
    long bytes = rig.disk.writtenBytes();
    for (long sequence = 1; sequence <= count; sequence++) {
      journal.settled(sequence, written -> {});
      // One by one: nothing is shared but the trimming.
      rig.run();
    }
    rig.pass(Duration.ofSeconds(1));
    int used = rig.disk.operations() - operations;
    long written = rig.disk.writtenBytes() - bytes;
    assertEquals(0, journal.status().liveMessages());
    assertTrue(used <= count * 1.05, "operations: " + used);
    assertTrue(written <= count * 20L, "bytes: " + written);
    LOG.info("{} messages drained one by one: {} disk operations, {} bytes", count, used, written);
  }

  @Test
  void an_idle_journal_does_not_touch_the_disk() throws Exception {
    Rig rig = new Rig(new FaultyDisk(), SEGMENT);
    Journal journal = rig.open();
    for (int i = 0; i < 40; i++) {
      Rig.offer(journal, Durability.SYNC);
      rig.run();
    }
    journal.settled(3, written -> {});
    rig.pass(Duration.ofSeconds(1));
    int touches = rig.disk.touches();
    rig.pass(Duration.ofDays(30));
    assertEquals(touches, rig.disk.touches(), "nothing is read or written in a month");
    assertTrue(rig.rounds.isIdle(), "nothing is planned");
  }

  @Test
  void a_newer_format_in_any_segment_is_refused_and_nothing_is_touched() throws Exception {
    FaultyDisk original = small();
    for (Path file : List.of(Rig.FOLDER.resolve("00000001.seg"), LAST)) {
      FaultyDisk disk = original.copy();
      byte[] newer = disk.content(file);
      newer[9] = 2;
      java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
      crc.update(newer, 0, 12);
      java.nio.ByteBuffer.wrap(newer).putInt(12, (int) crc.getValue());
      disk.setContent(file, newer);
      Map<Path, byte[]> before = contents(disk);
      int operations = disk.operations();
      JournalException refused =
          assertThrows(JournalException.class, () -> new Rig(disk, SEGMENT).open());
      assertTrue(
          refused
              .getMessage()
              .equals(
                  file
                      + ": written by a newer version; this one reads format 1. Nothing was"
                      + " changed"),
          refused.getMessage());
      assertEquals(operations, disk.operations());
      Map<Path, byte[]> after = contents(disk);
      after.forEach((path, bytes) -> assertArrayEquals(before.get(path), bytes));
      assertTrue(!disk.holdsLocks());
    }
  }

  private static Map<Path, byte[]> contents(FaultyDisk disk) {
    Map<Path, byte[]> all = new TreeMap<>();
    disk.files().stream()
        .filter(file -> !file.endsWith("lock"))
        .forEach(file -> all.put(file, disk.content(file)));
    return all;
  }

  @Test
  void a_full_disk_refuses_sync_keeps_group_and_comes_back_when_there_is_room() throws Exception {
    Rig rig = new Rig(new FaultyDisk(), SEGMENT);
    Journal journal = rig.open();
    Rig.offer(journal, Durability.SYNC);
    rig.run();
    rig.disk.setCapacity(0);
    List<Stored> sync = Rig.offer(journal, Durability.SYNC);
    List<Stored> group = Rig.offer(journal, Durability.GROUP);
    rig.pass(Rig.DELAY);
    assertEquals(List.of(Stored.FAILED), sync);
    assertEquals(List.of(Stored.MEMORY_ONLY), group);
    assertEquals(
        "disk full: 0 bytes free in " + Rig.FOLDER, journal.status().degraded().orElse(""));
    assertEquals(1, journal.status().memoryMessages());
    rig.disk.setCapacity(1 << 20);
    rig.pass(Duration.ofSeconds(6));
    assertTrue(journal.status().degraded().isEmpty());
    assertEquals(
        List.of(1L, 3L),
        Rig.sequences(Rig.reopen(rig.disk.after(FaultyDisk.Crash.DROP, new Random(1)))));
    List<String> told = new ArrayList<>(rig.heard);
    assertEquals(List.of("status", "status"), told);
  }
}
