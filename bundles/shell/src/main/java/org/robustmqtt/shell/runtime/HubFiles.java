package org.robustmqtt.shell.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The files of configurations in the hub's folders. */
public final class HubFiles {
  private static final int LARGEST = 1 << 20;
  private static final String PID = "org.robustmqtt.connection";

  private HubFiles() {}

  /** Returns what is in a file of at most 1 MB. */
  public static byte[] read(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    if (!Files.isRegularFile(file)) {
      throw new FileSystemException(file.toString(), null, "not a file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw new FileSystemException(file.toString(), null, "larger than 1 MB");
      }
      return bytes;
    }
  }

  /**
   * Returns the files that are, or were meant to be, configurations of connections, in order.
   *
   * @param etc Karaf's folder
   * @param services openHAB's folder
   */
  public static List<Path> configurations(Optional<Path> etc, Optional<Path> services)
      throws IOException {
    List<Path> found = new ArrayList<>();
    if (etc.isPresent()) {
      list(etc.get(), PID + "*.cfg", found);
    }
    if (services.isPresent()) {
      List<Path> all = new ArrayList<>();
      list(services.get(), "*.cfg", all);
      for (Path file : all) {
        if (new String(read(file), StandardCharsets.ISO_8859_1).contains("pid:" + PID)) {
          found.add(file);
        }
      }
    }
    found.sort(null);
    return found;
  }

  /** Returns the first lines of openHAB's files that begin with {@code pid:}, by name in order. */
  public static Map<String, String> firstLines(Path services) throws IOException {
    List<Path> found = new ArrayList<>();
    list(services, "*.cfg", found);
    Map<String, String> lines = new TreeMap<>();
    for (Path file : found) {
      String first = new String(read(file), StandardCharsets.UTF_8).lines().findFirst().orElse("");
      if (first.startsWith("pid:")) {
        lines.put(file.getFileName().toString(), first.strip());
      }
    }
    return lines;
  }

  /** Returns the names of all files in a folder, in order; none of them is read. */
  public static List<String> names(Path folder) throws IOException {
    List<Path> found = new ArrayList<>();
    list(folder, "*", found);
    return found.stream().map(file -> file.getFileName().toString()).sorted().toList();
  }

  private static void list(Path folder, String glob, List<Path> into) throws IOException {
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
        files.forEach(into::add);
      }
    }
  }
}
