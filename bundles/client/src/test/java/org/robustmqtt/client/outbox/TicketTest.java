package org.robustmqtt.client.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Outcome;
import org.robustmqtt.Stored;
import org.robustmqtt.client.testing.VirtualWorld;

/** Delivery-rules 1 and 8: when tickets complete, and where what depends on them runs. */
class TicketTest {
  private static final Outcome SENT = new Outcome.Sent();

  private final VirtualWorld world = new VirtualWorld(1);
  private final Promise ticket = new Promise(7, world.doors().lanes().pool());
  private final List<String> heard = new ArrayList<>();

  private void hear(Object value) {
    assertTrue(world.doors().lanes().isCurrent(), "on a listener thread");
    heard.add(value.toString());
  }

  @Test
  void what_depends_on_a_ticket_runs_on_the_listener_threads_and_not_where_it_is_completed() {
    ticket.outcome().thenAccept(this::hear);
    ticket.outcome(SENT);
    assertEquals(List.of(), heard);
    world.run();
    assertEquals(List.of("Sent[]"), heard);
  }

  @Test
  void also_what_is_registered_after_the_completion_and_what_is_derived_from_that() {
    ticket.outcome(SENT);
    ticket
        .outcome()
        .thenApply(
            outcome -> {
              hear(outcome);
              return "derived";
            })
        .thenAccept(this::hear);
    assertEquals(List.of(), heard);
    world.run();
    assertEquals(List.of("Sent[]", "derived"), heard);
  }

  @Test
  void every_kind_of_dependent_runs_on_the_listener_threads() {
    ticket.outcome(SENT);
    var stage = ticket.outcome();
    var other = CompletableFuture.completedFuture(SENT);
    stage.thenRun(() -> hear("run"));
    stage.whenComplete((value, problem) -> hear("when"));
    stage.handle((value, problem) -> problem).thenAccept(problem -> hear("handle"));
    stage.thenCombine(other, (a, b) -> a).thenAccept(this::hear);
    stage.thenAcceptBoth(other, (a, b) -> hear("both"));
    stage.runAfterBoth(other, () -> hear("after both"));
    stage.applyToEither(other, value -> value).thenAccept(value -> hear("either"));
    stage.acceptEither(other, value -> hear("accept either"));
    stage.runAfterEither(other, () -> hear("after either"));
    stage.thenCompose(value -> other).thenAccept(value -> hear("compose"));
    stage.exceptionally(problem -> SENT).thenAccept(value -> hear("exceptionally"));
    assertEquals(List.of(), heard);
    world.run();
    assertEquals(11, heard.size(), heard::toString);
  }

  @Test
  void stored_completes_no_later_than_the_outcome() {
    ticket.stored().thenAccept(this::hear);
    ticket.outcome().thenAccept(this::hear);
    ticket.outcome(SENT);
    ticket.stored(Stored.ON_DISK);
    world.run();
    assertEquals(List.of("SETTLED_FIRST", "Sent[]"), heard);
  }

  @Test
  void stored_is_complete_wherever_the_outcome_is_also_while_both_are_on_their_way() {
    var stored = ticket.stored();
    ticket.outcome(SENT);
    // Asked for between the outcome and its telling on a listener thread.
    var outcome = ticket.outcome();
    assertTrue(!done(outcome) || done(stored), "the outcome before what became of the writing");
    world.run();
    assertTrue(done(outcome) && done(stored));
  }

  private static boolean done(CompletionStage<?> stage) {
    return ((CompletableFuture<?>) stage).isDone();
  }

  @Test
  void what_was_forced_first_stays_on_disk() {
    ticket.stored(Stored.ON_DISK);
    ticket.outcome(SENT);
    ticket.stored().thenAccept(this::hear);
    world.run();
    assertEquals(List.of("ON_DISK"), heard);
  }

  @Test
  void the_first_value_counts() {
    ticket.stored(Stored.MEMORY_ONLY);
    ticket.stored(Stored.ON_DISK);
    ticket.outcome(SENT);
    ticket.outcome(new Outcome.Acknowledged(0, false));
    assertEquals(Optional.of(Stored.MEMORY_ONLY), ticket.storedNow());
    assertEquals(Optional.of(SENT), ticket.outcomeNow());
  }

  @Test
  void futures_exist_only_when_asked_for_and_are_the_same_then() {
    ticket.stored(Stored.ON_DISK);
    ticket.outcome(SENT);
    assertEquals(0, world.timersSet());
    assertSame(ticket.outcome(), ticket.outcome());
    assertSame(ticket.stored(), ticket.stored());
  }

  @Test
  void users_cannot_complete_a_ticket() {
    @SuppressWarnings("unchecked")
    CompletableFuture<Outcome> cast = (CompletableFuture<Outcome>) ticket.outcome();
    assertThrows(UnsupportedOperationException.class, () -> cast.complete(SENT));
    assertThrows(UnsupportedOperationException.class, () -> cast.cancel(true));
    assertThrows(
        UnsupportedOperationException.class,
        () -> cast.completeExceptionally(new RuntimeException()));
    assertThrows(UnsupportedOperationException.class, () -> cast.obtrudeValue(SENT));
    assertThrows(
        UnsupportedOperationException.class, () -> cast.orTimeout(1, TimeUnit.NANOSECONDS));
    assertThrows(
        UnsupportedOperationException.class,
        () -> cast.completeOnTimeout(SENT, 1, TimeUnit.NANOSECONDS));
    assertFalse(cast.isDone());
    assertEquals(Optional.empty(), ticket.outcomeNow());
  }

  @Test
  void a_future_made_of_a_ticket_is_the_callers_own() throws Exception {
    CompletableFuture<Outcome> own = ticket.outcome().toCompletableFuture();
    CompletableFuture<Outcome> second = ticket.outcome().toCompletableFuture();
    own.cancel(true);
    ticket.outcome(SENT);
    world.run();
    assertEquals(SENT, second.get(0, TimeUnit.SECONDS));
    assertEquals(SENT, ticket.outcome().toCompletableFuture().get(0, TimeUnit.SECONDS));
    assertEquals(Optional.of(SENT), ticket.outcomeNow());
  }
}
