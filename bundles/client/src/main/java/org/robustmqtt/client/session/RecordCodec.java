package org.robustmqtt.client.session;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.robustmqtt.QoS;
import org.robustmqtt.client.session.SessionRecord.Held;

/**
 * The bytes of a session's records, big endian: one of the session, and one of each of its filters.
 *
 * <pre>
 *  session: version (1) = 2 | epoch (8) | broker key | client id
 *  filter:  version (1) = 2 | epoch (8) | flags (1) | identifier (4) | UTF-8 to the end
 *  flags:   QoS in bits 0 and 1, bit 2 acknowledged
 *  string:  length in bytes (4) | UTF-8
 * </pre>
 *
 * <p>A filter of another epoch than the session's does not count. Version 1 had all in one record,
 * and no identifiers:
 *
 * <pre>
 *  session: version (1) = 1 | epoch (8) | broker key | client id | count (4) | count x filter
 *  filter:  string | flags (1)
 * </pre>
 */
public final class RecordCodec {
  private static final byte VERSION = 2;
  private static final byte ALL_IN_ONE = 1;
  private static final int QOS_BITS = 0b011;
  private static final int ACKNOWLEDGED = 0b100;
  private static final int FILTER_HEAD = 1 + Long.BYTES + 1 + Integer.BYTES;

  /**
   * A filter as it was found.
   *
   * @param epoch the session it belongs to
   */
  public record Filter(String filter, long epoch, Held held) {}

  private RecordCodec() {}

  /** Returns the record of a session without its filters. */
  public static byte[] session(SessionChange change) {
    byte[] broker = change.brokerKey().getBytes(StandardCharsets.UTF_8);
    byte[] client = change.clientId().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(1 + Long.BYTES + 2 * Integer.BYTES + broker.length + client.length)
        .put(VERSION)
        .putLong(change.epoch())
        .putInt(broker.length)
        .put(broker)
        .putInt(client.length)
        .put(client)
        .array();
  }

  /** Returns the record of one filter. */
  public static byte[] filter(String filter, long epoch, Held held) {
    byte[] name = filter.getBytes(StandardCharsets.UTF_8);
    int flags = held.qos().level() | (held.acknowledged() ? ACKNOWLEDGED : 0);
    return ByteBuffer.allocate(FILTER_HEAD + name.length)
        .put(VERSION)
        .putLong(epoch)
        .put((byte) flags)
        .putInt(held.identifier())
        .put(name)
        .array();
  }

  /** Returns whether the record of a session has its filters in it. */
  public static boolean isAllInOne(byte[] session) {
    return session.length > 0 && session[0] == ALL_IN_ONE;
  }

  /**
   * Reads the record of a session; of version 1 with its filters.
   *
   * @throws IllegalArgumentException if the bytes are none, or of a newer format
   */
  public static SessionRecord readSession(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      byte version = in.get();
      if (version != VERSION && version != ALL_IN_ONE) {
        throw unknown(version);
      }
      long epoch = in.getLong();
      String brokerKey = string(in);
      String clientId = string(in);
      Map<String, Held> filters = new LinkedHashMap<>();
      for (int left = version == ALL_IN_ONE ? in.getInt() : 0; left > 0; left--) {
        String filter = string(in);
        filters.put(filter, held(in.get(), 0));
      }
      if (epoch <= 0 || in.hasRemaining()) {
        throw new IllegalArgumentException(
            "session record: epoch " + epoch + ", " + in.remaining() + " bytes too many");
      }
      return new SessionRecord(brokerKey, clientId, epoch, filters);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException(
          "session record: " + bytes.length + " bytes are too few", e);
    }
  }

  /**
   * Reads the record of a filter.
   *
   * @throws IllegalArgumentException if the bytes are none, or of a newer format
   */
  public static Filter readFilter(byte[] bytes) {
    if (bytes.length <= FILTER_HEAD) {
      throw new IllegalArgumentException(
          "session record: " + bytes.length + " bytes are too few for a filter");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    byte version = in.get();
    if (version != VERSION) {
      throw unknown(version);
    }
    long epoch = in.getLong();
    Held held = held(in.get(), in.getInt());
    return new Filter(utf8(in), epoch, held);
  }

  private static IllegalArgumentException unknown(byte version) {
    return new IllegalArgumentException(
        "session record: format " + version + "; this program reads formats 1 and 2");
  }

  private static Held held(int flags, int identifier) {
    if (identifier < 0) {
      throw new IllegalArgumentException("session record: identifier " + identifier);
    }
    return new Held(QoS.of(flags & QOS_BITS), identifier, (flags & ACKNOWLEDGED) != 0);
  }

  private static String string(ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException(
          "session record: a string of " + length + " bytes where " + in.remaining() + " are left");
    }
    ByteBuffer part = in.slice().limit(length);
    in.position(in.position() + length);
    return utf8(part);
  }

  private static String utf8(ByteBuffer part) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(part).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("session record: a string is not UTF-8", e);
    }
  }
}
