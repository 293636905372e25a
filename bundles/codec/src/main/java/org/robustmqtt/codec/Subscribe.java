package org.robustmqtt.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * SUBSCRIBE (section 3.8).
 *
 * @param packetId 1 to 65,535
 * @param subscriptions at least one
 * @param properties the properties; empty in MQTT 3.1.1
 */
public record Subscribe(int packetId, List<Subscription> subscriptions, Properties properties)
    implements Packet {
  /** Copies the list. */
  public Subscribe {
    subscriptions = List.copyOf(subscriptions);
    Objects.requireNonNull(properties, "properties");
  }

  @Override
  public PacketType type() {
    return PacketType.SUBSCRIBE;
  }

  static Subscribe read(ReadBuffer in) throws CodecException {
    int packetId = in.packetId();
    Properties properties = PropertyCodec.read(in, Place.SUBSCRIBE);
    List<Subscription> subscriptions = new ArrayList<>();
    while (in.remaining() > 0) {
      subscriptions.add(Subscription.read(in));
    }
    checkCount(in.dialect(), subscriptions.size());
    return new Subscribe(packetId, subscriptions, properties);
  }

  /** Checks the packet and returns the size of what follows the fixed header. */
  long size(Dialect dialect) throws CodecException {
    Check.packetId(dialect, Place.SUBSCRIBE, packetId);
    checkCount(dialect, subscriptions.size());
    long size = 2 + PropertyCodec.size(properties, Place.SUBSCRIBE, dialect);
    for (Subscription subscription : subscriptions) {
      size += subscription.size(dialect);
    }
    return size;
  }

  void write(Dialect dialect, WriteBuffer out) {
    out.u16(packetId);
    PropertyCodec.write(properties, out, dialect);
    for (Subscription subscription : subscriptions) {
      subscription.write(out);
    }
  }

  private static void checkCount(Dialect dialect, int count) throws CodecException {
    if (count == 0) {
      throw Rule.SUBSCRIBE_EMPTY.broken(dialect, "SUBSCRIBE: no filter; allowed is at least one");
    }
  }
}
