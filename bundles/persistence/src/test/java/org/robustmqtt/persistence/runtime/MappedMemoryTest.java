package org.robustmqtt.persistence.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.robustmqtt.persistence.door.SharedMemory;

/** The memory of the machine, in a folder of the test. */
class MappedMemoryTest {
  private static final int SMALL = 64 << 10;
  private static final int LARGE = 4 << 20;
  private static final byte[] TEXT = "kept".getBytes(StandardCharsets.UTF_8);

  @TempDir Path base;
  private SharedMemory memory;
  private Path folder;

  @BeforeEach
  void find() throws IOException {
    memory = MappedMemory.of(Optional.of(base));
    folder = base.resolve("robust-mqtt-" + Files.getAttribute(base, "unix:uid"));
  }

  @Test
  void nothing_is_made_before_it_is_needed_and_then_for_its_owner_only() throws IOException {
    assertEquals(Optional.empty(), memory.absent());
    assertFalse(Files.exists(folder));
    memory.make("a", SMALL, LARGE).close();
    assertEquals("rwx------", rights(folder));
    assertEquals("rw-------", rights(folder.resolve("a")));
  }

  private static String rights(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void what_was_put_is_there_for_whoever_opens_it_next() throws IOException {
    SharedMemory.Part part = memory.make("a", SMALL, LARGE);
    part.grow(4 * SMALL);
    part.put(3 * SMALL, TEXT, 0, TEXT.length);
    part.put(8, 0x0102030405060708L);
    part.put(16, (byte) 9);
    byte[] before = part.bytes();
    part.close();

    SharedMemory.Part next = memory.open("a", LARGE).orElseThrow();
    assertEquals(4 * SMALL, next.size());
    assertArrayEquals(before, next.bytes());
    assertEquals(1, next.get(8));
    assertEquals(9, next.get(16));
    assertArrayEquals(TEXT, Arrays.copyOfRange(next.bytes(), 3 * SMALL, 3 * SMALL + TEXT.length));
    next.put(0, TEXT, 0, TEXT.length);
    next.close();
    assertEquals(Optional.empty(), memory.open("b", LARGE));
  }

  @Test
  void one_that_is_open_cannot_be_opened_and_no_name_is_given_twice() throws IOException {
    SharedMemory.Part part = memory.make("a", SMALL, LARGE);
    assertThrows(IOException.class, () -> memory.open("a", LARGE));
    assertThrows(IOException.class, () -> memory.make("a", SMALL, LARGE));
    part.put(0, TEXT, 0, TEXT.length);
    part.close();
    assertEquals(TEXT[0], memory.open("a", LARGE).orElseThrow().get(0));
  }

  @Test
  void an_interrupted_caller_closes_nothing() throws IOException {
    Thread.currentThread().interrupt();
    SharedMemory.Part part = memory.make("a", SMALL, LARGE);
    part.grow(2 * SMALL);
    part.put(SMALL, TEXT, 0, TEXT.length);
    assertTrue(Thread.interrupted(), "and stays interrupted");
    assertThrows(IOException.class, () -> memory.open("a", LARGE), "it is still locked");
    assertTrue(part.isInPlace());
    part.close();
  }

  @Test
  void one_that_was_deleted_is_noticed_and_still_has_its_bytes() throws IOException {
    SharedMemory.Part part = memory.make("a", SMALL, LARGE);
    part.put(0, TEXT, 0, TEXT.length);
    Files.delete(folder.resolve("a"));
    assertFalse(part.isInPlace());
    SharedMemory.Part other = memory.make("a", SMALL, LARGE);
    assertFalse(part.isInPlace(), "another file is not the same");
    assertEquals(TEXT[0], part.get(0));
    other.close();
    part.close();
    assertTrue(memory.lingering() <= 2);
  }

  @Test
  void links_are_not_followed() throws IOException {
    Path elsewhere = Files.createDirectory(base.resolve("elsewhere"));
    Files.createSymbolicLink(folder, elsewhere);
    assertThrows(IOException.class, () -> memory.make("a", SMALL, LARGE));
    Files.delete(folder);
    memory.make("b", SMALL, LARGE).close();
    Path victim = Files.writeString(base.resolve("victim"), "untouched");
    Files.createSymbolicLink(folder.resolve("a"), victim);
    assertThrows(IOException.class, () -> memory.make("a", SMALL, LARGE));
    assertThrows(IOException.class, () -> memory.open("a", LARGE));
    assertEquals("untouched", Files.readString(victim));
  }

  @Test
  void a_folder_of_another_user_is_not_used() throws IOException {
    int user = (Integer) Files.getAttribute(base, "unix:uid");
    SharedMemory other = new MappedMemory(Files.createDirectory(folder), user + 1, "boot");
    IOException refused = assertThrows(IOException.class, () -> other.make("a", SMALL, LARGE));
    assertEquals(folder + " belongs to somebody else", refused.getMessage());
  }

  @Test
  void the_folder_of_a_journal_is_told_by_device_and_inode() throws IOException {
    Path one = Files.createDirectory(base.resolve("one"));
    String name = memory.folder(one);
    Path moved = Files.move(one, base.resolve("moved"));
    assertEquals(name, memory.folder(moved));
    assertFalse(name.equals(memory.folder(Files.createDirectory(one))));
    assertFalse(memory.boot().isEmpty());
    assertFalse(Arrays.equals(memory.id(), memory.id()));
  }
}
