package org.robustmqtt.shell;

import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.support.CommandException;

/** Finds the connection that is meant. */
final class ConnectionChoice {
  private ConnectionChoice() {}

  /**
   * Returns the name that was given, or the only one there is.
   *
   * @param given what the user wrote, if anything
   * @param names the connections that have a service, in order
   */
  static String choose(Optional<String> given, List<String> names) throws CommandException {
    if (given.isPresent()) {
      if (!names.contains(given.get())) {
        throw new CommandException(
            "There is no connection \"" + given.get() + "\". " + there(names));
      }
      return given.get();
    }
    if (names.size() != 1) {
      throw new CommandException(
          names.isEmpty() ? there(names) : "Which connection? " + there(names));
    }
    return names.get(0);
  }

  private static String there(List<String> names) {
    return names.isEmpty()
        ? "No connection is there; mqtt:list says how to make one."
        : "There are: " + String.join(", ", names) + ".";
  }
}
