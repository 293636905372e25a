package org.robustmqtt.client.listeners;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.Publish;

/**
 * The retained values that came on this connection, for listeners that come later: up to {@value
 * #TOPICS} topics and {@value #BYTES} bytes. A value is forgotten when another message of its topic
 * comes, which may have been retained too; one that expires is not kept. On the loop.
 */
final class RetainedMemory {
  static final int TOPICS = 1_000;
  static final int BYTES = 1 << 20;

  /** What is kept of a value besides its bytes. */
  private static final int OVERHEAD = 256;

  /** A retained value, and when it was read. */
  record Value(Publish packet, Instant receivedAt) {
    private int weight() {
      return OVERHEAD + packet.payload().length + packet.topic().length() + properties();
    }

    private int properties() {
      return packet.properties().isEmpty() ? 0 : packet.properties().weight();
    }
  }

  private final Map<String, Value> values = new LinkedHashMap<>();
  private int bytes;

  /** Keeps a value instead of the one before; returns whether it could. */
  boolean keep(Publish packet, Instant receivedAt) {
    forget(packet.topic());
    Value value = new Value(packet, receivedAt);
    boolean expires =
        !packet.properties().isEmpty()
            && packet.properties().number(Property.MESSAGE_EXPIRY_INTERVAL).isPresent();
    if (expires || values.size() == TOPICS || bytes + value.weight() > BYTES) {
      return false;
    }
    values.put(packet.topic(), value);
    bytes += value.weight();
    return true;
  }

  void forget(String topic) {
    Value gone = values.isEmpty() ? null : values.remove(topic);
    if (gone != null) {
      bytes -= gone.weight();
    }
  }

  void clear() {
    values.clear();
    bytes = 0;
  }

  /** Returns the values that a filter means, eldest first. */
  List<Value> of(TopicFilter filter) {
    List<Value> found = new ArrayList<>();
    for (Value value : values.values()) {
      if (filter.matches(value.packet.topic())) {
        found.add(value);
      }
    }
    return found;
  }
}
