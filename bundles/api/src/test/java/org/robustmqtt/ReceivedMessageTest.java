package org.robustmqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** A message that is marked as stale is the same message. */
class ReceivedMessageTest {
  private int acknowledged;

  private final ReceivedMessage message =
      new ReceivedMessage(
          "home",
          "door",
          new byte[3],
          QoS.EXACTLY_ONCE,
          true,
          true,
          MessageProperties.NONE.withUtf8(true),
          Instant.EPOCH,
          () -> acknowledged++ == 0);

  @Test
  void only_the_mark_is_another() {
    ReceivedMessage stale = message.asStale();
    assertFalse(message.stale());
    assertTrue(stale.stale());
    assertTrue(stale.asStale().stale());
    assertEquals("home", stale.connection());
    assertEquals("door", stale.topic());
    assertSame(message.payload(), stale.payload());
    assertEquals(QoS.EXACTLY_ONCE, stale.qos());
    assertTrue(stale.retained());
    assertTrue(stale.duplicate());
    assertEquals(message.properties(), stale.properties());
    assertEquals(Instant.EPOCH, stale.receivedAt());
    assertEquals(
        "ReceivedMessage[door, 3 bytes, QoS 2, retained, duplicate, stale]", stale.toString());
  }

  @Test
  void it_is_acknowledged_once_for_both() {
    assertTrue(message.asStale().acknowledge());
    assertFalse(message.acknowledge());
  }
}
