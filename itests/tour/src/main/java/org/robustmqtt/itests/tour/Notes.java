package org.robustmqtt.itests.tour;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the publisher noted, by number of the message. Built from its file, whose format is drawn in
 * the publisher's {@code Note}; an unfinished last line is left out. Confined to one thread.
 */
final class Notes {

  private static final long TAIL_BYTES = 64 * 1024;

  /** What is known of one message. */
  static final class Fate {
    private boolean accepted;
    private boolean onDisk;
    private String refusal = "";
    private String outcome = "";
    private long outcomeAt;

    /** Whether {@code publish} returned a ticket for it. */
    boolean accepted() {
      return accepted;
    }

    /** Whether its ticket said ON_DISK. */
    boolean onDisk() {
      return onDisk;
    }

    /** Why it was refused; empty if it was not. */
    String refusal() {
      return refusal;
    }

    /** Its outcome; empty if none was noted before the process ended. */
    String outcome() {
      return outcome;
    }

    /** Whether the broker acknowledged it, as far as the hub said. */
    boolean acknowledged() {
      return outcome.equals("ACKNOWLEDGED");
    }

    /** When it was acknowledged, in milliseconds of the wall clock; empty if it was not. */
    Optional<Long> acknowledgedAt() {
      return acknowledged() ? Optional.of(outcomeAt) : Optional.empty();
    }
  }

  private final Map<Integer, Fate> fates = new TreeMap<>();
  private final Map<Long, Integer> numbers = new HashMap<>();
  private boolean allPublished;
  private boolean idle;

  /** Reads the file; one that is not there yet is empty. */
  static Notes read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return new Notes();
    }
    String text = Files.readString(file, StandardCharsets.US_ASCII);
    return of(text.substring(0, text.lastIndexOf('\n') + 1).lines().toList());
  }

  /**
   * Reads the end of the file only: good for {@link #published()} and {@link #idle()}, which it is
   * asked for many times a second, and for nothing else.
   */
  static Notes tail(Path file) throws IOException {
    if (!Files.exists(file)) {
      return new Notes();
    }
    try (RandomAccessFile end = new RandomAccessFile(file.toFile(), "r")) {
      end.seek(Math.max(0, end.length() - TAIL_BYTES));
      byte[] bytes = new byte[(int) Math.min(TAIL_BYTES, end.length())];
      end.readFully(bytes);
      String text = new String(bytes, StandardCharsets.US_ASCII);
      // The first line of the part is cut wherever the part begins, the last perhaps by its writer.
      return of(text.substring(0, text.lastIndexOf('\n') + 1).lines().skip(1).toList());
    }
  }

  static Notes of(List<String> lines) {
    Notes notes = new Notes();
    lines.forEach(notes::add);
    // What listeners heard comes after all, because it has no number until its ticket is known.
    lines.forEach(notes::addHeard);
    return notes;
  }

  /** Every message that was begun, by its number. */
  Map<Integer, Fate> fates() {
    return fates;
  }

  /** The number after the highest that was begun. */
  int published() {
    return fates.isEmpty() ? 0 : ((TreeMap<Integer, Fate>) fates).lastKey() + 1;
  }

  /** Whether the publisher has published all. */
  boolean allPublished() {
    return allPublished;
  }

  /** Whether after that nothing was pending any more. */
  boolean idle() {
    return idle;
  }

  private void add(String line) {
    String[] words = line.split(" ", -1);
    if (words.length != 5) {
      return; // cut short by a kill
    }
    switch (words[0]) {
      case "B" -> fate(words);
      case "A" -> {
        fate(words).accepted = true;
        numbers.put(Long.valueOf(words[3]), Integer.valueOf(words[2]));
      }
      case "R" -> fate(words).refusal = words[4];
      case "S" -> fate(words).onDisk |= words[4].equals("ON_DISK");
      case "O" -> settle(fate(words), words);
      case "E" -> allPublished = true;
      case "F" -> idle = true;
      default -> {
        // L: see addHeard
      }
    }
  }

  private void addHeard(String line) {
    String[] words = line.split(" ", -1);
    if (words.length == 5 && words[0].equals("L")) {
      Optional.ofNullable(numbers.get(Long.valueOf(words[3])))
          .map(fates::get)
          .filter(fate -> fate.outcome.isEmpty())
          .ifPresent(fate -> settle(fate, words));
    }
  }

  private static void settle(Fate fate, String[] words) {
    fate.outcome = words[4];
    fate.outcomeAt = Long.parseLong(words[1]);
  }

  private Fate fate(String[] words) {
    return fates.computeIfAbsent(Integer.valueOf(words[2]), number -> new Fate());
  }
}
