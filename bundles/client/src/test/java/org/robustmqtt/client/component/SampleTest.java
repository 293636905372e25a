package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.robustmqtt.client.policy.DeliveryPolicy;
import org.robustmqtt.client.policy.DeliveryPolicy.Keep;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.client.policy.PolicyTable;

/** What README, sample and page show to be pasted says what they say of it. */
class SampleTest {
  private static final Pattern LINE = Pattern.compile("(#?)([A-Za-z]+) =(.*)");

  private static String read(String file) throws IOException {
    return Files.readString(Path.of(System.getProperty("basedir", "."), "../..", file));
  }

  private static Map<String, Object> keys(String text, String mark) {
    Map<String, Object> keys = new HashMap<>();
    text.lines()
        .map(LINE::matcher)
        .filter(Matcher::matches)
        .filter(line -> line.group(1).isEmpty() || line.group(1).equals(mark))
        .forEach(line -> keys.put(line.group(2), line.group(3).strip()));
    return keys;
  }

  private static Parsed parse(Map<String, Object> keys) {
    return SettingsParser.parse("org.robustmqtt.connection~home", keys);
  }

  @Test
  void the_sample_shows_every_key_at_its_default() throws IOException {
    Map<String, Object> shown = keys(read("config/org.robustmqtt.connection-sample.cfg"), "#");
    for (Key key : Key.values()) {
      assertTrue(!key.built() || shown.containsKey(key.text()), key.text());
    }
    Parsed none = parse(Map.of("broker", shown.get("broker"), "name", "home"));
    // examples: what has no default is shown with a value, and each for itself says so
    for (String example :
        List.of("password", "presenceTopic", "trustStore", "certificate", "privateKey")) {
      shown.remove(example);
    }
    shown.keySet().removeIf(key -> key.matches("(lwt|birth|shutdown)(Message|Qos|Retain)"));
    Parsed all = parse(shown);
    assertEquals(List.of(), all.faults());
    assertEquals(none.settings(), all.settings());
  }

  @Test
  void the_six_lines_of_the_readme_are_a_connection_as_they_stand() throws IOException {
    String readme = read("README.md");
    String lines = readme.substring(readme.indexOf("pid:org.robustmqtt.connection#home"));
    Parsed parsed = parse(keys(lines.substring(0, lines.indexOf("```")), ""));
    assertEquals(List.of(), parsed.faults());
    assertEquals(List.of(), parsed.warnings());
  }

  /** Returns the policies of lines that may be commented out. */
  private static Map<String, Object> policies(String text) {
    Map<String, Object> policies = new HashMap<>();
    Pattern line = Pattern.compile("#?(policy\\.[a-z]+) = (.*)");
    text.lines()
        .map(line::matcher)
        .filter(Matcher::matches)
        .filter(found -> !found.group(2).contains("SETTING"))
        .forEach(found -> policies.put(found.group(1), found.group(2)));
    policies.put("broker", "mqtt://b");
    return policies;
  }

  @Test
  void the_policies_of_sample_readme_and_page_are_the_three_scenarios() throws IOException {
    for (String file :
        List.of("config/org.robustmqtt.connection-sample.cfg", "README.md", "docs/policies.md")) {
      Parsed parsed = parse(policies(read(file)));
      assertEquals(List.of(), parsed.faults(), file);
      assertEquals(List.of(), parsed.warnings(), file);
      PolicyTable table = parsed.settings().policies();
      assertEquals(Keep.LATEST, table.of("home/hall/temperature").keep(), file);
      assertEquals(15_000, table.of("home/hall/button").deadlineMillis().orElseThrow(), file);
      assertEquals(9, table.of("home/hall/window/1").priority(), file);
      assertEquals(DeliveryPolicy.DEFAULT, table.of("other"), file);
    }
  }

  /** The lines of the sample, and of the page that explains them, do what they are there for. */
  @Test
  void the_lines_for_listeners_of_sample_and_page_are_understood() throws IOException {
    Pattern line = Pattern.compile("#?(subscribe\\.[a-z]+) = (.*)");
    for (String file : List.of("config/org.robustmqtt.connection-sample.cfg", "docs/delivery.md")) {
      Map<String, Object> lines = new HashMap<>();
      read(file)
          .lines()
          .map(line::matcher)
          .filter(Matcher::matches)
          .forEach(found -> lines.put(found.group(1), found.group(2)));
      assertTrue(lines.size() >= 2, file);
      lines.put("broker", "mqtt://b");
      Parsed parsed = parse(lines);
      assertEquals(List.of(), parsed.faults(), file);
      assertEquals(List.of(), parsed.warnings(), file);
    }
  }

  @Test
  void the_page_of_policies_shows_each_setting_and_what_the_presets_are() throws IOException {
    String page = read("docs/policies.md");
    for (PolicySetting setting : PolicySetting.values()) {
      assertTrue(page.contains("`" + setting.text() + "`"), setting.text());
    }
    for (DeliveryPolicy.Preset preset : DeliveryPolicy.Preset.values()) {
      DeliveryPolicy policy = DeliveryPolicy.of("x", Optional.of(preset), draft -> {});
      Matcher row =
          Pattern.compile(
                  "\\| `"
                      + preset.text()
                      + "` \\| `(.*)` \\| `(.*)` \\| `(.*)` \\| (\\d) \\| (\\d+).* \\| `(.*)` \\|"
                      + " `(.*)` \\|")
              .matcher(page);
      assertTrue(row.find(), preset.text());
      Map<String, String> inForce =
          PolicySetting.of(
                  new PolicyTable(policy, List.of()), Limits.DEFAULT, Optional.empty(), "t")
              .settings();
      List<String> settings =
          List.of("keep", "durability", "deadline", "priority", "reserve", "whenFull", "wake");
      for (int i = 0; i < settings.size(); i++) {
        assertEquals(inForce.get(settings.get(i)), row.group(i + 1), settings.get(i));
      }
    }
  }

  @Test
  void the_page_lists_the_keys_of_the_hub_that_are_passed_over() throws IOException {
    String page = read("docs/configuration.md");
    String list = page.substring(page.indexOf("## Keys of the hub"));
    list = list.substring(0, list.indexOf("\n## "));
    Matcher names = Pattern.compile("`([a-z.]+)`").matcher(list);
    int count = 0;
    while (names.find()) {
      assertTrue(Key.ofTheHub(names.group(1) + (names.group(1).endsWith(".") ? "x" : "")));
      count++;
    }
    assertEquals(6, count);
  }
}
