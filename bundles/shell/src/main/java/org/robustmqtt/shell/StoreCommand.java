package org.robustmqtt.shell;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalInspector;

/** {@code mqtt:store}. */
@Service
@Command(
    scope = "mqtt",
    name = "store",
    description =
        "Looks into a journal without changing it: list (segments, messages without an outcome),"
            + " verify (whether all can be read), export (a line of JSON for each message, also of"
            + " what was set aside as damaged). With acknowledge you say that you have seen the"
            + " damage: it is not shown as a problem any more.")
public final class StoreCommand extends MqttAction {
  static final String ACKNOWLEDGE = "acknowledge";

  @Option(
      name = "-p",
      aliases = {"--payloads"},
      description = "Shows payloads in the list.")
  boolean payloads;

  @Argument(name = "command", required = true, description = "list, verify, export or acknowledge.")
  @Completion(
      value = StringsCompleter.class,
      values = {"list", "verify", "export", StoreCommand.ACKNOWLEDGE})
  String command;

  @Argument(index = 1, name = "name", description = "The connection, configured or not.")
  @Completion(JournalNames.class)
  String name;

  @Override
  void run(Hub hub, Console out) throws Exception {
    if (command.equals(ACKNOWLEDGE)) {
      hub.journals(journals -> acknowledge(journals, out));
      return;
    }
    JournalInspector.Command what = command(command);
    hub.journals(journals -> inspect(journals, what, out));
  }

  private boolean acknowledge(JournalInspector journals, Console out) throws CommandException {
    try {
      out.println(acknowledged(journals.acknowledge(choose(given(name), journals.journals()))));
    } catch (JournalException e) {
      throw new CommandException(e.getMessage());
    }
    return true;
  }

  static String acknowledged(int parts) {
    return parts == 0
        ? "There is no damage that was not acknowledged."
        : parts + " damaged parts acknowledged. What was set aside is kept, see mqtt:store list.";
  }

  private boolean inspect(JournalInspector journals, JournalInspector.Command what, Console out)
      throws CommandException {
    String chosen = choose(given(name), journals.journals());
    try {
      if (!journals.inspect(what, chosen, payloads, out::whole)
          && what != JournalInspector.Command.VERIFY) {
        out.println("Something is damaged: mqtt:store verify " + chosen);
      }
    } catch (JournalException e) {
      throw new CommandException(e.getMessage());
    }
    return true;
  }

  static JournalInspector.Command command(String text) throws CommandException {
    for (JournalInspector.Command each : JournalInspector.Command.values()) {
      if (each.name().toLowerCase(Locale.ROOT).equals(text)) {
        return each;
      }
    }
    throw new CommandException("\"" + text + "\": list, verify, export or acknowledge.");
  }

  static String choose(Optional<String> given, List<String> names) throws CommandException {
    if (given.isPresent() && names.contains(given.get())) {
      return given.get();
    }
    if (given.isEmpty() && names.size() == 1) {
      return names.get(0);
    }
    throw new CommandException(
        names.isEmpty()
            ? "There is no journal."
            : (given.isPresent() ? "There is no journal \"" + given.get() + "\". " : "")
                + "There are: "
                + String.join(", ", names));
  }
}
