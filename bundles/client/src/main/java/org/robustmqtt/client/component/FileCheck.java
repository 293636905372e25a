package org.robustmqtt.client.component;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares the file of a configuration with what the hub made of it, names what a hub changes
 * without a word, and says of what has not arrived what will be wrong with it. No value of a
 * secret, or of a key that is not known, is in a line. Pure.
 */
final class FileCheck {
  /**
   * A configuration that has come.
   *
   * @param source names its file, or its PID
   * @param said what it says, without what belongs to the hub
   * @param lines what is wrong or doubtful in it
   */
  record Arrived(String source, Map<String, List<String>> said, List<String> lines) {}

  /** For what only the hub knows, and what must not be missing. */
  private static final Map<String, Object> STAND_INS =
      Map.of(
          Key.BROKER.text(), "mqtt://broker",
          Key.USERNAME.text(), "-",
          Key.PASSWORD.text(), "-");

  private static final String PID_LINE = "pid:";
  private static final Pattern LINE = Pattern.compile("\\s*([^=:\\s]+)\\s*[=:\\s]\\s*(.*?)\\s*");
  private static final Pattern LOST = Pattern.compile("\\\\(?!\\\\|u[0-9A-Fa-f]{4}|[:=#!{}$ ])(.)");
  private static final Pattern DOUBLED = Pattern.compile("\\\\\\\\");
  private static final Pattern VARIABLE = Pattern.compile("(?<!\\\\)\\$\\{");

  private final String file;
  private final boolean karaf;
  private final List<String> lines = new ArrayList<>();
  private final Set<String> keys = new TreeSet<>();
  private boolean notInForce;

  private FileCheck(String file) {
    this.file = file;
    karaf = file.startsWith(MqttComponent.PID);
  }

  /**
   * Checks a file.
   *
   * @param file its name without a folder
   * @param content what is in it
   * @param all the configurations that have come
   * @return what is to be done, a line each; empty: all has arrived as it was written
   */
  static List<String> check(String file, byte[] content, List<Arrived> all) {
    FileCheck check = new FileCheck(file);
    check.file(content, all);
    return List.copyOf(check.lines);
  }

  private void file(byte[] content, List<Arrived> all) {
    Optional<String> utf8 = HubText.utf8(content);
    String text = utf8.orElseGet(() -> new String(content, StandardCharsets.ISO_8859_1));
    String plain = HubText.withoutMark(text);
    if (!karaf && plain.length() < text.length()) {
      say("begins with a byte order mark, so openHAB sends it elsewhere; save it without one");
    }
    if (!karaf && utf8.isEmpty()) {
      say("is not UTF-8, which openHAB reads; save it as UTF-8");
    }
    List<String> written = plain.lines().toList();
    Optional<Arrived> arrived =
        all.stream().filter(one -> isSource(one.source(), written)).findFirst();
    Set<String> twice = karaf ? inTwoCases(written) : Set.of();
    if (!twice.isEmpty()) {
      say(
          "Karaf refuses the file, because it has keys that differ in upper and lower case only: "
              + String.join(", ", twice));
    } else if (arrived.isEmpty()) {
      notArrived(written);
    }
    Map<String, Integer> lasts = lastLines(written);
    for (int i = 0; i < written.size(); i++) {
      line(i + 1, written.get(i), lasts, arrived);
    }
    arrived.ifPresent(this::notInTheFile);
    arrived.ifPresent(one -> lines.addAll(one.lines()));
    if (notInForce && !file.endsWith(".json")) {
      lint(written, lasts, arrived);
    }
  }

  /** Says what will be wrong with what is not in force yet. */
  private void lint(List<String> written, Map<String, Integer> lasts, Optional<Arrived> arrived) {
    Map<String, Object> properties = new TreeMap<>();
    lasts.forEach(
        (key, number) ->
            said(written.get(number - 1))
                .flatMap(line -> value(key, line.group(2), arrived))
                .ifPresent(value -> properties.put(key, value)));
    if (karaf) {
      properties.put(ConnectionName.FILE, file);
    } else if (!written.isEmpty() && written.get(0).startsWith(PID_LINE)) {
      String pid = written.get(0).strip();
      properties.put(ConnectionName.CONTEXT, pid.substring(pid.indexOf('#') + 1));
    }
    Parsed parsed = SettingsParser.parse(MqttComponent.PID, properties);
    for (List<String> found : List.of(parsed.faults(), parsed.warnings())) {
      found.stream().filter(line -> !lines.contains(line)).forEach(lines::add);
    }
  }

  /** Returns a value as the hub will hand it over; empty if that cannot be told from the file. */
  private Optional<Object> value(String key, String value, Optional<Arrived> arrived) {
    if (value.contains("$[") || karaf && value.matches(".*(\\\\|\\$\\{).*")) {
      Optional<Object> come = arrived.map(one -> one.said().get(key)).map(texts -> texts);
      return come.or(() -> Optional.ofNullable(STAND_INS.get(key)));
    }
    return Optional.of(karaf && quoted(value) ? value.substring(1, value.length() - 1) : value);
  }

