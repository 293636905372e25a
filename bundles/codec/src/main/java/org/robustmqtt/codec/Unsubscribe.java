package org.robustmqtt.codec;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * UNSUBSCRIBE (section 3.10).
 *
 * @param packetId 1 to 65,535
 * @param filters at least one
 * @param properties the properties; empty in MQTT 3.1.1
 */
public record Unsubscribe(int packetId, List<String> filters, Properties properties)
    implements Packet {
  /** Copies the list. */
  public Unsubscribe {
    filters = List.copyOf(filters);
    Objects.requireNonNull(properties, "properties");
  }

  @Override
  public PacketType type() {
    return PacketType.UNSUBSCRIBE;
  }

  static Unsubscribe read(ReadBuffer in) throws CodecException {
    int packetId = in.packetId();
    Properties properties = PropertyCodec.read(in, Place.UNSUBSCRIBE);
    List<String> filters = new ArrayList<>();
    while (in.remaining() > 0) {
      String filter = in.string("filter");
      Subscription.checkFilter(in.dialect(), Place.UNSUBSCRIBE, filter);
      filters.add(filter);
    }
    checkCount(in.dialect(), filters.size());
    return new Unsubscribe(packetId, filters, properties);
  }

  /** Checks the packet and returns the size of what follows the fixed header. */
  long size(Dialect dialect) throws CodecException {
    Check.packetId(dialect, Place.UNSUBSCRIBE, packetId);
    checkCount(dialect, filters.size());
    long size = 2 + PropertyCodec.size(properties, Place.UNSUBSCRIBE, dialect);
    for (String filter : filters) {
      size += Check.string(dialect, Place.UNSUBSCRIBE, "filter", filter);
      Subscription.checkFilter(dialect, Place.UNSUBSCRIBE, filter);
    }
    return size;
  }

  void write(Dialect dialect, WriteBuffer out) {
    out.u16(packetId);
    PropertyCodec.write(properties, out, dialect);
    for (String filter : filters) {
      out.string(filter);
    }
  }

  private static void checkCount(Dialect dialect, int count) throws CodecException {
    if (count == 0) {
      throw Rule.UNSUBSCRIBE_EMPTY.broken(
          dialect, "UNSUBSCRIBE: no filter; allowed is at least one");
    }
  }
}
