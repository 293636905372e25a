package org.robustmqtt.persistence.door;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The file operations a journal needs, and no others. What is not forced may be lost, torn or
 * reordered by a power cut: bytes until {@link DiskFile#force}, names until {@link
 * #forceDirectory}.
 */
public interface Disk {
  /** Opens a file to read and write at positions, creating it empty, for its owner, if needed. */
  DiskFile open(Path file) throws IOException;

  /** Opens a file that is there, to be read only. */
  default DiskFile openToRead(Path file) throws IOException {
    return open(file);
  }

  /** Returns the names in a folder, sorted; none if there is no such folder. */
  List<String> list(Path folder) throws IOException;

  /**
   * Creates a folder with its parents, for their owner, and forces the names of those it created.
   */
  void createFolders(Path folder) throws IOException;

  /** Makes names created, renamed or deleted in a folder survive a power cut. */
  void forceDirectory(Path folder) throws IOException;

  /** Gives a file another name, replacing what has it. */
  void rename(Path from, Path to) throws IOException;

  /** Deletes a file or an empty folder; nothing happens if there is none. */
  void delete(Path file) throws IOException;

  /**
   * Takes all rights on a folder or a file away from everybody but its owner, as those have that
   * are created here. Nothing happens if there is none, to a link, or where a file system knows no
   * rights.
   */
  default void protect(Path path) throws IOException {}

  /** Returns whether there is a symbolic link instead of a folder or a file. */
  default boolean isLink(Path path) {
    return false;
  }

  /**
   * Returns what a file is told from all others by: equal as long as it is the same file, whatever
   * is written to it. Empty if there is none at this path.
   */
  Optional<Object> key(Path file) throws IOException;

  /**
   * Returns the bytes that may still be written on the disk of a folder; fails if there is none.
   */
  long free(Path folder) throws IOException;

  /**
   * Takes the exclusive lock on a file, creating the file if there is none.
   *
   * @return empty if this or another process holds it
   */
  Optional<DiskLock> lock(Path file) throws IOException;
}
