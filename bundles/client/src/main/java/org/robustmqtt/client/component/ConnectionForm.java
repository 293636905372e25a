package org.robustmqtt.client.component;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/**
 * What a hub's console and settings pages show of a connection's configuration: the fixed keys that
 * this version obeys, all as text, because durations and sizes carry units. Nothing here is read at
 * run time; a test holds it against {@link Key} and {@link SettingsParser}. {@code
 * OH-INF/config/connection.xml} says the same to openHAB.
 */
@ObjectClassDefinition(
    id = MqttComponent.PID,
    factoryPid = MqttComponent.PID,
    name = "Robust MQTT Connection",
    description =
        "A connection to an MQTT broker that loses nothing. Delivery policies (policy.LABEL)"
            + " and lines for listeners (subscribe.LABEL) are written in its file, see"
            + " docs/policies.md and docs/delivery.md.")
@interface ConnectionForm {
  @AttributeDefinition(
      name = "Broker",
      description =
          "Where to connect to: mqtt://HOST or mqtt://HOST:PORT, as mqtt://192.168.1.5; with TLS"
              + " mqtts://HOST.")
  String broker();

  @AttributeDefinition(
      required = false,
      name = "Name",
      description = "What the connection is called; empty: from the file's name.")
  String name() default "";

  @AttributeDefinition(
      required = false,
      name = "Enabled",
      description = "Whether it connects; if not, messages are queued all the same.")
  boolean enabled() default true;

  @AttributeDefinition(
      required = false,
      name = "MQTT version",
      description = "auto (5, and 3.1.1 where the broker refuses it), 5 or 3.1.1.")
  String mqttVersion() default "auto";

  @AttributeDefinition(
      required = false,
      name = "Client identifier",
      description = "Empty: a generated one that is kept with the queue.")
  String clientID() default "";

  @AttributeDefinition(required = false, name = "User name", description = "For the broker.")
  String username() default "";

  @AttributeDefinition(
      required = false,
      type = AttributeType.PASSWORD,
      name = "Password",
      description = "For the broker; better written as $[secret:FILE] or $[env:NAME].")
  String password() default "";

  @AttributeDefinition(
      required = false,
      name = "Password file",
      description = "A file with the password instead, read anew at each connect.")
  String passwordFile() default "";

  @AttributeDefinition(
      required = false,
      name = "Keep alive",
      description = "The longest silence towards the broker; 0 is off.")
  String keepAlive() default "60s";

  @AttributeDefinition(
      required = false,
      name = "Connect timeout",
      description = "From resolving the broker's name to its answer.")
  String connectTimeout() default "10s";

  @AttributeDefinition(
      required = false,
      name = "Handshake timeout",
      description = "From CONNECT to CONNACK; empty: what is left of the connect timeout.")
  String handshakeTimeout() default "";

  @AttributeDefinition(
      required = false,
      name = "Write timeout",
      description = "How long the broker may take no byte; empty: as the acknowledgement timeout.")
  String writeTimeout() default "";

  @AttributeDefinition(
      required = false,
      name = "Acknowledgement timeout",
      description = "After it the connection is closed and opened again.")
  String ackTimeout() default "20s";

  @AttributeDefinition(
      required = false,
      name = "Trusted CAs",
      description = "Whom to trust: a PEM, PKCS12 or JKS file; empty: whom the hub's Java trusts.")
  String trustStore() default "";

  @AttributeDefinition(
      required = false,
      type = AttributeType.PASSWORD,
      name = "Password of the trusted CAs",
      description = "If that file has one.")
  String trustStorePassword() default "";

  @AttributeDefinition(
      required = false,
      name = "Own certificate and key",
      description = "A PKCS12 or JKS file, shown to a broker that asks.")
  String keyStore() default "";

  @AttributeDefinition(
      required = false,
      type = AttributeType.PASSWORD,
      name = "Password of the own store",
      description = "Opens that file.")
  String keyStorePassword() default "";

