package org.robustmqtt.client.session;

import java.util.Optional;
import org.robustmqtt.BrokerCapabilities;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.ReasonCode;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.Encoder;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Publish;

/** What the parts of a session share about the connection they have, or have not, right now. */
final class Connection {
  private enum Phase {
    DOWN,
    CONNECTING,
    /** Accepted only to begin a session; nothing is sent. */
    PREPARING,
    ONLINE,
    CLOSED
  }

  private final SessionEffects effects;
  private Phase phase = Phase.DOWN;
  private long serial;
  private long answered;
  private int number;

  // valid as long as the connection
  private Encoder encoder = new Encoder(ProtocolVersion.MQTT_5);
  private BrokerCapabilities capabilities = Capabilities.standard(0, 0);
  private final OutboundAliases aliases = new OutboundAliases();

  /** How many topic aliases the broker may give; valid as long as the session object. */
  private int aliasesTaken = InboundAliases.MAXIMUM;

  /**
   * Begins.
   *
   * @param lastSerial what was given out before, for the same link
   */
  Connection(SessionEffects effects, long lastSerial) {
    this.effects = effects;
    serial = lastSerial;
  }

  /** A CONNECT is on its way. */
  void begin(ProtocolVersion version) {
    encoder = new Encoder(version);
    number++;
    phase = Phase.CONNECTING;
  }

  /** The broker accepted us, and takes so many topic aliases. */
  void establish(BrokerCapabilities learnt, int topicAliasMaximum) {
    capabilities = learnt;
    aliases.begin(topicAliasMaximum);
    phase = Phase.ONLINE;
  }

  /** The broker accepted us; the session that is to last has to be recorded before it begins. */
  void prepare() {
    phase = Phase.PREPARING;
  }

  /** The session is recorded: the next connection begins it. */
  void prepared() {
    phase = Phase.CLOSED;
    effects.again();
  }

  /** The link is gone. */
  void end() {
    phase = Phase.DOWN;
  }

  /** Returns whether there is a connection, accepted or not, whose packets count. */
  boolean open() {
    return phase == Phase.CONNECTING || phase == Phase.ONLINE;
  }

  /** Returns whether a CONNECT is not answered. */
  boolean connecting() {
    return phase == Phase.CONNECTING;
  }

  /** Returns whether this connection waits for the record of the next one's session. */
  boolean preparing() {
    return phase == Phase.PREPARING;
  }

  boolean down() {
    return phase == Phase.DOWN;
  }

  boolean online() {
    return phase == Phase.ONLINE;
  }

  /** Returns which connection of the session this is: 1 and more once there was one. */
  int number() {
    return number;
  }

  boolean mqtt5() {
    return encoder.version() == ProtocolVersion.MQTT_5;
  }

  BrokerCapabilities capabilities() {
    return capabilities;
  }

  /** Returns a number that is larger than all before, over connections: 1 and more. */
  long nextSerial() {
    serial++;
    return serial;
  }

  long lastSerial() {
    return serial;
  }

  /** The broker acknowledged what had this serial. */
  void answered(long its) {
    answered = Math.max(answered, its);
  }

  /** Returns the largest serial that was acknowledged. */
  long answered() {
    return answered;
  }

  void write(Packet packet) {
    assert online();
    effects.write(packet);
  }

  /** Returns a PUBLISH that fits as it is to be written next, with a topic alias where allowed. */
  Publish aliased(Publish packet) {
    return aliases.apply(packet, encoder, capabilities.maximumPacketSize());
  }

  /**
   * Returns whether the broker takes a packet of that size (MQTT-3.2.2-15).
   *
   * @throws CodecException if the packet cannot be written at all
   */
  boolean fits(Packet packet) throws CodecException {
    return encoder.size(packet) <= capabilities.maximumPacketSize();
  }

  /** Returns how many topic aliases the next CONNECT grants to the broker. */
  int aliasesTaken() {
    return aliasesTaken;
  }

  /** The broker has used an alias wrongly: it is not to use any on the connections that follow. */
  void refuseAliases() {
    aliasesTaken = 0;
  }

  /** Closes because of what the broker did, with its own words if it said some. */
  void close(Place place, ProblemKind kind, int reasonCode, String text) {
    phase = Phase.CLOSED;
    effects.close(place, kind, reasonCode, text, Optional.empty());
  }

  /**
   * Closes with our reason. MQTT 5 says it to the broker, but only one that has accepted us (5.0,
   * section 4.13.1).
   */
  void closeWith(Place place, ProblemKind kind, ReasonCode reason, String text) {
    Optional<Disconnect> last =
        online() && mqtt5()
            ? Optional.of(new Disconnect(reason.value(), Properties.NONE))
            : Optional.empty();
    phase = Phase.CLOSED;
    effects.close(place, kind, reason.value(), text, last);
  }

  /** Closes because the broker broke a rule of the protocol. */
  void breach(Place place, String text) {
    closeWith(place, ProblemKind.PROTOCOL_ERROR, ReasonCode.PROTOCOL_ERROR, text);
  }

  /**
   * Closes because a record could not be written that has to be there before the next packet
   * (MQTT-4.8.0-2 of 3.1.1). It is tried again on the next connection, after the link's wait.
   */
  void storeFailed(String what) {
    if (online() || preparing()) {
      closeWith(
          Place.STORE,
          ProblemKind.STORE_DEGRADED,
          ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
          what + " could not be written to the journal");
    }
  }
}
