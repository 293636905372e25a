package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.robustmqtt.client.door.UserFiles;
import org.robustmqtt.client.link.BrokerAddress;
import org.robustmqtt.client.link.LinkSettings;
import org.robustmqtt.client.testing.Clause;

/** What a user sees of a configuration that is not quite right. */
class SettingsParserTest {
  private static final String PID = "org.robustmqtt.connection~home";
  private static final String SOURCE = "configuration " + PID;
  private static final String ALLOWED =
      "allowed: mqtt://HOST or mqtt://HOST:PORT, as mqtt://192.168.1.5; with TLS mqtts://HOST";

  private static Parsed parse(Map<String, Object> properties) {
    return SettingsParser.parse(PID, properties);
  }

  private static List<String> brokerFaults(Object broker) {
    return parse(Map.of("broker", broker)).faults();
  }

  @Test
  void what_other_clients_write_for_a_broker_is_taken() {
    for (String[] same :
        new String[][] {
          {"tcp://b", "mqtt://b"},
          {"TCP://b:1884", "mqtt://b:1884"},
          {"ssl://b", "mqtts://b"},
          {"tls://b:1", "mqtts://b:1"}
        }) {
      assertEquals(
          SettingsParser.parse("x~home", Map.of("broker", same[1])).settings(),
          SettingsParser.parse("x~home", Map.of("broker", same[0])).settings());
    }
  }

  @Test
  void all_faults_are_told_at_once_in_a_fixed_order() {
    Parsed parsed =
        parse(
            Map.of(
                "keepAlive", "abc",
                "enabled", "perhaps",
                "maxInflight", "0",
                "trustStore", "ca.pem",
                "name", "my house"));

    assertEquals(
        List.of(
            SOURCE + ": name = \"my house\": allowed: 1 to 64 of A-Z a-z 0-9 . _ -",
            SOURCE + ": enabled = \"perhaps\": allowed: true, false",
            SOURCE + ": broker is missing; " + ALLOWED,
            SOURCE
                + ": trustStore = \"ca.pem\": not absolute; allowed: a path that begins at the"
                + " root, as $[prop:karaf.etc]/ca.pem",
            SOURCE
                + ": keepAlive = \"abc\": not a duration (not a number with a unit); allowed: 0s to"
                + " 65535s, written as 200ms, 60s, 5m, 2h, 7d or a bare number of seconds",
            SOURCE
                + ": maxInflight = \"0\": out of range; allowed: a whole number from 1 to 16000"),
        parsed.faults());
    assertFalse(parsed.good());
  }

  @Test
  void an_unknown_key_is_a_warning_with_the_nearest_name() {
    Parsed parsed = parse(Map.of("broker", "mqtt://b", "brokr", "x", "Keepalive", "5"));

    assertTrue(parsed.good());
    assertEquals(
        List.of(
            SOURCE + ": unknown key \"Keepalive\" is ignored; did you mean \"keepAlive\"?",
            SOURCE + ": unknown key \"brokr\" is ignored; did you mean \"broker\"?"),
        parsed.warnings());
  }

  @Test
  void an_unknown_key_that_is_near_nothing_gets_no_advice() {
    assertEquals(
        List.of(SOURCE + ": unknown key \"colour\" is ignored"),
        parse(Map.of("broker", "mqtt://b", "colour", "blue")).warnings());
  }

  @Test
  void a_missing_broker_is_told() {
    assertEquals(List.of(SOURCE + ": broker is missing; " + ALLOWED), parse(Map.of()).faults());
    assertEquals(List.of(SOURCE + ": broker is missing; " + ALLOWED), brokerFaults(" "));
  }

  @Test
  void an_unknown_scheme_is_told() {
    assertEquals(
        List.of(SOURCE + ": broker = \"htp://b\": unknown scheme \"htp\"; " + ALLOWED),
        brokerFaults("htp://b"));
    assertEquals(
        List.of(SOURCE + ": broker = \"192.168.1.5:1883\": no scheme; " + ALLOWED),
        brokerFaults("192.168.1.5:1883"));
  }