  @AttributeDefinition(
      required = false,
      type = AttributeType.PASSWORD,
      name = "Password of the own key",
      description = "Empty: as the store's.")
  String keyPassword() default "";

  @AttributeDefinition(
      required = false,
      name = "Own certificate",
      description = "A PEM file, shown to a broker that asks; needs its private key.")
  String certificate() default "";

  @AttributeDefinition(required = false, name = "Own private key", description = "A PEM file.")
  String privateKey() default "";

  @AttributeDefinition(
      required = false,
      type = AttributeType.PASSWORD,
      name = "Password of the private key",
      description = "If that file is encrypted.")
  String privateKeyPassword() default "";

  @AttributeDefinition(
      required = false,
      name = "Check the broker's name",
      description = "Whether the broker's certificate must be for the name in its address.")
  boolean hostnameValidated() default true;

  @AttributeDefinition(
      required = false,
      name = "TLS versions",
      description = "TLSv1.3, TLSv1.2 or both.")
  String tlsProtocols() default "TLSv1.3,TLSv1.2";

  @AttributeDefinition(
      required = false,
      name = "Clean session",
      description = "Whether each connect begins a new session at the broker.")
  boolean cleanSessionStart() default false;

  @AttributeDefinition(
      required = false,
      name = "Session expiry",
      description = "How long the broker keeps the session (MQTT 5).")
  String sessionExpiry() default "7d";

  @AttributeDefinition(
      required = false,
      name = "Messages in flight",
      description = "How many may be unacknowledged, 1 to 16000.")
  String maxInflight() default "20";

  @AttributeDefinition(
      required = false,
      name = "Packet size",
      description = "The largest packet that is sent and taken, 1kB to 256MB.")
  String maximumPacketSize() default "1MB";

  @AttributeDefinition(
      required = false,
      name = "Resubscribe",
      description = "Whether filters are subscribed again after a lost session.")
  boolean resubscribe() default true;

  @AttributeDefinition(
      required = false,
      name = "Unsubscribe after",
      description = "A filter without a listener for so long, online, is given back.")
  String unsubscribeAfter() default "10m";

  @AttributeDefinition(
      required = false,
      name = "Park timeout",
      description = "How long a received message waits for a listener.")
  String parkTimeout() default "60s";

  @AttributeDefinition(
      required = false,
      name = "Inbound bytes",
      description = "How much may wait for a listener before reading stops, 64kB to 1GB.")
  String inboundMaxBytes() default "16MB";

  @AttributeDefinition(
      required = false,
      name = "Presence topic",
      description = "Says online and offline here, retained; instead of the nine keys below.")
  String presenceTopic() default "";

  @AttributeDefinition(
      required = false,
      name = "Will topic",
      description = "Where the broker says that the connection was lost.")
  String lwtTopic() default "";

  @AttributeDefinition(required = false, name = "Will message", description = "Empty: offline.")
  String lwtMessage() default "";

  @AttributeDefinition(required = false, name = "Will QoS", description = "0, 1 or 2; empty: 1.")
  String lwtQos() default "";

  @AttributeDefinition(
      required = false,
      name = "Will retained",
      description = "true or false; empty: true.")
  String lwtRetain() default "";

  @AttributeDefinition(
      required = false,
      name = "Birth topic",
      description = "Where every connect is told.")
  String birthTopic() default "";

  @AttributeDefinition(required = false, name = "Birth message", description = "Empty: online.")
  String birthMessage() default "";

  @AttributeDefinition(required = false, name = "Birth QoS", description = "0, 1 or 2; empty: 1.")
  String birthQos() default "";

  @AttributeDefinition(
      required = false,
      name = "Birth retained",
      description = "true or false; empty: true.")
  String birthRetain() default "";

  @AttributeDefinition(
      required = false,
      name = "Shutdown topic",
      description = "Where a clean stop is told.")
  String shutdownTopic() default "";

