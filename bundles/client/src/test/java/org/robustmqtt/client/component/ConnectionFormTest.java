package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.InputStream;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What the hubs' pages show is what the parser obeys. */
class ConnectionFormTest {
  private static final TreeSet<String> BUILT = new TreeSet<>();

  static {
    Arrays.stream(Key.values()).filter(Key::built).forEach(key -> BUILT.add(key.text()));
  }

  private static Map<String, Object> metatypeDefaults() {
    Map<String, Object> defaults = new TreeMap<>();
    for (Method method : ConnectionForm.class.getDeclaredMethods()) {
      Object value = method.getDefaultValue();
      defaults.put(method.getName(), value == null ? "" : value);
    }
    return defaults;
  }

  private static Map<String, String> openhabDefaults() throws Exception {
    Map<String, String> defaults = new TreeMap<>();
    try (InputStream in =
        ConnectionForm.class.getResourceAsStream("/OH-INF/config/connection.xml")) {
      NodeList parameters =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(in)
              .getElementsByTagName("parameter");
      for (int i = 0; i < parameters.getLength(); i++) {
        Element parameter = (Element) parameters.item(i);
        NodeList value = parameter.getElementsByTagName("default");
        defaults.put(
            parameter.getAttribute("name"),
            value.getLength() == 0 ? "" : value.item(0).getTextContent());
      }
    }
    return defaults;
  }

  @Test
  void the_form_has_every_key_that_is_built_and_no_other() {
    assertEquals(BUILT, new TreeSet<>(metatypeDefaults().keySet()));
  }

  @Test
  void a_page_that_writes_all_defaults_changes_nothing() {
    Map<String, Object> written = new HashMap<>(metatypeDefaults());
    written.put("broker", "mqtt://b");
    Parsed all = SettingsParser.parse("x~home", written);
    Parsed none = SettingsParser.parse("x~home", Map.of("broker", "mqtt://b"));

    assertEquals(List.of(), all.faults());
    assertEquals(none.settings(), all.settings());
  }

  @Test
  void openhab_is_shown_the_same_keys_and_defaults() throws Exception {
    Map<String, String> expected = new TreeMap<>();
    metatypeDefaults().forEach((key, value) -> expected.put(key, value.toString()));

    assertEquals(expected, openhabDefaults());
  }
}
