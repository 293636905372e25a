package org.robustmqtt.client.session;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.robustmqtt.QoS;

/**
 * What is kept on disk of a session, under one key of the journal.
 *
 * @param brokerKey the broker it is with
 * @param clientId the client identifier it belongs to (MQTT-3.1.3-2)
 * @param epoch counts the sessions: a new number for each; more than 0
 * @param filters the filters that were sent to the broker in this session, with their QoS, in order
 * @param acknowledged those of them that the broker granted
 */
public record SessionRecord(
    String brokerKey,
    String clientId,
    long epoch,
    Map<String, QoS> filters,
    Set<String> acknowledged) {
  /** Checks that nothing is missing, and copies the filters in their order. */
  public SessionRecord {
    Objects.requireNonNull(brokerKey);
    Objects.requireNonNull(clientId);
    filters = Collections.unmodifiableMap(new LinkedHashMap<>(filters));
    acknowledged = Collections.unmodifiableSet(new LinkedHashSet<>(acknowledged));
  }

  /** Returns the record as bytes, first byte is the version of the format. */
  public byte[] toBytes() {
    return RecordCodec.write(this);
  }

  /**
   * Reads a record.
   *
   * @throws IllegalArgumentException if the bytes are none, or of a newer format
   */
  public static SessionRecord fromBytes(byte[] bytes) {
    return RecordCodec.read(bytes);
  }
}
