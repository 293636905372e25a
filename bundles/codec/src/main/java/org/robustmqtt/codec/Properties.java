package org.robustmqtt.codec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.robustmqtt.UserProperty;

/**
 * The properties of an MQTT 5 packet, immutable. What may stand in which packet is checked by the
 * codec, not here. They are kept in the order of their identifiers, so two of them are equal if
 * they say the same; user properties and subscription identifiers keep their own order.
 */
public final class Properties {
  /** No properties at all; what every MQTT 3.1.1 packet has. */
  public static final Properties NONE = new Properties(new Property[0], new Object[0]);

  private static final Property[] KEYS = Property.values();

  /** What an entry takes besides its characters or bytes. */
  private static final int ENTRY = 64;

  private final Property[] keys;
  private final Object[] values; // Long, String, byte[] or UserProperty, as the key's type says

  private Properties(Property[] keys, Object[] values) {
    this.keys = keys;
    this.values = values;
  }

  /** Returns the number of entries; user properties and subscription identifiers count each. */
  public int size() {
    return keys.length;
  }

  /** Returns whether there are none. */
  public boolean isEmpty() {
    return keys.length == 0;
  }

  /** Returns about how many bytes of memory they take; at the most 2^30. */
  public int weight() {
    long weight = 0;
    for (Object value : values) {
      weight += ENTRY;
      if (value instanceof String text) {
        weight += text.length();
      } else if (value instanceof byte[] bytes) {
        weight += bytes.length;
      } else if (value instanceof UserProperty user) {
        weight += user.name().length() + user.value().length();
      }
    }
    return (int) Math.min(weight, 1 << 30);
  }

  /**
   * Returns the value of a numeric property, empty if it is not there; of several subscription
   * identifiers the first.
   *
   * @throws IllegalArgumentException if the property is not numeric
   */
  public OptionalLong number(Property property) {
    if (!Builder.numeric(property)) {
      throw new IllegalArgumentException(property + " is a " + property.valueType());
    }
    int i = indexOf(property);
    return i < 0 ? OptionalLong.empty() : OptionalLong.of((Long) values[i]);
  }

  /**
   * Returns the value of a string property, empty if it is not there.
   *
   * @throws IllegalArgumentException if the property is no string
   */
  public Optional<String> string(Property property) {
    Builder.expect(property, Property.Type.STRING);
    int i = indexOf(property);
    return i < 0 ? Optional.empty() : Optional.of((String) values[i]);
  }

  /**
   * Returns the value of a binary property (not copied), empty if it is not there.
   *
   * @throws IllegalArgumentException if the property is not binary
   */
  public Optional<byte[]> binary(Property property) {
    Builder.expect(property, Property.Type.BINARY);
    int i = indexOf(property);
    return i < 0 ? Optional.empty() : Optional.of((byte[]) values[i]);
  }

  /** Returns the user properties in their order. */
  public List<UserProperty> userProperties() {
    return all(Property.USER_PROPERTY, UserProperty.class);
  }

  /** Returns the subscription identifiers in their order. */
  public List<Integer> subscriptionIdentifiers() {
    return all(Property.SUBSCRIPTION_IDENTIFIER, Long.class).stream().map(Long::intValue).toList();
  }

  private <T> List<T> all(Property property, Class<T> type) {
    int from = indexOf(property);
    if (from < 0) {
      return List.of();
    }
    List<T> all = new ArrayList<>();
    for (int i = from; i < keys.length && keys[i] == property; i++) {
      all.add(type.cast(values[i]));
    }
    return List.copyOf(all);
  }

  /**
   * Returns these properties with a numeric one that they do not have yet.
   *
   * @throws IllegalArgumentException as {@link Builder#number} does
   */
  public Properties with(Property property, long value) {
    Builder builder = new Builder();
    for (int i = 0; i < keys.length; i++) {
      builder.add(keys[i], values[i]);
    }
    return builder.number(property, value).build();
  }

  boolean has(Property property) {
    return indexOf(property) >= 0;
  }

  Property key(int index) {
    return keys[index];
  }

  Object value(int index) {
    return values[index];
  }

