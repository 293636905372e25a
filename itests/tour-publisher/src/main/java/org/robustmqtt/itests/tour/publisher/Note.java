package org.robustmqtt.itests.tour.publisher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The file of notes, one line each: {@code KIND time number id text}, where time is in milliseconds
 * of the wall clock and what does not apply is {@code -}. A line is with the operating system when
 * its method returns, so a killed process loses none; a line cut short at the end is no line.
 *
 * <table>
 *   <caption>Kinds</caption>
 *   <tr><td>{@code B}</td><td>message <i>number</i> is about to be published</td></tr>
 *   <tr><td>{@code A}</td><td>it was accepted with ticket <i>id</i></td></tr>
 *   <tr><td>{@code R}</td><td>it was refused, <i>text</i> says why</td></tr>
 *   <tr><td>{@code S}</td><td>its ticket's {@code stored()} said <i>text</i></td></tr>
 *   <tr><td>{@code O}</td><td>its outcome was <i>text</i></td></tr>
 *   <tr><td>{@code L}</td><td>a listener heard that ticket <i>id</i> ended with <i>text</i></td></tr>
 *   <tr><td>{@code E}</td><td>all are published</td></tr>
 *   <tr><td>{@code F}</td><td>nothing is pending any more</td></tr>
 * </table>
 *
 * <p>Safe for several threads.
 */
final class Note implements AutoCloseable {

  private static final String NONE = "-";

  private final FileChannel file;

  private Note(FileChannel file) {
    this.file = file;
  }

  /** Opens the file for appending; a last line that a killed process cut short is ended. */
  static Note append(Path path) throws IOException {
    boolean cut = Files.exists(path) && !endsWithNewline(path);
    Note note =
        new Note(
            FileChannel.open(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND));
    if (cut) {
      note.write("\n");
    }
    return note;
  }

  /**
   * The number to go on with: after the highest that was begun, whether or not it was accepted.
   *
   * @param stored whether instead only a message counts whose ticket said what became of its
   *     writing
   */
  static int next(Path path, boolean stored) throws IOException {
    if (!Files.exists(path)) {
      return 0;
    }
    int next = 0;
    for (String line : Files.readAllLines(path, StandardCharsets.US_ASCII)) {
      String[] words = line.split(" ", -1);
      if (words.length == 5 && words[0].equals(stored ? "S" : "B")) {
        next = Math.max(next, Integer.parseInt(words[2]) + 1);
      }
    }
    return next;
  }

  void begun(int number) {
    line("B", Integer.toString(number), NONE, NONE);
  }

  void accepted(int number, long id) {
    line("A", Integer.toString(number), Long.toString(id), NONE);
  }

  void refused(int number, String why) {
    line("R", Integer.toString(number), NONE, why);
  }

  void stored(int number, long id, String how) {
    line("S", Integer.toString(number), Long.toString(id), how);
  }

  void outcome(int number, long id, String what) {
    line("O", Integer.toString(number), Long.toString(id), what);
  }

  void heard(long id, String what) {
    line("L", NONE, Long.toString(id), what);
  }

  void allPublished() {
    line("E", NONE, NONE, NONE);
  }

  void idle() {
    line("F", NONE, NONE, NONE);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private void line(String kind, String number, String id, String text) {
    write(
        kind
            + " "
            + System.currentTimeMillis()
            + " "
            + number
            + " "
            + id
            + " "
            + text.replaceAll("\\s+", "_")
            + "\n");
  }

  /**
   * One write each: lines of several threads are whole, because the channel appends in one step.
   */
  private void write(String line) {
    ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII));
    try {
      file.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (bytes.hasRemaining()) {
      throw new UncheckedIOException(new IOException("The notes could not be written whole"));
    }
  }

  private static boolean endsWithNewline(Path path) throws IOException {
    byte[] all = Files.readAllBytes(path);
    return all.length == 0 || all[all.length - 1] == '\n';
  }
}
