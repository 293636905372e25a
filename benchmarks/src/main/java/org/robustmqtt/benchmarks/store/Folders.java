package org.robustmqtt.benchmarks.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Folders for stores: below the property {@code benchmarks.directory}, else the temporary one. */
public final class Folders {
  /** The system property that names a folder on the disk to be measured. */
  public static final String PROPERTY = "benchmarks.directory";

  private Folders() {}

  /** Makes an empty folder. */
  public static Path make(String name) {
    try {
      String base = System.getProperty(PROPERTY);
      return base == null
          ? Files.createTempDirectory("benchmark-" + name)
          : Files.createTempDirectory(Path.of(base), "benchmark-" + name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes a folder with what is in it. */
  public static void delete(Path folder) {
    for (Path path : all(folder, Comparator.reverseOrder())) {
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Returns the bytes of all files below a folder. */
  public static long size(Path folder) {
    long size = 0;
    for (Path path : all(folder, Comparator.naturalOrder())) {
      size += Files.isRegularFile(path) ? path.toFile().length() : 0;
    }
    return size;
  }

  private static List<Path> all(Path folder, Comparator<Path> order) {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.sorted(order).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