  @ParameterizedTest
  @CsvSource({"ws", "wss", "unix", "WSS"})
  void a_scheme_that_comes_later_is_not_built_yet(String scheme) {
    assertEquals(
        List.of(
            SOURCE
                + ": broker = \""
                + scheme
                + "://b\": the scheme "
                + scheme.toLowerCase(java.util.Locale.ROOT)
                + ":// is not built yet; "
                + ALLOWED),
        brokerFaults(scheme + "://b"));
  }

  @ParameterizedTest
  @CsvSource({
    "mqtt://b,b,1883",
    "MQTT://b/,b,1883",
    "mqtt://192.168.1.5:18830,192.168.1.5,18830",
    "mqtt://my_broker.lan:,my_broker.lan,1883",
    "mqtt://[fe80::1%eth0]:1884,fe80::1%eth0,1884",
    "[mqtt://b],b,1883",
    "mqtts://b,b,8883",
    "MQTTS://b:8884/,b,8884"
  })
  void a_broker_is_a_host_and_a_port(String uri, String host, int port) {
    BrokerAddress broker = parse(Map.of("broker", uri)).settings().broker().orElseThrow();

    assertEquals(host, broker.host());
    assertEquals(port, broker.port());
  }

  @ParameterizedTest
  @CsvSource({"mqtt://b:0", "mqtt://b:65536", "mqtt://b:123456"})
  void a_port_out_of_range_is_told(String uri) {
    assertEquals(
        List.of(SOURCE + ": broker = \"" + uri + "\": port out of range; allowed: 1 to 65535"),
        brokerFaults(uri));
  }

  @ParameterizedTest
  @CsvSource({"mqtt://", "mqtt://:1883", "mqtt://b/path", "mqtt://b?x=1", "mqtt://b:port"})
  void what_is_no_address_is_told(String uri) {
    assertEquals(
        List.of(
            SOURCE
                + ": broker = \""
                + uri
                + "\": no host, or something else after the port; "
                + ALLOWED),
        brokerFaults(uri));
  }

  @Test
  void credentials_in_the_address_are_refused_and_not_shown() {
    assertEquals(
        List.of(
            SOURCE
                + ": broker = \"mqtt://****@b\": credentials are not allowed in the address; use"
                + " username and password"),
        brokerFaults("mqtt://hub:gehe@im@b"));
  }

  @Test
  void a_second_broker_is_not_built_yet_however_it_is_written() {
    String problem = "a second broker is not built yet; allowed: one";
    for (Object value :
        List.of(
            "mqtt://a, mqtt://b",
            "mqtt://a mqtt://b",
            "[mqtt://a, mqtt://b]",
            List.of("mqtt://a", "mqtt://b"),
            new String[] {"mqtt://a", "mqtt://b"})) {
      List<String> faults = brokerFaults(value);
      assertEquals(1, faults.size());
      assertTrue(faults.get(0).endsWith(": " + problem), faults.get(0));
    }
  }

  @Test
  void a_leftover_placeholder_is_a_fault_and_never_shown_of_a_secret() {
    Parsed parsed =
        parse(
            Map.of(
                "broker", "mqtt://b",
                "username", "$[env:USER_X]",
                "password", "$[secret:mqtt]",
                "somethingElse", "a $[prop:x]"));

    assertEquals(
        List.of(
            SOURCE
                + ": username = \"$[env:USER_X]\": contains \"$[env:USER_X]\", which the hub did"
                + " not resolve; check the name in it",
            SOURCE
                + ": password = ****: contains \"$[secret:mqtt]\", which the hub did not resolve;"
                + " check the name in it",
            SOURCE
                + ": somethingElse = ****: contains \"$[prop:x]\", which the hub did not resolve"),
        parsed.faults());
  }

  @Test
  void what_only_looks_like_a_placeholder_is_not_shown_of_a_secret() {
    Parsed parsed = parse(Map.of("broker", "mqtt://b", "username", "u", "password", "ge$[heim]:x"));

    assertEquals(
        List.of(
            SOURCE
                + ": password = ****: contains \"$[\", which the hub did not resolve; check the"
                + " name in it"),
        parsed.faults());
  }

