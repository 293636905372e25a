package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Durability;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalStatus;
import org.robustmqtt.journal.Level;
import org.robustmqtt.persistence.format.Format;
import org.robustmqtt.persistence.testkit.FaultyDisk;

/** What a recovery makes of files that are not as they were written. */
class DamageTest {
  private static final Path FIRST = Rig.FOLDER.resolve("00000001.seg");

  /** A small journal that was not closed: six messages in four batches, one settled, one value. */
  private static FaultyDisk small() throws JournalException {
    Rig rig = Rig.empty();
    Journal journal = rig.open();
    for (int batch = 0; batch < 3; batch++) {
      Rig.offer(journal, Durability.SYNC);
      Rig.offer(journal, Durability.SYNC);
      rig.run();
    }
    journal.settled(2, written -> {});
    journal.put("filters", new byte[] {1, 2, 3}, Level.FORCED, written -> {});
    rig.run();
    return rig.disk.copy();
  }

  @Test
  void cut_at_every_byte_what_is_before_the_cut_is_found() throws Exception {
    byte[] whole = small().content(FIRST);
    int found = 0;
    for (int length = 0; length <= whole.length; length++) {
      FaultyDisk disk = new FaultyDisk();
      disk.setContent(FIRST, Arrays.copyOf(whole, length));
      Journal journal = Rig.reopen(disk);
      List<Long> sequences = Rig.sequences(journal);
      assertTrue(sequences.size() >= found - 1, "at " + length + ": " + sequences);
      found = Math.max(found, sequences.size());
      JournalStatus status = journal.status();
      assertEquals(0, status.damagedBytes(), "a cut is a torn tail, at " + length);
      assertTrue(
          journal.nextSequence() > (sequences.isEmpty() ? 0 : sequences.get(sequences.size() - 1)));
    }
    assertEquals(6, found);
    FaultyDisk disk = new FaultyDisk();
    disk.setContent(FIRST, whole);
    assertEquals(List.of(1L, 3L, 4L, 5L, 6L), Rig.sequences(Rig.reopen(disk)));
  }

  @Test
  void every_flipped_bit_loses_nothing_silently() throws Exception {
    FaultyDisk original = small();
    byte[] whole = original.content(FIRST);
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      FaultyDisk disk = original.copy();
      disk.setContent(FIRST, flipped);
      Journal journal = Rig.reopen(disk);
      JournalStatus status = journal.status();
      TreeSet<Long> missing = new TreeSet<>(List.of(1L, 3L, 4L, 5L, 6L));
      Rig.sequences(journal).forEach(missing::remove);
      assertTrue(
          missing.isEmpty() || status.damagedBytes() + status.cutBytes() > 0,
          "bit " + bit + ": " + missing + " is missing, and nothing was reported");
      assertTrue(journal.nextSequence() > 6, "bit " + bit);
      assertTrue(missing.size() <= 1, "more than the record it is in; bit " + bit + missing);
      if (bit < Format.DATA * 8) {
        assertEquals(0, missing.size(), "the header is there twice; bit " + bit);
      }
      boolean unforced = bit >= (whole.length - Format.BATCH) * 8;
      assertEquals(unforced ? 0 : 1, status.damagedFiles().size(), "not told; bit " + bit);
    }
  }

  @Test
  void damage_before_a_forced_end_is_set_aside_and_what_follows_is_read() throws Exception {
    FaultyDisk disk = small();
    byte[] whole = disk.content(FIRST);
    // The first message of the second batch: find the second message's topic bytes.
    int at = indexOf(whole, "home/3");
    whole[at] ^= 1;
    disk.setContent(FIRST, whole);
    Journal journal = Rig.reopen(disk);
    assertEquals(List.of(1L, 4L, 5L, 6L), Rig.sequences(journal), "goes on at the next record");
    JournalStatus status = journal.status();
    assertEquals(0, status.cutBytes());
    assertEquals(1, status.damagedFiles().size());
    Path aside = Rig.FOLDER.resolve(status.damagedFiles().get(0));
    byte[] kept = disk.content(aside);
    assertEquals(status.damagedBytes(), kept.length);
    assertTrue(indexOf(kept, "ome/3") > 0, "the bytes are kept");
    assertTrue(journal.nextSequence() > 1L << 32, "the newest lease may have been there");
    journal.close();

    Journal again = new Rig(disk.copy(), Rig.SEGMENT_SIZE).open();
    assertEquals(status.damagedFiles(), again.status().damagedFiles(), "it is set aside once");
    assertEquals(status.damagedBytes(), again.status().damagedBytes());
  }

  @Test
  void an_unforced_tail_is_cut_and_writing_goes_on() throws Exception {
    FaultyDisk disk = small();
    byte[] whole = disk.content(FIRST);
    byte[] tail = Arrays.copyOf(whole, whole.length + 700);
    Arrays.fill(tail, whole.length, tail.length, (byte) 0x2a);
    disk.setContent(FIRST, tail);
    Rig rig = new Rig(disk, Rig.SEGMENT_SIZE);
    Journal journal = rig.open();
    assertEquals(700, journal.status().cutBytes());
    assertEquals(5, journal.status().recovered());
    assertArrayEquals(whole, disk.content(FIRST));
    Rig.offer(journal, Durability.SYNC);
    rig.run();
    Journal again = Rig.reopen(disk.copy());
    assertEquals(0, again.status().cutBytes());
    assertEquals(6, again.status().recovered());
  }

  @Test
  void a_missing_end_of_an_older_segment_is_damage() throws Exception {
    FaultyDisk disk = small();
    Rig rig = new Rig(disk, Rig.SEGMENT_SIZE);
    rig.open().close();
    byte[] whole = disk.content(FIRST);
    disk.setContent(FIRST, Arrays.copyOf(whole, whole.length - 10));
    Journal journal = Rig.reopen(disk.copy());
    assertTrue(journal.status().damagedBytes() > 0, "the next segment says where it ended");
    assertEquals(5, journal.status().recovered());
  }

  @Test
  void a_file_that_is_none_of_ours_is_set_aside() throws Exception {
    FaultyDisk disk = small();
    disk.setContent(Rig.FOLDER.resolve("00000002.seg"), new byte[5000]);
    Journal journal = Rig.reopen(disk);
    assertEquals(List.of("00000002.seg.damaged"), journal.status().damagedFiles());
    assertEquals(5, journal.status().recovered());
  }

  @Test
  void a_newer_format_is_refused_and_not_touched() throws Exception {
    FaultyDisk disk = small();
    byte[] newer = disk.content(FIRST);
    newer[9] = 2;
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    crc.update(newer, 0, 12);
    java.nio.ByteBuffer.wrap(newer).putInt(12, (int) crc.getValue());
    disk.setContent(FIRST, newer);
    List<Path> before = disk.files();
    JournalException refused = assertThrows(JournalException.class, () -> Rig.reopen(disk));
    assertEquals(ProblemKind.STORE_UNREADABLE, refused.kind());
    assertTrue(refused.getMessage().contains(FIRST.toString()), refused.getMessage());
    assertArrayEquals(newer, disk.content(FIRST));
    List<Path> after = disk.files();
    after.remove(Rig.FOLDER.resolve("lock"));
    before.remove(Rig.FOLDER.resolve("lock"));
    assertEquals(before, after);
    assertTrue(!disk.holdsLocks());
  }

  private static int indexOf(byte[] in, String text) {
    return new String(in, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf(text);
  }
}
