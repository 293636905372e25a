package org.robustmqtt.persistence;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.robustmqtt.journal.JournalSettings;

/** Why the folder of a journal cannot be made, in words, with the key that names it. Pure. */
final class FolderFault {
  private FolderFault() {}

  /** Returns the text. */
  static String text(JournalSettings settings, Path folder, IOException cause) {
    String where = settings.directory().map(path -> "storeDirectory = " + path + ": ").orElse("");
    String what = folder.toString();
    if (cause instanceof FileSystemException failed && failed.getFile() != null) {
      what = failed.getFile();
    }
    return where + "the folder " + what + " " + words(cause);
  }

  private static String words(IOException failed) {
    if (failed instanceof NoSuchFileException) {
      return "cannot be made: there is no such folder above it, or that takes no new ones";
    }
    if (failed instanceof AccessDeniedException) {
      return "cannot be made: the user of the hub has no permission";
    }
    if (failed instanceof FileAlreadyExistsException) {
      return "cannot be made: a file has this name";
    }
    String reason =
        failed instanceof FileSystemException told && told.getReason() != null
            ? told.getReason()
            : failed.toString();
    return switch (reason) {
      case "Not a directory" -> "cannot be made: a part of the path is a file and not a folder";
      case "Read-only file system" -> "cannot be made: the disk is read-only";
      default -> "cannot be made: " + reason;
    };
  }
}
