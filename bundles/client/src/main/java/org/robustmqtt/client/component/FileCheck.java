package org.robustmqtt.client.component;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares the file of a configuration with what the hub made of it, and names what a hub changes
 * without a word. No value of a secret, or of a key that is not known, is in a line. Pure.
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

  private static final String PID_LINE = "pid:";
  private static final Pattern LINE = Pattern.compile("\\s*([^=:\\s]+)\\s*[=:\\s]\\s*(.*?)\\s*");
  private static final Pattern LOST = Pattern.compile("\\\\(?!\\\\|u[0-9A-Fa-f]{4}|[:=#!{}$ ])(.)");
  private static final Pattern DOUBLED = Pattern.compile("\\\\\\\\");
  private static final Pattern VARIABLE = Pattern.compile("(?<!\\\\)\\$\\{");

  private final String file;
  private final boolean karaf;
  private final List<String> lines = new ArrayList<>();
  private final Set<String> keys = new TreeSet<>();

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
        all.stream().filter(one -> one.source().equals(source(written))).findFirst();
    if (arrived.isEmpty()) {
      notArrived(written);
    }
    for (int i = 0; i < written.size(); i++) {
      line(i + 1, written.get(i), arrived);
    }
    arrived.ifPresent(this::notInTheFile);
    arrived.ifPresent(one -> lines.addAll(one.lines()));
  }

  private String source(List<String> written) {
    return karaf || written.isEmpty() ? file : written.get(0).strip();
  }

  private void notArrived(List<String> written) {
    boolean first = !written.isEmpty() && written.get(0).startsWith(PID_LINE + MqttComponent.PID);
    String pid = file.replaceFirst("\\.cfg(\\.json)?$", "");
    if (!karaf && !first) {
      lines.add(StrayText.of("org.openhab." + pid, Optional.empty()));
    } else if (karaf && !pid.startsWith(MqttComponent.PID + "-")) {
      lines.add(StrayText.of(pid, Optional.of(file)));
    } else {
      say("no configuration has come of it; is it in the hub's folder, and does it end in .cfg?");
    }
  }

  private void line(int number, String line, Optional<Arrived> arrived) {
    String plain = line.strip();
    Matcher matcher = LINE.matcher(line);
    if (plain.isEmpty()
        || plain.startsWith("#")
        || plain.startsWith("!")
        || plain.startsWith(PID_LINE)
        || !matcher.matches()) {
      return;
    }
    String key = matcher.group(1);
    String value = matcher.group(2);
    keys.add(key);
    String at = "line " + number + ": " + key + ": ";
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
    List<String> texts = arrived.said().getOrDefault(key, List.of());
    if (texts.isEmpty()) {
      if (!value.isEmpty() && !Key.ofTheHub(key)) {
        say(at + "has not arrived");
      }
      return;
    }
    // what a hub is meant to change is not compared
    boolean changed = value.startsWith("[") || value.matches(".*[\\\\$].*");
    String come = HubText.asWritten(String.join(", ", texts));
    if (!changed && !come.equals(value)) {
      boolean shown = Key.of(key).isPresent() && !secret(key) && !come.contains("@");
      say(
          at
              + "has arrived otherwise"
              + (shown ? ", as " + PropertyReader.quoted(come) : "")
              + "; was the file read since it was changed?");
    }
  }

  private void notInTheFile(Arrived arrived) {
    for (String key : arrived.said().keySet()) {
      if (!keys.contains(HubText.withoutMark(key)) && !HubText.withoutMark(key).equals("pid")) {
        say(key + ": is in force, and not in the file");
      }
    }
  }

  private static boolean secret(String key) {
    return Key.of(key).filter(known -> !known.secret()).isEmpty();
  }

  private void say(String text) {
    lines.add(file + ": " + text);
  }
}
