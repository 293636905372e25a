package org.robustmqtt.shell;

import java.util.List;

/** What is printed where there is no connection yet. */
final class FirstSteps {
  private FirstSteps() {}

  /**
   * Returns where a connection is configured, and six lines to paste.
   *
   * @param etc the hub's folder of configurations; empty if it is not known
   */
  static List<String> lines(String etc) {
    String folder = etc.isEmpty() ? "etc" : etc;
    return List.of(
        "No connection is configured. Create one of these files:",
        "  Karaf:   " + folder + "/org.robustmqtt.connection-home.cfg",
        "  openHAB: conf/services/robustmqtt.cfg",
        "with these lines (the first is for openHAB, Karaf does not mind it):",
        "",
        "pid:org.robustmqtt.connection#home",
        "broker = mqtt://localhost:1883",
        "# username = hub",
        "# password = secret",
        "presenceTopic = hub/state",
        "keepAlive = 60s",
        "",
        "The connection \"home\" is there a second or two after the file was saved.");
  }
}
