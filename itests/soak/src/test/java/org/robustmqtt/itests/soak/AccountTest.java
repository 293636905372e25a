package org.robustmqtt.itests.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class AccountTest {
  private final Account account = new Account("home");

  private void note(String line) {
    account.note(line.split(" "));
  }

  @Test
  void an_acknowledged_message_that_was_heard_is_done() {
    note("A home 1 16 2");
    account.heard(16);
    assertFalse(account.done());
    note("O home 1 ACKNOWLEDGED");
    assertTrue(account.done());
    assertEquals(List.of(), account.end());
  }

  @Test
  void an_outcome_may_be_noted_before_its_message() {
    note("O home 1 ACKNOWLEDGED");
    note("A home 1 16 2");
    account.heard(16);
    assertTrue(account.done());
  }

  @Test
  void an_acknowledged_message_that_nobody_heard_is_lost() {
    note("A home 1 11 1");
    note("O home 1 ACKNOWLEDGED");
    assertEquals(List.of("home: 1 acknowledged and never heard, as [11]"), account.end());
  }

  @Test
  void a_message_without_an_outcome_is_told() {
    note("A home 1 11 1");
    account.heard(11);
    assertEquals(List.of("home: 1 without an outcome, as [11]"), account.end());
  }

  @Test
  void a_kill_may_take_what_was_not_on_disk_and_nothing_else() {
    note("A home 1 11 1");
    note("A home 2 12 1");
    note("S home 2 ON_DISK");
    account.killed();
    assertEquals(1, account.sums().atRisk());
    assertEquals(List.of("home: 1 without an outcome, as [12]"), account.end());
  }

  @Test
  void an_id_that_is_given_out_twice_is_told() {
    note("A home 1 11 1");
    note("A home 1 12 1");
    assertTrue(account.end().contains("home: id 1 was given out twice"));
  }

  @Test
  void qos_2_is_heard_twice_only_if_it_was_said() {
    note("A home 1 16 2");
    note("A home 2 17 2");
    note("O home 1 ACKNOWLEDGED+");
    note("O home 2 ACKNOWLEDGED");
    List.of(16, 16, 17, 17).forEach(account::heard);
    assertEquals(List.of("home: 1 of QoS 2 heard twice, unannounced, as [17]"), account.end());
  }

  @Test
  void what_is_for_the_hub_and_not_heard_is_missing_unless_the_broker_gave_it_up() {
    note("C home begun");
    account.sentIn(1);
    assertEquals(List.of("home: 1 for the hub and never heard, as [1]"), account.end());
    note("C home begun");
    assertEquals(List.of(), account.end());
    assertEquals(1, account.sums().givenUp());
  }
}
