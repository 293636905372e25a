package org.robustmqtt.client.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.robustmqtt.client.outbox.OutboxFixture.ACKNOWLEDGED;
import static org.robustmqtt.client.outbox.OutboxFixture.message;
import static org.robustmqtt.client.outbox.OutboxFixture.recovered;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.robustmqtt.DropReason;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.NotAcceptedException.Reason;
import org.robustmqtt.Outcome;
import org.robustmqtt.Stored;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.journal.RecoveredMessage.Stage;

/** What is accepted and what is not; delivery-rules 1. */
class OutboxDoorTest {
  private final OutboxFixture box = new OutboxFixture();

  private static NotAcceptedException refusal(OutboxFixture box, Message message, Reason cause) {
    NotAcceptedException refusal =
        assertThrows(NotAcceptedException.class, () -> box.outbox.publish(message));
    assertEquals(cause, refusal.reason());
    assertTrue(refusal.getMessage().contains("connection home"), refusal.getMessage());
    return refusal;
  }

  private static Stored stored(OutboxFixture box, Ticket ticket) {
    AtomicReference<Stored> heard = new AtomicReference<>();
    ticket.stored().thenAccept(heard::set);
    box.world.run();
    return heard.get();
  }

  /** D7: the limit covers what is queued and what is in flight. */
  @Test
  void the_limit_of_messages_counts_those_in_flight_and_is_free_with_the_outcome() {
    OutboxFixture small = new OutboxFixture(new Limits(2, 1000, 1000, 10));
    long first = small.publish("t", 1);
    small.publish("t", 1);
    small.drain();

    NotAcceptedException refusal = refusal(small, message("t", 1), Reason.QUEUE_FULL);
    assertTrue(refusal.getMessage().contains("2 messages"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("queueMaxMessages = 2"), refusal.getMessage());

    small.outbox.settle(first, ACKNOWLEDGED);
    small.publish("t", 1);
    assertEquals(new Outbox.Accepted(3, 0, 1), small.outbox.totals().accepted());
  }

  @Test
  void the_limit_of_bytes_counts_topics_and_payloads() {
    OutboxFixture small = new OutboxFixture(new Limits(100, 10, 1000, 10));
    small.outbox.publish(Message.of("topic", new byte[3]));
    assertEquals(8, small.outbox.status().bytes());

    NotAcceptedException refusal = refusal(small, Message.of("t", new byte[2]), Reason.QUEUE_FULL);
    assertTrue(refusal.getMessage().contains("8 bytes and 3 more"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("queueMaxBytes = 10"), refusal.getMessage());
    small.outbox.publish(Message.of("t", new byte[1]));
    assertEquals(10, small.outbox.status().bytes());
  }

  @Test
  void what_was_recovered_counts_against_the_limits() {
    OutboxFixture small =
        new OutboxFixture(
            new Limits(1, 1000, 1000, 10), recovered(3, message("t", 1), Stage.SENT, 0, 0));
    refusal(small, message("t", 1), Reason.QUEUE_FULL);
    assertEquals(1, small.outbox.status().messages());
  }

  @Test
  void a_packet_over_our_own_limit_is_refused_with_its_size_and_the_limit() {
    OutboxFixture small = new OutboxFixture(new Limits(100, 1000, 50, 10));
    NotAcceptedException refusal = refusal(small, Message.of("t", new byte[100]), Reason.TOO_LARGE);
    assertTrue(refusal.getMessage().contains("108 bytes"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("maximumPacketSize = 50"), refusal.getMessage());
    assertEquals(0, small.outbox.status().messages());
    assertEquals(0, small.journal.waiting());
  }

  @Test
  void other_limits_count_from_the_next_message_and_what_is_in_stays_in() {
    box.publish("t", 1);
    box.publish("t", 1);
    box.outbox.limits(new Limits(1, 1000, 1000, 10));
    assertEquals(2, box.outbox.status().messages());
    refusal(box, message("t", 1), Reason.QUEUE_FULL);
    box.outbox.limits(new Limits(3, 1000, 1000, 10));
    box.publish("t", 1);
    assertEquals(3, box.outbox.status().maxMessages());
  }

  @Test
  void with_a_full_stage_it_waits_for_one_round_outside_the_lock_and_is_accepted() {
    box.journal.stageCapacity(1);
    box.publish("t", 1);
    AtomicInteger waits = new AtomicInteger();
    box.journal.onAwaitRoom(
        () -> {
          waits.incrementAndGet();
          assertEquals(1, box.outbox.status().messages(), "the lock is free");
          box.journal.step();
        });

    box.publish("t", 1);

    assertEquals(1, waits.get());
    assertEquals(2, box.outbox.status().messages());
  }

  @Test
  void if_the_stage_stays_full_it_is_refused_and_has_taken_no_place() {
    box.journal.stageCapacity(1);
    long first = box.publish("t", 1);
    AtomicInteger waits = new AtomicInteger();
    box.journal.onAwaitRoom(waits::incrementAndGet);

    refusal(box, message("t", 1), Reason.STORE_BUSY);

    assertEquals(1, waits.get());
    box.journal.step();
    long second = box.publish("t", 1);
    assertEquals(List.of(first, second), box.drain());
    assertEquals(new Outbox.Accepted(2, 0, 1), box.outbox.totals().accepted());
  }

  @Test
  void a_message_that_waited_for_the_stage_is_behind_those_that_came_in_meanwhile() {
    box.journal.stageCapacity(1);
    box.publish("t", 1);
    box.journal.onAwaitRoom(
        () -> {
          box.journal.step();
          box.journal.stageCapacity(2);
          box.publish("t", 1);
        });
    long waited = box.publish("t", 1);
    List<Long> order = box.drain();
    assertEquals(waited, order.get(2));
    box.journal.stepAll();
    assertEquals(order.stream().map(id -> "message " + id).toList(), box.journal.log());
  }

  @Test
  void room_that_others_take_or_that_is_too_small_is_waited_for_again() {
    box.journal.refuseNext(5);
    AtomicInteger waits = new AtomicInteger();
    box.journal.onAwaitRoom(waits::incrementAndGet);
    box.publish("t", 1);
    assertEquals(5, waits.get());
    assertEquals(1, box.outbox.status().messages());
  }

  @Test
  void room_that_never_fits_is_waited_for_a_second_in_all() {
    box.journal.refuseNext(Integer.MAX_VALUE);
    AtomicInteger waits = new AtomicInteger();
    box.journal.onAwaitRoom(
        () -> {
          waits.incrementAndGet();
          box.world.advance(Duration.ofMillis(300));
        });
    refusal(box, message("t", 1), Reason.STORE_BUSY);
    assertEquals(4, waits.get());
  }

  @Test
  void without_sequences_it_is_refused_as_busy() {
    box.journal.sequencesLeft(1);
    box.publish("t", 1);
    refusal(box, message("t", 1), Reason.STORE_BUSY);
    refusal(box, message("t", 1).withDurability(Durability.MEMORY), Reason.STORE_BUSY);
    assertEquals(1, box.outbox.status().messages());
  }

  @Test
  void an_interrupt_while_waiting_for_the_stage_keeps_nothing_and_stays_set() {
    box.journal.stageCapacity(0);
    box.journal.onAwaitRoom(Thread.currentThread()::interrupt);
    refusal(box, message("t", 1), Reason.STORE_BUSY);
    assertTrue(Thread.interrupted());
    assertEquals(0, box.outbox.status().messages());
  }

  @Test
  void while_the_store_is_degraded_sync_is_refused_and_group_is_accepted_in_memory() {
    box.journal.degrade("no space left");
    NotAcceptedException refusal =
        refusal(box, message("t", 1).withDurability(Durability.SYNC), Reason.STORE_UNAVAILABLE);
    assertTrue(refusal.getMessage().contains("no space left"), refusal.getMessage());

    assertEquals(Stored.MEMORY_ONLY, stored(box, box.outbox.publish(message("t", 1))));
    box.journal.stageCapacity(0);
    assertEquals(Stored.MEMORY_ONLY, stored(box, box.outbox.publish(message("t", 1))));
    assertEquals(2, box.outbox.status().messages());
  }

  @Test
  void a_ticket_says_on_disk_after_the_force_and_memory_only_where_nothing_is_written() {
    Ticket group = box.outbox.publish(message("t", 1));
    Ticket memory = box.outbox.publish(message("t", 1).withDurability(Durability.MEMORY));
    assertEquals(null, stored(box, group));
    assertEquals(Stored.MEMORY_ONLY, stored(box, memory));
    box.journal.step();
    assertEquals(Stored.ON_DISK, stored(box, group));
    assertEquals(List.of("message 1"), box.journal.log());
    assertEquals(
        List.of(true, false),
        box.outbox.browse(10).stream().map(message -> message.onDisk()).toList());
  }

  /** The answer for one comes while the next is staged, in the thread that stages it. */
  @Test
  void what_the_store_answers_within_a_call_counts_as_well() {
    Ticket sync = box.outbox.publish(message("t", 1).withDurability(Durability.SYNC));
    box.journal.failing(true);
    box.journal.stepsWithinOffer();
    Ticket next = box.outbox.publish(message("t", 1));

    assertEquals(
        List.of(
            new OutboxFixture.Told(
                sync.id(), new Outcome.Dropped(DropReason.STORE_FAILED, 0, false))),
        box.told);
    assertEquals(List.of(next.id()), box.drain());
  }

  @Test
  void a_sync_message_that_could_not_be_written_ends_as_store_failed_and_group_goes_on() {
    Ticket sync = box.outbox.publish(message("t", 1).withDurability(Durability.SYNC));
    Ticket group = box.outbox.publish(message("t", 1));
    box.journal.failing(true);
    box.journal.step();

    assertEquals(Stored.FAILED, stored(box, sync));
    assertEquals(Stored.MEMORY_ONLY, stored(box, group));
    assertEquals(
        List.of(
            new OutboxFixture.Told(
                sync.id(), new Outcome.Dropped(DropReason.STORE_FAILED, 0, false))),
        box.told);
    assertEquals(List.of(group.id()), box.drain());
  }

  @Test
  void after_closing_nothing_is_accepted_what_is_in_memory_is_shut_down_and_the_rest_stays() {
    Ticket group = box.outbox.publish(message("t", 1));
    Ticket memory = box.outbox.publish(message("u", 1).withDurability(Durability.MEMORY));

    box.outbox.close();

    refusal(box, message("t", 1), Reason.CLOSED);
    assertEquals(
        List.of(
            new OutboxFixture.Told(
                memory.id(), new Outcome.Dropped(DropReason.SHUT_DOWN, 0, false))),
        box.told);
    assertEquals(1, box.outbox.status().messages());
    box.journal.close();
    assertEquals(Stored.ON_DISK, stored(box, group));
    assertEquals(Optional.empty(), group.outcomeNow());
    assertEquals(1, box.journal.crash().messages().size());
  }

  @Test
  void what_the_journal_could_not_write_at_its_end_is_shut_down_too() {
    Ticket group = box.outbox.publish(message("t", 1));
    box.outbox.close();
    box.journal.failing(true);
    box.journal.close();
    assertEquals(
        List.of(
            new OutboxFixture.Told(
                group.id(), new Outcome.Dropped(DropReason.SHUT_DOWN, 0, false))),
        box.told);
  }

  @Test
  void with_a_wait_it_waits_until_there_is_room() throws Exception {
    OutboxFixture small = new OutboxFixture(new Limits(1, 1000, 1000, 10));
    long first = small.publish("t", 1);
    AtomicReference<Ticket> ticket = new AtomicReference<>();
    Thread waiting =
        started(() -> ticket.set(small.outbox.publish(message("t", 1), Duration.ofMinutes(1))));
    awaitBlocked(waiting);

    small.outbox.settle(first, ACKNOWLEDGED);

    waiting.join(TimeUnit.MINUTES.toMillis(1));
    assertEquals(first + 1, ticket.get().id());
  }

  @Test
  void without_room_in_time_or_at_the_end_a_waiting_publisher_is_refused() throws Exception {
    OutboxFixture small = new OutboxFixture(new Limits(1, 1000, 1000, 10));
    small.publish("t", 1);
    NotAcceptedException late =
        assertThrows(
            NotAcceptedException.class,
            () -> small.outbox.publish(message("t", 1), Duration.ofNanos(1)));
    assertEquals(Reason.QUEUE_FULL, late.reason());

    AtomicReference<Reason> cause = new AtomicReference<>();
    Thread waiting =
        started(
            () -> {
              try {
                small.outbox.publish(message("t", 1), Duration.ofMinutes(1));
              } catch (NotAcceptedException e) {
                cause.set(e.reason());
              }
            });
    awaitBlocked(waiting);
    small.outbox.close();
    waiting.join(TimeUnit.MINUTES.toMillis(1));
    assertEquals(Reason.CLOSED, cause.get());
  }

  @Test
  void a_message_that_never_fits_does_not_wait() {
    OutboxFixture small = new OutboxFixture(new Limits(5, 10, 1000, 10));
    NotAcceptedException refusal =
        assertThrows(
            NotAcceptedException.class,
            () -> small.outbox.publish(Message.of("t", new byte[10]), Duration.ofDays(1)));
    assertEquals(Reason.QUEUE_FULL, refusal.reason());
  }

  @Test
  void an_interrupt_while_waiting_for_room_keeps_nothing() throws Exception {
    OutboxFixture small = new OutboxFixture(new Limits(1, 1000, 1000, 10));
    small.publish("t", 1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Thread waiting =
        started(
            () -> {
              try {
                small.outbox.publish(message("t", 1), Duration.ofMinutes(1));
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
            });
    awaitBlocked(waiting);
    waiting.interrupt();
    assertTrue(interrupted.await(1, TimeUnit.MINUTES));
    assertEquals(1, small.outbox.status().messages());
  }

  @Test
  void a_listener_must_not_wait_for_room() {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    box.world
        .doors()
        .lanes()
        .pool()
        .execute(
            () ->
                thrown.set(
                    assertThrows(
                        IllegalStateException.class,
                        () -> box.outbox.publish(message("t", 1), Duration.ofSeconds(1)))));
    box.world.run();
    assertTrue(thrown.get().getMessage().contains("listener thread"));
  }

  /** D13: nothing looks sent because the link is believed to be up. */
  @Test
  void an_accepted_message_has_no_outcome_and_is_not_in_flight_before_the_loop_took_it() {
    Ticket ticket = box.outbox.publish(message("t", 1));
    assertEquals(Optional.empty(), ticket.outcomeNow());
    assertFalse(box.outbox.browse(1).get(0).inFlight());
    box.drain();
    assertTrue(box.outbox.browse(1).get(0).inFlight());
  }

  private interface Work {
    void run() throws InterruptedException;
  }

  private static Thread started(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** The outbox says nothing when a publisher waits; its thread does. */
  private static void awaitBlocked(Thread thread) {
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      assertTrue(thread.isAlive());
      Thread.onSpinWait();
    }
  }
}
