package org.robustmqtt.client.session;

import java.util.Arrays;
import java.util.OptionalLong;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.ReasonCode;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.Publish;

/**
 * The topic aliases that the broker gave on this connection (5.0, section 3.3.2.3.4). At most
 * {@value #MAXIMUM}, which CONNECT says, so that what is kept is bounded.
 */
final class InboundAliases {
  /** How many we take; the broker need not use any. */
  static final int MAXIMUM = 16;

  private final String[] topics = new String[MAXIMUM + 1];

  /** The connection is over, and every alias with it (MQTT-3.3.2-7). */
  void clear() {
    Arrays.fill(topics, null);
  }

  /**
   * Returns the PUBLISH with its topic, and remembers the alias if it brings both. If its alias is
   * none that the broker may send, the connection is closed and null is returned.
   */
  Publish resolve(Publish packet, Connection connection) {
    OptionalLong alias =
        packet.properties().isEmpty()
            ? OptionalLong.empty()
            : packet.properties().number(Property.TOPIC_ALIAS);
    if (alias.isEmpty()) {
      if (packet.topic().isEmpty()) {
        connection.breach(Place.WAIT_MESSAGE, "The broker sent a PUBLISH without a topic");
        return null;
      }
      return packet;
    }
    if (alias.getAsLong() < 1 || alias.getAsLong() > MAXIMUM) {
      connection.refuseAliases();
      connection.closeWith(
          Place.WAIT_MESSAGE,
          ProblemKind.PROTOCOL_ERROR,
          ReasonCode.TOPIC_ALIAS_INVALID,
          "The broker sent the topic alias "
              + alias.getAsLong()
              + ", but we allow 1 to "
              + MAXIMUM
              + " (MQTT-3.1.2-26)");
      return null;
    }
    int number = (int) alias.getAsLong();
    if (!packet.topic().isEmpty()) {
      topics[number] = packet.topic();
      return packet;
    }
    if (topics[number] == null) {
      connection.refuseAliases();
      connection.breach(
          Place.WAIT_MESSAGE,
          "The broker sent the topic alias "
              + number
              + " without ever saying on this connection what it stands for (5.0, section"
              + " 3.3.2.3.4)");
      return null;
    }
    return new Publish(
        packet.duplicate(),
        packet.qos(),
        packet.retain(),
        topics[number],
        packet.packetId(),
        packet.properties(),
        packet.payload());
  }
}
