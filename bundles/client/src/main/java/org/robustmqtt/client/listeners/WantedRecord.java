package org.robustmqtt.client.listeners;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.robustmqtt.QoS;
import org.robustmqtt.TopicFilter;

/**
 * A wanted filter as it is kept in the journal: version (1), QoS (1), subscription identifier (4),
 * the filter in UTF-8.
 *
 * @param filter the filter
 * @param wish how it is wanted
 */
record WantedRecord(String filter, Wish wish) {
  private static final byte VERSION = 2;
  private static final byte VERSION_OF_ALL = 1;
  private static final int HEAD = 1 + 1 + Integer.BYTES;

  byte[] toBytes() {
    byte[] name = filter.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(HEAD + name.length)
        .put(VERSION)
        .put((byte) wish.qos().level())
        .putInt(wish.identifier())
        .put(name)
        .array();
  }

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException if the bytes are none, or of another version
   */
  static WantedRecord fromBytes(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (bytes.length <= HEAD) {
      throw new IllegalArgumentException("wanted filter: " + bytes.length + " bytes are too few");
    }
    version(buffer.get(), VERSION);
    QoS qos = QoS.of(buffer.get());
    int identifier = buffer.getInt();
    String name = new String(bytes, HEAD, bytes.length - HEAD, StandardCharsets.UTF_8);
    if (identifier < 0) {
      throw new IllegalArgumentException("wanted filter: identifier " + identifier);
    }
    return new WantedRecord(new TopicFilter(name).value(), new Wish(qos, identifier));
  }

  /**
   * Reads what version 1 wrote: all filters in one value.
   *
   * <pre>
   * byte   version, 1
   * int    number of filters
   *   short  length of the filter in bytes   \\
   *   bytes  the filter in UTF-8              | for each
   *   byte   QoS, 0 to 2                     /
   * </pre>
   *
   * @throws IllegalArgumentException if the bytes are none, or of another version
   */
  static Map<String, QoS> readAll(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (bytes.length < 1 + Integer.BYTES) {
      throw new IllegalArgumentException("wanted filters: " + bytes.length + " bytes are too few");
    }
    version(buffer.get(), VERSION_OF_ALL);
    int count = buffer.getInt();
    Map<String, QoS> filters = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      int length = buffer.remaining() < Short.BYTES ? -1 : Short.toUnsignedInt(buffer.getShort());
      if (length < 0 || buffer.remaining() < length + 1) {
        throw new IllegalArgumentException("wanted filters: cut off in filter " + (i + 1));
      }
      String filter = new String(bytes, buffer.position(), length, StandardCharsets.UTF_8);
      buffer.position(buffer.position() + length);
      filters.put(new TopicFilter(filter).value(), QoS.of(buffer.get()));
    }
    return filters;
  }

  private static void version(byte version, byte known) {
    if (version != known) {
      throw new IllegalArgumentException(
          "wanted filters: version " + version + ", known is " + known);
    }
  }
}
