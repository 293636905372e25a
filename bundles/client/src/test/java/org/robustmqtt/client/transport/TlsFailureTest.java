package org.robustmqtt.client.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.itests.authority.Authority;

/** What goes wrong with TLS is told by kind, and in a text that says what to do. */
class TlsFailureTest {
  private static final String PREFIX = "broker.home:8883 (10.0.0.1): ";

  private final TlsWorld tls = new TlsWorld();

  private void failsWith(ProblemKind kind, String... parts) {
    String told = tls.failure();
    assertTrue(told.startsWith("TLS " + kind + " " + PREFIX), told);
    for (String part : parts) {
      assertTrue(told.contains(part), told);
    }
    assertEquals(0, tls.world.net().open());
    assertEquals(0, tls.world.timersSet());
  }

  /** TLS 1.3 has the refusal of a client only after the handshake. */
  private void refusedWith(ProblemKind kind, String... parts) {
    if (tls.ended == null) {
      failsWith(kind, parts);
      return;
    }
    TlsException told = (TlsException) tls.ended;
    assertEquals(kind, told.kind(), told.getMessage());
    for (String part : parts) {
      assertTrue(told.getMessage().contains(part), told.getMessage());
    }
  }

  @Test
  void an_unknown_authority_is_told_with_what_to_set() {
    tls.world.file(TlsWorld.CA, Authority.named("Another CA").pem());
    tls.dial();

    failsWith(
        ProblemKind.TLS_UNTRUSTED,
        "its certificate (CN=broker.home) was issued by CN=Test CA",
        "not trusted by trustStore /etc/ca.pem",
        "name its CA's PEM file with trustStore");
    assertTrue(tls.peer.failure().getMessage().contains("certificate_unknown"));
  }

  @Test
  void a_broker_is_not_trusted_without_a_trust_store_unless_java_does() {
    tls.settings.trustStore = Optional.empty();
    tls.dial();

    failsWith(ProblemKind.TLS_UNTRUSTED, "not trusted by the Java of this hub");
  }

  @Test
  void a_self_signed_certificate_is_told_as_such_and_is_trusted_where_it_is_named() {
    tls.shown = Authority.selfSigned(TlsWorld.HOST);
    tls.dial();
    failsWith(ProblemKind.TLS_UNTRUSTED, "is self-signed");

    TlsWorld other = new TlsWorld();
    other.shown = tls.shown;
    other.world.file(TlsWorld.CA, tls.shown.certificatePem());
    assertEquals(List.of("opened"), other.dial().told);
  }

  @Test
  void an_expired_certificate_is_told_with_its_day() {
    tls.shown =
        tls.authority.issue(
            Authority.ec(), Duration.ofDays(-20), Duration.ofDays(-10), TlsWorld.HOST);
    tls.dial();

    failsWith(
        ProblemKind.TLS_EXPIRED,
        "expired on " + CertificateText.date(tls.shown.chain().get(0).getNotAfter().toInstant()),
        "renewed at the broker");
  }

  @Test
  void an_expired_certificate_is_refused_also_where_it_is_itself_trusted() {
    tls.shown =
        tls.authority.issue(
            Authority.ec(), Duration.ofDays(-20), Duration.ofDays(-10), TlsWorld.HOST);
    tls.world.file(TlsWorld.CA, tls.shown.certificatePem());
    tls.dial();

    failsWith(ProblemKind.TLS_EXPIRED, "expired on ");
  }

  @Test
  void a_certificate_of_the_future_asks_for_the_clock() {
    tls.shown =
        tls.authority.issue(
            Authority.ec(), Duration.ofDays(10), Duration.ofDays(20), TlsWorld.HOST);
    tls.dial();

    failsWith(ProblemKind.TLS_NOT_YET_VALID, "the clock of this hub says");
  }

  @Test
  void a_certificate_for_another_name_is_told_with_its_names() {
    tls.shown = tls.authority.issue("mqtt.example", "10.9.9.9");
    tls.dial();

    failsWith(
        ProblemKind.TLS_WRONG_HOST,
        "its certificate is for mqtt.example, 10.9.9.9, not for broker.home",
        "hostnameValidated = false");
  }

