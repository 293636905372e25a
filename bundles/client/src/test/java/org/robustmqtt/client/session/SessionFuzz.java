package org.robustmqtt.client.session;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.robustmqtt.QoS;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.Encoder;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.Pingresp;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Pubcomp;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Pubrec;
import org.robustmqtt.codec.Pubrel;
import org.robustmqtt.codec.Sender;
import org.robustmqtt.codec.Suback;
import org.robustmqtt.codec.Unsuback;
import org.robustmqtt.codec.WriteBuffer;

/**
 * The session behind the decoder, with any bytes as the stream of its broker and any order of
 * publishes, records, listeners, lost links and ended processes: what a fuzzer calls, and {@link
 * SessionFuzzTest} with what it found. Afterwards an honest broker gets the rest of every message,
 * whatever went before.
 *
 * <p>An input is a list of steps. The low four bits of a byte name the step, the high four are its
 * first choice; what else it chooses follows. Packets of the broker can be written as steps, so
 * that a fuzzer need not find out their form first; bytes that are none are a step as well.
 */
public final class SessionFuzz {
  private static final int MAX_STEPS = 500;
  private static final int FEW_IDS = 6;
  private static final List<String> FILTERS = List.of("f/1", "f/2", "f/3", "#", "$share/g/f");

  private final byte[] input;
  private final ProtocolVersion version;
  private final Encoder encoder;
  private final FuzzWorld world;
  private int position;

  private SessionFuzz(byte[] input) {
    this.input = input;
    int choice = next();
    version = (choice & 1) == 0 ? ProtocolVersion.MQTT_5 : ProtocolVersion.MQTT_3_1_1;
    encoder = new Encoder(version, Sender.BROKER);
    world = new FuzzWorld(version, (choice & 2) != 0, 1 + (choice >> 2 & 3), (choice & 16) == 0);
  }

  /** Called by the fuzzer; an {@link AssertionError} or any other throwable is a finding. */
  public static void fuzzerTestOneInput(byte[] input) {
    SessionFuzz fuzz = new SessionFuzz(input);
    for (int step = 0; step < MAX_STEPS && fuzz.position < input.length; step++) {
      fuzz.step();
    }
    fuzz.world.drain();
  }

  private void step() {
    int step = next();
    int choice = step >> 4 & 0xF;
    switch (step & 0xF) {
      case 0 -> raw(choice);
      case 1 -> broker(connack(choice));
      case 2 -> broker(new Puback(id(choice), code(next()), Properties.NONE));
      case 3 -> broker(new Pubrec(id(choice), code(next()), Properties.NONE));
      case 4 -> broker(new Pubrel(id(choice), code(next()), Properties.NONE));
      case 5 -> broker(new Pubcomp(id(choice), code(next()), Properties.NONE));
      case 6 -> publishOfBroker(choice);
      case 7 -> broker(new Suback(id(choice), codes(), Properties.NONE));
      case 8 -> broker(new Unsuback(id(choice), v5() ? codes() : List.of(), Properties.NONE));
      case 9 -> broker(goodbye(choice));
      case 10 -> world.publish(choice & 3, choice >> 2, next());
      case 11 -> world.want(filters(choice));
      case 12 -> world.answerRecords(1 + (choice >> 1), (choice & 1) == 0);
      case 13 -> world.handle(choice);
      case 14 -> linkOrProcess(choice);
      default -> world.send(1 + choice);
    }
  }

  private void linkOrProcess(int choice) {
    if (choice == 0) {
      world.crash();
    } else if (choice < 4) {
      world.cut();
    } else if (choice == 4) {
      world.giveUp(next());
    } else if (choice == 5) {
      world.subscribeAgain(FILTERS.get(next() % FILTERS.size()));
    } else {
      world.connect();
    }
  }

  private void raw(int choice) {
    byte[] bytes = new byte[Math.min(1 + choice, input.length - position)];
    System.arraycopy(input, position, bytes, 0, bytes.length);
    position += bytes.length;
    world.feed(bytes, bytes.length);
  }

  private void broker(Packet packet) {
    WriteBuffer out = new WriteBuffer(64);
    try {
      encoder.encode(packet, out);
      world.feed(out.array(), out.length());
    } catch (CodecException e) {
      // No packet of a broker: not a step, the raw bytes are there for that.
      position = Math.min(position + 1, input.length);
    }
  }

  private Packet connack(int choice) {
    int refusal = v5() ? 0x80 + (next() & 0x1F) : 0x84 + (choice & 3);
    return new Connack((choice & 1) != 0, choice < 14 ? 0 : refusal, connackProperties());
  }

  private void publishOfBroker(int choice) {
    QoS qos = QoS.of((choice & 3) % 3);
    int more = next();
    boolean alias = v5() && (more & 0x70) == 0x70;
    broker(
        new Publish(
            qos != QoS.AT_MOST_ONCE && (choice & 4) != 0,
            qos,
            (choice & 8) != 0,
            alias && (more & 1) != 0 ? "" : "in",
            qos == QoS.AT_MOST_ONCE ? 0 : 1 + (more & 7),
            alias ? Properties.builder().number(Property.TOPIC_ALIAS, 1).build() : Properties.NONE,
            new byte[] {(byte) more}));
  }

  private Packet goodbye(int choice) {
    return choice < 8 ? new Pingresp() : new Disconnect(code(next()), Properties.NONE);
  }

  private Properties connackProperties() {
    int choice = v5() ? next() : 0;
    Properties.Builder builder = Properties.builder();
    if ((choice & 3) != 0) {
      builder.number(Property.RECEIVE_MAXIMUM, choice & 3);
    }
    if ((choice & 0x0C) == 4) {
      builder.number(Property.MAXIMUM_QOS, choice >> 6 & 1);
    }
    if ((choice & 0x0C) == 8) {
      builder.number(Property.MAXIMUM_PACKET_SIZE, 12 + (choice >> 4 & 15) * 4);
    }
    if ((choice & 0x30) == 0x10) {
      builder.number(Property.RETAIN_AVAILABLE, 0);
    }
    if ((choice & 0x30) == 0x20) {
      builder.number(Property.WILDCARD_SUBSCRIPTION_AVAILABLE, 0);
      builder.number(Property.SHARED_SUBSCRIPTION_AVAILABLE, 0);
    }
    return builder.build();
  }

  private Map<String, QoS> filters(int choice) {
    int more = next();
    Map<String, QoS> filters = new LinkedHashMap<>();
    for (int i = 0; i < FILTERS.size(); i++) {
      if ((choice >> Math.min(i, 3) & 1) != 0) {
        filters.put(FILTERS.get(i), QoS.of((more >> i & 3) % 3));
      }
    }
    return filters;
  }

  private List<Integer> codes() {
    int choice = next();
    List<Integer> codes = new ArrayList<>();
    for (int i = 0; i <= choice % 5; i++) {
      codes.add((choice & 0x80) == 0 ? (choice >> 3) % 3 : 0x80);
    }
    return codes;
  }

  /** Mostly success, because little happens after anything else. */
  private static int code(int choice) {
    return choice < 0xC0 ? 0 : 0x80 + (choice & 0x3F);
  }

  /** One that is in use, or any. */
  private int id(int choice) {
    List<Integer> open = world.openIds();
    return choice < 12 && !open.isEmpty() ? open.get(choice % open.size()) : 1 + choice % FEW_IDS;
  }

  private boolean v5() {
    return version == ProtocolVersion.MQTT_5;
  }

  private int next() {
    return position < input.length ? input[position++] & 0xFF : 0;
  }
}
