package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Settings that contradict each other are told, and those that do not are not. */
class LintTest {
  private static List<String> warnings(String... lines) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("felix.fileinstall.filename", "file:/etc/home.cfg");
    properties.put("name", "home");
    properties.put("broker", "mqtt://b");
    for (String line : lines) {
      String[] parts = line.split("=", 2);
      properties.put(parts[0], parts[1]);
    }
    Parsed parsed = SettingsParser.parse("org.robustmqtt.connection~home", properties);
    assertEquals(List.of(), parsed.faults(), Arrays.toString(lines));
    return parsed.warnings();
  }

  static Stream<Arguments> doubtful() {
    return Stream.of(
        Arguments.of("broker", new String[] {"broker=mqtt://b:8883"}),
        Arguments.of(
            "clientID", new String[] {"mqttVersion=3.1.1", "clientID=a-client-of-24-character"}),
        Arguments.of("password", new String[] {"username=u", "password=geheim "}),
        Arguments.of("keepAlive", new String[] {"keepAlive=0"}),
        Arguments.of("sessionExpiry", new String[] {"cleanSessionStart=true", "sessionExpiry=7d"}),
        Arguments.of("sessionExpiry", new String[] {"sessionExpiry=0"}),
        Arguments.of("resubscribe", new String[] {"cleanSessionStart=true", "resubscribe=false"}),
        Arguments.of("birthTopic", new String[] {"birthTopic=a"}),
        Arguments.of("lwtTopic", new String[] {"lwtTopic=a"}),
        Arguments.of("birthTopic", new String[] {"lwtTopic=a", "birthTopic=b"}),
        Arguments.of("retryMax", new String[] {"retry=fixed", "retryMax=9s"}),
        Arguments.of("retryMin", new String[] {"retry=none", "retryMin=9s"}),
        Arguments.of("attemptsPerHour", new String[] {"retry=none", "attemptsPerHour=9"}),
        Arguments.of("wakeMessages", new String[] {"wakeMessages=5"}),
        Arguments.of("wakeAge", new String[] {"wakeAge=5m"}),
        Arguments.of("idleDisconnect", new String[] {"energy=mains", "idleDisconnect=5s"}),
        Arguments.of(
            "cleanSessionStart", new String[] {"energy=battery", "cleanSessionStart=true"}),
        Arguments.of("queueMaxBytes", new String[] {"queueMaxBytes=500kB"}),
        Arguments.of("maximumPacketSize", new String[] {"maximumPacketSize=100MB"}),
        Arguments.of("storeDirectory", new String[] {"storeDirectory=/tmp/mqtt"}));
  }

  @ParameterizedTest
  @MethodSource("doubtful")
  void what_contradicts_itself_is_one_line_that_names_file_key_and_value(
      String key, String[] lines) {
    List<String> warnings = warnings(lines);
    assertEquals(1, warnings.size(), warnings.toString());
    assertTrue(warnings.get(0).startsWith("home.cfg: " + key + " = "), warnings.get(0));
    assertFalse(warnings.get(0).contains("geheim"), warnings.get(0));
  }

  static Stream<List<String>> sound() {
    return Stream.of(
        List.<String>of(),
        List.of("presenceTopic=a", "lwtMessage=gone"),
        List.of("lwtTopic=a", "birthTopic=a", "shutdownTopic=a"),
        List.of("lwtTopic=a", "lwtRetain=false"),
        List.of("lwtTopic=a", "birthTopic=b", "birthRetain=false"),
        List.of("cleanSessionStart=true"),
        List.of("mqttVersion=3.1.1", "clientID=a-client-of-23-characte"),
        List.of("clientID=a-client-of-more-than-23-characters"),
        List.of("retry=fixed", "retryMin=9s"),
        List.of("retry=none"),
        List.of("energy=battery", "wakeMessages=5", "wakeAge=5m", "idleDisconnect=5s"),
        List.of("enabled=false"),
        List.of("username=u", "password=p"),
        List.of("username=u"),
        List.of("maximumPacketSize=64MB"),
        List.of("keepAlive=5s", "ackTimeout=60s"),
        List.of("storeDirectory=/var/lib/mqtt"));
  }

  @ParameterizedTest
  @MethodSource("sound")
  void what_is_sound_is_not_warned_of(List<String> lines) {
    assertEquals(List.of(), warnings(lines.toArray(new String[0])));
  }

  @Test
  void a_faulty_configuration_is_told_its_faults_first() {
    Parsed parsed =
        SettingsParser.parse(
            "x~home", Map.of("broker", "mqtt://b", "keepAlive", "0", "maxInflight", "0"));
    assertEquals(1, parsed.faults().size());
    assertEquals(List.of(), parsed.warnings());
  }
}
