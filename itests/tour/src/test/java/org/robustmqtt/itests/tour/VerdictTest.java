package org.robustmqtt.itests.tour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/**
 * Three messages on two topics: 0 before the broker's end (100), 1 after its return (200), 2 after
 * the hub's restart (300).
 */
class VerdictTest {

  private static final Schedule WHEN = new Schedule(100, 200, 290, 300);

  private final List<String> notes =
      new ArrayList<>(
          List.of(
              "B 10 0 - -",
              "A 10 0 70 -",
              "S 20 0 70 SETTLED_FIRST",
              "O 20 0 70 ACKNOWLEDGED",
              "B 150 1 - -",
              "A 150 1 71 -",
              "S 180 1 71 ON_DISK",
              "B 310 2 - -",
              "A 310 2 140 -",
              "S 320 2 140 ON_DISK",
              "O 330 2 140 ACKNOWLEDGED"));
  private final List<Delivery> heard =
      new ArrayList<>(
          List.of(new Delivery(0, "a", 15), new Delivery(1, "b", 250), new Delivery(2, "a", 330)));

  @Test
  void all_delivered_once_and_in_order_is_kept() {
    Verdict verdict = verdict();
    assertTrue(verdict.kept());
    assertEquals(3, verdict.accepted());
    assertEquals(2, verdict.onDisk());
    assertEquals(3, verdict.delivered());
    assertEquals(OptionalLong.of(50), verdict.backAfterBroker());
    assertEquals(OptionalLong.of(30), verdict.backAfterHub());
  }

  @Test
  void a_message_on_disk_that_was_never_heard_is_lost() {
    heard.remove(1);
    heard.add(0, new Delivery(0, "a", 250));
    assertEquals(1, verdict().lost());
    assertFalse(verdict().kept());
  }

  @Test
  void an_acknowledged_message_that_was_never_heard_is_lost() {
    heard.remove(0);
    assertEquals(1, verdict().lost());
    assertFalse(verdict().kept());
  }

  @Test
  void an_accepted_message_without_either_is_at_risk_and_may_be_missing_within_the_bound() {
    notes.add("B 289 3 - -");
    notes.add("A 289 3 72 -");
    assertEquals(1, verdict().atRisk());
    assertEquals(0, verdict().lost());
    assertTrue(verdict(1).kept());
    assertFalse(verdict(0).kept());
  }

  @Test
  void a_message_cut_off_while_it_was_published_counts_only_if_it_arrived() {
    notes.add("B 289 3 - -");
    assertEquals(3, verdict().accepted());
    heard.add(new Delivery(3, "b", 400));
    assertEquals(4, verdict().accepted());
  }

  @Test
  void a_first_delivery_after_a_higher_number_of_its_topic_is_reordered() {
    heard.set(0, new Delivery(2, "a", 15));
    heard.set(2, new Delivery(0, "a", 330));
    assertEquals(1, verdict().reordered());
    assertFalse(verdict().kept());
  }

  @Test
  void second_deliveries_are_duplicates_and_not_reordered() {
    heard.add(new Delivery(1, "b", 340));
    heard.add(new Delivery(0, "a", 350));
    assertEquals(2, verdict().duplicates());
    assertEquals(0, verdict().reordered());
    assertTrue(verdict().kept());
  }

  @Test
  void what_was_acknowledged_before_the_broker_ended_and_comes_again_is_the_brokers() {
    heard.add(1, new Delivery(0, "a", 210));
    assertEquals(0, verdict().duplicates());
    assertEquals(1, verdict().redelivered());
  }

  @Test
  void a_refused_message_breaks_the_promise() {
    notes.add("B 160 3 - -");
    notes.add("R 160 3 - QUEUE_FULL");
    assertEquals(1, verdict().refused());
    assertEquals(3, verdict().accepted());
    assertFalse(verdict().kept());
  }

  @Test
  void a_dropped_message_breaks_the_promise_also_if_only_a_listener_heard_of_it() {
    notes.add("L 340 - 71 DROPPED_EXPIRED");
    assertEquals(1, verdict().dropped());
    assertFalse(verdict().kept());
  }

  @Test
  void nothing_after_an_outage_breaks_the_promise() {
    heard.remove(2);
    notes.removeIf(line -> line.contains(" 2 "));
    assertTrue(verdict().backAfterHub().isEmpty());
    assertFalse(verdict().kept());
  }

  @Test
  void what_was_not_published_in_time_breaks_the_promise() {
    Verdict verdict = Verdict.of(4, Notes.of(notes), heard, WHEN, 1, 2);
    assertEquals(1, verdict.unfinished());
    assertFalse(verdict.kept());
  }

  @Test
  void the_table_as_json_has_every_figure() {
    String json = new Report(verdict(), false, true, 3, 1000, 0.2, 0.01).json();
    assertTrue(json.contains("\"kept\": true"), json);
    assertTrue(json.contains("\"backAfterBrokerMillis\": 50"), json);
    assertTrue(json.contains("\"durability\": \"group\""), json);
  }

  private Verdict verdict() {
    return verdict(1);
  }

  private Verdict verdict(int atRiskAllowed) {
    return Verdict.of(Notes.of(notes).published(), Notes.of(notes), heard, WHEN, atRiskAllowed, 2);
  }
}
