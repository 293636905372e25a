package org.robustmqtt.client.component;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.robustmqtt.Energy;
import org.robustmqtt.client.link.BrokerAddress;
import org.robustmqtt.client.link.LinkSettings;
import org.robustmqtt.client.link.RetrySettings;

/**
 * Looks for settings that are allowed each for itself, and together do not do what was probably
 * meant. Each line says what will happen, and what to write instead. Pure. Defaults never warn.
 */
final class Lint {
  /** Longer client identifiers are a broker's choice (3.1.1: MQTT-3.1.3-5). */
  private static final int SHORT_ID = 23;

  private static final int PLAIN_PORT = 1883;
  private static final int TLS_PORT = 8883;
  private static final List<Path> EMPTIED =
      List.of(Path.of("/tmp"), Path.of("/run"), Path.of("/dev/shm"));

  private final PropertyReader reader;
  private final Settings settings;

  private Lint(PropertyReader reader, Settings settings) {
    this.reader = reader;
    this.settings = settings;
  }

  /** Reports what is doubtful as warnings of the reader. */
  static void check(PropertyReader reader, Settings settings) {
    Lint lint = new Lint(reader, settings);
    lint.characters();
    lint.identity();
    lint.session();
    lint.presence();
    lint.retry();
    lint.energy();
    lint.queue();
  }

  private void warn(boolean doubtful, Key key, String text) {
    if (doubtful) {
      reader.warn(key, text);
    }
  }

  private void characters() {
    for (Key key : Key.values()) {
      warn(
          reader.texts(key).stream().anyMatch(text -> text.indexOf('\uFFFD') >= 0),
          key,
          "contains U+FFFD: the hub could not read a character of it, and sends that instead");
      warn(reader.commented(key), key, PropertyReader.COMMENT);
    }
  }

  private void identity() {
    warn(
        port(TLS_PORT, false),
        Key.BROKER,
        "8883 is the port for TLS, and mqtt:// speaks without it: the broker will not answer");
    warn(
        port(PLAIN_PORT, true),
        Key.BROKER,
        "1883 is the port without TLS, and mqtts:// speaks with it: the broker will not answer");
    warn(
        settings
            .broker()
            .flatMap(BrokerAddress::tls)
            .filter(tls -> !tls.hostnameValidated())
            .isPresent(),
        Key.HOSTNAME_VALIDATED,
        "whoever has any certificate of a trusted CA can pass for the broker");
    warn(
        settings.version() == LinkSettings.Version.MQTT_3_1_1
            && settings.clientId().filter(id -> id.length() > SHORT_ID).isPresent(),
        Key.CLIENT_ID,
        "longer than 23 characters, which not every broker of 3.1.1 takes");
    warn(
        reader.text(Key.PASSWORD).filter(text -> !text.equals(text.strip())).isPresent(),
        Key.PASSWORD,
        "begins or ends with white space, which is sent too");
    warn(
        settings.keepAlive() == 0,
        Key.KEEP_ALIVE,
        "a connection that dies without a word is noticed only when something is sent; better 60s");
  }

  private boolean port(int number, boolean secured) {
    return settings
        .broker()
        .filter(broker -> broker.port() == number && BrokerUri.secured(broker) == secured)
        .isPresent();
  }

  private void session() {
    Settings.SessionPart session = settings.session();
    if (session.cleanStart()) {
      warn(
          reader.has(Key.SESSION_EXPIRY),
          Key.SESSION_EXPIRY,
          "no effect, because cleanSessionStart = true ends the session with each connection");
      warn(
          !session.resubscribe(),
          Key.RESUBSCRIBE,
          "with cleanSessionStart = true nothing is subscribed any more after the first reconnect");
    } else {
      warn(
          session.expiry() == 0,
          Key.SESSION_EXPIRY,
          "the broker forgets the session with each connection: messages are missed meanwhile, and"
              + " QoS 2 may come twice; better 7d");
    }
  }

  private void presence() {
    PresenceSettings said = settings.presence();
    warn(
        said.birth().isPresent() && said.will().isEmpty(),
        Key.BIRTH_TOPIC,
        "nobody says that the connection is lost; set lwtTopic too, or presenceTopic instead");
    warn(
        said.birth().isEmpty() && said.will().filter(Statement::retain).isPresent(),
        Key.LWT_TOPIC,
        "once lost, the retained message stays for ever, because nothing replaces it on return; set"
            + " birthTopic too, or presenceTopic instead");
    warn(
        elsewhere(said.birth(), said.will()),
        Key.BIRTH_TOPIC,
        "not the topic of lwtTopic, so that both retained messages stay beside each other; use one"
            + " topic, or presenceTopic instead");
  }

  /** Whether both are retained, each on a topic of its own. */
  private static boolean elsewhere(Optional<Statement> one, Optional<Statement> other) {
    return one.filter(Statement::retain).isPresent()
        && other.filter(Statement::retain).isPresent()
        && !one.get().topic().equals(other.get().topic());
  }

  private void retry() {
    RetrySettings.Strategy strategy = settings.retry().strategy();
    boolean fixed = strategy == RetrySettings.Strategy.FIXED;
    boolean none = strategy == RetrySettings.Strategy.NONE;
    String why = "no effect, because retry = " + (none ? "none" : "fixed");
    warn((fixed || none) && reader.has(Key.RETRY_MAX), Key.RETRY_MAX, why);
    warn(none && reader.has(Key.RETRY_MIN), Key.RETRY_MIN, why);
    warn(none && reader.has(Key.ATTEMPTS_PER_HOUR), Key.ATTEMPTS_PER_HOUR, why);
  }

  private void energy() {
    if (settings.energy().energy() == Energy.MAINS) {
      for (Key key : List.of(Key.WAKE_MESSAGES, Key.WAKE_AGE, Key.IDLE_DISCONNECT)) {
        warn(reader.has(key), key, "no effect, because energy = mains");
      }
    } else {
      warn(
          settings.session().cleanStart(),
          Key.CLEAN_SESSION_START,
          "what others publish while the connection is closed to save energy is missed");
    }
  }

  private void queue() {
    warn(
        settings.limits().maxBytes() < settings.limits().maximumPacketSize(),
        reader.has(Key.QUEUE_MAX_BYTES) ? Key.QUEUE_MAX_BYTES : Key.MAXIMUM_PACKET_SIZE,
        "the queue has no room for a message of the largest packet size: queueMaxBytes is "
            + Quantity.text(settings.limits().maxBytes())
            + ", maximumPacketSize is "
            + Quantity.text(settings.limits().maximumPacketSize()));
    warn(
        settings.journal().directory().filter(Lint::emptied).isPresent(),
        Key.STORE_DIRECTORY,
        "emptied at a restart of the system, and the queue with it");
  }

  private static boolean emptied(Path directory) {
    return EMPTIED.stream().anyMatch(directory::startsWith);
  }
}
