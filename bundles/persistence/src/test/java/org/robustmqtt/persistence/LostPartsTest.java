package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalInspector.Command;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.persistence.format.Format;
import org.robustmqtt.persistence.format.SegmentHeader;
import org.robustmqtt.persistence.inspect.Inspector;
import org.robustmqtt.persistence.testkit.FaultyDisk;

/** Whole parts of a journal that are gone: what is around them is kept, and it is said. */
class LostPartsTest {
  private static final int BLOCK = 4096;

  private static Path segment(int number) {
    return Rig.FOLDER.resolve(Format.fileName(number));
  }

  /** Messages of some bytes, all on disk, of a process that was killed. */
  private static FaultyDisk journal(int messages, int bytes, long segmentSize, boolean closed)
      throws JournalException {
    Rig rig = new Rig(new FaultyDisk(), segmentSize);
    Journal journal = rig.open();
    for (int i = 0; i < messages; i++) {
      Rig.offer(journal, Rig.message(journal.nextSequence(), Durability.GROUP, 1, bytes));
      if (i % 23 == 22) {
        rig.pass(Rig.DELAY);
      }
    }
    rig.pass(Rig.DELAY);
    if (closed) {
      journal.close();
    }
    return rig.disk.copy();
  }

  private static void change(FaultyDisk disk, Path file, int from, int to) {
    byte[] bytes = disk.content(file);
    Arrays.fill(bytes, from, Math.min(to, bytes.length), (byte) 0);
    disk.setContent(file, bytes);
  }

  private static List<String> verify(FaultyDisk disk, boolean good) throws JournalException {
    List<String> lines = new ArrayList<>();
    assertEquals(good, new Inspector(disk, Rig.FOLDER, lines::add).run(Command.VERIFY, false));
    return lines;
  }

  /** Opens what is there, after looking whether verify tells the same; returns what was found. */
  private static Journal opened(FaultyDisk disk, long segmentSize) throws JournalException {
    String said = verify(disk, false).toString();
    Journal journal = new Rig(disk, segmentSize).open();
    assertTrue(said.contains(journal.status().recovered() + " messages"), said);
    assertTrue(!journal.status().damagedFiles().isEmpty(), "the damage is told");
    return journal;
  }

  @Test
  void a_flipped_bit_in_one_batch_of_3001_messages_costs_one_and_is_told_until_it_is_seen()
      throws Exception {
    Rig first = Rig.empty();
    Journal journal = first.open();
    for (int i = 0; i < 3_001; i++) {
      Rig.offer(journal, Rig.message(journal.nextSequence(), Durability.GROUP));
    }
    first.pass(Rig.DELAY);
    FaultyDisk disk = first.disk.copy();
    byte[] bytes = disk.content(segment(1));
    bytes[200] ^= 4;
    disk.setContent(segment(1), bytes);

    assertEquals(3_000, opened(disk, Rig.SEGMENT_SIZE).status().recovered());
    for (int start = 0; start < 2; start++) {
      Rig rig = new Rig(disk.copy(), Rig.SEGMENT_SIZE);
      Journal again = rig.open();
      assertEquals(3_000, again.status().recovered());
      assertEquals(1, again.status().damagedFiles().size(), "start " + start);
      assertTrue(again.status().damagedBytes() > 20, "start " + start);
      again.close();
      disk = rig.disk;
    }

    Rig rig = new Rig(disk.copy(), Rig.SEGMENT_SIZE);
    Journal open = rig.open();
    assertEquals(1, rig.journals.acknowledge("home"));
    rig.run();
    assertEquals(List.of(), open.status().damagedFiles());
    assertEquals(0, open.status().damagedBytes());
    assertEquals(0, rig.journals.acknowledge("home"), "nothing is left to be seen");
    open.close();
    verify(rig.disk, true);
    assertEquals(List.of(), Rig.reopen(rig.disk.copy()).status().damagedFiles());
    assertTrue(
        rig.disk.files().stream().anyMatch(file -> file.toString().endsWith(".damaged.seen")),
        "the bytes are kept");
  }

  @Test
  void of_a_journal_that_is_not_open_damage_is_acknowledged_too() throws Exception {
    FaultyDisk disk = journal(10, 20, Rig.SEGMENT_SIZE, true);
    byte[] bytes = disk.content(segment(1));
    bytes[200] ^= 4;
    disk.setContent(segment(1), bytes);
    Rig rig = new Rig(disk, Rig.SEGMENT_SIZE);
    rig.open().close();
    assertEquals(1, rig.journals.acknowledge("home"));
    assertEquals(List.of(), rig.open().status().damagedFiles());
  }

