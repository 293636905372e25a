package org.robustmqtt.client.component;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Where a configuration comes from, and what its connection is called. */
final class ConnectionName {
  /** What is allowed. */
  static final String ALLOWED = "1 to 64 of A-Z a-z 0-9 . _ -";

  private static final Pattern VALID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  /** The hub's key of the file that a configuration comes from. */
  static final String FILE = "felix.fileinstall.filename";

  /** The property with the name of a connection on openHAB. */
  static final String CONTEXT = "openhab.servicecontext";

  private ConnectionName() {}

  /** Returns whether a connection may be called so. */
  static boolean valid(String name) {
    return VALID.matcher(name).matches() && !name.equals(".") && !name.equals("..");
  }

  /**
   * Returns the name of the file; where the hub does not tell it, the first line of the file on
   * openHAB, else the PID.
   */
  static String source(String pid, Map<String, Object> properties) {
    return file(properties)
        .or(() -> first(properties, CONTEXT).map(name -> "pid:" + MqttComponent.PID + "#" + name))
        .orElse("configuration " + pid);
  }

  /**
   * Returns what the connection is called: {@code name}, else openHAB's context, else the file name
   * after the first {@code -}, else the PID after {@code ~}. The name is not checked.
   */
  static Optional<String> of(String pid, Map<String, Object> properties) {
    return first(properties, Key.NAME.text())
        .or(() -> first(properties, CONTEXT))
        .or(() -> file(properties).flatMap(ConnectionName::afterHyphen))
        .or(() -> after(pid, '~'));
  }

  private static Optional<String> first(Map<String, Object> properties, String key) {
    return PropertyValue.texts(properties.get(key)).stream()
        .map(String::strip)
        .filter(text -> !text.isEmpty())
        .findFirst();
  }

  /** Returns the name of the file, without its folder. */
  static Optional<String> file(Map<String, Object> properties) {
    return first(properties, FILE)
        .map(path -> path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1))
        .filter(name -> !name.isEmpty());
  }

  private static Optional<String> afterHyphen(String file) {
    int end = file.endsWith(".cfg.json") ? file.length() - 9 : file.lastIndexOf('.');
    return after(end > 0 ? file.substring(0, end) : file, '-');
  }

  private static Optional<String> after(String text, char mark) {
    int at = text.indexOf(mark);
    return at < 0 ? Optional.empty() : Optional.of(text.substring(at + 1));
  }
}
