package org.robustmqtt.codec;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.robustmqtt.UserProperty;

/**
 * The properties of an MQTT 5 packet, immutable. What may stand in which packet is checked by the
 * codec, not here.
 */
public final class Properties {
  /** No properties at all; what every MQTT 3.1.1 packet has. */
  public static final Properties NONE = new Properties();

  private Properties() {}

  /** Returns the number of entries; user properties and subscription identifiers count each. */
  public int size() {
    throw new UnsupportedOperationException();
  }

  /** Returns whether there are none. */
  public boolean isEmpty() {
    return size() == 0;
  }

  /** Returns the value of a numeric property, empty if it is not there. */
  public OptionalLong number(Property property) {
    throw new UnsupportedOperationException();
  }

  /** Returns the value of a string property, empty if it is not there. */
  public Optional<String> string(Property property) {
    throw new UnsupportedOperationException();
  }

  /** Returns the value of a binary property (not copied), empty if it is not there. */
  public Optional<byte[]> binary(Property property) {
    throw new UnsupportedOperationException();
  }

  /** Returns the user properties in their order. */
  public List<UserProperty> userProperties() {
    throw new UnsupportedOperationException();
  }

  /** Returns the subscription identifiers in their order. */
  public List<Integer> subscriptionIdentifiers() {
    throw new UnsupportedOperationException();
  }

  /** Returns a builder of new properties. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects properties; checks that a value fits the type of its property. */
  public static final class Builder {
    private Builder() {}

    /** Sets a numeric property, or adds a subscription identifier. */
    public Builder number(Property property, long value) {
      throw new UnsupportedOperationException();
    }

    /** Sets a string property. */
    public Builder string(Property property, String value) {
      throw new UnsupportedOperationException();
    }

    /** Sets a binary property; the array is not copied. */
    public Builder binary(Property property, byte[] value) {
      throw new UnsupportedOperationException();
    }

    /** Adds a user property. */
    public Builder user(UserProperty property) {
      throw new UnsupportedOperationException();
    }

    /** Returns the properties; {@link #NONE} if nothing was set. */
    public Properties build() {
      throw new UnsupportedOperationException();
    }
  }
}
