package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.robustmqtt.Durability;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalSettings;

/** Whose files are whose: ours are for nobody else, others' are left alone. */
class PrivacyTest {
  private static final JournalSettings SETTINGS =
      new JournalSettings(Optional.empty(), Duration.ofMillis(50), 0);

  @TempDir Path folder;

  private Path base;
  private Path home;

  @BeforeEach
  void onlyWithPermissionsAndLinks() {
    assumeTrue(
        FileSystems.getDefault().supportedFileAttributeViews().contains("posix"),
        "NOT TESTED: this file system has no POSIX permissions");
    base = folder.resolve("made/by/us");
    home = base.resolve("home");
  }

  private void store() throws Exception {
    try (Journals journals = KilledProcess.journals(base)) {
      Journal journal = journals.open("home", SETTINGS, () -> {});
      Rig.offer(journal, Durability.SYNC);
    }
  }

  private static Map<String, String> permissions(Path folder) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.toList()) {
        found.put(
            folder.relativize(path).toString(),
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS)));
      }
    }
    return found;
  }

  private static void allow(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  @Test
  void new_folders_and_files_are_for_their_owner_only() throws Exception {
    store();
    Map<String, String> found = permissions(folder.resolve("made"));
    assertTrue(found.keySet().stream().anyMatch(name -> name.endsWith(".seg")), found.toString());
    assertTrue(found.keySet().stream().anyMatch(name -> name.endsWith("/lock")), found.toString());
    assertTrue(found.keySet().stream().anyMatch(name -> name.endsWith("reserve")), "" + found);
    found.forEach(
        (name, permissions) ->
            assertEquals(
                Files.isDirectory(folder.resolve("made").resolve(name)) ? "rwx------" : "rw-------",
                permissions,
                name));
  }

  @Test
  void what_an_older_version_left_open_to_all_is_closed_and_what_is_not_ours_stays()
      throws Exception {
    store();
    Files.writeString(home.resolve("notes.txt"), "of somebody");
    Path outside = Files.writeString(folder.resolve("outside"), "of somebody");
    Files.createSymbolicLink(home.resolve("00000999.seg.damaged"), outside);
    allow(home, "rwxr-xr-x");
    allow(base, "rwxr-xr-x");
    try (Stream<Path> files = Files.list(home)) {
      for (Path file : files.toList()) {
        allow(file, "rw-r--r--");
      }
    }
    store();
    Map<String, String> found = permissions(home);
    assertEquals("rwx------", found.remove(""));
    assertEquals("rw-r--r--", found.remove("notes.txt"));
    found.remove("00000999.seg.damaged");
    assertEquals(List.of("rw-------"), found.values().stream().distinct().toList(), "" + found);
    assertEquals(
        "rwxr-xr-x", permissions(base).get(""), "the folder of all journals is the user's");
    assertEquals("rw-r--r--", permissions(outside).get(""), "no link is followed");
  }

  @Test
  void deleting_a_journal_leaves_what_is_not_of_a_journal_and_the_folder() throws Exception {
    store();
    Files.writeString(home.resolve("notes.txt"), "of somebody");
    Files.createDirectory(home.resolve("photos"));
    Files.writeString(home.resolve("photos").resolve("00000001.seg"), "of somebody");
    try (Journals journals = KilledProcess.journals(base)) {
      assertTrue(journals.delete("home"));
      assertFalse(journals.delete("home"), "there is no journal any more");
    }
    assertEquals(
        List.of("", "notes.txt", "photos", "photos/00000001.seg"),
        List.copyOf(permissions(home).keySet()));
  }

  @Test
  void deleting_a_journal_follows_no_link() throws Exception {
    store();
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Path segment = Files.writeString(outside.resolve("00000001.seg"), "of somebody");
    Files.createSymbolicLink(home.resolve("incoming"), outside);
    Files.createSymbolicLink(home.resolve("00000999.seg.damaged"), segment);
    try (Journals journals = KilledProcess.journals(base)) {
      assertTrue(journals.delete("home"));
    }
    assertEquals("of somebody", Files.readString(segment));
    assertTrue(Files.notExists(home.resolve("00000999.seg.damaged"), LinkOption.NOFOLLOW_LINKS));
    assertTrue(Files.isSymbolicLink(home.resolve("incoming")), "a link is not ours");
  }

  @Test
  void a_journal_behind_a_link_is_not_deleted() throws Exception {
    store();
    Path moved = Files.move(home, folder.resolve("moved"));
    Files.createSymbolicLink(home, moved);
    try (Journals journals = KilledProcess.journals(base)) {
      JournalException refused =
          assertThrows(JournalException.class, () -> journals.delete("home"));
      assertTrue(refused.getMessage().contains("is a link"), refused.getMessage());
    }
    store();
    assertTrue(permissions(moved).size() > 2, "and goes on to be used");
  }
}
