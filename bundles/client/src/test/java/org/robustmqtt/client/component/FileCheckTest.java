package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.robustmqtt.client.component.FileCheck.Arrived;

/** What mqtt:check says of a file. */
class FileCheckTest {
  private static final String KARAF = "org.robustmqtt.connection-home.cfg";
  private static final String FIRST = "pid:org.robustmqtt.connection#home";

  private static List<String> karaf(Map<String, List<String>> said, String... lines) {
    byte[] content = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    return FileCheck.check(KARAF, content, List.of(new Arrived(KARAF, said, List.of())));
  }

  private static String at(String text) {
    return KARAF + ": " + text;
  }

  @Test
  void a_file_that_arrived_as_it_is_written_gives_no_line() {
    assertEquals(
        List.of(),
        karaf(
            Map.of("broker", List.of("mqtt://b"), "username", List.of("J\u00c3\u00bcrgen")),
            FIRST,
            "# text",
            "",
            "broker = mqtt://b",
            "username=J\u00fcrgen",
            "#keepAlive = 60s"));
  }

  @Test
  void a_backslash_and_a_variable_that_karaf_takes_away_are_named_without_the_secret() {
    List<String> lines =
        karaf(
            Map.of("username", List.of("ac"), "password", List.of("abcd")),
            "username = a${b}c",
            "password = ab\\cd");
    assertEquals(
        List.of(
            at(
                "line 1: username: Karaf puts something else, or nothing, in the place of ${..};"
                    + " write $\\\\{..\\\\}, or for a password use passwordFile"),
            at(
                "line 2: password: Karaf takes a backslash away, or makes another character of it;"
                    + " write it twice")),
        lines);
    assertEquals(
        List.of(),
        karaf(
            Map.of("username", List.of("a${b}c"), "password", List.of("ab\\cd")),
            "username = a$\\\\{b\\\\}c",
            "password = ab\\\\cd"));
  }

  @Test
  void what_did_not_arrive_or_is_in_force_without_standing_there_is_named() {
    assertEquals(
        List.of(
            at("line 1: keepAlive: has not arrived"),
            at(
                "line 2: retry: has arrived otherwise, as \"fixed\"; was the file read since it was"
                    + " changed?"),
            at(
                "line 3: password: has arrived otherwise; was the file read since it was"
                    + " changed?"),
            at("username: is in force, and not in the file")),
        karaf(
            Map.of(
                "retry", List.of("fixed"),
                "password", List.of("geheim"),
                "username", List.of("me"),
                "broker", List.of("mqtt://b"),
                "mqttVersion", List.of("5")),
            "keepAlive = 5s",
            "retry = none",
            "password = other",
            "broker = mqtt://b",
            "mqttVersion = 5"));
  }

  @Test
  void a_comment_behind_a_value_and_a_continued_line_are_named() {
    assertEquals(
        List.of(
            at(
                "line 1: keepAlive: what follows the # is part of the value; put a comment in a"
                    + " line of its own"),
            at(
                "line 2: broker: goes on in the next line on Karaf, and not on openHAB; write it in"
                    + " one line")),
        karaf(
            Map.of("keepAlive", List.of("5s # text"), "broker", List.of("mqtt://b")),
            "keepAlive = 5s # text",
            "broker = \\"));
  }

  @Test
  void a_secret_is_never_in_a_line_nor_the_value_of_a_key_that_is_not_known() {
    String lines =
        karaf(
                Map.of(
                    "password", List.of("geheim1"),
                    "passwrod", List.of("geheim2"),
                    "keyPassword", List.of("geheim3"),
                    "broker", List.of("mqtt://me:geheim4@b")),
                "password = verborgen1 # \\x ${y}",
                "passwrod = verborgen2 # \\x",
                "keyPassword = verborgen3",
                "broker = mqtt://me:verborgen4@b")
            .toString();
    assertFalse(lines.contains("geheim"), lines);
    assertFalse(lines.contains("verborgen"), lines);
  }

