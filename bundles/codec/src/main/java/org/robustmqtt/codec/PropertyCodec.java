package org.robustmqtt.codec;

import org.robustmqtt.UserProperty;

/** Reads and writes the properties of a packet with their length (5.0: section 2.2.2). */
final class PropertyCodec {
  private PropertyCodec() {}

  /** Reads the properties, which MQTT 3.1.1 has not. */
  static Properties read(ReadBuffer in, Place place) throws CodecException {
    if (!in.v5()) {
      return Properties.NONE;
    }
    int length = in.variable("property length");
    if (length == 0) {
      return Properties.NONE;
    }
    in.need(length, "properties");
    int before = in.narrow(length);
    Properties.Builder properties = Properties.builder();
    long seen = 0;
    while (in.remaining() > 0) {
      int id = in.variable("property identifier");
      Property property = PropertyTable.byId(id).orElse(null);
      if (property == null || !PropertyTable.allowed(property, place)) {
        throw in.broken(
            Rule.PROPERTY_PLACE,
            (property == null ? String.format("property 0x%02X", id) : property)
                + " in "
                + place
                + "; not allowed there");
      }
      long bit = 1L << property.ordinal();
      if ((seen & bit) != 0 && !PropertyTable.repeatable(property, place)) {
        throw in.broken(Rule.PROPERTY_REPEATED, property + " more than once; allowed is once");
      }
      seen |= bit;
      PropertyTable.writer(in.dialect(), place, property);
      properties.add(property, value(in, place, property));
    }
    in.widen(before);
    return properties.build();
  }

  private static Object value(ReadBuffer in, Place place, Property property) throws CodecException {
    String name = property.name();
    return switch (property.valueType()) {
      case BYTE -> number(in, place, property, in.u8(name));
      case TWO_BYTE_INTEGER -> number(in, place, property, in.u16(name));
      case FOUR_BYTE_INTEGER -> number(in, place, property, in.u32(name));
      case VARIABLE_BYTE_INTEGER -> number(in, place, property, in.variable(name));
      case STRING -> {
        String value = in.string(name);
        PropertyTable.string(in.dialect(), place, property, value);
        yield value;
      }
      case STRING_PAIR -> new UserProperty(in.string(name), in.string(name));
      case BINARY -> in.binary(name);
    };
  }

  private static Long number(ReadBuffer in, Place place, Property property, long value)
      throws CodecException {
    PropertyTable.number(in.dialect(), place, property, value);
    return value;
  }

  /**
   * Checks properties for a place.
   *
   * @return the bytes that they need with their length; 0 in MQTT 3.1.1
   */
  static long size(Properties properties, Place place, Dialect dialect) throws CodecException {
    if (!dialect.v5()) {
      if (!properties.isEmpty()) {
        throw Rule.ONLY_VERSION_5.broken(dialect, place + ": properties; allowed in MQTT 5 only");
      }
      return 0;
    }
    if (properties.isEmpty()) {
      return 1;
    }
    for (int i = 0; i < properties.size(); i++) {
      check(properties, i, place, dialect);
    }
    long length = length(properties);
    if (length > VariableByteInteger.MAX) {
      throw Rule.LARGEST_PACKET.broken(
          dialect, place + ": properties of " + length + " bytes; allowed are 268435455");
    }
    return VariableByteInteger.size((int) length) + length;
  }

  private static void check(Properties properties, int index, Place place, Dialect dialect)
      throws CodecException {
    Property property = properties.key(index);
    if (!PropertyTable.allowed(property, place)) {
      throw Rule.PROPERTY_PLACE.broken(dialect, place + ": " + property + " is not allowed there");
    }
    if (index > 0
        && properties.key(index - 1) == property
        && !PropertyTable.repeatable(property, place)) {
      throw Rule.PROPERTY_REPEATED.broken(
          dialect, place + ": " + property + " more than once; allowed is once");
    }
    PropertyTable.writer(dialect, place, property);
    Object value = properties.value(index);
    if (value instanceof Long number) {
      PropertyTable.number(dialect, place, property, number);
    } else if (value instanceof String string) {
      PropertyTable.string(dialect, place, property, string);
    }
  }

  /** Returns the property length: what stands between the length field and the next field. */
  private static long length(Properties properties) {
    long length = 0;
    for (int i = 0; i < properties.size(); i++) {
      Object value = properties.value(i);
      length +=
          1
              + switch (properties.key(i).valueType()) {
                case BYTE -> 1;
                case TWO_BYTE_INTEGER -> 2;
                case FOUR_BYTE_INTEGER -> 4;
                case VARIABLE_BYTE_INTEGER -> VariableByteInteger.size(((Long) value).intValue());
                case STRING -> 2 + Utf8.size((String) value);
                case STRING_PAIR -> {
                  UserProperty pair = (UserProperty) value;
                  yield 4 + Utf8.size(pair.name()) + Utf8.size(pair.value());
                }
                case BINARY -> 2 + ((byte[]) value).length;
              };
    }
    return length;
  }

  /** Writes properties that {@link #size} has accepted; nothing in MQTT 3.1.1. */
  static void write(Properties properties, WriteBuffer out, Dialect dialect) {
    if (!dialect.v5()) {
      return;
    }
    if (properties.isEmpty()) {
      out.u8(0);
      return;
    }
    out.variable((int) length(properties));
    for (int i = 0; i < properties.size(); i++) {
      Property property = properties.key(i);
      Object value = properties.value(i);
      out.u8(property.id());
      switch (property.valueType()) {
        case BYTE -> out.u8(((Long) value).intValue());
        case TWO_BYTE_INTEGER -> out.u16(((Long) value).intValue());
        case FOUR_BYTE_INTEGER -> out.u32((Long) value);
        case VARIABLE_BYTE_INTEGER -> out.variable(((Long) value).intValue());
        case STRING -> out.string((String) value);
        case STRING_PAIR -> {
          UserProperty pair = (UserProperty) value;
          out.string(pair.name());
          out.string(pair.value());
        }
        case BINARY -> out.binary((byte[]) value);
      }
    }
  }
}
