package org.robustmqtt.client.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.robustmqtt.QoS;

/** The session record as bytes. */
class RecordCodecTest {
  private static SessionRecord full() {
    Map<String, QoS> filters = new LinkedHashMap<>();
    filters.put("home/+/ä", QoS.EXACTLY_ONCE);
    filters.put("$share/g/#", QoS.AT_MOST_ONCE);
    filters.put("a", QoS.AT_LEAST_ONCE);
    return new SessionRecord("broker:1883", "me", 1L << 40, filters, Set.of("a"));
  }

  @Test
  void a_record_is_read_as_it_was_written_with_the_filters_in_their_order() {
    SessionRecord read = SessionRecord.fromBytes(full().toBytes());
    assertEquals(full(), read);
    assertEquals(List.of("home/+/ä", "$share/g/#", "a"), new ArrayList<>(read.filters().keySet()));
  }

  @Test
  void the_format_is_this() {
    byte[] bytes = {
      1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 'b', 0, 0, 0, 1, 'c', 0, 0, 0, 1, 0, 0, 0, 1, 'f', 6
    };
    SessionRecord record =
        new SessionRecord("b", "c", 2, Map.of("f", QoS.EXACTLY_ONCE), Set.of("f"));
    assertArrayEquals(bytes, record.toBytes());
  }

  @Test
  void every_part_of_a_record_is_refused() {
    byte[] bytes = full().toBytes();
    for (int length = 0; length < bytes.length; length++) {
      byte[] part = Arrays.copyOf(bytes, length);
      assertThrows(IllegalArgumentException.class, () -> SessionRecord.fromBytes(part));
    }
  }

  @Test
  void a_newer_format_and_bytes_that_are_no_record_are_refused() {
    byte[] newer = full().toBytes();
    newer[0] = 2;
    String message =
        assertThrows(IllegalArgumentException.class, () -> SessionRecord.fromBytes(newer))
            .getMessage();
    assertTrue(message.contains("format 2"), message);
    byte[] longer = Arrays.copyOf(full().toBytes(), full().toBytes().length + 1);
    assertThrows(IllegalArgumentException.class, () -> SessionRecord.fromBytes(longer));
    byte[] epochZero = new SessionRecord("b", "c", 0, Map.of(), Set.of()).toBytes();
    assertThrows(IllegalArgumentException.class, () -> SessionRecord.fromBytes(epochZero));
    byte[] qos3 = new SessionRecord("b", "c", 1, Map.of("f", QoS.EXACTLY_ONCE), Set.of()).toBytes();
    qos3[qos3.length - 1] = 3;
    assertThrows(IllegalArgumentException.class, () -> SessionRecord.fromBytes(qos3));
    byte[] notUtf8 = new SessionRecord("b", "c", 1, Map.of(), Set.of()).toBytes();
    notUtf8[13] = (byte) 0xFF;
    assertThrows(IllegalArgumentException.class, () -> SessionRecord.fromBytes(notUtf8));
  }
}
