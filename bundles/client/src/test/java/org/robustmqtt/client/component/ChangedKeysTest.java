package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.Ticket;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.itests.authority.Authority;

/** Each key: what its change does is what the table in docs/configuration.md says. */
class ChangedKeysTest {
  private static final Pattern ROW = Pattern.compile("\\| (`[^|]+`) \\|.*\\| ([a-z ]+) \\|");
  private static final Pattern NAME = Pattern.compile("`([A-Za-z]+)`");

  /** What the page says of a change. */
  private enum Change {
    LIVE,
    NEXT_CONNECT,
    RECONNECTS,
    NEW_SESSION,
    CLOSES,
    WHEN_EMPTY,
    NEW_CONNECTION
  }

  private static final Authority AUTHORITY = Authority.named("CA");
  private static final String PEM = text(AUTHORITY.pem());
  private static final String OTHER_PEM = text(Authority.named("Other").pem());
  private static final Authority.Issued OWN = AUTHORITY.issue("hub");

  private static String text(byte[] pem) {
    return new String(pem, StandardCharsets.US_ASCII);
  }

  /** What is only looked at when connecting. */
  private static final EnumSet<Key> AT_THE_NEXT =
      EnumSet.of(
          Key.CONNECT_TIMEOUT,
          Key.HANDSHAKE_TIMEOUT,
          Key.CONNECT_DELAY,
          Key.BIRTH_TOPIC,
          Key.BIRTH_MESSAGE,
          Key.BIRTH_QOS,
          Key.BIRTH_RETAIN);

  private record Row(Key key, Map<String, String> besides, String value) {
    @Override
    public String toString() {
      return key.text();
    }
  }

  private static Row row(Key key, String value, String... besides) {
    Map<String, String> more = new LinkedHashMap<>();
    for (int i = 0; i < besides.length; i += 2) {
      more.put(besides[i], besides[i + 1]);
    }
    return new Row(key, more, value);
  }

  /** A row with TLS, whose broker the authority vouches for. */
  private static Row secured(Key key, String value, String... besides) {
    Row row = row(key, value, besides);
    row.besides.put("broker", "mqtts://10.0.0.1");
    row.besides.putIfAbsent("trustStore", PEM);
    return row;
  }

  static Stream<Row> rows() {
    return Stream.of(
        row(Key.ENABLED, "false"),
        row(Key.NAME, "other"),
        row(Key.BROKER, "mqtt://10.0.0.2"),
        row(Key.MQTT_VERSION, "5"),
        row(Key.CLIENT_ID, "other"),
        row(Key.USERNAME, "you", "username", "me", "password", "p"),
        row(Key.PASSWORD, "q", "username", "me", "password", "p"),
        row(Key.PASSWORD_FILE, "/q", "username", "me", "passwordFile", "/p"),
        row(Key.KEEP_ALIVE, "30s"),
        row(Key.CONNECT_TIMEOUT, "5s"),
        row(Key.HANDSHAKE_TIMEOUT, "5s"),
        row(Key.WRITE_TIMEOUT, "5s"),
        row(Key.ACK_TIMEOUT, "90s"),
        secured(Key.TRUST_STORE, PEM + OTHER_PEM),
        secured(Key.TRUST_STORE_PASSWORD, "q", "trustStorePassword", "p"),
        secured(Key.KEY_STORE, "/b.jks", "keyStore", "/a.jks", "keyStorePassword", "p"),
        secured(Key.KEY_STORE_PASSWORD, "p", "keyStore", "/a.jks", "keyPassword", "p"),
        secured(Key.KEY_PASSWORD, "p", "keyStore", "/a.jks", "keyStorePassword", "p"),
        secured(Key.CERTIFICATE, "/b.pem", "certificate", "/a.pem", "privateKey", "/a.pem"),
        secured(Key.PRIVATE_KEY, "/b.pem", "certificate", "/a.pem", "privateKey", "/a.pem"),
        secured(Key.PRIVATE_KEY_PASSWORD, "q", "certificate", "/a.pem", "privateKey", "/a.pem"),
        secured(Key.HOSTNAME_VALIDATED, "false"),
        secured(Key.TLS_PROTOCOLS, "TLSv1.2"),
        row(Key.CLEAN_SESSION_START, "true"),
        row(Key.SESSION_EXPIRY, "1d"),
        row(Key.MAX_INFLIGHT, "10"),
        row(Key.MAXIMUM_PACKET_SIZE, "2MB"),
        row(Key.RESUBSCRIBE, "false"),
        row(Key.UNSUBSCRIBE_AFTER, "1m"),
        row(Key.PARK_TIMEOUT, "10s"),
        row(Key.INBOUND_MAX_BYTES, "1MB"),
        row(Key.PRESENCE_TOPIC, "hub/other", "presenceTopic", "hub/state"),
        row(Key.LWT_TOPIC, "hub/other", "lwtTopic", "hub/state"),
        row(Key.LWT_MESSAGE, "gone", "lwtTopic", "hub/state"),
        row(Key.LWT_QOS, "0", "lwtTopic", "hub/state"),
        row(Key.LWT_RETAIN, "false", "lwtTopic", "hub/state"),
        row(Key.BIRTH_TOPIC, "hub/other", "birthTopic", "hub/state"),
        row(Key.BIRTH_MESSAGE, "here", "birthTopic", "hub/state"),
        row(Key.BIRTH_QOS, "0", "birthTopic", "hub/state"),
        row(Key.BIRTH_RETAIN, "false", "birthTopic", "hub/state"),
        row(Key.SHUTDOWN_TOPIC, "hub/other", "shutdownTopic", "hub/state"),
        row(Key.SHUTDOWN_MESSAGE, "bye", "shutdownTopic", "hub/state"),
        row(Key.SHUTDOWN_QOS, "0", "shutdownTopic", "hub/state"),
        row(Key.SHUTDOWN_RETAIN, "false", "shutdownTopic", "hub/state"),
        row(Key.RETRY, "fixed"),
        row(Key.RETRY_MIN, "2s"),
        row(Key.RETRY_MAX, "9s"),
        row(Key.RETRY_JITTER, "false"),
        row(Key.ATTEMPTS_PER_HOUR, "60"),
        row(Key.STABLE_TIME, "10s"),
        row(Key.CONNECT_DELAY, "3s"),
        row(Key.STORE_DIRECTORY, "/elsewhere"),
        row(Key.QUEUE_MAX_MESSAGES, "100"),
        row(Key.QUEUE_MAX_BYTES, "1MB"),
        row(Key.STORE_DELAY, "50ms"),
        row(Key.STORE_MIN_FREE, "1MB"),
        row(Key.MAX_ATTEMPTS, "3"),
        row(Key.ADMISSION, "other"),
        row(Key.ENERGY, "battery", "idleDisconnect", "1d"),
        row(Key.WAKE_MESSAGES, "5"),
        row(Key.WAKE_AGE, "5m"),
        row(Key.IDLE_DISCONNECT, "5s"),
        row(Key.CLOCK_WAIT, "10s"),
        row(Key.CLOCK_TRUST, "5m"),
        row(Key.OUTAGE_WARN_AFTER, "60s"));
  }

