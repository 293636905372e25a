package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Durability;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.persistence.format.Format;
import org.robustmqtt.persistence.format.SegmentHeader;
import org.robustmqtt.persistence.testkit.FaultyDisk;

/** How segments come and go. */
class SegmentsTest {
  private static final int SEGMENT = 10_000;

  private final Rig rig = new Rig(new FaultyDisk(), SEGMENT);

  private static long segmentFiles(Rig rig) {
    return rig.disk.files().stream().filter(file -> file.toString().endsWith(".seg")).count();
  }

  private List<Long> fill(Journal journal, int count) {
    List<Long> sequences = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long sequence = journal.nextSequence();
      sequences.add(sequence);
      Rig.offer(journal, Rig.message(sequence, Durability.SYNC, 1, 100));
      if (i % 10 == 9) {
        rig.run();
      }
    }
    rig.run();
    return sequences;
  }

  private void settle(Journal journal, List<Long> sequences) {
    for (long sequence : sequences) {
      journal.settled(sequence, written -> {});
      if (sequence % 10 == 0) {
        rig.run();
      }
    }
    rig.pass(Duration.ofSeconds(1));
  }

  @Test
  void a_drained_store_shrinks_to_at_most_two_segments() throws Exception {
    Journal journal = rig.open();
    List<Long> sequences = fill(journal, 1000);
    assertTrue(segmentFiles(rig) >= 10, "filled: " + segmentFiles(rig));
    settle(journal, sequences);
    assertTrue(segmentFiles(rig) <= 2, "drained: " + segmentFiles(rig));
    assertEquals(0, journal.status().liveMessages());
    assertEquals(0, Rig.reopen(rig.disk.copy()).status().recovered());
  }

  @Test
  void a_few_old_messages_are_carried_and_do_not_hold_the_rest() throws Exception {
    Journal journal = rig.open();
    List<Long> sequences = fill(journal, 1000);
    journal.sent(1, 3, 42, Level.APPENDED, written -> {});
    journal.put("filters", new byte[] {1, 2, 3}, Level.APPENDED, written -> {});
    journal.received(9, written -> {});
    journal.received(4, written -> {});
    List<Long> kept = List.of(1L, 2L, 500L);
    List<Long> settled = new ArrayList<>(sequences);
    settled.removeAll(kept);
    settle(journal, settled);
    assertTrue(segmentFiles(rig) <= 2, "carried: " + segmentFiles(rig));
    assertEquals(3, journal.status().liveMessages());

    Recovery found = new Rig(rig.disk.copy(), SEGMENT).open().recovery();
    assertEquals(kept, found.messages().stream().map(each -> each.stored().sequence()).toList());
    RecoveredMessage sent = found.messages().get(0);
    assertEquals(RecoveredMessage.Stage.SENT, sent.stage(), "the stage is carried along");
    assertEquals(42, sent.packetId());
    assertEquals(RecoveredMessage.Stage.WAITING, found.messages().get(1).stage());
    assertEquals(3, found.values().get("filters").length);
    assertEquals(List.of(9, 4), List.copyOf(found.received()));
  }

  @Test
  void carrying_costs_less_than_it_frees() throws Exception {
    Journal journal = rig.open();
    List<Long> kept = fill(journal, 60);
    long before = journal.status().bytesWritten();
    for (int i = 0; i < 30; i++) {
      settle(journal, fill(journal, 100));
    }
    long written = journal.status().bytesWritten() - before;
    long payload = 30L * 100 * 160;
    assertTrue(written < payload * 2, "written " + written + " for " + payload);
    assertTrue(
        journal.status().bytes() < 4L * 60 * 160 + 4 * SEGMENT,
        "on disk: " + journal.status().bytes());
    assertEquals(kept, Rig.sequences(new Rig(rig.disk.copy(), SEGMENT).open()));
  }

  @Test
  void many_starts_with_little_in_them_do_not_pile_up_files() throws Exception {
    for (int i = 0; i < 50; i++) {
      Journal journal = rig.open();
      journal.put("filters", new byte[40], Level.FORCED, written -> {});
      rig.run();
      List<Long> sequences = fill(journal, 1);
      settle(journal, sequences);
      journal.close();
    }
    assertTrue(segmentFiles(rig) <= 2, "files: " + segmentFiles(rig));
  }

  @Test
  void nothing_is_rewritten_while_idle() throws Exception {
    Journal journal = rig.open();
    fill(journal, 500);
    rig.pass(Duration.ofSeconds(1));
    long before = rig.disk.writtenBytes();
    rig.pass(Duration.ofMinutes(10));
    assertEquals(before, rig.disk.writtenBytes());
    assertTrue(rig.rounds.isIdle());
  }

  @Test
  void segments_below_the_lowest_live_one_are_deleted_unread() throws Exception {
    Journal journal = rig.open();
    List<Long> sequences = fill(journal, 200);
    byte[] first = rig.disk.content(Rig.FOLDER.resolve("00000001.seg"));
    settle(journal, sequences);
    FaultyDisk disk = rig.disk.copy();
    // Its deletion was lost in a power cut.
    disk.setContent(Rig.FOLDER.resolve("00000001.seg"), first);
    Rig again = new Rig(disk, SEGMENT);
    assertEquals(List.of(), Rig.sequences(again.open()));
    assertTrue(disk.files().stream().noneMatch(file -> file.endsWith("00000001.seg")));
  }

  /** Each segment begins with all values: so many would have been written again with each round. */
  @Test
  void values_that_are_larger_than_a_segment_are_not_written_again_with_each_round()
      throws Exception {
    Journal journal = rig.open();
    for (int i = 0; i < 500; i++) {
      journal.put("wanted." + i, new byte[100], Level.FORCED, written -> {});
    }
    rig.run();
    long before = journal.status().bytesWritten();
    fill(journal, 100);
    long more = journal.status().bytesWritten() - before;
    assertTrue(more < 100_000, more + " bytes for a hundred messages of 100");
    assertEquals(500, Rig.reopen(rig.disk.copy()).recovery().values().size());
  }

  @Test
  void no_two_segments_have_the_same_generation_though_the_clock_stands_or_starts_again()
      throws Exception {
    Map<Long, String> seen = new TreeMap<>();
    FaultyDisk disk = rig.disk;
    Rig now = rig;
    for (int start = 0; start < 3; start++) {
      Journal journal = now.open();
      for (int i = 0; i < 500; i++) {
        Rig.offer(journal, Rig.message(journal.nextSequence(), Durability.SYNC, 1, 100));
        now.run();
      }
      disk = now.disk.copy();
      // the clock of this one is where that of the first was
      now = new Rig(disk, SEGMENT);
    }
    int segments = 0;
    for (Path file : disk.files()) {
      int number = Format.segmentOf(file.getFileName().toString());
      if (number > 0) {
        byte[] bytes = disk.content(file);
        long generation =
            SegmentHeader.decode(bytes, bytes.length, number).orElseThrow().generation();
        assertEquals(null, seen.put(generation, file.toString()), "the same as of " + file);
        segments++;
      }
    }
    assertTrue(segments > 15, segments + " segments");
  }
}
