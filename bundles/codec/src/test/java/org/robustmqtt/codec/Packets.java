package org.robustmqtt.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.robustmqtt.QoS;
import org.robustmqtt.UserProperty;

/** Makes packets that one side may send in one version, from a source of choices. */
final class Packets {
  private static final List<String> PIECES =
      List.of(
          "a",
          "bc",
          "temperature",
          "\u00E9",
          "e\u0301",
          "\uFEFF",
          "\u20AC",
          "\uD83D\uDE00",
          " ",
          "\u0001",
          "\u007F",
          "\u0080",
          "\u07FF",
          "\u0800",
          "\uFFFF",
          "\uDBFF\uDFFF",
          "$SYS");

  private final ProtocolVersion version;
  private final Sender sender;
  private final Random random;

  Packets(ProtocolVersion version, Sender sender, Random random) {
    this.version = version;
    this.sender = sender;
    this.random = random;
  }

  Packet next() {
    List<PacketType> types = new ArrayList<>(List.of(PacketType.values()));
    Dialect dialect = Dialect.of(version, sender);
    types.removeIf(
        type -> {
          try {
            Header.direction(dialect, type);
            return type == PacketType.AUTH && !v5();
          } catch (CodecException e) {
            return true;
          }
        });
    return packet(pick(types));
  }

  private Packet packet(PacketType type) {
    return switch (type) {
      case CONNECT -> connect();
      case CONNACK -> {
        int code = v5() ? code(Place.CONNACK) : pick(List.of(0, 0x84, 0x85, 0x86, 0x87, 0x88));
        yield new Connack(random.nextBoolean(), code, properties(Place.CONNACK));
      }
      case PUBLISH -> publish();
      case PUBACK -> new Puback(id(), code(Place.PUBACK), properties(Place.PUBACK));
      case PUBREC -> new Pubrec(id(), code(Place.PUBREC), properties(Place.PUBREC));
      case PUBREL -> new Pubrel(id(), code(Place.PUBREL), properties(Place.PUBREL));
      case PUBCOMP -> new Pubcomp(id(), code(Place.PUBCOMP), properties(Place.PUBCOMP));
      case SUBSCRIBE ->
          new Subscribe(id(), some(1, i -> subscription()), properties(Place.SUBSCRIBE));
      case SUBACK ->
          new Suback(
              id(),
              some(1, i -> v5() ? code(Place.SUBACK) : pick(List.of(0, 1, 2, 0x80))),
              properties(Place.SUBACK));
      case UNSUBSCRIBE ->
          new Unsubscribe(id(), some(1, i -> filter()), properties(Place.UNSUBSCRIBE));
      case UNSUBACK ->
          new Unsuback(
              id(),
              v5() ? some(1, i -> code(Place.UNSUBACK)) : List.of(),
              properties(Place.UNSUBACK));
      case PINGREQ -> new Pingreq();
      case PINGRESP -> new Pingresp();
      case DISCONNECT -> new Disconnect(code(Place.DISCONNECT), properties(Place.DISCONNECT));
      case AUTH -> new Auth(code(Place.AUTH), properties(Place.AUTH));
    };
  }

  private Connect connect() {
    boolean clean = random.nextBoolean();
    boolean named = v5() ? random.nextBoolean() : !clean || random.nextBoolean();
    boolean user = random.nextBoolean();
    boolean password = random.nextBoolean() && (user || v5());
    return new Connect(
        version,
        clean,
        random.nextInt(65_536),
        named ? "c" + text() : "",
        random.nextBoolean() ? Optional.of(will()) : Optional.empty(),
        user ? Optional.of(text()) : Optional.empty(),
        password ? Optional.of(bytes()) : Optional.empty(),
        properties(Place.CONNECT));
  }

  private Will will() {
    return new Will(topic(), bytes(), qos(), random.nextBoolean(), properties(Place.WILL));
  }

