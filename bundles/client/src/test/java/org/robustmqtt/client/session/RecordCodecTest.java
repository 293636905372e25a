package org.robustmqtt.client.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.robustmqtt.QoS;
import org.robustmqtt.client.session.SessionRecord.Held;

/** The session's records as bytes. */
class RecordCodecTest {
  private static final byte[] SESSION = {
    2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 'b', 0, 0, 0, 1, 'c'
  };
  private static final byte[] FILTER = {2, 0, 0, 0, 0, 0, 0, 0, 2, 6, 0, 0, 1, 0, 'f', '/', '#'};

  /** As it was written by the versions before subscription identifiers. */
  private static final byte[] ALL_IN_ONE = {
    1,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    2,
    0,
    0,
    0,
    1,
    'b',
    0,
    0,
    0,
    1,
    'c',
    0,
    0,
    0,
    2,
    0,
    0,
    0,
    1,
    'f',
    6,
    0,
    0,
    0,
    2,
    (byte) 0xC3,
    (byte) 0xA4,
    0
  };

  private static byte[] changed(byte[] bytes, int index, int value) {
    byte[] copy = bytes.clone();
    copy[index] = (byte) value;
    return copy;
  }

  @Test
  void the_format_is_this() {
    SessionChange change = new SessionChange("b", "c", 2, true, Map.of());
    assertArrayEquals(SESSION, RecordCodec.session(change));
    assertEquals(new SessionRecord("b", "c", 2, Map.of()), RecordCodec.readSession(SESSION));
    Held held = new Held(QoS.EXACTLY_ONCE, 256, true);
    assertArrayEquals(FILTER, RecordCodec.filter("f/#", 2, held));
    assertEquals(new RecordCodec.Filter("f/#", 2, held), RecordCodec.readFilter(FILTER));
  }

  @Test
  void the_record_of_an_older_version_is_read_with_its_filters_in_their_order() {
    assertTrue(RecordCodec.isAllInOne(ALL_IN_ONE));
    assertFalse(RecordCodec.isAllInOne(SESSION));
    SessionRecord read = RecordCodec.readSession(ALL_IN_ONE);
    assertEquals(2, read.epoch());
    assertEquals(List.of("f", "ä"), new ArrayList<>(read.filters().keySet()));
    assertEquals(new Held(QoS.EXACTLY_ONCE, 0, true), read.filters().get("f"));
    assertEquals(new Held(QoS.AT_MOST_ONCE, 0, false), read.filters().get("ä"));
  }

  @Test
  void every_part_of_a_record_is_refused() {
    for (byte[] whole : List.of(SESSION, ALL_IN_ONE)) {
      for (int length = 0; length < whole.length; length++) {
        byte[] part = Arrays.copyOf(whole, length);
        assertThrows(IllegalArgumentException.class, () -> RecordCodec.readSession(part));
      }
    }
    for (int length = 0; length < FILTER.length - 2; length++) {
      byte[] part = Arrays.copyOf(FILTER, length);
      assertThrows(IllegalArgumentException.class, () -> RecordCodec.readFilter(part));
    }
  }

  @Test
  void a_newer_format_and_bytes_that_are_no_record_are_refused() {
    byte[] newer = changed(SESSION, 0, 3);
    String message =
        assertThrows(IllegalArgumentException.class, () -> RecordCodec.readSession(newer))
            .getMessage();
    assertTrue(message.contains("format 3"), message);
    for (byte[] bad :
        List.of(
            Arrays.copyOf(SESSION, SESSION.length + 1),
            changed(SESSION, 8, 0),
            changed(SESSION, 13, 0xFF),
            changed(ALL_IN_ONE, 28, 3))) {
      assertThrows(IllegalArgumentException.class, () -> RecordCodec.readSession(bad));
    }
    for (byte[] bad :
        List.of(
            changed(FILTER, 0, 3),
            changed(FILTER, 9, 3),
            changed(FILTER, 10, 0x80),
            changed(FILTER, 14, 0xFF))) {
      assertThrows(IllegalArgumentException.class, () -> RecordCodec.readFilter(bad));
    }
  }
}
