package org.robustmqtt.client.component;

import java.util.Optional;

/**
 * The fixed keys of a connection's configuration. Those that are not built yet are known all the
 * same, so that they are refused and never ignored.
 */
enum Key {
  // connection
  ENABLED("enabled"),
  NAME("name"),
  BROKER("broker"),
  MQTT_VERSION("mqttVersion"),
  CLIENT_ID("clientID"),
  USERNAME("username"),
  PASSWORD("password", true, true),
  PASSWORD_FILE("passwordFile"),
  KEEP_ALIVE("keepAlive"),
  CONNECT_TIMEOUT("connectTimeout"),
  HANDSHAKE_TIMEOUT("handshakeTimeout"),
  WRITE_TIMEOUT("writeTimeout"),
  ACK_TIMEOUT("ackTimeout"),
  PROXY("proxy", false, false),
  // TLS
  TRUST_STORE("trustStore"),
  TRUST_STORE_PASSWORD("trustStorePassword", true, true),
  KEY_STORE("keyStore"),
  KEY_STORE_PASSWORD("keyStorePassword", true, true),
  KEY_PASSWORD("keyPassword", true, true),
  CERTIFICATE("certificate"),
  PRIVATE_KEY("privateKey", true, true),
  PRIVATE_KEY_PASSWORD("privateKeyPassword", true, true),
  CERTIFICATE_PIN("certificatePin", false, false),
  HOSTNAME_VALIDATED("hostnameValidated"),
  TLS_PROTOCOLS("tlsProtocols"),
  // session
  CLEAN_SESSION_START("cleanSessionStart"),
  SESSION_EXPIRY("sessionExpiry"),
  MAX_INFLIGHT("maxInflight"),
  MAXIMUM_PACKET_SIZE("maximumPacketSize"),
  RESUBSCRIBE("resubscribe"),
  UNSUBSCRIBE_AFTER("unsubscribeAfter"),
  PARK_TIMEOUT("parkTimeout"),
  SHARED_SESSION("sharedSession", false, false),
  INBOUND_MAX_BYTES("inboundMaxBytes"),
  // presence
  PRESENCE_TOPIC("presenceTopic"),
  LWT_TOPIC("lwtTopic"),
  LWT_MESSAGE("lwtMessage"),
  LWT_QOS("lwtQos"),
  LWT_RETAIN("lwtRetain"),
  BIRTH_TOPIC("birthTopic"),
  BIRTH_MESSAGE("birthMessage"),
  BIRTH_QOS("birthQos"),
  BIRTH_RETAIN("birthRetain"),
  SHUTDOWN_TOPIC("shutdownTopic"),
  SHUTDOWN_MESSAGE("shutdownMessage"),
  SHUTDOWN_QOS("shutdownQos"),
  SHUTDOWN_RETAIN("shutdownRetain"),
  // retry
  RETRY("retry"),
  RETRY_MIN("retryMin"),
  RETRY_MAX("retryMax"),
  RETRY_JITTER("retryJitter"),
  STABLE_TIME("stableTime"),
  ATTEMPTS_PER_HOUR("attemptsPerHour"),
  FAILBACK_AFTER("failbackAfter", false, false),
  CONNECT_DELAY("connectDelay"),
  // queue
  STORE_DIRECTORY("storeDirectory"),
  QUEUE_MAX_MESSAGES("queueMaxMessages"),
  QUEUE_MAX_BYTES("queueMaxBytes"),
  STORE_DELAY("storeDelay"),
  STORE_MIN_FREE("storeMinFree"),
  WEAR_BUDGET("wearBudget", false, false),
  MAX_ATTEMPTS("maxAttempts"),
  ADMISSION("admission"),
  CLOCK_WAIT("clockWait"),
  CLOCK_TRUST("clockTrust"),
  // energy
  ENERGY("energy"),
  WAKE_MESSAGES("wakeMessages"),
  WAKE_AGE("wakeAge"),
  IDLE_DISCONNECT("idleDisconnect"),
  WINDOW("window", false, false),
  // watch
  OUTAGE_WARN_AFTER("outageWarnAfter"),
  EVENTS("events", false, false);

  private final String text;
  private final boolean built;
  private final boolean secret;

  Key(String text) {
    this(text, true, false);
  }

  Key(String text, boolean built, boolean secret) {
    this.text = text;
    this.built = built;
    this.secret = secret;
  }

  /** Returns the key as it stands in a configuration. */
  String text() {
    return text;
  }

  /** Returns whether this version does what the key says. */
  boolean built() {
    return built;
  }

  /** Returns whether the value is never shown. */
  boolean secret() {
    return secret;
  }

  /** Returns the key with this text, exactly. */
  static Optional<Key> of(String text) {
    for (Key key : values()) {
      if (key.text.equals(text)) {
        return Optional.of(key);
      }
    }
    return Optional.empty();
  }

  /** Returns whether a key begins like one that carries a label: {@code policy.alarm}. */
  static boolean labelled(String text) {
    return text.startsWith("policy.") || text.startsWith("subscribe.");
  }

  /**
   * Returns whether a key belongs to the hub and says nothing to a connection, see the list in
   * {@code docs/configuration.md}.
   */
  static boolean ofTheHub(String text) {
    return text.equals("pid")
        || text.equals("openhab.servicecontext")
        || text.startsWith("service.")
        || text.startsWith("component.")
        || text.startsWith("felix.fileinstall.")
        || text.startsWith("osgi.ds.");
  }
}