  @Test
  void an_address_is_checked_against_the_addresses_of_the_certificate() {
    tls.dial(TlsWorld.IP);
    assertEquals(List.of("opened"), tls.told);

    TlsWorld other = new TlsWorld();
    other.shown = other.authority.issue(TlsWorld.HOST);
    other.dial(TlsWorld.IP);
    assertTrue(other.failure().startsWith("TLS TLS_WRONG_HOST 10.0.0.1:8883: "), other.failure());
  }

  @Test
  void the_name_is_not_compared_where_that_is_switched_off_and_the_status_says_so() {
    tls.shown = tls.authority.issue("mqtt.example");
    tls.settings.hostnameValidated = false;
    tls.dial();

    assertEquals(List.of("opened"), tls.told);
    assertEquals(false, tls.transport.tls().orElseThrow().hostnameValidated());
  }

  @Test
  void switched_off_names_do_not_switch_off_trust() {
    tls.world.file(TlsWorld.CA, Authority.named("Another CA").pem());
    tls.settings.hostnameValidated = false;
    tls.dial();

    failsWith(ProblemKind.TLS_UNTRUSTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void the_broker_hears_the_name_that_was_dialled(String version) {
    tls.server = engine -> engine.setEnabledProtocols(new String[] {version});
    tls.dial();

    assertEquals("[type=host_name (0), value=broker.home]", serverNames());
  }

  private String serverNames() {
    return ((javax.net.ssl.ExtendedSSLSession) tls.peer.engine().getSession())
        .getRequestedServerNames()
        .toString();
  }

  @Test
  void an_address_is_not_sent_as_a_name() {
    tls.dial(TlsWorld.IP);

    assertEquals("[]", serverNames());
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void a_client_certificate_is_shown_to_a_broker_that_asks(String version) throws Exception {
    tls.server =
        engine -> {
          engine.setEnabledProtocols(new String[] {version});
          engine.setNeedClientAuth(true);
        };
    tls.own(tls.authority.issue("hub-7"));
    tls.dial();
    tls.world.onLoop(() -> tls.write(TlsWorld.publish(10), 1));

    assertEquals(List.of("opened"), tls.told);
    assertEquals("CN=hub-7", tls.peer.engine().getSession().getPeerPrincipal().getName());
    assertEquals("CN=hub-7", tls.transport.tls().orElseThrow().own().orElseThrow().subject());
    assertEquals(List.of(1L), tls.handedOver);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void a_missing_client_certificate_is_told_with_what_to_set(String version) {
    tls.server =
        engine -> {
          engine.setEnabledProtocols(new String[] {version});
          engine.setNeedClientAuth(true);
        };
    tls.dial();

    refusedWith(
        ProblemKind.TLS_CLIENT_REFUSED,
        "it asks for a client certificate, and none is configured",
        "set certificate and privateKey, or keyStore");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void a_refused_client_certificate_is_told_with_whose_it_is(String version) {
    tls.server =
        engine -> {
          engine.setEnabledProtocols(new String[] {version});
          engine.setNeedClientAuth(true);
        };
    tls.own(Authority.named("Another CA").issue("hub-7"));
    tls.dial();

    refusedWith(
        ProblemKind.TLS_CLIENT_REFUSED,
        "it refused our client certificate (CN=hub-7), issued by CN=Another CA",
        "does the broker trust that issuer?");
  }

  @ParameterizedTest
  @CsvSource({"TLSv1.2, TLSv1.3", "TLSv1.3, TLSv1.2"})
  void no_version_in_common_is_told_with_ours(String theirs, String ours) {
    tls.server = engine -> engine.setEnabledProtocols(new String[] {theirs});
    tls.settings.protocols = List.of(ours);
    tls.dial();

    failsWith(ProblemKind.TLS_VERSION, "tlsProtocols here is " + ours);
  }

  @Test
  void a_peer_that_speaks_no_tls_is_told() {
    tls.peerSetup =
        peer -> {
          peer.mute();
          tls.channel.send("220 mail.example ESMTP\r\n".getBytes(StandardCharsets.US_ASCII));
        };
    tls.dial();

    failsWith(ProblemKind.TLS_NOT_SPOKEN, "it does not speak TLS on this port");
  }

  @Test
  void a_peer_that_closes_instead_of_answering_asks_for_the_port() {
    tls.peerSetup =
        peer -> {
          peer.mute();
          tls.world.doors().loop().execute(tls.channel::sendEnd);
        };
    tls.dial();

    failsWith(
        ProblemKind.CONNECTION_LOST,
        "it closed the connection instead of answering in TLS; is this its port for TLS?");
  }

  @Test
  void a_peer_that_stalls_in_mid_handshake_ends_by_the_deadline() {
    tls.peerSetup = peer -> peer.mute();
    tls.dial();
    tls.world.advance(Duration.ofSeconds(9));
    assertEquals(List.of(), tls.told);
    tls.world.advance(Duration.ofSeconds(1));

    failsWith(ProblemKind.TLS_STALLED, "the TLS handshake was not finished within 10 s");
  }

  @Test
  void a_peer_that_stalls_at_any_byte_of_the_handshake_ends_by_the_deadline() {
    // In TLS 1.2 the last word of the handshake is the server's, so each of its bytes counts.
    tls.server = engine -> engine.setEnabledProtocols(new String[] {"TLSv1.2"});
    tls.dial();
    int whole = tls.peerBytes();
    assertTrue(whole > 600, "bytes: " + whole);
    for (int cut = 0; cut < whole; cut += 61) {
      int until = cut;
      TlsWorld world = new TlsWorld();
      world.server = tls.server;
      world.peerSetup = peer -> peer.freezeAfter(until);
      world.dial();
      world.world.advance(Duration.ofSeconds(10));
      assertTrue(
          world.failure().startsWith("TLS TLS_STALLED "), "cut after " + cut + ": " + world.told);
      assertEquals(0, world.world.net().open());
    }
  }

  @Test
  void a_peer_that_closes_in_mid_handshake_is_told() {
    tls.peerSetup = peer -> peer.endAfter(300);
    tls.dial();

    failsWith(ProblemKind.CONNECTION_LOST, "it closed the connection during the TLS handshake");
  }

  @Test
  void a_helper_that_hangs_ends_by_the_deadline() {
    tls.world.holdHelpers(true);
    tls.dial(TlsWorld.IP);
    tls.world.advance(Duration.ofSeconds(10));

    assertTrue(tls.failure().startsWith("TLS TLS_STALLED 10.0.0.1:8883: "), tls.failure());
    tls.world.holdHelpers(false);
    tls.world.run();
    assertEquals(1, tls.told.size(), "a late answer is ignored");
    assertEquals(0, tls.world.net().open());
  }

  @Test
  void a_failure_of_tls_is_told_rather_than_that_of_an_address_that_is_not_there() {
    tls.world.net().name(TlsWorld.HOST, TlsWorld.IP, "10.0.0.2");
    tls.world.net().refuse("10.0.0.2", TlsWorld.PORT);
    tls.shown = tls.authority.issue("mqtt.example");
    tls.dial();

    assertTrue(tls.failure().startsWith("TLS TLS_WRONG_HOST " + PREFIX), tls.failure());
  }

  @Test
  void a_new_file_counts_at_the_next_attempt() {
    byte[] right = tls.authority.pem();
    tls.world.file(TlsWorld.CA, Authority.named("Another CA").pem());
    tls.dial();
    failsWith(ProblemKind.TLS_UNTRUSTED);
    tls.told.clear();
    tls.world.file(TlsWorld.CA, right);
    tls.dial();

    assertEquals(List.of("opened"), tls.told);
  }

  @Test
  void a_file_that_vanishes_does_not_touch_a_connection_that_stands() {
    tls.dial();
    tls.world.removeFile(TlsWorld.CA);
    tls.world.onLoop(() -> tls.write(TlsWorld.publish(10), 1));

    assertEquals(List.of(1L), tls.handedOver);
    tls.told.clear();
    tls.dial();
    assertEquals(
        "TLS TLS_FILE " + PREFIX + "trustStore /etc/ca.pem: there is no such file", tls.failure());
    assertEquals(1, tls.world.net().open(), "that which stands");
  }
}