  private int indexOf(Property property) {
    for (int i = 0; i < keys.length; i++) {
      if (keys[i] == property) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Properties that
        && Arrays.equals(keys, that.keys)
        && Arrays.deepEquals(values, that.values);
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(values);
  }

  /** Tells the properties; of binary values only the size, for they may be secrets. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < keys.length; i++) {
      text.append(i == 0 ? "" : ", ").append(keys[i]).append('=');
      if (values[i] instanceof byte[] bytes) {
        text.append(bytes.length).append(" bytes");
      } else if (values[i] instanceof UserProperty user) {
        text.append(user.name()).append(':').append(user.value());
      } else {
        text.append(values[i]);
      }
    }
    return text.append('}').toString();
  }

  /** Returns a builder of new properties. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Collects properties; checks that a value fits the type of its property. Whether the packet it
   * is for can have it is checked when that packet is written.
   */
  public static final class Builder {
    private Property[] keys = new Property[4];
    private Object[] values = new Object[4];
    private int size;

    private Builder() {}

    /**
     * Sets a numeric property, or adds a subscription identifier.
     *
     * @throws IllegalArgumentException if the property is not numeric, or the value is outside the
     *     range of its type
     */
    public Builder number(Property property, long value) {
      long max = max(property);
      if (value < 0 || value > max) {
        throw new IllegalArgumentException(
            property + " " + value + ": allowed are 0 to " + max + " (section 2.2.2.2)");
      }
      return property == Property.SUBSCRIPTION_IDENTIFIER
          ? add(property, value)
          : set(property, value);
    }

    /**
     * Sets a string property.
     *
     * @throws IllegalArgumentException if the property is no string, or the value is not well
     *     formed or too long (MQTT-1.5.4-1, MQTT-1.5.4-2)
     */
    public Builder string(Property property, String value) {
      expect(property, Property.Type.STRING);
      long bytes = Utf8.size(value);
      if (bytes < 0 || bytes > Utf8.MAX_BYTES) {
        throw new IllegalArgumentException(
            property
                + ": allowed are at most 65535 bytes of UTF-8 without U+0000 and unpaired"
                + " surrogates (MQTT-1.5.4-1, MQTT-1.5.4-2)");
      }
      return set(property, value);
    }

    /**
     * Sets a binary property; the array is not copied.
     *
     * @throws IllegalArgumentException if the property is not binary, or the value too long
     */
    public Builder binary(Property property, byte[] value) {
      expect(property, Property.Type.BINARY);
      if (value.length > Utf8.MAX_BYTES) {
        throw new IllegalArgumentException(
            property + ": " + value.length + " bytes; allowed are 65535 (section 1.5.6)");
      }
      return set(property, value);
    }

    /** Adds a user property. */
    public Builder user(UserProperty property) {
      return add(Property.USER_PROPERTY, Objects.requireNonNull(property, "property"));
    }

    /** Returns the properties; {@link #NONE} if nothing was set. */
    public Properties build() {
      if (size == 0) {
        return NONE;
      }
      // Counting sort: stable, and linear also for a hostile packet
      int[] next = new int[KEYS.length + 1];
      for (int i = 0; i < size; i++) {
        next[keys[i].ordinal() + 1]++;
      }
      for (int k = 1; k < next.length; k++) {
        next[k] += next[k - 1];
      }
      Property[] sortedKeys = new Property[size];
      Object[] sortedValues = new Object[size];
      for (int i = 0; i < size; i++) {
        int at = next[keys[i].ordinal()]++;
        sortedKeys[at] = keys[i];
        sortedValues[at] = values[i];
      }
      return new Properties(sortedKeys, sortedValues);
    }

    /** Appends an entry that has been checked. */
    Builder add(Property property, Object value) {
      if (size == keys.length) {
        keys = Arrays.copyOf(keys, 2 * size);
        values = Arrays.copyOf(values, 2 * size);
      }
      keys[size] = property;
      values[size++] = value;
      return this;
    }

    private Builder set(Property property, Object value) {
      for (int i = 0; i < size; i++) {
        if (keys[i] == property) {
          values[i] = value;
          return this;
        }
      }
      return add(property, value);
    }

    static boolean numeric(Property property) {
      return switch (property.valueType()) {
        case BYTE, TWO_BYTE_INTEGER, FOUR_BYTE_INTEGER, VARIABLE_BYTE_INTEGER -> true;
        case STRING, STRING_PAIR, BINARY -> false;
      };
    }

    private static long max(Property property) {
      return switch (property.valueType()) {
        case BYTE -> 0xFF;
        case TWO_BYTE_INTEGER -> 0xFFFF;
        case FOUR_BYTE_INTEGER -> 0xFFFF_FFFFL;
        case VARIABLE_BYTE_INTEGER -> VariableByteInteger.MAX;
        case STRING, STRING_PAIR, BINARY ->
            throw new IllegalArgumentException(property + " is a " + property.valueType());
      };
    }

    static void expect(Property property, Property.Type type) {
      if (property.valueType() != type) {
        throw new IllegalArgumentException(
            property + " is a " + property.valueType() + ", no " + type);
      }
    }
  }
}
