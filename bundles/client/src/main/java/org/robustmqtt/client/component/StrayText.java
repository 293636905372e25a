package org.robustmqtt.client.component;

import java.util.Optional;

/** What to write instead of a configuration that was meant for a connection and is none. Pure. */
final class StrayText {
  private static final String OPENHAB = "org.openhab.";
  private static final String FIRST_LINE = "pid:" + MqttComponent.PID + "#";

  private StrayText() {}

  /** Returns whether a configuration with this PID may be one. */
  static boolean mayBeMeantForUs(String pid) {
    return pid.startsWith(MqttComponent.PID) || pid.startsWith(OPENHAB);
  }

  /**
   * Returns what is wrong with it, and what to write instead.
   *
   * @param pid its PID
   * @param file its file, if the hub tells it
   */
  static String of(String pid, Optional<String> file) {
    if (pid.startsWith(OPENHAB)) {
      String name = pid.substring(OPENHAB.length());
      return "conf/services/"
          + name
          + ".cfg: makes no connection, because something stands before its pid: line; make \""
          + FIRST_LINE
          + name
          + "\" the very first line; what then stays of it goes by config:delete "
          + pid;
    }
    String name = name(pid);
    if (file.isPresent()) {
      return file.get()
          + ": makes no connection; rename the file to "
          + MqttComponent.PID
          + "-"
          + name
          + ".cfg";
    }
    return "configuration "
        + pid
        + ": makes no connection, because it is a single one; delete it (config:delete "
        + pid
        + "), and begin a file in conf/services with the line "
        + FIRST_LINE
        + name;
  }

  /** The name that was meant, if there is one that is allowed. */
  private static String name(String pid) {
    String rest = pid.substring(MqttComponent.PID.length());
    String name = rest.isEmpty() ? "" : rest.substring(1);
    return ConnectionName.valid(name) ? name : "home";
  }
}