  @Test
  void a_byte_order_mark_and_another_encoding_are_named_where_they_matter() {
    byte[] marked = ("\uFEFF" + FIRST + "\nbroker = mqtt://b").getBytes(StandardCharsets.UTF_8);
    Map<String, List<String>> said = Map.of("broker", List.of("mqtt://b"));
    assertEquals(
        List.of(), FileCheck.check(KARAF, marked, List.of(new Arrived(KARAF, said, List.of()))));
    assertEquals(
        List.of(
            "mqtt.cfg: begins with a byte order mark, so openHAB sends it elsewhere; save it"
                + " without one",
            "mqtt.cfg: no configuration has come of it; is it in the hub's folder, and does it end"
                + " in .cfg?"),
        FileCheck.check("mqtt.cfg", marked, List.of()));
    byte[] latin = (FIRST + "\nusername = J\u00fcrgen").getBytes(StandardCharsets.ISO_8859_1);
    assertEquals(
        "mqtt.cfg: is not UTF-8, which openHAB reads; save it as UTF-8",
        FileCheck.check("mqtt.cfg", latin, List.of()).get(0));
    assertEquals(
        List.of(),
        FileCheck.check(
            KARAF,
            latin,
            List.of(new Arrived(KARAF, Map.of("username", List.of("J\u00fcrgen")), List.of()))));
  }

  @Test
  void a_file_that_the_hub_sent_elsewhere_says_what_to_write_instead() {
    byte[] comment = ("# mine\n" + FIRST).getBytes(StandardCharsets.UTF_8);
    assertEquals(
        List.of(StrayText.of("org.openhab.mqtt", Optional.empty())),
        FileCheck.check("mqtt.cfg", comment, List.of()));
    String tilde = "org.robustmqtt.connection~attic.cfg";
    assertEquals(
        List.of(StrayText.of("org.robustmqtt.connection~attic", Optional.of(tilde))),
        FileCheck.check(tilde, comment, List.of()));
  }

  @Test
  void a_byte_order_mark_that_karaf_left_before_a_key_is_passed_over() {
    byte[] marked = "\uFEFFbroker = mqtt://b".getBytes(StandardCharsets.UTF_8);
    Map<String, List<String>> said = Map.of("\u00EF\u00BB\u00BFbroker", List.of("mqtt://b"));
    assertEquals(
        List.of(), FileCheck.check(KARAF, marked, List.of(new Arrived(KARAF, said, List.of()))));
  }

  @Test
  void a_space_in_the_name_of_the_file_is_found_as_karaf_writes_it() {
    String file = "org.robustmqtt.connection-my h\u00e4us.cfg";
    byte[] content = "broker = mqtt://b".getBytes(StandardCharsets.UTF_8);
    Map<String, List<String>> said = Map.of("broker", List.of("mqtt://b"));
    Arrived arrived =
        new Arrived("org.robustmqtt.connection-my%20h%C3%A4us.cfg", said, List.of("the name"));
    assertEquals(List.of("the name"), FileCheck.check(file, content, List.of(arrived)));
  }

  @Test
  void keys_that_differ_in_case_only_are_why_karaf_refuses_the_file() {
    byte[] content = "broker=mqtt://b\nBROKER=mqtt://c".getBytes(StandardCharsets.UTF_8);
    assertEquals(
        List.of(
            at(
                "Karaf refuses the file, because it has keys that differ in upper and lower case"
                    + " only: BROKER, broker")),
        FileCheck.check(KARAF, content, List.of()));
  }

  @Test
  void of_two_lines_with_one_key_the_last_one_counts() {
    assertEquals(
        List.of(
            at(
                "line 1: broker: line 2 has the same key, and is the one that counts; remove one"
                    + " of them")),
        karaf(Map.of("broker", List.of("mqtt://c")), "broker = mqtt://b", "broker = mqtt://c"));
  }

