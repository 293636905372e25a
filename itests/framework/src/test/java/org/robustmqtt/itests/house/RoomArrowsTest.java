package org.robustmqtt.itests.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The arrows between the rooms of the client, read from its class files. */
class RoomArrowsTest {
  private static final String CLIENT = "org/robustmqtt/client/";
  private static final String CODEC = "org/robustmqtt/codec/";
  private static final Set<String> ALL =
      Set.of(
          "codec",
          "door",
          "policy",
          "outbox",
          "session",
          "link",
          "transport",
          "outcome",
          "listeners",
          "runtime");

  /**
   * The table of the design, with the doors, which hold interfaces only, for those rooms that need
   * the world. {@code session} and {@code policy} are pure: no door for them.
   */
  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("component", ALL),
          Map.entry("door", Set.of()),
          Map.entry("policy", Set.of()),
          Map.entry("outbox", Set.of("policy", "door")),
          Map.entry("session", Set.of("codec")),
          Map.entry(
              "link",
              Set.of(
                  "session",
                  "transport",
                  "outbox",
                  "outcome",
                  "listeners",
                  "policy",
                  "codec",
                  "door")),
          Map.entry("transport", Set.of("codec", "door")),
          Map.entry("outcome", Set.of("outbox", "listeners", "door")),
          Map.entry("listeners", Set.of("codec", "door")),
          Map.entry("runtime", Set.of("door")));

  @Test
  void a_room_uses_only_the_rooms_that_the_table_allows() throws IOException {
    Set<String> wrong = new TreeSet<>();
    for (Map.Entry<String, byte[]> file : Artifacts.classes("org.robustmqtt.client").entrySet()) {
      String from = room(file.getKey());
      assertTrue(MAY_USE.containsKey(from), "a room without a line in the table: " + from);
      for (String type : ClassFile.read(file.getValue()).types()) {
        String to = room(type);
        if (!to.isEmpty() && !to.equals(from) && !MAY_USE.get(from).contains(to)) {
          wrong.add(file.getKey() + " -> " + type);
        }
      }
    }
    assertEquals(Set.of(), wrong);
  }

  private static String room(String type) {
    if (type.startsWith(CODEC)) {
      return "codec";
    }
    if (!type.startsWith(CLIENT)) {
      return "";
    }
    String rest = type.substring(CLIENT.length());
    int slash = rest.indexOf('/');
    return slash < 0 ? "" : rest.substring(0, slash);
  }

  @Test
  void only_the_component_room_knows_declarative_services_and_config_admin() throws IOException {
    Set<String> wrong = new TreeSet<>();
    for (Map.Entry<String, byte[]> file : Artifacts.classes("org.robustmqtt.client").entrySet()) {
      for (String type : ClassFile.read(file.getValue()).types()) {
        if (type.startsWith("org/osgi/") && !room(file.getKey()).equals("component")) {
          wrong.add(file.getKey() + " -> " + type);
        }
      }
    }
    assertEquals(Set.of(), wrong);
  }

  @Test
  void the_client_and_the_persistence_know_nothing_of_each_other() throws IOException {
    Set<String> wrong = new TreeSet<>();
    for (Map.Entry<String, byte[]> file : Artifacts.classes("org.robustmqtt.client").entrySet()) {
      for (String type : ClassFile.read(file.getValue()).types()) {
        if (type.startsWith("org/robustmqtt/persistence/")) {
          wrong.add(file.getKey() + " -> " + type);
        }
      }
    }
    for (Map.Entry<String, byte[]> file :
        Artifacts.classes("org.robustmqtt.persistence").entrySet()) {
      for (String type : ClassFile.read(file.getValue()).types()) {
        if (type.startsWith(CLIENT) || type.startsWith(CODEC)) {
          wrong.add(file.getKey() + " -> " + type);
        }
      }
    }
    assertEquals(Set.of(), wrong);
  }
}
