package org.robustmqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class OutcomeTest {
  @Test
  void it_is_read_without_a_cast() {
    Outcome acknowledged = new Outcome.Acknowledged(0, false);
    Outcome dropped = new Outcome.Dropped(DropReason.EXPIRED, 0, false);
    assertTrue(acknowledged.delivered());
    assertEquals(Optional.empty(), acknowledged.dropReason());
    assertTrue(new Outcome.Sent().delivered());
    assertFalse(dropped.delivered());
    assertEquals(Optional.of(DropReason.EXPIRED), dropped.dropReason());
  }
}