  private static Map<String, Change> documented() throws IOException {
    Map<String, Change> changes = new HashMap<>();
    Path page = Path.of(System.getProperty("basedir", "."), "../../docs/configuration.md");
    for (String line : Files.readAllLines(page)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        String word = row.group(2).toUpperCase(java.util.Locale.ROOT).replace(' ', '_');
        Change change =
            Arrays.stream(Change.values())
                .filter(one -> one.name().equals(word))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no such change: " + line));
        NAME.matcher(row.group(1)).results().forEach(hit -> changes.put(hit.group(1), change));
      }
    }
    return changes;
  }

  @Test
  void the_page_says_of_every_key_what_its_change_does_and_every_key_is_walked_through()
      throws IOException {
    EnumSet<Key> walked = EnumSet.noneOf(Key.class);
    rows().forEach(row -> walked.add(row.key));
    EnumSet<Key> built = EnumSet.noneOf(Key.class);
    Arrays.stream(Key.values()).filter(Key::built).forEach(built::add);
    assertEquals(built, walked);
    List<String> silent = built.stream().map(Key::text).filter(key -> !documentedHas(key)).toList();
    assertEquals(List.of(), silent);
  }

  private static boolean documentedHas(String key) {
    try {
      return documented().containsKey(key);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void a_change_does_what_the_page_says_and_no_message_is_lost_or_comes_twice(Row row)
      throws IOException {
    LiveWorld it = new LiveWorld(1);
    if (row.besides.containsKey("trustStore")) {
      secure(it);
    }
    it.world.file("/p", "p".getBytes(StandardCharsets.UTF_8));
    it.world.file("/q", "q".getBytes(StandardCharsets.UTF_8));
    Map<String, Object> before = LiveWorld.configuration(row.besides);
    it.configure(before).online();
    it.broker.ignore(PacketType.PUBLISH, PacketType.PUBREL);
    List<Ticket> tickets = inFlight(it);
    final int opened = it.opened.size();

    Map<String, Object> after = new HashMap<>(before);
    after.put(row.key.text(), row.value);
    it.configure(after);

    Change said = documented().get(row.key.text());
    assertEquals(AT_THE_NEXT.contains(row.key), said == Change.NEXT_CONNECT);
    assertEquals(said == Change.NEXT_CONNECT ? Change.LIVE : said, observed(it, opened));
    it.broker.answer(PacketType.PUBLISH, PacketType.PUBREL);
    finish(it, row.key, before);
    for (Ticket ticket : row.key == Key.NAME ? List.<Ticket>of() : tickets) {
      // the tickets of a connection that is no more are those of the run before
      assertEquals(Optional.of(Outcome.Kind.ACKNOWLEDGED), kind(it, ticket), row.key.text());
    }
    List<String> given =
        LiveWorld.givenOn(it.broker.packets()).stream()
            .filter(text -> text.matches("[12]"))
            .toList();
    boolean session = !documented().get(row.key.text()).equals(Change.NEW_SESSION);
    if (session && row.key != Key.CLEAN_SESSION_START) {
      assertEquals(List.of("1", "2"), given, row.key.text());
    }
  }

  /** The broker speaks TLS at its other port, and the files that the rows name are there. */
  private static void secure(LiveWorld it) {
    SSLContext server = AUTHORITY.server(AUTHORITY.issue("10.0.0.1"));
    it.listenSecured(
        () -> {
          SSLEngine engine = server.createSSLEngine();
          engine.setUseClientMode(false);
          return engine;
        });
    for (String path : List.of("/a", "/b")) {
      it.world.file(
          path + ".pem",
          (text(OWN.certificatePem()) + text(OWN.keyPem())).getBytes(StandardCharsets.US_ASCII));
      it.world.file(path + ".jks", OWN.store("JKS", "p"));
    }
  }

  @Test
  void an_equal_configuration_in_another_form_sends_nothing_and_logs_nothing() {
    LiveWorld it = new LiveWorld(1);
    it.configure(LiveWorld.configuration(Map.of("maxInflight", "5", "keepAlive", "30"))).online();
    final int packets = it.broker.packets().size();
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try {
      Map<String, Object> again =
          LiveWorld.configuration(Map.of("maxInflight", 5L, "keepAlive", List.of("30")));
      again.put("service.pid", "another");
      it.configure(again).configure(again);
    } finally {
      System.setErr(before);
    }
    assertEquals("", log.toString(StandardCharsets.UTF_8));
    assertEquals(packets, it.broker.packets().size());
    assertEquals(1, it.service().status().counters().connects());
  }

  @Test
  void a_faulty_change_tells_all_that_is_wrong_and_nothing_of_it_is_in_force_until_corrected() {
    LiveWorld it = new LiveWorld(1);
    it.configure(LiveWorld.configuration(Map.of())).online();
    Map<String, Object> wrong =
        LiveWorld.configuration(
            Map.of("queueMaxMessages", "7", "keepAlive", "often", "maxInflight", "0"));
    it.configure(wrong);
    assertEquals(2, it.service().status().faults().size());
    assertEquals(10_000, it.service().status().queue().maxMessages());
    assertEquals(ConnectionState.ONLINE, it.service().status().state());
    wrong.putAll(Map.of("keepAlive", "60", "maxInflight", "20"));
    it.configure(wrong);
    assertEquals(List.of(), it.service().status().faults());
    assertEquals(7, it.service().status().queue().maxMessages());
    assertEquals(1, it.service().status().counters().connects());
  }

  /** Leaves one of QoS 1 and one of QoS 2 unanswered, after the ordinary ways are known good. */
  private static List<Ticket> inFlight(LiveWorld it) {
    List<Ticket> tickets =
        List.of(
            it.service().publish(Message.text("a", "1").withQos(1)),
            it.service().publish(Message.text("b", "2").withQos(2)));
    it.settle();
    assertEquals(2, it.service().pending().messages());
    return tickets;
  }

  /** What was held back by the change goes as soon as that is undone, or time has passed. */
  private static void finish(LiveWorld it, Key key, Map<String, Object> before) {
    if (key == Key.BROKER || key == Key.ENABLED || key == Key.NAME) {
      it.configure(before);
    } else if (it.service().status().state() == ConnectionState.ONLINE) {
      it.service().reconnectNow();
    }
    it.pass(Duration.ofSeconds(20));
    it.online();
    it.pass(Duration.ofSeconds(1));
  }

  private static Optional<Outcome.Kind> kind(LiveWorld it, Ticket ticket) {
    AtomicReference<Outcome.Kind> kind = new AtomicReference<>();
    ticket.outcome().thenAccept(outcome -> kind.set(outcome.kind()));
    it.settle();
    return Optional.ofNullable(kind.get());
  }

  private static Change observed(LiveWorld it, int opened) {
    if (!it.services.containsKey(LiveWorld.NAME)) {
      return Change.NEW_CONNECTION;
    }
    if (it.service().status().faults().toString().contains("moves as soon as it is empty")) {
      assertEquals(1, it.connects());
      return Change.WHEN_EMPTY;
    }
    assertFalse(it.service().status().faults().toString().contains("allowed: "));
    ConnectionState state = it.service().status().state();
    if (state == ConnectionState.CLOSED || state == ConnectionState.CLOSING) {
      assertEquals(1, it.connects());
      return Change.CLOSES;
    }
    if (!it.service().status().broker().endsWith("//10.0.0.1")) {
      return Change.NEW_SESSION;
    }
    if (it.connects() == 1) {
      assertEquals(opened, it.opened.size(), "the journal is not opened again");
      boolean later = it.service().status().state() == ConnectionState.ONLINE;
      assertTrue(later);
      return Change.LIVE;
    }
    assertEquals(2, it.connects(), "one connection more, not several");
    List<Connect> connects = it.broker.packets(Connect.class);
    boolean same = connects.get(0).clientId().equals(connects.get(1).clientId());
    return same ? Change.RECONNECTS : Change.NEW_SESSION;
  }
}
