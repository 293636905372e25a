package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.client.transport.Secret;

/** Karaf reads a file as ISO-8859-1, whatever it was written in. */
class HubTextTest {
  /** What Karaf makes of a text that was written in UTF-8. */
  private static String karaf(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "p\u00e4ssw\u00f6rt",
        "\u20ac 5",
        "k\u00fcche/licht",
        "\ud83d\ude00",
        "plain",
        "\u00e9",
        "\u00c3",
        "100 \u00b0C",
        "\u4e2d\u6587"
      })
  void both_spellings_of_a_file_end_the_same(String text) {
    assertEquals(text, HubText.asWritten(karaf(text)));
    assertEquals(text, HubText.asWritten(text));
  }

  @Test
  void user_name_password_topics_and_names_of_files_are_as_they_were_written() {
    Map<String, Object> written = new HashMap<>();
    written.put("broker", "mqtt://b");
    written.put("username", "J\u00fcrgen");
    written.put("password", "p\u00e4ssw\u00f6rt\u20ac");
    written.put("presenceTopic", "k\u00fcche/hub");
    written.put("storeDirectory", "/daten/k\u00fcche");
    written.put("clientID", "caf\u00e9");
    Map<String, Object> arrived = new HashMap<>();
    written.forEach((key, value) -> arrived.put(key, karaf((String) value)));

    String pid = "org.robustmqtt.connection~home";
    Settings expected = SettingsParser.parse(pid, written).settings();
    Settings settings = SettingsParser.parse(pid, arrived).settings();
    assertEquals(expected, settings);
    assertEquals(Optional.of("J\u00fcrgen"), settings.username());
    assertEquals(
        Optional.of(new Secret("p\u00e4ssw\u00f6rt\u20ac".getBytes(StandardCharsets.UTF_8))),
        settings.password());
  }

  @Test
  void a_byte_order_mark_before_the_first_key_is_passed_over() {
    for (String mark : new String[] {"\uFEFF", "\u00ef\u00bb\u00bf"}) {
      Parsed parsed =
          SettingsParser.parse(
              "org.robustmqtt.connection~home", Map.of(mark + "broker", "mqtt://b"));
      assertEquals(List.of(), parsed.faults());
      assertEquals(List.of(), parsed.warnings());
      assertTrue(parsed.settings().broker().isPresent());
    }
  }

  @Test
  void lists_are_as_they_were_written_and_numbers_stay_numbers() {
    Map<String, Object> read =
        HubText.asWritten(
            Map.of("a", new String[] {karaf("\u00e4"), "b"}, "n", 5L, "l", List.of(1, 2)));
    assertEquals(List.of("\u00e4", "b"), read.get("a"));
    assertEquals(5L, read.get("n"));
    assertEquals(List.of(1, 2), read.get("l"));
  }
}
