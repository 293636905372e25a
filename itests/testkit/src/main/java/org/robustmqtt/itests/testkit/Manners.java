package org.robustmqtt.itests.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.robustmqtt.QoS;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Pingresp;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Pubcomp;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Pubrec;
import org.robustmqtt.codec.Pubrel;
import org.robustmqtt.codec.Suback;
import org.robustmqtt.codec.Subscribe;
import org.robustmqtt.codec.Unsuback;
import org.robustmqtt.codec.Unsubscribe;

/** How a broker answers by itself. Called on the reading thread of each connection. */
@FunctionalInterface
public interface Manners {
  /** Returns what is sent at once in answer to a packet; empty for no answer. */
  List<Packet> answer(Packet received);

  /**
   * Returns the manners of a well-behaved broker that forwards nothing: it accepts, keeps sessions
   * by client identifier, acknowledges and grants everything.
   */
  static Manners polite() {
    return new Polite();
  }

  /** Returns these manners, but without an answer to packets of these types. */
  default Manners ignoring(PacketType... types) {
    EnumSet<PacketType> ignored = EnumSet.noneOf(PacketType.class);
    ignored.addAll(Arrays.asList(types));
    return received -> ignored.contains(received.type()) ? List.of() : answer(received);
  }

  /** A well-behaved broker that forwards nothing. */
  final class Polite implements Manners {
    private final Set<String> sessions = new HashSet<>();
    private ProtocolVersion version = ProtocolVersion.MQTT_5;

    private Polite() {}

    @Override
    public synchronized List<Packet> answer(Packet received) {
      return switch (received.type()) {
        case CONNECT -> List.of(connack((Connect) received));
        case PUBLISH -> publish((Publish) received);
        case PUBREL -> List.of(new Pubcomp(((Pubrel) received).packetId(), 0, Properties.NONE));
        case PUBREC -> List.of(new Pubrel(((Pubrec) received).packetId(), 0, Properties.NONE));
        case SUBSCRIBE -> List.of(suback((Subscribe) received));
        case UNSUBSCRIBE -> List.of(unsuback((Unsubscribe) received));
        case PINGREQ -> List.of(new Pingresp());
        case CONNACK, PUBACK, PUBCOMP, SUBACK, UNSUBACK, PINGRESP, DISCONNECT, AUTH -> List.of();
      };
    }

    private Packet connack(Connect connect) {
      version = connect.version();
      boolean known = !sessions.add(connect.clientId());
      return new Connack(known && !connect.cleanStart(), 0, Properties.NONE);
    }

    private static List<Packet> publish(Publish publish) {
      return switch (publish.qos()) {
        case AT_MOST_ONCE -> List.of();
        case AT_LEAST_ONCE -> List.of(new Puback(publish.packetId(), 0, Properties.NONE));
        case EXACTLY_ONCE -> List.of(new Pubrec(publish.packetId(), 0, Properties.NONE));
      };
    }

    private static Packet suback(Subscribe subscribe) {
      List<Integer> granted = new ArrayList<>();
      subscribe.subscriptions().forEach(wanted -> granted.add(wanted.qos().level()));
      return new Suback(subscribe.packetId(), granted, Properties.NONE);
    }

    private Packet unsuback(Unsubscribe unsubscribe) {
      List<Integer> codes =
          version == ProtocolVersion.MQTT_5
              ? Collections.nCopies(unsubscribe.filters().size(), 0)
              : List.of();
      return new Unsuback(unsubscribe.packetId(), codes, Properties.NONE);
    }
  }

  /** Returns a message as a broker forwards it. */
  static Publish message(String topic, String text, QoS qos, int packetId) {
    return new Publish(
        false,
        qos,
        false,
        topic,
        packetId,
        Properties.NONE,
        text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }
}