  @Test
  void quotes_that_karaf_takes_away_are_named() {
    assertEquals(
        List.of(
            at("line 1: broker: Karaf has taken the quotes away; write it without them"),
            at("line 2: password: Karaf has taken the quotes away; write it without them")),
        karaf(
            Map.of("broker", List.of("mqtt://b"), "password", List.of("geheim")),
            "broker = \"mqtt://b\"",
            "password = \"geheim\""));
  }

  @Test
  void the_faults_of_the_configuration_are_there_too() {
    byte[] content = (FIRST + "\nbroker = b").getBytes(StandardCharsets.UTF_8);
    Arrived faulty = new Arrived(FIRST, Map.of("broker", List.of("b")), List.of("no scheme"));
    assertEquals(List.of("no scheme"), FileCheck.check("mqtt.cfg", content, List.of(faulty)));
  }

  private static List<String> alone(String file, String... lines) {
    byte[] content = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    List<String> told = FileCheck.check(file, content, List.of());
    assertEquals(
        file
            + ": no configuration has come of it; is it in the hub's folder, and does it end in"
            + " .cfg?",
        told.get(0));
    return told.subList(1, told.size());
  }

  @Test
  void a_file_that_has_not_arrived_is_checked_without_being_applied() {
    assertEquals(
        List.of(
            at("policy.a: priority = \"10\": out of range; allowed: a whole number from 0 to 9"),
            at("policy.b: filter \"x/#\": is that of policy.a too; remove one")),
        alone(
            KARAF,
            "broker = mqtt://b",
            "policy.a = x/# | priority=10",
            "policy.b = x/# | preset=alarm"));
    assertEquals(
        List.of(
            FIRST
                + ": policy.alarm: reserve = 500 of preset=alarm: does not fit into"
                + " queueMaxMessages = 100"),
        alone(
            "mqtt.cfg",
            FIRST,
            "broker = mqtt://b",
            "queueMaxMessages = 100",
            "policy.alarm = home/+/alarm/# | preset=alarm"));
    assertEquals(
        List.of(at("unknown key \"polcy.x\" is ignored; did you mean \"policy.x\"?")),
        alone(KARAF, "broker = mqtt://b", "polcy.x = a | preset=event"));
  }

  @Test
  void what_only_the_hub_knows_is_not_guessed() {
    assertEquals(
        List.of(),
        alone(
            "mqtt.cfg",
            FIRST,
            "broker = mqtts://$[env:BROKER]",
            "username = $[env:NAME]",
            "password = $[secret:mqtt]",
            "keepAlive = $[env:SECONDS]"));
    byte[] content = "broker = $[env:B]\npolicy.x = a | kep=all".getBytes(StandardCharsets.UTF_8);
    Map<String, List<String>> said = Map.of("broker", List.of("mqtt://b"));
    assertEquals(
        List.of(
            at("line 2: policy.x: has not arrived"),
            at("policy.x: unknown setting \"kep\"; did you mean \"keep\"?")),
        FileCheck.check(KARAF, content, List.of(new Arrived(KARAF, said, List.of()))));
  }

  @Test
  void a_policy_that_has_arrived_otherwise_is_shown_and_a_fault_is_told_once() {
    String fault = at("policy.x: keep = \"new\": allowed: all, latest, none");
    byte[] content = "broker = mqtt://b\npolicy.x = a | keep=new".getBytes(StandardCharsets.UTF_8);
    Map<String, List<String>> said =
        Map.of("broker", List.of("mqtt://b"), "policy.x", List.of("a | keep=new"));
    assertEquals(
        List.of(fault),
        FileCheck.check(KARAF, content, List.of(new Arrived(KARAF, said, List.of(fault)))));
    assertEquals(
        at(
            "line 2: policy.x: has arrived otherwise, as \"a | keep=all\"; was the file read since"
                + " it was changed?"),
        karaf(
                Map.of("broker", List.of("mqtt://b"), "policy.x", List.of("a | keep=all")),
                "broker = mqtt://b",
                "policy.x = a | keep=latest")
            .get(0));
  }
}
