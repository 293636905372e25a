package org.robustmqtt.client.component;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.robustmqtt.Energy;
import org.robustmqtt.client.link.EnergySettings;
import org.robustmqtt.client.link.LinkSettings;
import org.robustmqtt.client.link.RetrySettings;
import org.robustmqtt.client.listeners.Dispatcher;
import org.robustmqtt.client.policy.AttemptBudget;
import org.robustmqtt.client.policy.ClockRules;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.client.transport.Secret;
import org.robustmqtt.journal.JournalSettings;

/**
 * Reads a configuration: all keys, all faults in one pass. Pure. The keys, their defaults and
 * ranges are the table in {@code docs/configuration.md}.
 */
final class SettingsParser {
  private static final Duration ZERO = Duration.ZERO;
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);

  /** The broker keeps such a session for ever (5.0, section 3.1.2.11.2). */
  private static final Duration FOR_EVER = Duration.ofSeconds(0xFFFF_FFFFL);

  /** An attempt each five minutes, if they come evenly. */
  private static final int PATIENT_ATTEMPTS = 12;

  private static final List<String> STRATEGIES = List.of("exponential", "fixed", "patient", "none");

  private static final List<String> ORDER = Arrays.stream(Key.values()).map(Key::text).toList();

  private final PropertyReader reader;
  private final PolicyReader policies;
  private final Map<String, Object> properties;
  private final String source;
  private final Optional<Resolved> elsewhere;

  private SettingsParser(
      String source, Map<String, Object> properties, Optional<Resolved> elsewhere) {
    this.source = source;
    this.elsewhere = elsewhere;
    this.properties = properties;
    this.reader = new PropertyReader(source, properties);
    this.policies = new PolicyReader(reader, properties);
  }

  /**
   * Reads a configuration.
   *
   * @param pid its PID
   * @param properties its properties as the hub gives them
   */
  static Parsed parse(String pid, Map<String, Object> properties) {
    return parse(pid, properties, Optional.empty());
  }

  /**
   * The same of a configuration with values from elsewhere.
   *
   * @param elsewhere the configuration, if the hub takes values of it from elsewhere
   */
  static Parsed parse(String pid, Map<String, Object> properties, Optional<Resolved> elsewhere) {
    // in order, so that the faults are told in the same order each time
    SettingsParser parser =
        new SettingsParser(
            ConnectionName.source(pid, properties),
            new TreeMap<>(HubText.asWritten(properties)),
            elsewhere);
    return parser.parse(pid);
  }

  private Parsed parse(String pid) {
    Optional<String> name = name(pid);
    Settings settings = settings(pid);
    checkKeys();
    checkUnknown();
    if (reader.faults().isEmpty()) {
      Lint.check(reader, settings);
      policies.lint(settings.policies(), settings.limits());
    }
    return new Parsed(source, name, settings, reader.faults(), reader.warnings());
  }

  private Optional<String> name(String pid) {
    Optional<String> name = ConnectionName.of(pid, properties);
    if (name.isEmpty()) {
      reader.fault("name is missing; allowed: " + ConnectionName.ALLOWED);
    } else if (!ConnectionName.valid(name.get())) {
      reader.fault(
          "name = " + PropertyReader.quoted(name.get()) + ": allowed: " + ConnectionName.ALLOWED);
    }
    return name.filter(ConnectionName::valid);
  }

  private Settings settings(String pid) {
    boolean enabled = reader.flag(Key.ENABLED, true);
    var broker = TlsReader.secured(reader, BrokerUri.read(reader));
    LinkSettings.Version version = version();
    Optional<String> clientId = reader.mqttText(Key.CLIENT_ID);
    Optional<String> username = reader.mqttText(Key.USERNAME);
    Optional<Secret> password = reader.secret(Key.PASSWORD);
    Optional<Path> passwordFile = path(Key.PASSWORD_FILE);
    if (password.isPresent() && reader.has(Key.PASSWORD_FILE)) {
      reader.fault(Key.PASSWORD_FILE, "contradicts password; remove one of the two");
    }
    boolean secret = password.isPresent() || passwordFile.isPresent();
    if (secret && username.isEmpty() && version != LinkSettings.Version.MQTT_5) {
      reader.fault(
          password.isPresent() ? Key.PASSWORD : Key.PASSWORD_FILE,
          "a password needs a username in MQTT 3.1.1 (MQTT-3.1.2-22); set username, or"
              + " mqttVersion = 5");
    }
    int maximumPacketSize =
        (int)
            reader.size(
                Key.MAXIMUM_PACKET_SIZE, Limits.DEFAULT.maximumPacketSize(), 1 << 10, 256L << 20);
    Limits limits = limits(maximumPacketSize);
    PolicyTable table = policies.read(limits);
    return new Settings(
        enabled,
        broker,
        version,
        clientId,
        username,
        password,
        new Settings.Elsewhere(pid, elsewhere, passwordFile),
        (int)
            seconds(
                Key.KEEP_ALIVE,
                Duration.ofSeconds(60),
                Duration.ofSeconds(65_535),
                ChronoUnit.SECONDS),
        duration(Key.CONNECT_TIMEOUT, Duration.ofSeconds(10), SECOND, HOUR),
        duration(Key.HANDSHAKE_TIMEOUT, ZERO, SECOND, HOUR),
        duration(Key.WRITE_TIMEOUT, ZERO, SECOND, HOUR),
        duration(Key.ACK_TIMEOUT, Duration.ofSeconds(20), SECOND, HOUR),
        duration(Key.CONNECT_DELAY, SECOND, ZERO, HOUR),
        session(),
        PresenceSettings.read(reader),
        retry(),
        energy(),
        limits,
        table,
        SubscribeReader.read(reader, properties),
        admission(),
        clock(),
        journal(table),
        duration(Key.OUTAGE_WARN_AFTER, Duration.ofSeconds(300), SECOND, Duration.ofDays(30)));
  }

  private LinkSettings.Version version() {
    return switch (reader.choice(Key.MQTT_VERSION, "auto", List.of("auto", "5", "3.1.1"))) {
      case "5" -> LinkSettings.Version.MQTT_5;
      case "3.1.1" -> LinkSettings.Version.MQTT_3_1_1;
      default -> LinkSettings.Version.AUTO;
    };
  }

  private Settings.SessionPart session() {
    return new Settings.SessionPart(
        reader.flag(Key.CLEAN_SESSION_START, false),
        seconds(Key.SESSION_EXPIRY, Duration.ofDays(7), FOR_EVER, ChronoUnit.DAYS),
        (int) reader.number(Key.MAX_INFLIGHT, 20, 1, 16_000),
        reader.flag(Key.RESUBSCRIBE, true),
        reader.duration(
            Key.UNSUBSCRIBE_AFTER,
            Duration.ofMinutes(10),
            ZERO,
            Duration.ofDays(30),
            ChronoUnit.MINUTES),
        duration(Key.PARK_TIMEOUT, Duration.ofSeconds(60), ZERO, HOUR),
        reader.size(
            Key.INBOUND_MAX_BYTES, Dispatcher.Times.INBOUND_MAX_BYTES, 64L << 10, 1L << 30));
  }

  private RetrySettings retry() {
    RetrySettings.Strategy strategy = strategy();
    Duration min =
        reader.duration(Key.RETRY_MIN, SECOND, Duration.ofMillis(100), HOUR, ChronoUnit.SECONDS);
    // absent: the link chooses by where the broker is
    Duration max = duration(Key.RETRY_MAX, ZERO, SECOND, DAY);
    if (!max.isZero() && max.compareTo(min) < 0) {
      reader.fault(Key.RETRY_MAX, "less than retryMin, which is " + Quantity.text(min));
    }
    boolean jitter = reader.flag(Key.RETRY_JITTER, strategy != RetrySettings.Strategy.FIXED);
    Duration stable = duration(Key.STABLE_TIME, Duration.ofSeconds(30), ZERO, HOUR);
    int absent = strategy == RetrySettings.Strategy.PATIENT ? PATIENT_ATTEMPTS : 0;
    int attempts = (int) reader.number(Key.ATTEMPTS_PER_HOUR, absent, 1, AttemptBudget.MOST);
    Optional<String> service =
        strategy == RetrySettings.Strategy.SERVICE ? reader.text(Key.RETRY) : Optional.empty();
    return new RetrySettings(
        strategy, min.toNanos(), max.toNanos(), jitter, stable.toNanos(), attempts, service);
  }

  private RetrySettings.Strategy strategy() {
    String text = reader.text(Key.RETRY).orElseGet(this::usual);
    return switch (text) {
      case "exponential" -> RetrySettings.Strategy.EXPONENTIAL;
      case "fixed" -> RetrySettings.Strategy.FIXED;
      case "patient" -> RetrySettings.Strategy.PATIENT;
      case "none" -> RetrySettings.Strategy.NONE;
      default -> service(text);
    };
  }

  private String usual() {
    boolean battery = reader.texts(Key.ENERGY).stream().anyMatch("battery"::equalsIgnoreCase);
    return battery ? "patient" : "exponential";
  }

  /** What is no strategy of ours is the name of one that another bundle has. */
  private RetrySettings.Strategy service(String text) {
    if (!ConnectionName.valid(text)) {
      reader.fault(
          Key.RETRY,
          "allowed: "
              + String.join(", ", STRATEGIES)
              + ", or the name of a service: "
              + ConnectionName.ALLOWED);
      return RetrySettings.Strategy.EXPONENTIAL;
    }
    NearestName.of(text, STRATEGIES)
        .ifPresent(
            near ->
                reader.warn(
                    Key.RETRY, "taken as the name of a service; did you mean " + near + "?"));
    return RetrySettings.Strategy.SERVICE;
  }

  private EnergySettings energy() {
    Energy energy =
        switch (reader.choice(Key.ENERGY, "mains", List.of("mains", "battery", "metered"))) {
          case "battery" -> Energy.BATTERY;
          case "metered" -> Energy.METERED;
          default -> Energy.MAINS;
        };
    return new EnergySettings(
        energy,
        (int) reader.number(Key.WAKE_MESSAGES, EnergySettings.WAKE_MESSAGES, 1, 100_000_000),
        reader
            .duration(
                Key.WAKE_AGE,
                EnergySettings.WAKE_AGE,
                SECOND,
                Duration.ofDays(30),
                ChronoUnit.HOURS)
            .toNanos(),
        duration(Key.IDLE_DISCONNECT, EnergySettings.idle(energy), SECOND, DAY).toNanos());
  }

  private Optional<String> admission() {
    Optional<String> name = reader.text(Key.ADMISSION);
    if (name.isPresent() && !ConnectionName.valid(name.get())) {
      reader.fault(Key.ADMISSION, "allowed: the name of a service: " + ConnectionName.ALLOWED);
      return Optional.empty();
    }
    return name;
  }

  private Limits limits(int maximumPacketSize) {
    return new Limits(
        (int) reader.number(Key.QUEUE_MAX_MESSAGES, Limits.DEFAULT.maxMessages(), 1, 100_000_000),
        reader.size(Key.QUEUE_MAX_BYTES, Limits.DEFAULT.maxBytes(), 1 << 10, 1L << 40),
        maximumPacketSize,
        (int) reader.number(Key.MAX_ATTEMPTS, Limits.MAX_ATTEMPTS, 1, 1_000_000));
  }

  private ClockRules clock() {
    Duration wait = Duration.ofMillis(ClockRules.DEFAULT.waitMillis());
    Duration trust = Duration.ofMillis(ClockRules.DEFAULT.trustMillis());
    return new ClockRules(
        duration(Key.CLOCK_WAIT, wait, ZERO, HOUR).toMillis(),
        reader
            .duration(Key.CLOCK_TRUST, trust, ZERO, Duration.ofDays(365), ChronoUnit.HOURS)
            .toMillis());
  }

  private JournalSettings journal(PolicyTable table) {
    Duration delay =
        reader.duration(
            Key.STORE_DELAY,
            Duration.ofMillis(200),
            ZERO,
            Duration.ofMinutes(1),
            ChronoUnit.MILLIS);
    return new JournalSettings(
        path(Key.STORE_DIRECTORY),
        delay,
        reader.size(Key.STORE_MIN_FREE, 32L << 20, 0, 1L << 40),
        table.policies().size() == 1 ? JournalSettings.Policies.NONE : new Names(table));
  }

  /** Which policy a topic has, for the journal. */
  private record Names(PolicyTable table) implements JournalSettings.Policies {
    @Override
    public String of(String topic) {
      return table.of(topic).name();
    }
  }

  private Optional<Path> path(Key key) {
    Optional<String> text = reader.text(key);
    try {
      Optional<Path> path = text.map(Path::of);
      if (path.isPresent() && !path.get().isAbsolute()) {
        reader.fault(key, "not absolute; allowed: a path that begins at the root");
        return Optional.empty();
      }
      return path.map(Path::normalize);
    } catch (InvalidPathException e) {
      reader.fault(key, "not a path");
      return Optional.empty();
    }
  }

  private Duration duration(Key key, Duration absent, Duration min, Duration max) {
    return reader.duration(key, absent, min, max, ChronoUnit.SECONDS);
  }

  /** Whole seconds from 0: what the protocol counts in. */
  private long seconds(Key key, Duration absent, Duration max, ChronoUnit bare) {
    Duration value = reader.duration(key, absent, ZERO, max, bare);
    if (value.getNano() != 0) {
      reader.fault(key, "allowed: whole seconds");
    }
    return value.toSeconds();
  }

  /** Reports what is not built yet, and what a hub should have replaced. */
  private void checkKeys() {
    for (Key key : Key.values()) {
      if (!key.built() && properties.containsKey(key.text())) {
        reader.fault(key, "not built yet; remove it");
      } else if (Leftover.in(properties.get(key.text()))) {
        reader.fault(key, Leftover.text(properties.get(key.text())) + "; check the name in it");
      }
    }
    for (Map.Entry<String, Object> entry : properties.entrySet()) {
      String text = entry.getKey();
      if (unknown(text) && Leftover.in(entry.getValue())) {
        reader.fault(text + " = ****: " + Leftover.text(entry.getValue()));
      }
    }
  }

  private static boolean unknown(String text) {
    return Key.of(text).isEmpty() && !Key.labelled(text) && !Key.ofTheHub(text);
  }

  private static Optional<String> nearest(String text) {
    int dot = text.indexOf('.') + 1;
    Optional<String> labelled =
        dot == 0
            ? Optional.empty()
            : NearestName.of(text.substring(0, dot), List.of("policy.", "subscribe."))
                .map(near -> near + text.substring(dot));
    return labelled.or(() -> NearestName.of(text, ORDER));
  }

  private void checkUnknown() {
    for (String text : properties.keySet()) {
      if (unknown(text)) {
        reader.warn(
            "unknown key "
                + PropertyReader.quoted(text)
                + " is ignored"
                + nearest(text).map(near -> "; did you mean \"" + near + "\"?").orElse(""));
      }
    }
  }
}
