package org.robustmqtt.persistence.runtime;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.robustmqtt.PlainText;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalInspector;
import org.robustmqtt.persistence.inspect.Inspector;

/**
 * Looks into a journal without a hub: {@code java -cp API.jar:PERSISTENCE.jar
 * org.robustmqtt.persistence.runtime.StoreTool list|verify|export [--payloads] FOLDER}. Needs no
 * other jar. Changes nothing, and works while a hub has the journal open.
 *
 * <p>Ends with 0 if everything could be read, 1 if something is damaged, 2 if it could not be done.
 */
public final class StoreTool {
  private static final String USAGE =
      "usage: StoreTool list|verify|export [--payloads] FOLDER\n"
          + "  list     segments, and the messages that have no outcome\n"
          + "  verify   whether everything can be read\n"
          + "  export   a line of JSON for each message, payload in base64,\n"
          + "           also for those in files that were set aside as damaged\n"
          + "FOLDER is the folder of one connection, the one with NNNNNNNN.seg in it.";

  private StoreTool() {}

  /** Called by the machine. */
  public static void main(String[] arguments) {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    int code = run(List.of(arguments), out);
    out.flush();
    System.exit(code);
  }

  /** Does it and returns with what the process ends. */
  public static int run(List<String> arguments, PrintStream out) {
    List<String> left = new ArrayList<>(arguments);
    boolean payloads = left.remove("--payloads");
    if (left.size() != 2) {
      out.println(USAGE);
      return 2;
    }
    JournalInspector.Command command;
    try {
      command = JournalInspector.Command.valueOf(left.get(0).toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      out.println(USAGE);
      return 2;
    }
    try {
      Inspector inspector =
          new Inspector(
              new FileDisk(),
              Path.of(left.get(1)),
              line -> out.println(PlainText.of(line, Integer.MAX_VALUE)));
      return inspector.run(command, payloads) ? 0 : 1;
    } catch (JournalException | RuntimeException e) {
      out.println(e.getMessage());
      return 2;
    }
  }
}