  /** Karaf writes some characters of a file's name as %20, in the path that it tells. */
  private boolean isSource(String source, List<String> written) {
    if (karaf || written.isEmpty()) {
      return source.equals(file) || HubText.unescaped(source).equals(file);
    }
    return source.equals(written.get(0).strip());
  }

  private void notArrived(List<String> written) {
    boolean first = !written.isEmpty() && written.get(0).startsWith(PID_LINE + MqttComponent.PID);
    String pid = file.replaceFirst("\\.cfg(\\.json)?$", "");
    if (!karaf && !first) {
      lines.add(StrayText.of("org.openhab." + pid, Optional.empty()));
    } else if (karaf && !pid.startsWith(MqttComponent.PID + "-")) {
      lines.add(StrayText.of(pid, Optional.of(file)));
    } else {
      notInForce = true;
      say("no configuration has come of it; is it in the hub's folder, and does it end in .cfg?");
    }
  }

  private static Set<String> inTwoCases(List<String> written) {
    Map<String, Set<String>> found = new TreeMap<>();
    for (String line : written) {
      key(line)
          .ifPresent(
              key ->
                  found
                      .computeIfAbsent(key.toLowerCase(Locale.ROOT), none -> new TreeSet<>())
                      .add(key));
    }
    Set<String> twice = new TreeSet<>();
    found.values().stream().filter(keys -> keys.size() > 1).forEach(twice::addAll);
    return twice;
  }

  /** The last line of a key counts, on both hubs. */
  private static Map<String, Integer> lastLines(List<String> written) {
    Map<String, Integer> last = new TreeMap<>();
    for (int i = 0; i < written.size(); i++) {
      int number = i + 1;
      key(written.get(i)).ifPresent(key -> last.put(key, number));
    }
    return last;
  }

  private static Optional<String> key(String line) {
    return said(line).map(matcher -> matcher.group(1));
  }

  /** Returns key and value, if the line has them. */
  private static Optional<Matcher> said(String line) {
    String plain = line.strip();
    Matcher matcher = LINE.matcher(line);
    boolean none =
        plain.isEmpty()
            || plain.startsWith("#")
            || plain.startsWith("!")
            || plain.startsWith(PID_LINE)
            || !matcher.matches();
    return none ? Optional.empty() : Optional.of(matcher);
  }

  private void line(
      int number, String line, Map<String, Integer> lasts, Optional<Arrived> arrived) {
    Optional<Matcher> said = said(line);
    if (said.isEmpty()) {
      return;
    }
    String key = said.get().group(1);
    String value = said.get().group(2);
    keys.add(key);
    String at = "line " + number + ": " + key + ": ";
    int last = lasts.getOrDefault(key, number);
    if (last != number) {
      say(
          at
              + "line "
              + last
              + " has the same key, and is the one that counts; remove one of them");
      return;
    }
    String doubledOut = DOUBLED.matcher(value).replaceAll("");
    if (doubledOut.endsWith("\\")) {
      say(at + "goes on in the next line on Karaf, and not on openHAB; write it in one line");
    } else if (karaf && LOST.matcher(doubledOut).find()) {
      say(at + "Karaf takes a backslash away, or makes another character of it; write it twice");
    }
    if (karaf && VARIABLE.matcher(value).find()) {
      say(
          at
              + "Karaf puts something else, or nothing, in the place of ${..}; write $\\\\{..\\\\},"
              + " or for a password use passwordFile");
    }
    if (!secret(key) && value.matches(".*\\s#.*")) {
      say(at + "what follows the # is part of the value; put a comment in a line of its own");
    }
    arrived.ifPresent(one -> compare(at, key, value, one));
  }

  private void compare(String at, String key, String value, Arrived arrived) {
    List<String> texts =
        arrived.said().entrySet().stream()
            .filter(said -> HubText.withoutMark(said.getKey()).equals(key))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse(List.of());
    if (texts.isEmpty()) {
      if (!value.isEmpty() && !Key.ofTheHub(key)) {
        notInForce = true;
        say(at + "has not arrived");
      }
      return;
    }
    // what a hub is meant to change is not compared
    boolean changed = value.startsWith("[") || value.matches(".*[\\\\$].*");
    String come = HubText.asWritten(String.join(", ", texts));
    if (karaf && quoted(value) && come.equals(value.substring(1, value.length() - 1))) {
      say(at + "Karaf has taken the quotes away; write it without them");
    } else if (!changed && !come.equals(value)) {
      boolean shown = !secret(key) && !come.contains("@");
      notInForce = true;
      say(
          at
              + "has arrived otherwise"
              + (shown ? ", as " + PropertyReader.quoted(come) : "")
              + "; was the file read since it was changed?");
    }
  }

  private static boolean quoted(String value) {
    return value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
  }

  private void notInTheFile(Arrived arrived) {
    for (String key : arrived.said().keySet()) {
      if (!keys.contains(HubText.withoutMark(key)) && !HubText.withoutMark(key).equals("pid")) {
        notInForce = true;
        say(key + ": is in force, and not in the file");
      }
    }
  }

  private static boolean secret(String key) {
    return !Key.labelled(key) && Key.of(key).filter(known -> !known.secret()).isEmpty();
  }

  private void say(String text) {
    lines.add(file + ": " + text);
  }
}