  private Publish publish() {
    QoS qos = qos();
    Properties properties = properties(Place.PUBLISH);
    boolean alias = properties.has(Property.TOPIC_ALIAS) && random.nextBoolean();
    return new Publish(
        qos != QoS.AT_MOST_ONCE && random.nextBoolean(),
        qos,
        random.nextBoolean(),
        alias ? "" : topic(),
        qos == QoS.AT_MOST_ONCE ? 0 : id(),
        properties,
        bytes());
  }

  private Subscription subscription() {
    String filter = filter();
    boolean local = v5() && !filter.startsWith("$share/") && random.nextBoolean();
    return new Subscription(
        filter,
        qos(),
        local,
        v5() && random.nextBoolean(),
        v5() ? pick(List.of(RetainHandling.values())) : RetainHandling.ALWAYS);
  }

  private Properties properties(Place place) {
    if (!v5()) {
      return Properties.NONE;
    }
    Properties.Builder builder = Properties.builder();
    boolean some = random.nextBoolean();
    for (Property property : Property.values()) {
      boolean method = property == Property.AUTHENTICATION_METHOD;
      boolean required = method && (place == Place.AUTH || place == Place.CONNECT);
      if (required || some && PropertyTable.allowed(property, place) && random.nextInt(3) == 0) {
        if (writable(property, place)) {
          add(builder, property, place);
        }
      }
    }
    return builder.build();
  }

  private boolean writable(Property property, Place place) {
    try {
      PropertyTable.writer(Dialect.of(version, sender), place, property);
      return true;
    } catch (CodecException e) {
      return false;
    }
  }

  private void add(Properties.Builder builder, Property property, Place place) {
    int times = PropertyTable.repeatable(property, place) ? 1 + random.nextInt(3) : 1;
    for (int i = 0; i < times; i++) {
      switch (property.valueType()) {
        case BYTE -> builder.number(property, random.nextInt(2));
        case TWO_BYTE_INTEGER -> builder.number(property, 1 + random.nextInt(65_535));
        case FOUR_BYTE_INTEGER -> builder.number(property, 1 + random.nextInt() & 0xFFFF_FFFFL | 1);
        case VARIABLE_BYTE_INTEGER ->
            builder.number(property, 1 + random.nextInt(VariableByteInteger.MAX));
        case STRING ->
            builder.string(property, property == Property.RESPONSE_TOPIC ? topic() : text());
        case STRING_PAIR -> builder.user(new UserProperty(text(), text()));
        case BINARY -> builder.binary(property, bytes());
      }
    }
  }

  private int code(Place place) {
    if (!v5()) {
      return 0;
    }
    Dialect dialect = Dialect.of(version, sender);
    return pick(
        IntStream.range(0, 256)
            .filter(code -> ReasonCodes.allowed(dialect, place, code))
            .boxed()
            .toList());
  }

  private String filter() {
    String levels = String.join("/", some(1, i -> random.nextInt(4) == 0 ? "+" : topic()));
    String share = random.nextInt(4) == 0 ? "$share/g/" : "";
    return share + (random.nextInt(4) == 0 ? levels + "/#" : levels);
  }

  private String topic() {
    return "t" + String.join("/", some(0, i -> text()));
  }

  private String text() {
    return String.join("", some(0, i -> pick(PIECES)));
  }

  private byte[] bytes() {
    byte[] bytes = new byte[pick(List.of(0, 1, 2, 100, 127, 128, 300))];
    random.nextBytes(bytes);
    return bytes;
  }

  private QoS qos() {
    return pick(List.of(QoS.values()));
  }

  private int id() {
    return 1 + random.nextInt(65_535);
  }

  private <T> List<T> some(int least, IntFunction<T> make) {
    return IntStream.range(0, least + random.nextInt(4)).mapToObj(make).toList();
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private boolean v5() {
    return version == ProtocolVersion.MQTT_5;
  }
}
