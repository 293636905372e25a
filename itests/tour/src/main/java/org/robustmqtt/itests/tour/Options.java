package org.robustmqtt.itests.tour;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The command line.
 *
 * @param distribution unpacked Karaf with the product in it
 * @param publisher the publisher's bundle
 * @param work folder of the tour; made anew, and deleted if the promise was kept
 * @param sync whether each message is forced at once
 * @param json file for the table
 */
record Options(Path distribution, Path publisher, Path work, boolean sync, Optional<Path> json) {

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException if it is not understood, saying what is wrong
   */
  static Options of(List<String> arguments) {
    Optional<Path> distribution = Optional.empty();
    Optional<Path> publisher = Optional.empty();
    Optional<Path> work = Optional.empty();
    Optional<Path> json = Optional.empty();
    boolean sync = false;
    Iterator<String> words = arguments.iterator();
    while (words.hasNext()) {
      String word = words.next();
      switch (word) {
        case "--distribution" -> distribution = Optional.of(path(word, words));
        case "--publisher" -> publisher = Optional.of(path(word, words));
        case "--work" -> work = Optional.of(path(word, words));
        case "--json" -> json = Optional.of(path(word, words));
        case "--sync" -> sync = true;
        default -> throw new IllegalArgumentException("What is " + word + "? See ./hub help");
      }
    }
    return new Options(
        needed("--distribution", distribution),
        needed("--publisher", publisher),
        needed("--work", work),
        sync,
        json);
  }

  private static Path path(String option, Iterator<String> words) {
    if (!words.hasNext()) {
      throw new IllegalArgumentException(option + " needs a file");
    }
    return Path.of(words.next()).toAbsolutePath();
  }

  private static Path needed(String option, Optional<Path> value) {
    return value.orElseThrow(() -> new IllegalArgumentException(option + " is needed"));
  }
}
