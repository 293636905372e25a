package org.robustmqtt.client.listeners;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.robustmqtt.QoS;
import org.robustmqtt.TopicFilter;

/**
 * The wanted filters as they are kept in the journal.
 *
 * <pre>
 * byte   version, 1
 * int    number of filters
 *   short  length of the filter in bytes   \\
 *   bytes  the filter in UTF-8              | for each
 *   byte   QoS, 0 to 2                     /
 * </pre>
 *
 * @param filters the filters with their QoS, in order
 */
record WantedRecord(Map<String, QoS> filters) {
  private static final byte VERSION = 1;

  byte[] toBytes() {
    int size = 1 + Integer.BYTES;
    Map<byte[], QoS> encoded = new LinkedHashMap<>();
    for (Map.Entry<String, QoS> filter : filters.entrySet()) {
      byte[] bytes = filter.getKey().getBytes(StandardCharsets.UTF_8);
      encoded.put(bytes, filter.getValue());
      size += Short.BYTES + bytes.length + 1;
    }
    ByteBuffer buffer = ByteBuffer.allocate(size).put(VERSION).putInt(encoded.size());
    encoded.forEach(
        (bytes, qos) -> buffer.putShort((short) bytes.length).put(bytes).put((byte) qos.level()));
    return buffer.array();
  }

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException if the bytes are none, or of another version
   */
  static WantedRecord fromBytes(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (bytes.length < 1 + Integer.BYTES) {
      throw new IllegalArgumentException("wanted filters: " + bytes.length + " bytes are too few");
    }
    byte version = buffer.get();
    if (version != VERSION) {
      throw new IllegalArgumentException(
          "wanted filters: version " + version + ", known is " + VERSION);
    }
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
    return new WantedRecord(filters);
  }
}