  @Test
  void a_missing_middle_segment_is_damage_and_the_others_are_kept() throws Exception {
    FaultyDisk disk = journal(487, 200, 25_000, false);
    int all = new Rig(disk.copy(), 25_000).open().status().recovered();
    assertEquals(487, all);
    disk.delete(segment(2));
    assertTrue(verify(disk, false).toString().contains("00000002.seg: missing"));
    Journal journal = opened(disk, 25_000);
    int lost = all - journal.status().recovered();
    assertEquals(115, lost);
    assertTrue(journal.status().damagedBytes() > 20_000, "that much is gone");
    assertEquals(List.of("00000002.seg.damaged"), journal.status().damagedFiles());
    assertTrue(journal.nextSequence() > 1L << 32, "the newest lease may have been there");
    Journal again = new Rig(disk.copy(), 25_000).open();
    assertEquals(List.of("00000002.seg.damaged"), again.status().damagedFiles());
  }

  @Test
  void an_emptied_segment_is_damage() throws Exception {
    FaultyDisk disk = journal(487, 200, 25_000, false);
    disk.setContent(segment(2), new byte[0]);
    Journal journal = opened(disk, 25_000);
    assertEquals(487 - 115, journal.status().recovered());
    assertEquals(List.of("00000002.seg.damaged"), journal.status().damagedFiles());
    assertTrue(journal.status().damagedBytes() > 20_000, "that much is gone");
  }

  @Test
  void a_dead_segment_that_was_deleted_is_no_damage() throws Exception {
    Rig rig = new Rig(new FaultyDisk(), 25_000);
    Journal journal = rig.open();
    for (int i = 1; i <= 487; i++) {
      Rig.offer(journal, Rig.message(journal.nextSequence(), Durability.GROUP, 1, 200));
      if (i % 50 == 0) {
        rig.pass(Rig.DELAY);
      }
    }
    for (long i = 1; i <= 300; i++) {
      journal.settled(i, ok -> {});
      rig.pass(Rig.DELAY);
    }
    assertTrue(!rig.disk.files().contains(segment(1)));
    assertEquals(List.of(), Rig.reopen(rig.disk.copy()).status().damagedFiles());
    verify(rig.disk, true);
  }

  @Test
  void with_both_headers_zeroed_every_message_is_found() throws Exception {
    for (int messages : List.of(2, 10, 487, 3_000)) {
      for (boolean closed : List.of(true, false)) {
        FaultyDisk disk = journal(messages, 200, Rig.SEGMENT_SIZE, closed);
        change(disk, segment(1), 0, Format.DATA);
        Journal journal = opened(disk, Rig.SEGMENT_SIZE);
        assertEquals(messages, journal.status().recovered(), "closed " + closed);
        Recovery found = journal.recovery();
        assertEquals(messages, Rig.sequences(found).size());
      }
    }
  }

  @Test
  void what_is_behind_the_messages_in_memory_is_read_back_without_a_header() throws Exception {
    FaultyDisk disk = journal(3_000, 200, Rig.SEGMENT_SIZE, false);
    change(disk, segment(1), 0, Format.DATA);
    Rig rig = new Rig(disk, Rig.SEGMENT_SIZE);
    Journal journal = rig.open();
    List<Long> back = new ArrayList<>();
    journal.read(
        LongStream.rangeClosed(2_500, 2_600).toArray(),
        1 << 20,
        (found, answered, why) -> found.forEach(each -> back.add(each.sequence())));
    rig.run();
    assertEquals(LongStream.rangeClosed(2_500, 2_600).boxed().toList(), back);
  }

  @Test
  void a_block_of_zeros_anywhere_costs_the_records_that_it_touches() throws Exception {
    int bytes = 100;
    FaultyDisk original = journal(1_000, bytes, 60_000, false);
    int blocks = 0;
    for (int number = 1; number <= 2; number++) {
      int size = original.content(segment(number)).length;
      for (int at = 0; at < size; at += BLOCK) {
        FaultyDisk disk = original.copy();
        change(disk, segment(number), at, at + BLOCK);
        Journal journal = opened(disk, 60_000);
        int lost = 1_000 - journal.status().recovered();
        assertTrue(lost <= BLOCK / bytes + 2, "segment " + number + ", at " + at + ": " + lost);
        blocks++;
      }
    }
    assertTrue(blocks > 20, blocks + " blocks");
  }

  @Test
  void the_first_block_of_a_large_segment_takes_no_lease_along() throws Exception {
    FaultyDisk disk = journal(3_000, 200, Rig.SEGMENT_SIZE, false);
    byte[] whole = disk.content(segment(1));
    SegmentHeader header = SegmentHeader.decode(whole, whole.length, 1).orElseThrow();
    Arrays.fill(whole, 0, BLOCK, (byte) 0);
    assertEquals(header, SegmentHeader.rescue(whole, whole.length, 1).orElseThrow());
    Arrays.fill(whole, 0, Format.COPY + BLOCK, (byte) 0);
    assertEquals(1, SegmentHeader.rescue(whole, whole.length, 1).orElseThrow().segment());
  }