  @Test
  void secrets_stand_in_no_text() {
    Parsed parsed =
        parse(
            Map.of(
                "broker", "mqtt://b",
                "password", new String[] {"geheim1", "geheim2"},
                "keyStorePassword", "geheim3",
                "privateKey", "geheim4"));

    assertFalse(parsed.toString().contains("geheim"), parsed.toString());
    assertFalse(
        parse(Map.of("broker", "mqtt://b", "username", "u", "password", "geheim"))
            .toString()
            .contains("geheim"));
  }

  @Test
  void a_secret_is_taken_as_it_is() {
    String secret = " a\\u0041 ";
    Parsed parsed = parse(Map.of("broker", "mqtt://b", "username", "u", "password", secret));

    assertEquals(
        secret,
        new String(parsed.settings().password().orElseThrow().reveal(), StandardCharsets.UTF_8));
  }

  @Test
  void escapes_that_a_hub_leaves_are_decoded() {
    Parsed parsed = parse(Map.of("broker", "mqtt://b", "lwtTopic", "k\\u00fcche/\\uzzzz"));

    assertEquals("k\u00fcche/\\uzzzz", parsed.settings().presence().will().orElseThrow().topic());
  }

  @Test
  void what_belongs_to_the_hub_is_neither_read_nor_warned_of() {
    Map<String, Object> properties = new HashMap<>();
    properties.put("broker", "mqtt://b");
    properties.put("pid", "org.robustmqtt.connection#home");
    properties.put("service.pid", PID);
    properties.put("service.factoryPid", "org.robustmqtt.connection");
    properties.put("component.id", 7L);
    properties.put("felix.fileinstall.source.path", "/hub/etc");
    properties.put("openhab.servicecontext", "home");
    properties.put("osgi.ds.satisfying.condition.target", "(x=y)");

    Parsed parsed = parse(properties);

    assertEquals(List.of(), parsed.faults());
    assertEquals(List.of(), parsed.warnings());
  }

  @Test
  void settings_that_say_the_same_need_no_reconnect() {
    Map<String, Object> said =
        Map.of(
            "broker", "mqtt://b", "presenceTopic", "hub/state", "password", "p", "username", "u");
    Settings one = parse(said).settings();
    Settings other = parse(said).settings();
    LinkSettings inForce = one.link(UserFiles.NONE, "id", Optional.empty()).orElseThrow();

    LinkSettings again =
        other
            .link(UserFiles.NONE, "id", Optional.of(new Settings.Before(one.presence(), inForce)))
            .orElseThrow();

    assertEquals(one, other);
    assertEquals(inForce, again);
    assertSame(inForce.presence(), again.presence());
  }

  @Test
  void another_presence_is_other_settings() {
    Settings one = parse(Map.of("broker", "mqtt://b", "presenceTopic", "a")).settings();
    Settings other = parse(Map.of("broker", "mqtt://b", "presenceTopic", "b")).settings();
    LinkSettings inForce = one.link(UserFiles.NONE, "id", Optional.empty()).orElseThrow();

    LinkSettings changed =
        other
            .link(UserFiles.NONE, "id", Optional.of(new Settings.Before(one.presence(), inForce)))
            .orElseThrow();

    assertNotEquals(inForce, changed);
    assertEquals("b", changed.session().will().orElseThrow().topic());
    assertEquals("b", changed.presence().birth().orElseThrow().topic());
  }

  @Test
  @Clause(
      v311 = "MQTT-3.1.3-7",
      v5 = {"MQTT-3.1.3-3", "MQTT-3.1.3-4"})
  void the_configured_client_identifier_wins_over_the_generated_one() {
    Settings generated = parse(Map.of("broker", "mqtt://b")).settings();
    Settings own = parse(Map.of("broker", "mqtt://b", "clientID", "mine")).settings();

    assertEquals(
        "kept",
        generated
            .link(UserFiles.NONE, "kept", Optional.empty())
            .orElseThrow()
            .session()
            .clientId());
    assertEquals(
        "mine",
        own.link(UserFiles.NONE, "kept", Optional.empty()).orElseThrow().session().clientId());
  }
}
