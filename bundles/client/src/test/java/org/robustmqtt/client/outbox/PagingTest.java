package org.robustmqtt.client.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.robustmqtt.DropReason;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Outcome;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredBlock;
import org.robustmqtt.journal.StoredMessage;

/** A long queue is in memory only as far as it is needed soon, and nobody notices. */
class PagingTest {
  private static final Outbox.Window SMALL = new Outbox.Window(10, 10_000);

  private final VirtualWorld world = new VirtualWorld(1);
  private OutcomeFixture box = box(new Recovery(List.of(), Set.of(), Map.of(), 0));

  private OutcomeFixture box(Recovery found) {
    return new OutcomeFixture(world, found, Limits.DEFAULT, SMALL);
  }

  private Ticket publish(int qos) {
    return box.outbox.publish(Message.text("t" + qos, "x").withQos(qos));
  }

  private List<Ticket> publish(int count, int qos) {
    List<Ticket> tickets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tickets.add(publish(qos));
      box.journal.step();
    }
    return tickets;
  }

  private static List<Long> ids(List<Ticket> tickets) {
    return tickets.stream().map(Ticket::id).toList();
  }

  /** Takes and acknowledges everything, reading back what is needed; returns the order. */
  private List<Long> drain() {
    List<Long> order = new ArrayList<>();
    boolean more = true;
    while (more) {
      Optional<Entry> turn = box.outbox.next(true);
      turn.ifPresent(
          entry -> {
            order.add(entry.sequence());
            box.outbox.settle(entry.sequence(), OutcomeFixture.ACKNOWLEDGED);
          });
      more = box.journal.stepRead() || turn.isPresent();
      box.journal.step();
    }
    world.run();
    return order;
  }

  private int inMemory() {
    return box.outbox.browse(10_000).size();
  }

  @Test
  void a_long_queue_is_sent_in_order_and_only_a_window_of_it_is_in_memory() {
    List<Ticket> tickets = publish(100, 1);
    assertEquals(10, inMemory(), "the window");
    assertEquals(100, box.outbox.status().messages());
    assertEquals(300, box.outbox.status().bytes());
    assertEquals(ids(tickets), drain());
    for (Ticket ticket : tickets) {
      assertEquals(Optional.of(OutcomeFixture.ACKNOWLEDGED), ticket.outcomeNow());
    }
    assertEquals(0, box.outbox.status().messages());
    assertEquals(0, box.outbox.status().bytes());
    assertEquals(100, box.outbox.totals().ended().outcomes());
  }

  @Test
  void nothing_is_sent_before_an_older_one_that_is_on_disk_only() {
    final List<Ticket> tickets = publish(30, 1);
    Ticket retained = box.outbox.publish(Message.text("r", "x").withRetain(true).withQos(1));
    Ticket memory =
        box.outbox.publish(Message.text("m", "x").withDurability(Durability.MEMORY).withQos(0));
    box.journal.step();
    List<Long> expected = new ArrayList<>(ids(tickets));
    expected.add(retained.id());
    expected.add(memory.id());
    assertEquals(expected, drain());
  }

  @Test
  void few_large_messages_are_left_on_disk_too() {
    List<Ticket> tickets = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      tickets.add(box.outbox.publish(Message.of("t", new byte[4_000]).withQos(1)));
      box.journal.step();
    }
    assertTrue(inMemory() < 5, "" + inMemory());
    assertEquals(ids(tickets), drain());
  }

  @Test
  void a_ticket_hears_of_its_message_wherever_that_was() throws Exception {
    List<Ticket> tickets = publish(40, 1);
    Ticket last = tickets.get(39);
    var future = last.outcome().toCompletableFuture();
    drain();
    world.run();
    assertEquals(OutcomeFixture.ACKNOWLEDGED, future.get(1, TimeUnit.SECONDS));
    assertEquals(Optional.of(OutcomeFixture.ACKNOWLEDGED), tickets.get(38).outcomeNow());
  }

  @Test
  void who_waits_for_a_future_needs_not_keep_the_ticket() throws Exception {
    publish(20, 1);
    List<Outcome> heard = new ArrayList<>();
    WeakReference<Ticket> before = waiting(heard, true);
    WeakReference<Ticket> after = waiting(heard, false);
    WeakReference<Ticket> nobody = new WeakReference<>(publish(1));
    box.journal.step();
    for (int i = 0; i < 100 && nobody.get() != null; i++) {
      System.gc();
    }
    assertTrue(nobody.get() == null, "nobody has it");
    assertTrue(before.get() != null && after.get() != null);
    drain();
    world.run();
    assertEquals(List.of(OutcomeFixture.ACKNOWLEDGED, OutcomeFixture.ACKNOWLEDGED), heard);
  }

  private WeakReference<Ticket> waiting(List<Outcome> heard, boolean early) {
    Ticket ticket = publish(1);
    if (!early) {
      box.journal.step();
    }
    ticket.outcome().thenAccept(heard::add);
    box.journal.step();
    return new WeakReference<>(ticket);
  }

  @Test
  void what_is_on_disk_only_can_be_cancelled() {
    List<Ticket> tickets = publish(40, 1);
    assertTrue(box.outbox.cancel(tickets.get(30).id()));
    assertFalse(box.outbox.cancel(tickets.get(30).id()), "it is under way");
    assertTrue(box.outbox.holds(tickets.get(30).id()), "until it was read");
    assertTrue(box.journal.stepRead());
    box.journal.step();
    assertFalse(box.outbox.holds(tickets.get(30).id()));
    assertEquals(Optional.of(DropReason.CANCELLED), OutcomeFixture.dropped(tickets.get(30)));
    assertFalse(box.outbox.cancel(tickets.get(30).id()));
    List<Long> expected = new ArrayList<>(ids(tickets));
    expected.remove(30);
    assertEquals(expected, drain());
    assertEquals(Set.of(), box.journal.crash().messages().isEmpty() ? Set.of() : Set.of(1));
  }

  @Test
  void what_is_dropped_and_not_read_yet_still_needs_its_record() {
    List<Ticket> tickets = publish(40, 1);
    long id = tickets.get(30).id();
    assertTrue(box.outbox.cancel(id));
    assertTrue(box.outbox.holds(id), "a journal that comes later must not take it for others'");
    drain();
    assertEquals(Optional.of(DropReason.CANCELLED), OutcomeFixture.dropped(tickets.get(30)));
    assertFalse(box.outbox.holds(id));
  }

  @Test
  void a_purge_takes_what_is_on_disk_only_too() {
    List<Ticket> tickets = publish(60, 1);
    assertTrue(box.outbox.cancel(tickets.get(50).id()));
    assertEquals(59, box.outbox.purge());
    Ticket later = publish(1);
    box.journal.step();
    assertEquals(List.of(later.id()), drain());
    for (Ticket ticket : tickets) {
      assertEquals(Optional.of(DropReason.CANCELLED), OutcomeFixture.dropped(ticket));
    }
    assertEquals(0, box.outbox.status().messages());
    assertEquals(0, box.outbox.status().bytes());
    assertEquals(0, box.outbox.purge());
  }

  @Test
  void what_has_a_deadline_is_on_disk_only_and_expires_in_time() {
    publish(20, 1);
    List<Ticket> mortal = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      Duration deadline = Duration.ofSeconds(i % 3 == 0 ? 9 : 20);
      mortal.add(box.outbox.publish(Message.text("t1", "x").withQos(1).withDeadline(deadline)));
      box.journal.step();
    }
    assertEquals(10, inMemory());
    world.jumpWall(Duration.ofDays(20_000));
    assertEquals(OptionalLong.of(9_000_000_000L), box.outbox.expire());
    world.advance(Duration.ofSeconds(8));
    expire();
    assertEquals(320, box.outbox.status().messages());
    world.advance(Duration.ofSeconds(1));
    expire();
    assertEquals(220, box.outbox.status().messages());
    for (int i = 0; i < 300; i++) {
      assertEquals(
          i % 3 == 0 ? Optional.of(DropReason.EXPIRED) : Optional.empty(),
          OutcomeFixture.dropped(mortal.get(i)));
    }
    assertEquals(10, inMemory());
    assertEquals(OptionalLong.of(11_000_000_000L), box.outbox.expire());
    world.advance(Duration.ofSeconds(11));
    expire();
    assertEquals(20, drain().size());
    assertEquals(0, box.outbox.status().bytes());
    assertEquals(OptionalLong.empty(), box.outbox.expire());
  }

  @Test
  void the_loop_does_not_spin_while_what_is_due_cannot_be_read() {
    publish(20, 1);
    box.outbox.publish(Message.text("t1", "x").withQos(1).withDeadline(Duration.ofSeconds(9)));
    box.journal.step();
    box.journal.failing(true);
    world.advance(Duration.ofSeconds(9));
    assertEquals(OptionalLong.empty(), box.outbox.expire(), "the disk is asked");
    assertTrue(box.journal.stepRead());
    assertEquals(OptionalLong.of(1_000_000_000L), box.outbox.expire());
    box.journal.failing(false);
    world.advance(Duration.ofSeconds(1));
    expire();
    assertEquals(20, box.outbox.status().messages());
  }

  private void expire() {
    box.outbox.expire();
    while (box.journal.stepRead()) {
      box.outbox.expire();
    }
    box.journal.step();
    box.journal.step();
  }

  @Test
  void a_disk_that_cannot_be_read_is_asked_again_after_a_second() {
    List<Ticket> tickets = publish(30, 1);
    box.journal.failing(true);
    box.journal.stepRead();
    for (int i = 0; i < 10; i++) {
      box.outbox.settle(
          box.outbox.next(true).orElseThrow().sequence(), OutcomeFixture.ACKNOWLEDGED);
    }
    assertEquals(Optional.empty(), box.outbox.next(true));
    while (box.journal.stepRead()) {
      // it fails
    }
    assertEquals(OptionalLong.of(1_000_000_000L), box.outbox.expire());
    box.journal.failing(false);
    assertFalse(box.journal.stepRead(), "not yet");
    world.advance(Duration.ofSeconds(1));
    box.outbox.expire();
    assertEquals(ids(tickets).subList(10, 30), drain());
  }

  @Test
  void the_loop_does_not_spin_while_a_disk_that_could_not_be_read_is_asked_again() {
    publish(30, 1);
    box.journal.failing(true);
    for (int i = 0; i < 10; i++) {
      box.outbox.settle(
          box.outbox.next(true).orElseThrow().sequence(), OutcomeFixture.ACKNOWLEDGED);
    }
    while (box.journal.stepRead()) {
      // it fails
    }
    world.advance(Duration.ofSeconds(1));
    box.outbox.expire();
    assertEquals(OptionalLong.empty(), box.outbox.expire(), "the disk was asked, and answers");
  }

  @Test
  void a_message_that_cannot_be_read_back_has_an_outcome_and_the_rest_goes_on() {
    List<Ticket> tickets = publish(40, 1);
    box.journal.damage(tickets.get(25).id());
    List<Long> expected = new ArrayList<>(ids(tickets));
    expected.remove(25);
    assertEquals(expected, drain());
    assertEquals(Optional.of(DropReason.STORE_FAILED), OutcomeFixture.dropped(tickets.get(25)));
    assertEquals(0, box.outbox.status().bytes());
  }

  @Test
  void a_topic_that_stands_still_does_not_stop_the_others_for_what_is_on_disk() {
    Ticket first = box.outbox.publish(Message.text("slow", "x").withQos(2));
    for (int i = 0; i < 30; i++) {
      box.outbox.publish(Message.text("slow", "x").withQos(2));
      box.journal.step();
    }
    Ticket other = box.outbox.publish(Message.text("other", "x").withQos(1));
    box.journal.step();
    assertEquals(first.id(), box.outbox.next(true).orElseThrow().sequence());
    Optional<Entry> turn = box.outbox.next(true);
    while (turn.isEmpty() && box.journal.stepRead()) {
      turn = box.outbox.next(true);
    }
    assertEquals(Optional.of(other.id()), turn.map(Entry::sequence));
  }

  @Test
  void what_was_found_and_stayed_on_disk_is_counted_sent_and_settled() {
    List<RecoveredMessage> first = new ArrayList<>();
    long[] bits = new long[4];
    Recovery all = new Recovery(found(1, 301), Set.of(), Map.of(), 0);
    for (int i = 1; i < 5; i++) {
      first.add(all.messages().get(i - 1));
    }
    for (int i = 5; i < 256; i++) {
      bits[i / 64] |= 1L << i;
    }
    long[] second = new long[4];
    for (int i = 0; i < 301 - 256; i++) {
      second[i / 64] |= 1L << i;
    }
    // the journal has all of it; the outbox is told as a long journal tells it
    box = box(all);
    OutcomeFixture told =
        new OutcomeFixture(
            world,
            box.journal,
            new Recovery(
                first,
                List.of(
                    new StoredBlock(0, bits, "", 251 * 2, 2, 77, 0),
                    new StoredBlock(256, second, "", 90, 2, 78, 0)),
                Set.of(),
                Map.of(),
                0,
                Map.of(),
                List.of()),
            SMALL);
    box = told;
    assertEquals(300, box.outbox.status().messages());
    assertEquals(300, box.outbox.totals().accepted().recovered());
    List<Long> order = drain();
    assertEquals(300, order.size());
    assertEquals(List.copyOf(new TreeSet<>(order)), order);
    assertEquals(0, box.outbox.status().messages());
    assertEquals(0, box.outbox.status().bytes());
    assertTrue(box.journal.crash().messages().isEmpty());
  }

  private static List<RecoveredMessage> found(long from, long to) {
    List<RecoveredMessage> found = new ArrayList<>();
    for (long i = from; i < to; i++) {
      StoredMessage stored =
          new StoredMessage(i, Message.text("t", "x").withQos(1), Durability.GROUP, 70 + i, 0);
      found.add(new RecoveredMessage(stored, RecoveredMessage.Stage.WAITING, 0, 0));
    }
    return found;
  }

  @Test
  void a_set_of_sequences_agrees_with_a_tree_under_random_changes() {
    Random random = new Random(3);
    for (int round = 0; round < 20; round++) {
      SequenceSet out = new SequenceSet();
      TreeSet<Long> model = new TreeSet<>();
      int range = 1 + random.nextInt(3_000);
      for (int i = 0; i < 3_000; i++) {
        long sequence = 1 + random.nextInt(range);
        if (!model.contains(sequence)) {
          out.add(sequence, 7, 1);
          model.add(sequence);
        } else {
          out.remove(sequence, 7);
          model.remove(sequence);
        }
        assertEquals(model.size(), out.count());
        assertEquals(7L * model.size(), out.bytes());
        assertEquals(model.isEmpty() ? Long.MAX_VALUE : model.first(), out.lowest());
        assertEquals(model.contains(sequence), out.contains(sequence));
        assertEquals(model.tailSet(sequence).size(), out.from(sequence, 9_999, range).length);
      }
      if (!model.isEmpty()) {
        assertEquals(model.last(), out.highest());
      }
      int most = random.nextInt(50);
      assertEquals(
          model.stream().limit(most).toList(),
          java.util.Arrays.stream(out.lowest(most)).boxed().toList());
    }
  }

  @Test
  void what_the_disk_cannot_read_is_put_aside_and_everything_else_goes_on() {
    List<Ticket> tickets = publish(40, 1);
    Set<Long> bad = new TreeSet<>(ids(tickets.subList(15, 25)));
    box.journal.unreadable(bad);
    Ticket alarm = box.outbox.publish(Message.text("alarm", "x").withDurability(Durability.SYNC));
    box.journal.step();
    List<Long> expected = new ArrayList<>(ids(tickets));
    expected.removeAll(bad);
    expected.add(alarm.id());
    assertEquals(expected, drain());
    for (Ticket each : tickets.subList(15, 25)) {
      Outcome outcome = each.outcomeNow().orElseThrow();
      assertEquals(Optional.of(DropReason.QUARANTINED), reason(outcome));
    }
    assertEquals(10, box.outbox.status().quarantined());
    assertEquals(List.copyOf(bad), box.outbox.quarantined(100).stream().map(m -> m.id()).toList());
    assertEquals(3, box.outbox.quarantined(3).size());
    assertEquals(0, box.outbox.status().messages());
    assertTrue(box.journal.log().contains("quarantined " + bad.iterator().next()));
  }

  private static Optional<DropReason> reason(Outcome outcome) {
    return outcome.kind() == Outcome.Kind.DROPPED
        ? Optional.of(((Outcome.Dropped) outcome).reason())
        : Optional.empty();
  }

  @Test
  void an_unreadable_message_is_sent_by_hand_as_soon_as_the_disk_can_read_it() {
    List<Ticket> tickets = publish(30, 1);
    long bad = tickets.get(20).id();
    box.journal.unreadable(Set.of(bad));
    drain();
    box.journal.readAtOnce();
    NotAcceptedException not =
        assertThrows(NotAcceptedException.class, () -> box.outbox.retry(bad));
    assertTrue(not.getMessage().contains("message " + bad + " still cannot be read: EIO"));
    assertEquals(1, box.outbox.status().quarantined(), "it is kept");
    box.journal.unreadable(Set.of());
    Ticket again = box.outbox.retry(bad).orElseThrow();
    assertEquals(0, box.outbox.status().quarantined());
    box.journal.step();
    assertEquals(List.of(again.id()), drain());
    box.journal.step();
    assertTrue(box.journal.settledInOrder().contains(bad), "its old record is not needed");
  }

  @Test
  void unreadable_messages_are_thrown_away_by_hand() {
    List<Ticket> tickets = publish(30, 1);
    box.journal.unreadable(Set.copyOf(ids(tickets.subList(20, 24))));
    drain();
    assertEquals(4, box.outbox.purgeQuarantined());
    assertEquals(0, box.outbox.status().quarantined());
    box.journal.step();
    assertTrue(box.journal.settledInOrder().containsAll(ids(tickets.subList(20, 24))));
  }

  @Test
  void while_the_disk_cannot_be_read_what_comes_stays_in_memory_too_and_leaves() {
    List<Ticket> tickets = publish(40, 1);
    drainMemory();
    box.journal.failing(true);
    assertTrue(box.journal.stepRead(), "the first failure");
    box.journal.failing(false);
    box.journal.unreadable(LongStream.rangeClosed(1, 100).boxed().collect(Collectors.toSet()));
    Ticket alarm =
        box.outbox.publish(Message.text("alarm", "x").withQos(1).withDurability(Durability.SYNC));
    box.journal.step();
    world.advance(Duration.ofSeconds(2));
    assertEquals(List.of(alarm.id()), drain());
    assertEquals(
        Optional.of(DropReason.QUARANTINED), reason(tickets.get(39).outcomeNow().orElseThrow()));
  }

  /** Takes and acknowledges what is in memory. */
  private void drainMemory() {
    for (Optional<Entry> turn = box.outbox.next(true);
        turn.isPresent();
        turn = box.outbox.next(true)) {
      box.outbox.settle(turn.get().sequence(), OutcomeFixture.ACKNOWLEDGED);
    }
  }
}
