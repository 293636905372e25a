package org.robustmqtt.client.outbox;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.client.policy.ClockRules;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.client.testing.SteppedJournal;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.StoredMessage;

/** An outbox in virtual time over a stepped journal, and what it has told. */
final class OutboxFixture {
  /** A settlement that was told. */
  record Told(long sequence, Outcome outcome) {}

  static final Outcome ACKNOWLEDGED = new Outcome.Acknowledged(0, false);

  final VirtualWorld world = new VirtualWorld(1);
  final SteppedJournal journal = new SteppedJournal();
  final List<Told> told = new ArrayList<>();
  final AtomicInteger wakes = new AtomicInteger();
  final Outbox outbox;

  OutboxFixture() {
    this(Limits.DEFAULT);
  }

  OutboxFixture(Limits limits, RecoveredMessage... recovered) {
    outbox =
        new Outbox(
            "home",
            world.doors().clock(),
            journal,
            limits,
            new Outbox.Found(
                List.of(recovered), List.of(), 0, ClockRules.DEFAULT, Map.of(), Handover.nothing()),
            PolicyTable.SINGLE,
            Outbox.Window.STANDARD,
            (entry, outcome) -> told.add(new Told(entry.sequence(), outcome)),
            world.doors().lanes());
    outbox.onWork(wakes::incrementAndGet);
  }

  static Message message(String topic, int qos) {
    return Message.of(topic, "x".getBytes(StandardCharsets.UTF_8)).withQos(qos);
  }

  long publish(String topic, int qos) {
    return outbox.publish(message(topic, qos)).id();
  }

  /** Returns the sequence of the next message; 0 if it is nobody's turn. */
  long next(boolean acknowledged) {
    return outbox.next(acknowledged).map(Entry::sequence).orElse(0L);
  }

  /** Takes everything whose turn it is. */
  List<Long> drain() {
    List<Long> sequences = new ArrayList<>();
    for (Optional<Entry> entry = outbox.next(true); entry.isPresent(); entry = outbox.next(true)) {
      sequences.add(entry.get().sequence());
    }
    return sequences;
  }

  static RecoveredMessage recovered(
      long sequence,
      Message message,
      RecoveredMessage.Stage stage,
      long acceptedAt,
      long deadline) {
    boolean sent = stage != RecoveredMessage.Stage.WAITING;
    Message own = deadline > 0 ? message.withDeadline(Duration.ofMillis(deadline)) : message;
    return new RecoveredMessage(
        new StoredMessage(sequence, own, Durability.GROUP, acceptedAt, deadline),
        stage,
        sent ? 1 : 0,
        sent ? (int) sequence : 0);
  }
}
