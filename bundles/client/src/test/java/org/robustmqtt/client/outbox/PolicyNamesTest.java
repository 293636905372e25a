package org.robustmqtt.client.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.client.policy.DeliveryPolicy;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.client.testing.SteppedJournal;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredMessage;

/** Messages that name their policy; delivery-rules 12. */
class PolicyNamesTest {
  private static final PolicyTable TABLE = table("alarm", "slow");

  private static PolicyTable table(String... names) {
    return new PolicyTable(
        DeliveryPolicy.DEFAULT,
        List.of(names).stream()
            .map(
                name ->
                    new PolicyTable.Rule(
                        name + "/#",
                        DeliveryPolicy.of(
                            name,
                            Optional.empty(),
                            draft -> draft.priority = name.equals("alarm") ? 9 : 1)))
            .toList());
  }

  private static OutcomeFixture box(PolicyTable table, Recovery found) {
    return new OutcomeFixture(
        new VirtualWorld(1), new SteppedJournal(found), found, table, Outbox.Window.STANDARD);
  }

  private static Message message(String topic, String... policy) {
    Message message = Message.text(topic, "x");
    return policy.length == 0 ? message : message.withPolicy(policy[0]);
  }

  private static Recovery found(String... policies) {
    List<RecoveredMessage> messages = new java.util.ArrayList<>();
    for (int i = 0; i < policies.length; i++) {
      messages.add(
          new RecoveredMessage(
              new StoredMessage(
                  i + 1, message("slow/" + i, policies[i]), Durability.GROUP, 1_000, 0),
              RecoveredMessage.Stage.WAITING,
              0,
              0));
    }
    return new Recovery(messages, Set.of(), Map.of(), 0);
  }

  @Test
  void a_message_that_names_its_policy_has_it_whatever_its_topic_says() {
    OutcomeFixture box = box(TABLE, Recovery.NOTHING);
    box.outbox.publish(message("slow/1"));
    long urgent = box.outbox.publish(message("slow/2", "alarm")).id();
    assertEquals(urgent, box.outbox.next(true).orElseThrow().sequence());
  }

  @Test
  void an_unknown_policy_is_refused_and_those_that_are_there_are_named() {
    OutcomeFixture box = box(TABLE, Recovery.NOTHING);
    NotAcceptedException refusal =
        assertThrows(
            NotAcceptedException.class, () -> box.outbox.publish(message("slow/1", "alrm")));
    assertEquals(NotAcceptedException.Reason.POLICY_UNKNOWN, refusal.reason());
    assertEquals(
        "connection home: unknown policy \"alrm\"; there are: alarm, default, slow",
        refusal.getMessage());
    assertEquals(new Outbox.Accepted(0, 0, 1), box.outbox.totals().accepted());
  }

  @Test
  void a_policy_that_comes_or_goes_may_be_named_from_then_on_or_no_more() {
    OutcomeFixture box = box(PolicyTable.SINGLE, Recovery.NOTHING);
    box.outbox.publish(message("t", "default"));
    assertThrows(NotAcceptedException.class, () -> box.outbox.publish(message("slow/1", "alarm")));
    box.outbox.policies(TABLE);
    box.outbox.publish(message("slow/1", "alarm"));
    box.outbox.policies(PolicyTable.SINGLE);
    assertThrows(NotAcceptedException.class, () -> box.outbox.publish(message("slow/1", "alarm")));
  }

  @Test
  void what_was_found_has_the_policy_that_it_names() {
    OutcomeFixture box = box(TABLE, found("slow", "alarm"));
    assertEquals(2, box.outbox.next(true).orElseThrow().sequence());
  }

  @Test
  void what_was_put_aside_and_names_a_policy_that_is_gone_is_retried_with_that_of_its_topic() {
    RecoveredMessage aside =
        new RecoveredMessage(
            new StoredMessage(1, message("alarm/1", "gone"), Durability.GROUP, 1_000, 0),
            RecoveredMessage.Stage.QUARANTINED,
            0,
            0);
    OutcomeFixture box = box(TABLE, new Recovery(List.of(aside), Set.of(), Map.of(), 0));
    box.outbox.publish(message("slow/1"));

    long again = box.outbox.retry(1).orElseThrow().id();

    assertEquals(again, box.outbox.next(true).orElseThrow().sequence());
  }

  @Test
  void found_with_a_name_that_is_gone_it_has_that_of_its_topic_and_one_line_says_so() {
    PrintStream stderr = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    OutcomeFixture box;
    try {
      box = box(TABLE, found("gone", "gone", "left", "alarm"));
    } finally {
      System.setErr(stderr);
    }
    assertEquals(4, box.outbox.next(true).orElseThrow().sequence());
    assertEquals(1, box.outbox.next(true).orElseThrow().sequence());
    List<String> lines =
        log.toString(StandardCharsets.UTF_8)
            .lines()
            .filter(line -> line.contains("gone;"))
            .toList();
    assertEquals(2, lines.size(), lines::toString);
    assertTrue(
        lines
            .get(0)
            .contains(
                "connection home: messages that were found name the policy \"gone\", which is gone;"
                    + " they have the policy of their topic"),
        lines::toString);
  }
}
