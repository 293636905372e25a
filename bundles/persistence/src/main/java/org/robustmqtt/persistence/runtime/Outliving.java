package org.robustmqtt.persistence.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whether a folder in memory outlives our process.
 *
 * <p>The one of a container ends with it, and a container mostly ends with its main process, which
 * is ours. There is no question to a system whether it is one; but every container engine gives its
 * processes numbers of their own, and the machine's own table of numbers is the same constant in
 * every Linux kernel. A container that was asked to share it still has a {@code /dev/shm} of its
 * own, unlike the first process of the machine. Who knows better sets the folder himself.
 */
final class Outliving {
  /** The inode of the first table of process numbers, PROC_PID_INIT_INO. */
  private static final String FIRST_NUMBERS = "pid:[4026531836]";

  private static final String CONTAINER =
      "/dev/shm ends with the container; mount one of the host and set stagingDirectory";

  private Outliving() {}

  /** Returns why a folder does not outlive our process; empty if it does. */
  static Optional<String> fault(Path memory) {
    try {
      if (!Files.isDirectory(memory, LinkOption.NOFOLLOW_LINKS)
          || !Files.getFileStore(memory).type().equals("tmpfs")) {
        return Optional.of(memory + " is not in memory on this system");
      }
      return fault(
          memory.toString(),
          Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString(),
          Files.readString(Path.of("/proc/self/mountinfo")),
          mountsOfFirst(),
          Files.exists(Path.of("/.dockerenv")) || Files.exists(Path.of("/run/.containerenv")));
    } catch (IOException | RuntimeException e) {
      return Optional.of("it is not known whether " + memory + " outlives it: " + e);
    }
  }

  private static Optional<String> mountsOfFirst() {
    try {
      return Optional.of(Files.readString(Path.of("/proc/1/mountinfo")));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Returns why a folder does not outlive our process.
   *
   * @param numbers the name space of our process numbers
   * @param mounts what is mounted for us, as in {@code mountinfo}
   * @param mountsOfFirst what is mounted for the first process; empty if that is not told to us
   * @param marked whether an engine has left a file that says that this is a container
   */
  static Optional<String> fault(
      String memory,
      String numbers,
      String mounts,
      Optional<String> mountsOfFirst,
      boolean marked) {
    boolean same =
        mountsOfFirst
            .map(first -> device(first, memory).equals(device(mounts, memory)))
            .orElse(!marked);
    return numbers.equals(FIRST_NUMBERS) && same ? Optional.empty() : Optional.of(CONTAINER);
  }

  /** Returns the device of what was mounted last at a place. */
  private static Optional<String> device(String mounts, String place) {
    Optional<String> found = Optional.empty();
    for (String line : mounts.split("\n")) {
      String[] words = line.split(" ");
      if (words.length > 4 && words[4].equals(place)) {
        found = Optional.of(words[2]);
      }
    }
    return found;
  }
}
