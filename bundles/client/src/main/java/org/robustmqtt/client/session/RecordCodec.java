package org.robustmqtt.client.session;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.robustmqtt.QoS;

/**
 * The bytes of a session record, big endian.
 *
 * <pre>
 *  version (1) | epoch (8) | broker key | client id | count (4) | count x filter
 *  filter:  string | flags (1): QoS in bits 0 and 1, bit 2 acknowledged
 *  string:  length in bytes (4) | UTF-8
 * </pre>
 */
final class RecordCodec {
  private static final byte VERSION = 1;
  private static final int QOS_BITS = 0b011;
  private static final int ACKNOWLEDGED = 0b100;

  private RecordCodec() {}

  static byte[] write(SessionRecord record) {
    List<byte[]> strings = new ArrayList<>();
    strings.add(record.brokerKey().getBytes(StandardCharsets.UTF_8));
    strings.add(record.clientId().getBytes(StandardCharsets.UTF_8));
    record.filters().keySet().forEach(f -> strings.add(f.getBytes(StandardCharsets.UTF_8)));
    int size = 1 + Long.BYTES + Integer.BYTES + record.filters().size();
    for (byte[] string : strings) {
      size += Integer.BYTES + string.length;
    }
    ByteBuffer out = ByteBuffer.allocate(size);
    out.put(VERSION).putLong(record.epoch());
    put(out, strings.get(0));
    put(out, strings.get(1));
    out.putInt(record.filters().size());
    int next = 2;
    for (Map.Entry<String, QoS> filter : record.filters().entrySet()) {
      put(out, strings.get(next));
      next++;
      boolean acknowledged = record.acknowledged().contains(filter.getKey());
      out.put((byte) (filter.getValue().level() | (acknowledged ? ACKNOWLEDGED : 0)));
    }
    return out.array();
  }

  static SessionRecord read(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      byte version = in.get();
      if (version != VERSION) {
        throw new IllegalArgumentException(
            "session record: format " + version + "; this program reads format " + VERSION);
      }
      long epoch = in.getLong();
      String brokerKey = string(in);
      String clientId = string(in);
      Map<String, QoS> filters = new LinkedHashMap<>();
      Set<String> acknowledged = new LinkedHashSet<>();
      for (int left = in.getInt(); left > 0; left--) {
        String filter = string(in);
        int flags = in.get();
        filters.put(filter, QoS.of(flags & QOS_BITS));
        if ((flags & ACKNOWLEDGED) != 0) {
          acknowledged.add(filter);
        }
      }
      if (epoch <= 0 || in.hasRemaining()) {
        throw new IllegalArgumentException(
            "session record: epoch " + epoch + ", " + in.remaining() + " bytes too many");
      }
      return new SessionRecord(brokerKey, clientId, epoch, filters, acknowledged);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException(
          "session record: " + bytes.length + " bytes are too few", e);
    }
  }

  private static void put(ByteBuffer out, byte[] string) {
    out.putInt(string.length).put(string);
  }

  private static String string(ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException(
          "session record: a string of " + length + " bytes where " + in.remaining() + " are left");
    }
    ByteBuffer part = in.slice().limit(length);
    in.position(in.position() + length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(part).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("session record: a string is not UTF-8", e);
    }
  }
}
