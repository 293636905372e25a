package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.robustmqtt.journal.JournalSettings;

/** What is read when the folder of a journal cannot be made. */
class FolderFaultTest {
  private static String text(Optional<Path> directory, IOException cause) {
    JournalSettings settings = new JournalSettings(directory, Duration.ZERO, 0);
    return FolderFault.text(settings, Path.of("/x/home"), cause);
  }

  private static String text(IOException cause) {
    return text(Optional.of(Path.of("/x")), cause);
  }

  @Test
  void the_key_the_folder_and_the_reason_are_told_in_words() {
    assertEquals(
        "storeDirectory = /x: the folder /x cannot be made: there is no such folder above it, or"
            + " that takes no new ones",
        text(new NoSuchFileException("/x")));
    assertEquals(
        "storeDirectory = /x: the folder /x cannot be made: the user of the hub has no permission",
        text(new AccessDeniedException("/x")));
    assertEquals(
        "storeDirectory = /x: the folder /x cannot be made: a file has this name",
        text(new FileAlreadyExistsException("/x")));
    assertEquals(
        "storeDirectory = /x: the folder /x/home cannot be made: a part of the path is a file and"
            + " not a folder",
        text(new FileSystemException("/x/home", null, "Not a directory")));
    assertEquals(
        "storeDirectory = /x: the folder /x/home cannot be made: the disk is read-only",
        text(new FileSystemException("/x/home", null, "Read-only file system")));
  }

  @Test
  void what_is_not_known_is_told_as_the_system_says_it() {
    assertEquals(
        "storeDirectory = /x: the folder /x/home cannot be made: No space left on device",
        text(new FileSystemException("/x/home", null, "No space left on device")));
    assertEquals(
        "the folder /x/home cannot be made: java.io.IOException: odd",
        text(Optional.empty(), new IOException("odd")));
  }
}
