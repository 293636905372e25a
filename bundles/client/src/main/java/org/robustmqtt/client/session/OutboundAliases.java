package org.robustmqtt.client.session;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Encoder;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.Publish;

/**
 * The topic aliases that we gave on this connection (5.0, section 3.3.2.3.4). The first PUBLISH of
 * a topic on a connection carries topic and alias, the next ones the alias alone. When there are no
 * more aliases, the topic that was published longest ago gives its alias away.
 *
 * <p>To be asked in the order in which the packets are written, and only for packets that are
 * written.
 */
final class OutboundAliases {
  /** So many at the most, whatever the broker takes: each keeps a topic in memory on both sides. */
  static final int MOST = 64;

  /** An alias takes 3 bytes, and perhaps one more of the property length: no gain below. */
  private static final int SHORTEST_TOPIC = 5;

  private final Map<String, Integer> aliases = new LinkedHashMap<>(16, 0.75f, true);
  private int maximum;

  /** A connection begins: no alias is known on it (MQTT-3.3.2-7), and so many are allowed. */
  void begin(int brokersMaximum) {
    aliases.clear();
    maximum = Math.min(MOST, brokersMaximum);
  }

  /**
   * Returns the packet as it is to be written: never with an alias above the broker's maximum
   * (MQTT-3.2.2-17), never larger than the broker takes (MQTT-3.2.2-15).
   *
   * @param packet a packet that this broker takes as it is
   * @param largest the broker's maximum packet size
   */
  Publish apply(Publish packet, Encoder encoder, long largest) {
    if (maximum == 0 || packet.topic().length() < SHORTEST_TOPIC) {
      return packet;
    }
    Integer known = aliases.get(packet.topic());
    if (known != null) {
      return with(packet, "", known);
    }
    int alias = aliases.size() < maximum ? aliases.size() + 1 : eldest();
    Publish introducing = with(packet, packet.topic(), alias);
    if (!fits(introducing, encoder, largest)) {
      return packet;
    }
    if (aliases.size() == maximum) {
      Iterator<String> topics = aliases.keySet().iterator();
      topics.next();
      topics.remove();
    }
    aliases.put(packet.topic(), alias);
    return introducing;
  }

  private int eldest() {
    return aliases.values().iterator().next();
  }

  private static boolean fits(Publish packet, Encoder encoder, long largest) {
    try {
      return encoder.size(packet) <= largest;
    } catch (CodecException e) {
      return false;
    }
  }

  private static Publish with(Publish packet, String topic, int alias) {
    Properties properties = packet.properties().with(Property.TOPIC_ALIAS, alias);
    return new Publish(
        packet.duplicate(),
        packet.qos(),
        packet.retain(),
        topic,
        packet.packetId(),
        properties,
        packet.payload());
  }
}
