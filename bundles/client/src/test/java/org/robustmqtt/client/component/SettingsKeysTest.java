package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.robustmqtt.Energy;
import org.robustmqtt.QoS;
import org.robustmqtt.client.link.LinkSettings;
import org.robustmqtt.client.link.RetrySettings;

/** Each key: what it is without a value, with a good one and with a bad one. */
class SettingsKeysTest {
  private static final String FILE = "org.robustmqtt.connection-home.cfg";

  private record Row(
      Key key,
      Function<Settings, Object> reader,
      Object absent,
      Object good,
      Object value,
      String bad,
      String fault) {
    @Override
    public String toString() {
      return key.text();
    }
  }

  private static Parsed parse(Map<String, Object> properties) {
    Map<String, Object> all = new HashMap<>(properties);
    all.put("felix.fileinstall.filename", "file:/hub/etc/" + FILE);
    all.putIfAbsent("broker", "mqtt://broker");
    return SettingsParser.parse("org.robustmqtt.connection~home", all);
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }

  private static Statement will(Settings settings) {
    return settings.presence().will().orElseThrow();
  }

  static Stream<Row> rows() {
    String times = ", written as 200ms, 60s, 5m, 2h, 7d or a bare number of ";
    String sizes = ", written as 64MB, 512kB or a bare number of MB";
    return Stream.of(
        new Row(Key.ENABLED, Settings::enabled, true, false, false, "yes", "allowed: true, false"),
        new Row(
            Key.MQTT_VERSION,
            Settings::version,
            LinkSettings.Version.AUTO,
            "3.1.1",
            LinkSettings.Version.MQTT_3_1_1,
            "4",
            "allowed: auto, 5, 3.1.1"),
        new Row(
            Key.CLIENT_ID,
            Settings::clientId,
            Optional.empty(),
            "hub-1",
            Optional.of("hub-1"),
            "a\0b",
            "contains U+0000, which MQTT does not allow"),
        new Row(
            Key.USERNAME,
            Settings::username,
            Optional.empty(),
            "hub",
            Optional.of("hub"),
            "a\0b",
            "contains U+0000, which MQTT does not allow"),
        new Row(
            Key.KEEP_ALIVE,
            Settings::keepAlive,
            60,
            "5m",
            300,
            "65536",
            "out of range; allowed: 0s to 65535s" + times + "seconds"),
        new Row(
            Key.CONNECT_TIMEOUT,
            Settings::connectTimeout,
            seconds(10),
            3L,
            seconds(3),
            "soon",
            "not a duration (not a number with a unit); allowed: 1s to 1h" + times + "seconds"),
        new Row(
            Key.ACK_TIMEOUT,
            Settings::ackTimeout,
            seconds(20),
            "1500ms",
            Duration.ofMillis(1500),
            "5 weeks",
            "not a duration (unknown unit \"weeks\"); allowed: 1s to 1h" + times + "seconds"),
        new Row(
            Key.CONNECT_DELAY,
            Settings::connectDelay,
            seconds(1),
            "0",
            seconds(0),
            "-1",
            "not a duration (not a number with a unit); allowed: 0s to 1h" + times + "seconds"),
        new Row(
            Key.CLEAN_SESSION_START,
            settings -> settings.session().cleanStart(),
            false,
            "TRUE",
            true,
            "1",
            "allowed: true, false"),
        new Row(
            Key.SESSION_EXPIRY,
            settings -> settings.session().expiry(),
            604_800L,
            "4294967295s",
            4_294_967_295L,
            "1500ms",
            "allowed: whole seconds"),
        new Row(
            Key.MAX_INFLIGHT,
            settings -> settings.session().maxInflight(),
            20,
            16_000.0,
            16_000,
            "0",
            "out of range; allowed: a whole number from 1 to 16000"),
        new Row(
            Key.MAXIMUM_PACKET_SIZE,
            settings -> settings.limits().maximumPacketSize(),
            1 << 20,
            "256MB",
            256 << 20,
            "257MiB",
            "out of range; allowed: 1kB to 256MB" + sizes),
        new Row(
            Key.RESUBSCRIBE,
            settings -> settings.session().resubscribe(),
            true,
            "false",
            false,
            "no",
            "allowed: true, false"),
        new Row(
            Key.UNSUBSCRIBE_AFTER,
            settings -> settings.session().unsubscribeAfter(),
            seconds(600),
            "1d",
            seconds(86_400),
            "31d",
            "out of range; allowed: 0s to 30d" + times + "minutes"),
        new Row(
            Key.PARK_TIMEOUT,
            settings -> settings.session().parkTimeout(),
            seconds(60),
            30,
            seconds(30),
            "2h",
            "out of range; allowed: 0s to 1h" + times + "seconds"),
        new Row(
            Key.INBOUND_MAX_BYTES,
            settings -> settings.session().inboundMaxBytes(),
            16L << 20,
            "1MB",
            1L << 20,
            "1kB",
            "out of range; allowed: 64kB to 1GB" + sizes),
        new Row(
            Key.RETRY,
            settings -> settings.retry().strategy(),
            RetrySettings.Strategy.EXPONENTIAL,
            "fixed",
            RetrySettings.Strategy.FIXED,
            "at night",
            "allowed: exponential, fixed, patient, none, or the name of a service: 1 to 64"
                + " of A-Z a-z 0-9 . _ -"),
        new Row(
            Key.RETRY_MIN,
            settings -> settings.retry().minNanos(),
            1_000_000_000L,
            "500ms",
            500_000_000L,
            "0",
            "out of range; allowed: 100ms to 1h" + times + "seconds"),
        new Row(
            Key.RETRY_MAX,
            settings -> settings.retry().maxNanos(),
            0L,
            "2m",
            120_000_000_000L,
            "2d",
            "out of range; allowed: 1s to 1d" + times + "seconds"),
        new Row(
            Key.RETRY_JITTER,
            settings -> settings.retry().jitter(),
            true,
            "false",
            false,
            "full",
            "allowed: true, false"),
        new Row(
            Key.ATTEMPTS_PER_HOUR,
            settings -> settings.retry().attemptsPerHour(),
            0,
            "60",
            60,
            "0",
            "out of range; allowed: a whole number from 1 to 3600"),
        new Row(
            Key.HANDSHAKE_TIMEOUT,
            settings -> settings.handshakeTimeout(),
            seconds(0),
            "3s",
            seconds(3),
            "0",
            "out of range; allowed: 1s to 1h" + times + "seconds"),
        new Row(
            Key.WRITE_TIMEOUT,
            settings -> settings.writeTimeout(),
            seconds(0),
            "3s",
            seconds(3),
            "2h",
            "out of range; allowed: 1s to 1h" + times + "seconds"),
        new Row(
            Key.ENERGY,
            settings -> settings.energy().energy(),
            Energy.MAINS,
            "battery",
            Energy.BATTERY,
            "solar",
            "allowed: mains, battery, metered"),
        new Row(
            Key.WAKE_MESSAGES,
            settings -> settings.energy().wakeMessages(),
            100,
            "1",
            1,
            "0",
            "out of range; allowed: a whole number from 1 to 100000000"),
        new Row(
            Key.WAKE_AGE,
            settings -> settings.energy().wakeAgeNanos(),
            3_600_000_000_000L,
            "15m",
            900_000_000_000L,
            "0",
            "out of range; allowed: 1s to 30d" + times + "hours"),
        new Row(
            Key.IDLE_DISCONNECT,
            settings -> settings.energy().idleNanos(),
            10_000_000_000L,
            "1m",
            60_000_000_000L,
            "2d",
            "out of range; allowed: 1s to 1d" + times + "seconds"),
        new Row(
            Key.ADMISSION,
            settings -> settings.admission(),
            Optional.empty(),
            "one-of-ten",
            Optional.of("one-of-ten"),
            "one of ten",
            "allowed: the name of a service: 1 to 64 of A-Z a-z 0-9 . _ -"),
        new Row(
            Key.STABLE_TIME,
            settings -> settings.retry().stableNanos(),
            30_000_000_000L,
            "1m",
            60_000_000_000L,
            "61m",
            "out of range; allowed: 0s to 1h" + times + "seconds"),
        new Row(
            Key.STORE_DIRECTORY,
            settings -> settings.journal().directory(),
            Optional.empty(),
            "/var/lib/mqtt/",
            Optional.of(Path.of("/var/lib/mqtt")),
            "var/lib",
            "not absolute; allowed: a path that begins at the root"),
        new Row(
            Key.QUEUE_MAX_MESSAGES,
            settings -> settings.limits().maxMessages(),
            10_000,
            "1",
            1,
            "10k",
            "not a whole number; allowed: a whole number from 1 to 100000000"),
        new Row(
            Key.QUEUE_MAX_BYTES,
            settings -> settings.limits().maxBytes(),
            64L << 20,
            "2MiB",
            2L << 20,
            "64XB",
            "not a size (unknown unit \"XB\"); allowed: 1kB to 1024GB" + sizes),
        new Row(
            Key.STORE_DELAY,
            settings -> settings.journal().storeDelay(),
            Duration.ofMillis(200),
            "50",
            Duration.ofMillis(50),
            "2m",
            "out of range; allowed: 0s to 1m" + times + "millis"),
        new Row(
            Key.STORE_MIN_FREE,
            settings -> settings.journal().minFree(),
            32L << 20,
            "0",
            0L,
            "most",
            "not a size (not a number with a unit); allowed: 0B to 1024GB" + sizes),
        new Row(
            Key.OUTAGE_WARN_AFTER,
            Settings::outageWarnAfter,
            seconds(300),
            "60s",
            seconds(60),
            "0s",
            "out of range; allowed: 1s to 30d" + times + "seconds"),
        new Row(
            Key.LWT_TOPIC,
            settings -> settings.presence().will(),
            Optional.empty(),
            "hub/state",
            Optional.of(new Statement("hub/state", "offline", QoS.AT_LEAST_ONCE, true)),
            "hub/#",
            "topic \"hub/#\": the wildcard '#' is allowed in filters only (MQTT-4.7.0-1)"),
        new Row(
            Key.BIRTH_TOPIC,
            settings -> settings.presence().birth(),
            Optional.empty(),
            "hub/state",
            Optional.of(new Statement("hub/state", "online", QoS.AT_LEAST_ONCE, true)),
            "+",
            "topic \"+\": the wildcard '+' is allowed in filters only (MQTT-4.7.0-1)"),
        new Row(
            Key.SHUTDOWN_TOPIC,
            settings -> settings.presence().shutdown(),
            Optional.empty(),
            "hub/state",
            Optional.of(new Statement("hub/state", "offline", QoS.AT_LEAST_ONCE, true)),
            "#",
            "topic \"#\": the wildcard '#' is allowed in filters only (MQTT-4.7.0-1)"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void without_a_value_the_default_counts(Row row) {
    Parsed parsed = parse(Map.of());

    assertEquals(List.of(), parsed.faults());
    assertEquals(row.absent, row.reader.apply(parsed.settings()));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void a_good_value_counts(Row row) {
    Parsed parsed = parse(Map.of(row.key.text(), row.good));

    assertEquals(List.of(), parsed.faults());
    assertEquals(row.value, row.reader.apply(parsed.settings()));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void an_empty_value_counts_as_none(Row row) {
    Parsed parsed = parse(Map.of(row.key.text(), "  "));

    assertEquals(List.of(), parsed.faults());
    assertEquals(row.absent, row.reader.apply(parsed.settings()));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void a_bad_value_is_told_with_file_key_value_and_what_is_allowed(Row row) {
    Parsed parsed = parse(Map.of(row.key.text(), row.bad));

    String shown = row.bad.replace('\0', '?');
    assertEquals(
        List.of(FILE + ": " + row.key.text() + " = \"" + shown + "\": " + row.fault),
        parsed.faults());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void two_values_are_one_too_many(Row row) {
    Parsed parsed = parse(Map.of(row.key.text(), new String[] {"a", "b"}));

    assertTrue(
        parsed
            .faults()
            .contains(FILE + ": " + row.key.text() + " = \"a, b\": 2 values; allowed: one"),
        parsed.faults().toString());
  }

  @Test
  void every_part_of_a_statement_can_be_said() {
    Parsed parsed =
        parse(
            Map.of(
                "lwtTopic", "hub/will", "lwtMessage", "gone", "lwtQos", "2", "lwtRetain", "false"));

    assertEquals(List.of(), parsed.faults());
    assertEquals(
        new Statement("hub/will", "gone", QoS.EXACTLY_ONCE, false), will(parsed.settings()));
  }

  @Test
  void a_bad_quality_of_service_of_a_will_is_told() {
    Parsed parsed = parse(Map.of("lwtTopic", "hub/will", "lwtQos", 3));

    assertEquals(
        List.of(FILE + ": lwtQos = \"3\": out of range; allowed: a whole number from 0 to 2"),
        parsed.faults());
  }

  @Test
  void one_presence_topic_sets_will_birth_and_shutdown_alike() {
    Parsed parsed = parse(Map.of("presenceTopic", "hub/state"));

    assertEquals(List.of(), parsed.faults());
    assertEquals(
        new PresenceSettings(
            Optional.of(new Statement("hub/state", "offline", QoS.AT_LEAST_ONCE, true)),
            Optional.of(new Statement("hub/state", "online", QoS.AT_LEAST_ONCE, true)),
            Optional.of(new Statement("hub/state", "offline", QoS.AT_LEAST_ONCE, true))),
        parsed.settings().presence());
  }

  @Test
  void a_presence_that_contradicts_itself_is_refused() {
    Parsed parsed =
        parse(Map.of("presenceTopic", "hub/state", "lwtTopic", "other", "birthQos", "0"));

    assertEquals(
        List.of(
            FILE
                + ": lwtTopic = \"other\": contradicts presenceTopic, which sets it; remove one of"
                + " the two",
            FILE
                + ": birthQos = \"0\": contradicts presenceTopic, which sets it; remove one of the"
                + " two"),
        parsed.faults());
  }

  @Test
  void a_will_message_without_a_topic_is_refused() {
    Parsed parsed = parse(Map.of("lwtMessage", "gone"));

    assertEquals(
        List.of(
            FILE
                + ": lwtMessage = \"gone\": nothing to say it on; set lwtTopic or presenceTopic"
                + " too"),
        parsed.faults());
  }

  @Test
  void a_fixed_wait_has_jitter_only_if_asked_for() {
    assertEquals(false, parse(Map.of("retry", "fixed")).settings().retry().jitter());
    Map<String, Object> asked = Map.of("retry", "fixed", "retryJitter", "true");
    assertEquals(true, parse(asked).settings().retry().jitter());
    assertEquals(true, parse(Map.of("retry", "patient")).settings().retry().jitter());
  }

  @Test
  void any_other_name_of_a_strategy_is_that_of_a_service() {
    Parsed parsed = parse(Map.of("retry", "night"));
    assertEquals(RetrySettings.Strategy.SERVICE, parsed.settings().retry().strategy());
    assertEquals(Optional.of("night"), parsed.settings().retry().service());
    assertEquals(List.of(), parsed.warnings());
    assertEquals(
        List.of(FILE + ": retry = \"fixd\": taken as the name of a service; did you mean fixed?"),
        parse(Map.of("retry", "fixd")).warnings());
  }

  @Test
  void a_battery_makes_it_patient_unless_something_else_is_asked_for() {
    Settings battery = parse(Map.of("energy", "battery")).settings();
    assertEquals(RetrySettings.Strategy.PATIENT, battery.retry().strategy());
    Settings fixed = parse(Map.of("energy", "battery", "retry", "fixed")).settings();
    assertEquals(RetrySettings.Strategy.FIXED, fixed.retry().strategy());
    Settings metered = parse(Map.of("energy", "metered")).settings();
    assertEquals(RetrySettings.Strategy.EXPONENTIAL, metered.retry().strategy());
    assertEquals(300_000_000_000L, metered.energy().idleNanos());
  }

  @Test
  void a_patient_connection_has_a_budget_of_attempts() {
    assertEquals(12, parse(Map.of("retry", "patient")).settings().retry().attemptsPerHour());
    Map<String, Object> own = Map.of("retry", "patient", "attemptsPerHour", "4");
    assertEquals(4, parse(own).settings().retry().attemptsPerHour());
  }

  @Test
  void the_longest_wait_is_not_shorter_than_the_first() {
    Parsed parsed = parse(Map.of("retryMin", "10s", "retryMax", "5s"));

    assertEquals(
        List.of(FILE + ": retryMax = \"5s\": less than retryMin, which is 10s"), parsed.faults());
  }

  @Test
  void a_password_needs_a_user_name_unless_only_version_5_is_spoken() {
    assertEquals(
        List.of(
            FILE
                + ": password = ****: a password needs a username in MQTT 3.1.1 (MQTT-3.1.2-22);"
                + " set username, or mqttVersion = 5"),
        parse(Map.of("password", "geheim")).faults());
    assertEquals(List.of(), parse(Map.of("password", "geheim", "mqttVersion", "5")).faults());
  }

  @Test
  void every_key_that_is_not_built_yet_is_refused() {
    Map<String, Object> all = new HashMap<>();
    Arrays.stream(Key.values())
        .filter(key -> !key.built())
        .forEach(key -> all.put(key.text(), "true"));
    all.put("policy.alarm", "home/# | retry=mine");
    all.put("subscribe.doors", "doors/# | inbox=durable");

    Parsed parsed = parse(all);

    assertEquals(all.size(), parsed.faults().size(), parsed.faults().toString());
    parsed.faults().forEach(line -> assertTrue(line.endsWith("not built yet; remove it"), line));
    TreeSet<String> told = new TreeSet<>();
    parsed.faults().forEach(line -> told.add(line.substring(FILE.length() + 2).split("[ :]")[0]));
    assertEquals(new TreeSet<>(all.keySet()), told);
  }
}
