package org.robustmqtt.client.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.LongStream;
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
import org.robustmqtt.journal.StoredBlock;
import org.robustmqtt.journal.StoredMessage;

/** Delivery-rules 12. The first level of a topic is its policy. */
class LanesTest {
  private static final Outbox.Window SMALL = new Outbox.Window(30, 30_000);
  private static final DeliveryPolicy ALARM = policy("alarm", 9);
  private static final DeliveryPolicy EVENT = policy("event", 5);
  private static final DeliveryPolicy SLOW = policy("slow", 1);
  private static final PolicyTable TABLE = OutcomeFixture.table(ALARM, EVENT, SLOW);

  private final VirtualWorld world = new VirtualWorld(1);
  private OutcomeFixture box = box(new SteppedJournal(), Recovery.NOTHING);

  private static DeliveryPolicy policy(String name, int priority) {
    return OutcomeFixture.policy(name, draft -> draft.priority = priority);
  }

  private OutcomeFixture box(SteppedJournal journal, Recovery found) {
    return new OutcomeFixture(world, journal, found, TABLE, SMALL);
  }

  private long publish(String topic) {
    long id = box.outbox.publish(Message.text(topic, "x").withQos(1)).id();
    box.journal.step();
    return id;
  }

  private List<Long> publish(int count, String topic) {
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(publish(topic));
    }
    return ids;
  }

  /** Takes and acknowledges what has its turn; empty if nothing has. */
  private Optional<Long> next() {
    Optional<Long> turn = box.outbox.next(true).map(Entry::sequence);
    turn.ifPresent(sequence -> box.outbox.settle(sequence, OutcomeFixture.ACKNOWLEDGED));
    return turn;
  }

  private List<Long> drain() {
    List<Long> order = new ArrayList<>();
    boolean more = true;
    while (more) {
      Optional<Long> turn = next();
      turn.ifPresent(order::add);
      more = box.journal.stepRead() || turn.isPresent();
      box.journal.step();
    }
    return order;
  }

  @Test
  void a_higher_priority_is_next_however_long_the_backlogs_of_others_are() {
    List<Long> slow = publish(200, "slow/1");
    List<Long> event = publish(200, "event/1");
    long alarm = publish("alarm/1");
    assertEquals(Optional.of(alarm), next());
    assertEquals(event.subList(0, 5), drainSome(5));
    long again = publish("alarm/1");
    assertEquals(Optional.of(again), next());
    List<Long> expected = new ArrayList<>(event.subList(5, 200));
    expected.addAll(slow);
    assertEquals(expected, drain());
    assertEquals(0, box.outbox.status().messages());
    assertEquals(0, box.outbox.status().bytes());
  }

  private List<Long> drainSome(int count) {
    List<Long> order = new ArrayList<>();
    while (order.size() < count) {
      order.add(next().orElseThrow());
    }
    return order;
  }

  @Test
  void a_backlog_of_a_higher_priority_on_disk_is_sent_before_all_others() {
    List<Long> expected = new ArrayList<>();
    List<Long> slow = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      slow.add(publish("slow/" + i % 3));
      expected.add(publish("alarm/" + i % 3));
    }
    expected.addAll(slow);
    assertEquals(expected, drain());
  }

  @Test
  void lanes_of_one_priority_leave_in_the_order_of_acceptance() {
    List<Long> expected = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      expected.add(publish((i % 7 < 2 ? "event/" : "other/") + i % 3));
    }
    assertEquals(expected, drain());
  }

  @Test
  void what_cannot_be_read_stops_only_its_lane() {
    List<Long> event = publish(100, "event/1");
    List<Long> other = publish(100, "other/1");
    List<Long> slow = publish(100, "slow/1");
    box.journal.notYet(Set.of(event.get(50)));
    List<Long> expected = new ArrayList<>(event.subList(0, 50));
    expected.addAll(other);
    expected.addAll(slow);
    List<Long> order = drain();
    assertEquals(new TreeSet<>(expected), new TreeSet<>(order));
    assertEquals(event.subList(0, 50), order.subList(0, 50));
    box.journal.notYet(Set.of());
    assertEquals(List.of(), drain(), "not before a second has passed");
    world.advance(Duration.ofSeconds(1));
    box.outbox.expire();
    assertEquals(event.subList(50, 100), drain());
  }

  /** Returns a box that found messages, all on disk only. */
  private OutcomeFixture found(List<String> topics) {
    List<RecoveredMessage> all = new ArrayList<>();
    long[] bits = new long[4];
    long bytes = 0;
    for (int i = 1; i <= topics.size(); i++) {
      Message message = Message.text(topics.get(i - 1), "x").withQos(1);
      StoredMessage stored = new StoredMessage(i, message, Durability.GROUP, 70, 0);
      all.add(new RecoveredMessage(stored, RecoveredMessage.Stage.WAITING, 0, 0));
      bits[i / 64] |= 1L << i;
      bytes += topics.get(i - 1).length() + 1;
    }
    StoredBlock block = new StoredBlock(0, bits, "", bytes, 1, 77, 0);
    return box(
        new SteppedJournal(new Recovery(all, Set.of(), Map.of(), 0)),
        new Recovery(List.of(), List.of(block), Set.of(), Map.of(), 0, Map.of(), List.of()));
  }

  @Test
  void what_was_found_keeps_its_order_in_its_topic_and_goes_to_its_lane() {
    List<String> topics = new ArrayList<>();
    for (int i = 1; i < 200; i++) {
      topics.add((i % 2 == 0 ? "alarm/" : "slow/") + i % 3);
    }
    box = found(topics);
    long alarm = publish("alarm/0");
    topics.add("alarm/0");
    List<Long> order = drain();
    assertEquals(200, order.size());
    assertTrue(order.indexOf(alarm) > order.indexOf(198L), "its topic has older ones");
    Map<String, Long> last = new HashMap<>();
    for (long sequence : order) {
      String topic = topics.get((int) Math.min(sequence, 200) - 1);
      assertTrue(last.getOrDefault(topic, 0L) < sequence, topic);
      last.put(topic, sequence);
    }
    assertEquals(0, box.outbox.status().messages());
    assertEquals(0, box.outbox.status().bytes());
  }

  @Test
  void what_was_found_by_policy_waits_for_no_other_policy() {
    List<RecoveredMessage> all = new ArrayList<>();
    long[] slow = new long[4];
    long[] alarm = new long[4];
    for (int i = 1; i < 250; i++) {
      String topic = (i == 249 ? "alarm/" : "slow/") + i % 3;
      StoredMessage stored =
          new StoredMessage(i, Message.text(topic, "x").withQos(1), Durability.GROUP, 70, 0);
      all.add(new RecoveredMessage(stored, RecoveredMessage.Stage.WAITING, 0, 0));
      (i == 249 ? alarm : slow)[i / 64] |= 1L << i;
    }
    box =
        box(
            new SteppedJournal(new Recovery(all, Set.of(), Map.of(), 0)),
            new Recovery(
                List.of(),
                List.of(
                    new StoredBlock(0, slow, "slow", 1, 7, 77, 0),
                    new StoredBlock(0, alarm, "alarm", 1, 8, 78, 0)),
                Set.of(),
                Map.of(),
                0,
                Map.of(),
                List.of()));
    assertEquals(249, box.outbox.totals().accepted().recovered());
    long now = publish("alarm/7");
    assertEquals(Optional.of(249L), readUntilNext());
    assertEquals(Optional.of(now), readUntilNext());
    assertEquals(248, drain().size());
  }

  @Test
  void what_was_found_does_not_come_into_memory_because_it_belongs_to_other_lanes() {
    List<String> topics = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      topics.add("alarm/" + i % 3);
    }
    box = found(topics);
    assertEquals(Optional.of(1L), readUntilNext());
    readAll();
    assertTrue(inMemory() < 50, "in memory: " + inMemory());
    assertEquals(199, box.outbox.status().messages());
    List<Long> order = drain();
    assertEquals(LongStream.range(2, 201).boxed().toList(), order);
    assertEquals(0, box.outbox.status().bytes());
  }

  private int inMemory() {
    return box.outbox.browse(1_000).size();
  }

  private Optional<Long> readUntilNext() {
    Optional<Long> turn = next();
    while (turn.isEmpty() && box.journal.stepRead()) {
      turn = next();
    }
    return turn;
  }

  private long publishAs(String policy, String topic) {
    Message message = Message.text(topic, "x").withQos(1).withPolicy(policy);
    long id = box.outbox.publish(message).id();
    box.journal.step();
    return id;
  }

  @Test
  void a_message_that_names_its_policy_has_its_priority() {
    publish(3, "slow/1");
    long named = publishAs("alarm", "slow/2");
    assertEquals(Optional.of(named), next());
  }

  @Test
  void a_policy_that_is_not_known_is_refused_with_those_that_are() {
    NotAcceptedException refused =
        assertThrows(NotAcceptedException.class, () -> publishAs("alrm", "slow/2"));
    assertEquals(NotAcceptedException.Reason.POLICY_UNKNOWN, refused.reason());
    assertEquals(
        "connection home: unknown policy \"alrm\"; there are: alarm, default, event, slow",
        refused.getMessage());
    assertEquals(1, box.outbox.totals().accepted().refused());
    assertEquals(Optional.of(publishAs("default", "slow/2")), next());
  }

  @Test
  void older_messages_of_its_topic_are_lifted_to_its_priority() {
    final List<Long> event = publish(3, "event/1");
    final List<Long> old = publish(3, "slow/1");
    long named = publishAs("alarm", "slow/1");
    long later = publish("slow/1");
    List<Long> expected = new ArrayList<>(old);
    expected.add(named);
    expected.addAll(event);
    expected.add(later);
    assertEquals(expected, drain());
  }

  @Test
  void older_messages_of_its_topic_are_lifted_from_the_disk_too() {
    List<Long> expected = new ArrayList<>();
    List<Long> event = publish(5, "event/1");
    List<Long> slow = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      long id = publish("slow/" + i % 100);
      (i % 100 == 17 ? expected : slow).add(id);
    }
    expected.add(publishAs("alarm", "slow/17"));
    expected.add(publishAs("alarm", "slow/17"));
    readAll();
    expected.addAll(event);
    slow.add(publish("slow/17"));
    expected.addAll(slow);
    assertEquals(expected, drain());
    assertEquals(0, box.outbox.status().messages());
    assertEquals(0, box.outbox.status().bytes());
  }

  private void readAll() {
    box.outbox.expire();
    while (box.journal.stepRead()) {
      box.outbox.expire();
    }
  }

  @Test
  void a_lifted_topic_goes_although_the_disk_is_empty_before_all_was_looked_through() {
    publish(31, "slow/1");
    long named = publishAs("alarm", "slow/2");
    assertTrue(box.outbox.purge() > 0);
    long again = publishAs("alarm", "slow/2");
    readAll();
    assertEquals(List.of(again), drain(), "and not " + named);
  }

  @Test
  void others_pass_a_topic_that_is_looked_for_on_disk() {
    publish(300, "slow/1");
    publishAs("event", "slow/1");
    long alarm = publish("alarm/1");
    long event = publish("event/1");
    assertEquals(List.of(alarm, event), drainSome(2));
  }

  @Test
  void a_message_that_names_its_policy_keeps_it_over_a_restart() {
    final List<Long> slow = publish(5, "slow/1");
    long named = publishAs("alarm", "slow/2");
    Recovery found = box.journal.crash();
    box = box(new SteppedJournal(found), found);
    List<Long> expected = new ArrayList<>(List.of(named));
    expected.addAll(slow);
    assertEquals(expected, drain());
  }

  @Test
  void a_policy_that_is_gone_leaves_its_messages_to_their_topic() {
    publishAs("alarm", "slow/2");
    final long event = publish("event/2");
    box.outbox.policies(OutcomeFixture.table(EVENT, SLOW));
    assertEquals(Optional.of(event), next());
  }

  @Test
  void another_priority_is_in_force_at_once_for_what_waits_in_memory_and_on_disk() {
    final List<Long> event = publish(100, "event/1");
    final List<Long> slow = publish(100, "slow/1");
    box.outbox.policies(OutcomeFixture.table(ALARM, EVENT, policy("slow", 7)));
    List<Long> expected = new ArrayList<>(slow);
    expected.addAll(event);
    assertEquals(expected, drain());
    assertEquals(0, box.outbox.status().bytes());
  }

  @Test
  void other_filters_are_in_force_when_what_is_on_disk_is_sorted() {
    final List<Long> event = publish(100, "event/1");
    final List<Long> slow = publish(100, "slow/1");
    box.outbox.policies(
        new PolicyTable(
            DeliveryPolicy.DEFAULT,
            List.of(new PolicyTable.Rule("slow/#", ALARM), new PolicyTable.Rule("#", SLOW))));
    long again = publish("slow/1");
    readAll();
    List<Long> expected = new ArrayList<>(slow);
    expected.add(again);
    expected.addAll(event);
    assertEquals(expected, drain());
    assertEquals(0, box.outbox.status().messages());
    assertEquals(0, box.outbox.status().bytes());
  }

  @Test
  void policies_come_and_go_and_nothing_is_lost() {
    publish(50, "event/1");
    publish(50, "slow/1");
    box.outbox.next(true);
    box.outbox.policies(PolicyTable.SINGLE);
    assertEquals(100, box.outbox.status().messages());
    assertEquals(1, box.outbox.status().inFlight());
    publish(50, "event/2");
    box.outbox.policies(TABLE);
    box.outbox.requeue(1);
    List<Long> order = drain();
    assertEquals(150, order.size());
    assertEquals(0, box.outbox.status().messages());
    assertEquals(0, box.outbox.status().bytes());
  }

  @Test
  void a_purge_and_a_cancel_find_what_is_on_disk_only_in_every_lane() {
    List<Long> alarm = publish(100, "alarm/1");
    List<Long> slow = publish(100, "slow/1");
    assertTrue(box.outbox.cancel(alarm.get(80)));
    assertTrue(box.outbox.cancel(slow.get(80)));
    assertEquals(198, box.outbox.purge());
    long later = publish("slow/1");
    assertEquals(List.of(later), drain());
    assertEquals(0, box.outbox.status().messages());
    assertEquals(0, box.outbox.status().bytes());
    assertEquals(201, box.outbox.totals().ended().outcomes());
  }

  @Test
  void whatever_is_published_taken_returned_and_read_the_order_of_each_topic_holds() {
    List<PolicyTable> tables =
        List.of(
            TABLE,
            OutcomeFixture.table(policy("alarm", 2), EVENT, policy("slow", 7)),
            new PolicyTable(
                DeliveryPolicy.DEFAULT,
                List.of(
                    new PolicyTable.Rule("+/1", ALARM),
                    new PolicyTable.Rule("slow/2", SLOW),
                    new PolicyTable.Rule("event/2", EVENT))));
    for (int seed = 0; seed < 40; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      box = box(new SteppedJournal(), Recovery.NOTHING);
      String[] lanes = {"alarm/", "event/", "slow/", "other/"};
      Map<String, Long> last = new HashMap<>();
      int published = 0;
      int taken = 0;
      while (published < 1_500 || box.outbox.status().messages() > 0) {
        if (published < 1_500 && random.nextInt(10) < 6) {
          String topic = lanes[random.nextInt(4)] + random.nextInt(3);
          if (random.nextInt(20) == 0) {
            publishAs(random.nextBoolean() ? "alarm" : "slow", topic);
          } else {
            publish(topic);
          }
          published++;
        }
        if (random.nextInt(300) == 0) {
          box.outbox.policies(tables.get(random.nextInt(tables.size())));
        }
        Optional<Entry> turn = random.nextInt(10) < 4 ? box.outbox.next(true) : Optional.empty();
        if (turn.isPresent() && random.nextInt(10) == 0) {
          box.outbox.requeue(turn.get().sequence());
        } else if (turn.isPresent()) {
          String topic = turn.get().message().topic();
          assertTrue(last.getOrDefault(topic, 0L) < turn.get().sequence(), topic);
          last.put(topic, turn.get().sequence());
          box.outbox.settle(turn.get().sequence(), OutcomeFixture.ACKNOWLEDGED);
          taken++;
        }
        if (random.nextInt(3) == 0) {
          box.journal.stepRead();
          box.journal.step();
        }
      }
      assertEquals(1_500, taken, "seed " + seed);
      assertEquals(0, box.outbox.status().bytes());
    }
  }
}
