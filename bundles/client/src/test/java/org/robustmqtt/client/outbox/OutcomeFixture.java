package org.robustmqtt.client.outbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.robustmqtt.DropReason;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.listeners.Notifier;
import org.robustmqtt.client.outcome.Outcomes;
import org.robustmqtt.client.policy.ClockRules;
import org.robustmqtt.client.policy.DeliveryPolicy;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.client.testing.SteppedJournal;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.journal.Recovery;

/** An outbox whose outcomes go to the journal, as they do on a hub, in virtual time. */
final class OutcomeFixture {
  static final Outcome ACKNOWLEDGED = new Outcome.Acknowledged(0, false);

  final VirtualWorld world;
  final SteppedJournal journal;
  final Outbox outbox;

  OutcomeFixture() {
    this(new VirtualWorld(1), new Recovery(List.of(), java.util.Set.of(), java.util.Map.of(), 0));
  }

  OutcomeFixture(VirtualWorld world, Recovery found) {
    this(world, found, Limits.DEFAULT);
  }

  OutcomeFixture(VirtualWorld world, Recovery found, Limits limits) {
    this(world, found, limits, Outbox.Window.STANDARD);
  }

  OutcomeFixture(VirtualWorld world, Recovery found, Limits limits, Outbox.Window window) {
    this(world, new SteppedJournal(found), found, limits, PolicyTable.SINGLE, window);
  }

  OutcomeFixture(VirtualWorld world, SteppedJournal journal, Recovery found, Outbox.Window window) {
    this(world, journal, found, Limits.DEFAULT, PolicyTable.SINGLE, window);
  }

  OutcomeFixture(
      VirtualWorld world,
      SteppedJournal journal,
      Recovery found,
      PolicyTable policies,
      Outbox.Window window) {
    this(world, journal, found, Limits.DEFAULT, policies, window);
  }

  OutcomeFixture(
      VirtualWorld world,
      SteppedJournal journal,
      Recovery found,
      Limits limits,
      PolicyTable policies,
      Outbox.Window window) {
    this.world = world;
    this.journal = journal;
    outbox =
        new Outbox(
            "home",
            world.doors().clock(),
            journal,
            limits,
            new Outbox.Found(
                found.messages(),
                found.waiting(),
                found.lastWallMillis(),
                ClockRules.DEFAULT,
                found.aliases(),
                Handover.nothing()),
            policies,
            window,
            new Outcomes("home", journal, new Notifier(world.doors().lanes())),
            world.doors().lanes());
  }

  /** Returns a policy. */
  static DeliveryPolicy policy(String name, Consumer<DeliveryPolicy.Draft> changes) {
    return DeliveryPolicy.of(name, Optional.empty(), changes);
  }

  /** Returns a table in which the first level of a topic is its policy. */
  static PolicyTable table(DeliveryPolicy... policies) {
    return new PolicyTable(
        DeliveryPolicy.DEFAULT,
        Stream.of(policies)
            .map(policy -> new PolicyTable.Rule(policy.name() + "/#", policy))
            .toList());
  }

  /** Returns what is there after the process ended now; what was not stepped is lost. */
  OutcomeFixture restarted() {
    return new OutcomeFixture(world, journal.crash());
  }

  static Message retained(String text, int qos, Durability durability) {
    return Message.text("t", text).withQos(qos).withRetain(true).withDurability(durability);
  }

  Ticket publish(String text, int qos, Durability durability) {
    return outbox.publish(retained(text, qos, durability));
  }

  /** Returns the texts of everything whose turn it is. */
  List<String> drain() {
    List<String> texts = new ArrayList<>();
    for (Optional<Entry> entry = outbox.next(true); entry.isPresent(); entry = outbox.next(true)) {
      texts.add(
          new String(entry.get().message().payload(), java.nio.charset.StandardCharsets.UTF_8));
    }
    return texts;
  }

  /** What is given up is at its end; then everything whose turn it is. */
  List<String> drainAfter(List<Long> givenUp) {
    givenUp.forEach(sequence -> outbox.freed(sequence));
    return drain();
  }

  void acknowledge(Ticket ticket) {
    outbox.settle(ticket.id(), ACKNOWLEDGED);
  }

  /** Returns the drop reason by now, if it was dropped. */
  static Optional<DropReason> dropped(Ticket ticket) {
    return ticket
        .outcomeNow()
        .filter(outcome -> outcome.kind() == Outcome.Kind.DROPPED)
        .map(outcome -> ((Outcome.Dropped) outcome).reason());
  }
}