  @AttributeDefinition(required = false, name = "Shutdown message", description = "Empty: offline.")
  String shutdownMessage() default "";

  @AttributeDefinition(
      required = false,
      name = "Shutdown QoS",
      description = "0, 1 or 2; empty: 1.")
  String shutdownQos() default "";

  @AttributeDefinition(
      required = false,
      name = "Shutdown retained",
      description = "true or false; empty: true.")
  String shutdownRetain() default "";

  @AttributeDefinition(
      required = false,
      name = "Retry",
      description =
          "exponential, fixed, patient, none, or the name of a service; empty: exponential, on a"
              + " battery patient.")
  String retry() default "";

  @AttributeDefinition(
      required = false,
      name = "First wait",
      description = "The bound of the first wait between attempts.")
  String retryMin() default "1s";

  @AttributeDefinition(
      required = false,
      name = "Longest wait",
      description = "Empty: 4s for a broker in the local network, else 60s; 30m if patient.")
  String retryMax() default "";

  @AttributeDefinition(
      required = false,
      name = "Jitter",
      description =
          "true or false: whether waits are drawn below their bound; empty: unless fixed.")
  String retryJitter() default "";

  @AttributeDefinition(
      required = false,
      name = "Stable time",
      description = "How long a connection lives to start the waits anew.")
  String stableTime() default "30s";

  @AttributeDefinition(
      required = false,
      name = "Attempts per hour",
      description = "How many attempts any hour may have; empty: 12 if patient, else no limit.")
  String attemptsPerHour() default "";

  @AttributeDefinition(
      required = false,
      name = "Connect delay",
      description = "The settle time before the first attempt.")
  String connectDelay() default "1s";

  @AttributeDefinition(
      required = false,
      name = "Store directory",
      description = "Where the queue is on disk; empty: the hub's folder for it.")
  String storeDirectory() default "";

  @AttributeDefinition(
      required = false,
      name = "Queue, messages",
      description = "How many may wait and be in flight together.")
  String queueMaxMessages() default "10000";

  @AttributeDefinition(
      required = false,
      name = "Queue, bytes",
      description = "How large they may be together.")
  String queueMaxBytes() default "64MB";

  @AttributeDefinition(
      required = false,
      name = "Store delay",
      description = "Within what time a message is on disk.")
  String storeDelay() default "200ms";

  @AttributeDefinition(
      required = false,
      name = "Disk left free",
      description = "Below it no message is written.")
  String storeMinFree() default "32MB";

  @AttributeDefinition(
      required = false,
      name = "Attempts",
      description = "So many losses of the link put a message aside that was alone in flight.")
  String maxAttempts() default "10";

  @AttributeDefinition(
      required = false,
      name = "Admission",
      description = "The name of a service of another bundle that decides of each message first.")
  String admission() default "";

  @AttributeDefinition(
      required = false,
      name = "Wait for the clock",
      description = "How long messages with a deadline are held after a start in the past.")
  String clockWait() default "60s";

  @AttributeDefinition(
      required = false,
      name = "Trust without a clock",
      description = "Messages with a shorter deadline expire if the clock was not set in time.")
  String clockTrust() default "1h";

  @AttributeDefinition(
      required = false,
      name = "Energy",
      description = "mains, battery or metered: whether it is open only while there is a reason.")
  String energy() default "mains";

  @AttributeDefinition(
      required = false,
      name = "Wake, messages",
      description = "So many waiting messages open a connection that saves energy.")
  String wakeMessages() default "100";

  @AttributeDefinition(
      required = false,
      name = "Wake, age",
      description = "A message that has waited so long opens it.")
  String wakeAge() default "1h";

  @AttributeDefinition(
      required = false,
      name = "Idle disconnect",
      description = "So long after the last message it is closed; empty: 10s, if metered 5m.")
  String idleDisconnect() default "";

  @AttributeDefinition(
      required = false,
      name = "Warn of an outage after",
      description = "One line in the log.")
  String outageWarnAfter() default "300s";
}
