package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.TlsStatus;
import org.robustmqtt.client.testing.MemoryJournal;
import org.robustmqtt.client.testing.ScriptedBroker;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.client.transport.Secret;
import org.robustmqtt.client.transport.TlsSettings;
import org.robustmqtt.client.transport.TlsSettings.Source;
import org.robustmqtt.itests.authority.Authority;

/** What a link tells of the certificates that it is online with. */
class LinkCertificateTest {
  private static final String PASSWORD = "geheim-77";

  private final Authority authority = Authority.named("Test CA");
  private final VirtualWorld world = new VirtualWorld(1);
  private Authority.Issued shown = authority.issue(LinkWorld.IP);
  private boolean demanding;

  private LinkWorld link(TlsSettings tls) {
    world.jumpWall(
        Duration.between(Instant.ofEpochMilli(world.doors().clock().wallMillis()), Instant.now()));
    world.file("/ca.pem", authority.pem());
    world.file("/own.p12", authority.issue("hub").store("PKCS12", PASSWORD));
    LinkWorld it =
        new LinkWorld(
            world,
            new MemoryJournal(),
            Optional.of(
                LinkWorld.settings(
                    shape -> {
                      shape.tls = Optional.of(tls);
                      shape.keepAlive = 60_000;
                      return shape;
                    })));
    it.broker = new ScriptedBroker(world.net(), LinkWorld.IP, LinkWorld.PORT).secured(this::engine);
    return it;
  }

  private SSLEngine engine() {
    SSLEngine engine = authority.server(shown).createSSLEngine();
    engine.setUseClientMode(false);
    engine.setNeedClientAuth(demanding);
    return engine;
  }

  private static TlsSettings trusting() {
    return with(Optional.empty());
  }

  private static TlsSettings with(Optional<Source> keyStore) {
    Optional<Secret> password =
        keyStore.map(any -> new Secret(PASSWORD.getBytes(StandardCharsets.UTF_8)));
    return new TlsSettings(
        Optional.of(Source.file("trustStore", Path.of("/ca.pem"))),
        Optional.empty(),
        keyStore,
        password,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        true,
        TlsSettings.PROTOCOLS);
  }

  private static Optional<Source> own() {
    return Optional.of(Source.file("keyStore", Path.of("/own.p12")));
  }

  private Authority.Issued lasting(Duration time) {
    return authority.issue(Authority.ec(), Duration.ofDays(-1), time, LinkWorld.IP);
  }

  @Test
  void the_status_shows_both_certificates() {
    demanding = true;
    LinkWorld it = link(with(own())).online();
    TlsStatus tls = it.status().tls().orElseThrow();

    assertEquals("TLSv1.3", tls.protocol());
    assertEquals(List.of(LinkWorld.IP), tls.broker().names());
    assertEquals("CN=Test CA", tls.broker().issuer());
    assertEquals("CN=hub", tls.own().orElseThrow().subject());
    assertEquals(List.of(), it.status().faults());
  }

  @Test
  void without_tls_the_status_shows_none() {
    assertTrue(new LinkWorld(LinkWorld.settings()).withBroker().online().status().tls().isEmpty());
  }

  @Test
  void thirty_seven_and_one_days_before_the_end_the_status_says_so_with_one_wake_up_a_day() {
    shown = lasting(Duration.ofDays(32).plusHours(1));
    LinkWorld it = link(trusting()).online();
    assertEquals(List.of(), it.status().faults());

    world.advance(Duration.ofDays(3));
    assertTrue(fault(it).contains("the broker's certificate (CN=10.0.0.1) expires in 29 days"));
    world.advance(Duration.ofDays(27));
    assertTrue(fault(it).contains("expires in 2 days"), fault(it));
    world.advance(Duration.ofDays(2));
    assertTrue(fault(it).contains("expires in less than a day"), fault(it));
    world.advance(Duration.ofDays(1));
    assertTrue(fault(it).contains("has expired on"), fault(it));
    assertEquals(ConnectionState.ONLINE, it.state(), "a connection that stands is not touched");
  }

  private static String fault(LinkWorld it) {
    List<String> faults = it.status().faults();
    assertEquals(1, faults.size(), faults.toString());
    return faults.get(0);
  }

  @Test
  void our_own_certificate_is_watched_too() {
    demanding = true;
    LinkWorld it = link(with(own()));
    world.file(
        "/own.p12",
        authority
            .issue(Authority.ec(), Duration.ofDays(-1), Duration.ofDays(6), "hub")
            .store("PKCS12", PASSWORD));
    it.online();

    assertTrue(fault(it).contains("our client certificate (CN=hub) expires in 5 days"), fault(it));
  }

  @Test
  void after_a_connect_with_a_new_certificate_the_warning_is_gone() {
    shown = lasting(Duration.ofDays(3));
    LinkWorld it = link(trusting()).online();
    assertTrue(fault(it).contains("expires in 2 days"), fault(it));

    shown = authority.issue(LinkWorld.IP);
    it.link.reconnectNow();
    it.world.run();
    it.online();
    assertEquals(List.of(), it.status().faults());
  }

  @Test
  void a_broker_that_is_not_trusted_is_tried_again_slowly_and_a_missing_file_soon() {
    LinkWorld it = link(trusting());
    world.file("/ca.pem", Authority.named("Another CA").pem());
    it.start();
    world.advance(Duration.ofMinutes(10));
    assertEquals(ProblemKind.TLS_UNTRUSTED, it.problem());
    assertTrue(it.pauses().stream().allMatch(pause -> pause >= 30), it.pauses().toString());
    int before = it.pauses().size();
    world.removeFile("/ca.pem");
    it.link.reconnectNow();
    world.advance(Duration.ofMinutes(2));
    assertEquals(ProblemKind.TLS_FILE, it.problem());
    assertTrue(it.pauses().size() > before + 10, it.pauses().toString());

    world.file("/ca.pem", authority.pem());
    it.online();
    assertEquals(ConnectionState.ONLINE, it.state());
  }

  @Test
  void no_secret_is_shown_anywhere() {
    demanding = true;
    TlsSettings settings = with(own());
    LinkWorld it = link(settings);
    world.file("/own.p12", authority.issue("hub").store("PKCS12", "another"));
    it.start();
    world.advance(Duration.ofSeconds(5));
    assertEquals(ProblemKind.TLS_FILE, it.problem());

    assertFalse(settings.toString().contains(PASSWORD), settings.toString());
    assertFalse(it.status().problem().orElseThrow().toString().contains(PASSWORD));
    assertFalse(it.status().faults().toString().contains(PASSWORD));
    assertTrue(
        it.status().problem().orElseThrow().text().contains("keyStorePassword does not open it"));
  }
}
