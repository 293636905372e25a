package org.robustmqtt.client.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.robustmqtt.itests.authority.Authority;

/** The table of TLS mistakes in docs/configuration.md: who makes one reads what stands there. */
class TlsMistakesTest {
  private static final String HEADING = "## What goes wrong with TLS";
  private static final Pattern ROW = Pattern.compile("(?m)^\\| ([^|]+) \\| `([^`]+)` \\|$");
  private static final Pattern DATE = Pattern.compile("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC");

  private static final Map<String, Consumer<TlsWorld>> MISTAKES = new LinkedHashMap<>();

  static {
    MISTAKES.put(
        "no `trustStore`, and a CA of one's own",
        tls -> tls.settings.trustStore = Optional.empty());
    MISTAKES.put(
        "the broker has a self-signed certificate",
        tls -> tls.shown = Authority.selfSigned(TlsWorld.HOST));
    MISTAKES.put(
        "the broker's certificate has expired",
        tls -> tls.shown = issued(tls, Duration.ofDays(-9), Duration.ofDays(-1)));
    MISTAKES.put(
        "the hub's clock is behind",
        tls -> tls.shown = issued(tls, Duration.ofDays(1), Duration.ofDays(9)));
    MISTAKES.put(
        "the broker's certificate is for another name",
        tls -> tls.shown = tls.authority.issue("mqtt.home", "10.0.0.9"));
    MISTAKES.put(
        "the broker asks for a certificate, and none is configured",
        tls -> tls.server = TlsMistakesTest::demanding);
    MISTAKES.put(
        "the broker does not know who issued ours",
        tls -> {
          tls.server = TlsMistakesTest::demanding;
          tls.own(Authority.named("Another CA").issue("hub"));
        });
    MISTAKES.put(
        "`trustStore` names a file that is not there", tls -> tls.world.removeFile(TlsWorld.CA));
    MISTAKES.put(
        "`trustStore` names a file of something else",
        tls -> tls.world.file(TlsWorld.CA, "hello".getBytes(StandardCharsets.US_ASCII)));
    MISTAKES.put(
        "`privateKey` is encrypted in the outdated form",
        tls -> {
          tls.own(tls.authority.issue("hub"));
          String old =
              "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAA==\n"
                  + "-----END RSA PRIVATE KEY-----\n";
          tls.world.file("/etc/client.key", old.getBytes(StandardCharsets.US_ASCII));
        });
    MISTAKES.put(
        "`privateKey` of another certificate",
        tls -> {
          tls.own(tls.authority.issue("hub"));
          tls.world.file("/etc/client.key", tls.authority.issue("other").keyPem());
        });
    MISTAKES.put(
        "`mqtts://` to a port that speaks something else",
        tls ->
            tls.peerSetup =
                peer -> {
                  peer.mute();
                  tls.channel.send("220 ready\r\n".getBytes(StandardCharsets.US_ASCII));
                });
    MISTAKES.put(
        "`mqtts://` to a port without TLS, which closes",
        tls ->
            tls.peerSetup =
                peer -> {
                  peer.mute();
                  tls.world.doors().loop().execute(tls.channel::sendEnd);
                });
    MISTAKES.put("the broker stalls", tls -> tls.peerSetup = peer -> peer.mute());
    MISTAKES.put(
        "`tlsProtocols = TLSv1.2`, and a broker that speaks 1.3 only",
        tls -> {
          tls.settings.protocols = java.util.List.of("TLSv1.2");
          tls.server = engine -> engine.setEnabledProtocols(new String[] {"TLSv1.3"});
        });
  }

  private static Authority.Issued issued(TlsWorld tls, Duration from, Duration until) {
    return tls.authority.issue(Authority.ec(), from, until, TlsWorld.HOST);
  }

  private static void demanding(javax.net.ssl.SSLEngine engine) {
    engine.setEnabledProtocols(new String[] {"TLSv1.2"});
    engine.setNeedClientAuth(true);
  }

  static Stream<String> mistakes() {
    return MISTAKES.keySet().stream();
  }

  private static Map<String, String> documented() throws IOException {
    Path page = Path.of(System.getProperty("basedir", "."), "../../docs/configuration.md");
    String text = Files.readString(page);
    String section = text.substring(text.indexOf(HEADING));
    Map<String, String> rows = new TreeMap<>();
    ROW.matcher(section.substring(0, section.indexOf("\n## ")))
        .results()
        .forEach(row -> rows.put(row.group(1), dated(row.group(2))));
    return rows;
  }

  private static String dated(String text) {
    return DATE.matcher(text).replaceAll("DATE");
  }

  @Test
  void every_row_of_the_page_is_a_mistake_here_and_the_other_way_round() throws IOException {
    assertEquals(new TreeMap<>(MISTAKES).keySet(), documented().keySet());
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void who_makes_it_reads_what_the_page_says(String mistake) throws IOException {
    TlsWorld tls = new TlsWorld();
    MISTAKES.get(mistake).accept(tls);
    tls.dial();
    tls.world.advance(Duration.ofSeconds(10));
    String[] told = tls.failure().split(" ", 3);

    assertEquals(documented().get(mistake), dated(told[2]));
  }
}
