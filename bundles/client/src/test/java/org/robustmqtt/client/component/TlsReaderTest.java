package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.client.transport.TlsSettings;
import org.robustmqtt.itests.authority.Authority;

/** The TLS group: what it says, and what contradicts itself. */
class TlsReaderTest {
  private static final String SECRET = "geheim-77";
  private static final List<String> SECRETS =
      List.of("trustStorePassword", "keyStorePassword", "keyPassword", "privateKeyPassword");

  private static Parsed parse(String broker, String... lines) {
    Map<String, Object> all = new HashMap<>();
    all.put("broker", broker);
    for (String line : lines) {
      String[] parts = line.split("=", 2);
      all.put(parts[0], parts[1]);
    }
    return SettingsParser.parse("x~home", all);
  }

  private static TlsSettings tls(String... lines) {
    Parsed parsed = parse("mqtts://b", lines);
    assertEquals(List.of(), parsed.faults());
    return parsed.settings().broker().orElseThrow().tls().orElseThrow();
  }

  private static List<String> faults(String broker, String... lines) {
    return parse(broker, lines).faults().stream()
        .map(line -> line.substring(line.indexOf(": ") + 2))
        .toList();
  }

  @Test
  void mqtts_alone_trusts_whom_java_trusts_and_checks_the_name() {
    assertEquals(TlsSettings.DEFAULT, tls());
    assertTrue(tls().hostnameValidated());
  }

  @Test
  void mqtt_speaks_without_tls() {
    assertTrue(parse("mqtt://b").settings().broker().orElseThrow().tls().isEmpty());
  }

  @Test
  void files_are_named_not_read() {
    TlsSettings read =
        tls("trustStore=/no/such/file", "certificate=/a/../c.pem", "privateKey=/k.pem");
    assertEquals(Path.of("/no/such/file"), read.trustStore().orElseThrow().file().orElseThrow());
    assertEquals(Path.of("/c.pem"), read.certificate().orElseThrow().file().orElseThrow());
  }

  @Test
  void pem_may_stand_in_the_value_itself() {
    String pem =
        new String(Authority.named("CA").pem(), java.nio.charset.StandardCharsets.US_ASCII);
    TlsSettings read = tls("trustStore=" + pem);
    assertTrue(read.trustStore().orElseThrow().file().isEmpty());
    assertTrue(read.trustStore().orElseThrow().text().isPresent());
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "tlsv1.2", "[TLSv1.2]", " TLSv1.2 , "})
  void one_version_can_be_chosen(String value) {
    assertEquals(List.of("TLSv1.2"), tls("tlsProtocols=" + value).protocols());
  }

  @Test
  void the_order_of_versions_says_nothing() {
    assertEquals(TlsSettings.DEFAULT, tls("tlsProtocols=TLSv1.2, TLSv1.3"));
  }

  @Test
  void an_outdated_and_an_unknown_version_are_told() {
    assertEquals(
        List.of(
            "tlsProtocols = \"TLSv1.1\": outdated and unsafe, Java refuses it; allowed: TLSv1.3,"
                + " TLSv1.2"),
        faults("mqtts://b", "tlsProtocols=TLSv1.1"));
    assertEquals(
        List.of("tlsProtocols = \"best\": unknown; allowed: TLSv1.3, TLSv1.2"),
        faults("mqtts://b", "tlsProtocols=best"));
  }

  @Test
  void what_contradicts_itself_is_told_all_at_once() {
    assertEquals(
        List.of(
            "certificate = \"/c\": contradicts keyStore; remove one of the two",
            "certificate = \"/c\": needs its key; set privateKey too, to the same file if that"
                + " holds both",
            "privateKeyPassword = ****: says nothing without privateKey; set that too, or remove"
                + " it",
            "trustStorePassword = ****: says nothing without trustStore; set that too, or remove"
                + " it"),
        faults(
            "mqtts://b",
            "keyStore=/k",
            "certificate=/c",
            "privateKeyPassword=" + SECRET,
            "trustStorePassword=" + SECRET));
    assertEquals(
        List.of(
            "privateKey = \"/k\": says nothing without certificate; set that too, or remove it"),
        faults("mqtts://b", "privateKey=/k"));
    assertEquals(
        List.of("privateKey = ****: says nothing without certificate; set that too, or remove it"),
        faults("mqtts://b", "privateKey=-----BEGIN PRIVATE KEY-----" + SECRET));
    assertEquals(
        List.of(
            "keyStorePassword = ****: says nothing without keyStore; set that too, or remove it",
            "keyPassword = ****: says nothing without keyStore; set that too, or remove it"),
        faults("mqtts://b", "keyStorePassword=" + SECRET, "keyPassword=" + SECRET));
  }

  @Test
  void what_says_nothing_without_tls_is_told() {
    String why = ": says nothing with mqtt://, which is not encrypted; write mqtts:// or remove it";
    assertEquals(
        List.of(
            "trustStore = \"/ca.pem\"" + why,
            "hostnameValidated = \"false\"" + why,
            "tlsProtocols = \"TLSv1.2\"" + why),
        faults(
            "mqtt://b", "trustStore=/ca.pem", "hostnameValidated=false", "tlsProtocols=TLSv1.2"));
    assertEquals(
        List.of(),
        faults("mqtt://b", "hostnameValidated=true", "tlsProtocols=TLSv1.3,TLSv1.2"),
        "a page that writes all defaults");
  }

  @Test
  void a_relative_path_is_refused_with_how_to_name_the_folder_of_the_hub() {
    assertEquals(
        List.of(
            "trustStore = \"ca.pem\": not absolute; allowed: a path that begins at the root, as"
                + " $[prop:karaf.etc]/ca.pem"),
        faults("mqtts://b", "trustStore=ca.pem"));
  }

  @Test
  void a_name_that_is_not_compared_is_a_warning() {
    List<String> warnings = parse("mqtts://b", "hostnameValidated=false").warnings();
    assertEquals(1, warnings.size(), warnings.toString());
    assertTrue(warnings.get(0).contains("hostnameValidated = \"false\": whoever has"));
  }

  @Test
  void the_port_of_the_other_way_of_speaking_is_a_warning() {
    assertEquals(1, parse("mqtts://b:1883").warnings().size());
    assertEquals(1, parse("mqtt://b:8883").warnings().size());
    assertEquals(List.of(), parse("mqtts://b:8883").warnings());
  }

  @Test
  void no_secret_is_in_any_text() {
    for (String key : SECRETS) {
      Parsed parsed =
          parse(
              "mqtts://b",
              "trustStore=/t",
              "keyStore=/k",
              "certificate=/c",
              "privateKey=-----BEGIN PRIVATE KEY-----" + SECRET,
              key + "=" + SECRET);
      assertFalse(parsed.toString().contains(SECRET), key);
      assertFalse(parsed.faults().isEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"trustStorePassword", "keyStorePassword", "privateKeyPassword"})
  void a_secret_that_the_hub_did_not_resolve_is_told(String key) {
    Parsed parsed =
        parse("mqtts://b", "trustStore=/t", "keyStore=/k", key + "=$[env:NO_SUCH_NAME]");
    assertTrue(
        parsed.faults().stream().anyMatch(line -> line.contains(key) && line.contains("$[")),
        parsed.faults().toString());
  }
}
