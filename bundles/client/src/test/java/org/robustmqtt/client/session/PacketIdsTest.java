package org.robustmqtt.client.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;
import org.robustmqtt.client.testing.Clause;

/** Packet ids: MQTT-2.2.1-3, 3.1.1: MQTT-2.3.1-2, -3; seed row S39. */
class PacketIdsTest {
  private static final PacketIds.Owner A = new PacketIds.Owner() {};
  private static final PacketIds.Owner B = new PacketIds.Owner() {};

  @Test
  @Clause(v311 = "MQTT-2.3.1-2", v5 = "MQTT-2.2.1-3")
  void an_id_in_use_is_passed_when_the_numbers_begin_anew() {
    PacketIds ids = new PacketIds(10);
    assertEquals(21, ids.take(A));
    for (int id = 22; id <= 65_535; id++) {
      assertEquals(id, ids.take(B));
      ids.end(id, false);
    }
    assertEquals(22, ids.take(B), "21 is in use, and 1 to 20 are for QoS 2");
    assertSame(A, ids.owner(21));
  }

  @Test
  @Clause(v311 = "MQTT-2.3.1-2", v5 = "MQTT-2.2.1-3")
  void with_all_ids_in_use_none_is_given_out() {
    PacketIds ids = new PacketIds(2);
    for (int i = 5; i <= 65_535; i++) {
      ids.take(A);
    }
    assertEquals(0, ids.take(A));
    ids.end(777, false);
    assertEquals(777, ids.take(A));
    for (int i = 1; i <= 4; i++) {
      assertEquals(i, ids.takeExactlyOnce(B));
    }
    assertEquals(0, ids.takeExactlyOnce(B));
    ids.end(3, true);
    assertEquals(3, ids.takeExactlyOnce(B));
  }

  @Test
  void after_a_restart_the_ids_go_on_behind_those_in_use() {
    PacketIds ids = new PacketIds(10);
    ids.restore(25, A);
    ids.restore(23, A);
    ids.restore(4, A);
    ids.end(25, false);
    ids.end(4, true);
    assertEquals(26, ids.take(B), "a second PUBACK for 25 must not answer for the next message");
    assertEquals(5, ids.takeExactlyOnce(B));
  }

  @Test
  void a_doubtful_id_is_given_out_only_to_be_cleared() {
    PacketIds ids = new PacketIds(1);
    ids.restore(1, A);
    ids.doubtAll();
    assertEquals(0, ids.takeExactlyOnce(B));
    assertEquals(2, ids.takeDoubtful(B));
    assertEquals(0, ids.takeDoubtful(B), "1 is in use");
    ids.drop(2);
    assertEquals(0, ids.takeExactlyOnce(B), "the link was lost before the answer");
    assertEquals(2, ids.takeDoubtful(B));
    ids.end(2, true);
    assertEquals(2, ids.takeExactlyOnce(B));
    ids.end(1, true);
    assertEquals(1, ids.takeExactlyOnce(B), "its exchange ended on both sides");
  }

  @Test
  void another_window_does_not_begin_the_numbers_anew() {
    PacketIds ids = new PacketIds(2);
    assertEquals(5, ids.take(A));
    ids.end(5, false);
    ids.maxInflight(1);
    assertEquals(6, ids.take(A), "a second acknowledgement of 5 may be on its way");
    ids.maxInflight(10);
    assertEquals(21, ids.take(A));
  }

  @Test
  void the_largest_window_leaves_ids_for_everything_else() {
    PacketIds ids = new PacketIds(16_000);
    assertEquals(32_000, ids.range());
    assertEquals(32_001, ids.take(A));
    assertEquals(1, ids.takeExactlyOnce(A));
  }
}