  @Test
  void a_payload_that_is_another_journal_is_not_taken_for_records() throws Exception {
    byte[] other = journal(300, 50, Rig.SEGMENT_SIZE, false).content(segment(1));
    Rig rig = Rig.empty();
    Journal journal = rig.open();
    for (long i = 1; i <= 200; i++) {
      byte[] payload = i == 100 ? other : new byte[200];
      Message message = Message.of("home/copy", payload).withQos(1);
      journal.offer(new StoredMessage(i, message, Durability.GROUP, 1, 0), stored -> {});
    }
    rig.pass(Rig.DELAY);
    FaultyDisk disk = rig.disk.copy();
    byte[] bytes = disk.content(segment(1));
    Arrays.fill(bytes, 0, Format.DATA, (byte) 0);
    disk.setContent(segment(1), bytes);
    assertEquals(200, Rig.reopen(disk.copy()).status().recovered());
    // the message that holds it is damaged itself
    int at = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("RMQTTJRN");
    bytes[at - 4] ^= 1;
    disk.setContent(segment(1), bytes);
    assertEquals(199, Rig.reopen(disk.copy()).status().recovered());
  }

  @Test
  void a_payload_of_what_looks_like_records_does_not_keep_the_start_from_ending() throws Exception {
    byte[] teasing = new byte[3 << 20];
    for (int i = 0; i + 8 <= teasing.length; i += 8) {
      // three bytes of length, four of a CRC, the type of a message
      teasing[i] = (byte) 0xff;
      teasing[i + 1] = (byte) 0xff;
      teasing[i + 2] = 0x7f;
      teasing[i + 7] = 1;
    }
    Rig rig = Rig.empty();
    Journal journal = rig.open();
    Message message = Message.of("home/tease", teasing);
    journal.offer(new StoredMessage(1, message, Durability.SYNC, 1, 0), stored -> {});
    rig.run();
    Rig.offer(journal, Rig.message(2, Durability.SYNC));
    Rig.offer(journal, Rig.message(3, Durability.SYNC));
    rig.run();
    FaultyDisk disk = rig.disk.copy();
    byte[] bytes = disk.content(segment(1));
    bytes[1_000] ^= 1;
    disk.setContent(segment(1), bytes);
    assertEquals(List.of(2L, 3L), Rig.sequences(Rig.reopen(disk)));
  }

  @Test
  void very_much_damage_is_kept_in_few_files() throws Exception {
    FaultyDisk disk = journal(1_000, 100, Rig.SEGMENT_SIZE, false);
    byte[] bytes = disk.content(segment(1));
    for (int at = 1_000; at < bytes.length - 1_000; at += 500) {
      bytes[at] ^= 1;
    }
    disk.setContent(segment(1), bytes);
    Journal journal = opened(disk, Rig.SEGMENT_SIZE);
    assertTrue(journal.status().recovered() > 600, journal.status().recovered() + " left");
    assertEquals(16, journal.status().damagedFiles().size());
  }

  @Test
  void a_journal_of_the_first_release_is_read_with_all_its_stages() throws Exception {
    FaultyDisk disk = new FaultyDisk();
    try (InputStream in = LostPartsTest.class.getResourceAsStream("/format1.zip");
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        disk.setContent(Rig.FOLDER.resolve(entry.getName()), zip.readAllBytes());
      }
    }
    verify(disk, true);
    Recovery found = new Rig(disk.copy(), 64 * 1024).open().recovery();
    List<Long> sequences = Rig.sequences(found);
    assertEquals(
        LongStream.rangeClosed(1, 10_020)
            .filter(each -> each % 501 != 0 && each != 10_001)
            .boxed()
            .toList(),
        sequences);
    for (RecoveredMessage message : found.messages()) {
      long sequence = message.stored().sequence();
      RecoveredMessage.Stage expected =
          sequence == 34 || sequence == 100
              ? RecoveredMessage.Stage.QUARANTINED
              : sequence == 31
                  ? RecoveredMessage.Stage.ABANDONED
                  : sequence > 40 || sequence % 3 == 0
                      ? RecoveredMessage.Stage.WAITING
                      : sequence <= 20 && sequence % 3 == 2
                          ? RecoveredMessage.Stage.RELEASED
                          : RecoveredMessage.Stage.SENT;
      assertEquals(expected, message.stage(), "message " + sequence);
      assertEquals(
          sequence <= 40 && sequence % 3 != 0 ? sequence : 0,
          message.packetId(),
          "message " + sequence);
    }
    assertEquals(Set.of(12), found.received());
    assertEquals(Set.of("session"), found.values().keySet());

    for (Path file : disk.files()) {
      FaultyDisk damaged = disk.copy();
      change(damaged, file, 0, BLOCK);
      int left = opened(damaged, 64 * 1024).status().recovered();
      assertTrue(left > 9_999 - BLOCK / 20 && left < 9_999, file + ": " + left);
    }
  }
}
