package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredMessage;

/** The life of connections, from their configurations. */
class ConnectionsTest {
  private static final Map<String, Object> GOOD = Map.of("broker", "mqtt://b");

  private final ConnectionsWorld world = new ConnectionsWorld();

  @Test
  void without_a_configuration_there_is_nothing() {
    world.lane.run();

    assertEquals(List.of(), world.directory.all());
    assertEquals(0, world.engines);
    assertEquals(0, world.lane.waiting());
  }

  @Test
  void a_good_configuration_makes_a_service_and_the_threads_begin() {
    world.configure("home", GOOD);

    assertEquals(Set.of("home"), world.services.keySet());
    assertEquals(1, world.liveEngines);
    assertTrue(world.last().first.isPresent());
    assertEquals("/store/home", world.provider.last().path);
  }

  @Test
  void the_threads_are_shared_and_end_with_the_last_connection() {
    world.configure("a", GOOD);
    world.configure("b", GOOD);
    assertEquals(1, world.engines);

    world.delete("a");
    world.rooms.get(0).stopped.complete(null);
    world.lane.run();
    assertEquals(1, world.liveEngines);

    world.delete("b");
    world.rooms.get(1).stopped.complete(null);
    world.lane.run();
    assertEquals(0, world.liveEngines);
    assertEquals(0, world.lane.waiting());
  }

  @Test
  void a_faulty_first_configuration_has_a_service_that_queues_and_shows_all_faults() {
    world.configure("home", Map.of("broker", "htp://b", "maxInflight", "0"));

    assertEquals(Set.of("home"), world.services.keySet());
    assertEquals(Optional.empty(), world.last().first);
    ConnectionStatus status = world.status("home");
    assertEquals(ConnectionState.FAULTED, status.state());
    assertEquals(2, status.faults().size());
    assertEquals(1, world.services.get("home").publish(Message.text("t", "x")).id());
  }

  @Test
  void a_corrected_configuration_is_applied() {
    world.configure("home", Map.of("broker", "htp://b"));

    world.configure("home", GOOD);

    assertEquals(1, world.rooms.size());
    assertEquals(1, world.last().applied.size());
    assertEquals(List.of(), world.status("home").faults());
  }

  @Test
  void an_equal_configuration_does_nothing_in_whatever_form_it_comes() {
    world.configure("home", Map.of("broker", "mqtt://b", "keepAlive", "30"));

    world.configure(
        "home",
        Map.of(
            "broker", List.of("mqtt://b"), "keepAlive", 30L, "service.pid", "other", "pid", "x"));

    assertEquals(List.of(), world.last().applied);
    assertEquals(1, world.provider.opened.size());
  }

  @Test
  void a_changed_configuration_is_applied_to_the_same_rooms() {
    world.configure("home", GOOD);

    world.configure("home", Map.of("broker", "mqtt://b", "keepAlive", "30"));

    assertEquals(1, world.rooms.size());
    assertEquals(30, world.last().applied.get(0).keepAlive());
  }

  @Test
  void a_faulty_change_keeps_the_old_settings_and_shows_the_faults() {
    world.configure("home", GOOD);

    world.configure("home", Map.of("broker", "mqtt://b", "keepAlive", "x", "retry", "y y"));

    assertEquals(List.of(), world.last().applied);
    assertEquals(2, world.last().faults.size());
    assertEquals(Set.of("home"), world.services.keySet());
  }

  @Test
  void a_warning_is_shown_and_harms_nothing() {
    world.configure("home", Map.of("broker", "mqtt://b", "brokr", "x"));

    assertTrue(world.last().first.isPresent());
    assertEquals(
        List.of(
            "configuration org.robustmqtt.connection~home: unknown key \"brokr\" is ignored; did"
                + " you mean \"broker\"?"),
        world.last().faults);
  }

  @Test
  void a_name_that_is_not_allowed_is_listed_and_has_no_service() {
    world.configure("x", Map.of("broker", "mqtt://b", "name", "a b"));

    assertEquals(Set.of(), world.services.keySet());
    ConnectionStatus status = world.directory.all().get(0);
    assertEquals("(configuration org.robustmqtt.connection~x)", status.name());
    assertEquals(ConnectionState.FAULTED, status.state());
    assertEquals(ProblemKind.SETTINGS_FAULTY, status.problem().orElseThrow().kind());
    assertEquals(1, status.faults().size());
  }

  @Test
  void of_two_configurations_with_one_name_the_second_waits_until_it_is_free() {
    world.configure("one", Map.of("broker", "mqtt://b", "name", "home"));
    world.configure("two", Map.of("broker", "mqtt://c", "name", "home"));

    assertEquals(1, world.rooms.size());
    List<ConnectionStatus> all = world.directory.all();
    assertEquals(List.of("home", "home"), all.stream().map(ConnectionStatus::name).toList());
    ConnectionStatus second =
        all.stream().filter(s -> s.state() == ConnectionState.FAULTED).findFirst().orElseThrow();
    assertEquals(ProblemKind.NAME_TAKEN, second.problem().orElseThrow().kind());
    assertEquals(
        "configuration org.robustmqtt.connection~two: the name \"home\" is used by configuration"
            + " org.robustmqtt.connection~one",
        second.problem().orElseThrow().text());

    world.delete("one");
    assertEquals(1, world.rooms.size(), "the journal of the first is still open");
    world.rooms.get(0).stopped.complete(null);
    world.lane.run();

    assertEquals(2, world.rooms.size());
    assertEquals(Set.of("home"), world.services.keySet());
    assertTrue(world.provider.opened.get(0).closed);
    assertEquals(ConnectionState.WAITING, world.status("home").state());
  }

  @Test
  void a_deleted_connection_is_drained_closed_and_its_journal_kept() {
    world.configure("home", GOOD);
    ConnectionService service = world.services.get("home");
    FakeRooms rooms = world.last();

    world.delete("home");

    assertEquals(Set.of(), world.services.keySet());
    assertEquals(List.of("stop PT5S"), rooms.told);
    assertFalse(world.provider.last().closed, "it is still being drained");
    assertEquals(
        NotAcceptedException.Reason.CLOSED,
        assertThrows(NotAcceptedException.class, () -> service.publish(Message.text("t", "x")))
            .reason());

    rooms.stopped.complete(null);
    world.lane.run();
    assertTrue(world.provider.last().closed);
    assertEquals(List.of(), world.directory.all());
    assertEquals(ConnectionState.CLOSED, service.status().state());
    world.provider.closed.add("home");
    assertEquals(List.of("home"), world.directory.orphans());
    assertTrue(world.directory.purgeOrphan("home"));
    assertEquals(List.of(), world.directory.orphans());
  }

  @Test
  void a_link_that_does_not_end_is_left_behind_in_time() {
    world.configure("home", GOOD);
    world.delete("home");

    world.lane.pass(9_999);
    assertFalse(world.provider.last().closed);
    world.lane.pass(1);

    assertTrue(world.provider.last().closed);
    assertEquals(0, world.liveEngines);
  }

  @Test
  void the_journal_of_a_configured_name_is_no_orphan() {
    world.provider.closed.add("home");
    world.provider.failure = Optional.of(FakeProvider.locked("home"));
    world.configure("home", GOOD);

    assertEquals(List.of(), world.directory.orphans());
    assertThrows(IllegalStateException.class, () -> world.directory.purgeOrphan("home"));
  }

  @Test
  void a_locked_journal_is_a_fault_that_refuses_messages_and_is_tried_again() {
    world.provider.failure = Optional.of(FakeProvider.locked("home"));
    world.configure("home", GOOD);

    ConnectionService service = world.services.get("home");
    ConnectionStatus status = service.status();
    assertEquals(ConnectionState.FAULTED, status.state());
    assertEquals(Place.STORE, status.problem().orElseThrow().place());
    assertEquals(ProblemKind.STORE_LOCKED, status.problem().orElseThrow().kind());
    NotAcceptedException refusal =
        assertThrows(NotAcceptedException.class, () -> service.publish(Message.text("t", "x")));
    assertEquals(NotAcceptedException.Reason.STORE_UNAVAILABLE, refusal.reason());
    assertEquals("home: /store/home: used by another process", refusal.getMessage());

    world.provider.failure = Optional.empty();
    world.lane.pass(9_999);
    assertEquals(0, world.rooms.size());
    world.lane.pass(1);

    assertEquals(1, world.rooms.size());
    assertSame(service, world.services.get("home"));
    assertEquals(1, service.publish(Message.text("t", "x")).id());
    assertEquals(0, world.lane.waiting());
  }

  @Test
  void a_change_tries_a_bad_journal_at_once() {
    world.provider.failure = Optional.of(FakeProvider.locked("home"));
    world.configure("home", GOOD);
    world.provider.failure = Optional.empty();

    world.configure("home", Map.of("broker", "mqtt://b", "storeDirectory", "/other"));

    assertEquals("/other/home", world.provider.last().path);
    assertEquals(1, world.rooms.size());
  }

  @Test
  void without_a_journal_service_there_is_a_listed_fault_and_the_service_comes_later() {
    world.present = Optional.empty();
    world.configure("home", GOOD);

    assertEquals(Set.of(), world.services.keySet());
    assertEquals(ProblemKind.STORE_MISSING, world.status("home").problem().orElseThrow().kind());

    world.providerComes();

    assertEquals(Set.of("home"), world.services.keySet());
    assertEquals(ConnectionState.WAITING, world.status("home").state());
  }

  @Test
  void a_journal_service_that_goes_degrades_and_on_return_the_journal_is_opened_again() {
    world.configure("home", GOOD);
    FakeJournal first = world.provider.last();

    world.providerGoes();

    assertTrue(first.closed);
    assertEquals(
        Optional.of("no journal service is there; start the bundle org.robustmqtt.persistence"),
        world.last().journal.status().degraded());
    assertEquals(Set.of("home"), world.services.keySet());

    world.providerComes();

    assertNotSame(first, world.provider.last());
    assertEquals(Optional.empty(), world.last().journal.status().degraded());
    assertEquals(1, world.rooms.size(), "the rooms live on");
  }

  @Test
  void another_name_is_another_connection() {
    world.configure("x", Map.of("broker", "mqtt://b", "name", "one"));

    world.configure("x", Map.of("broker", "mqtt://b", "name", "two"));

    assertEquals(Set.of("two"), world.services.keySet());
    assertEquals(List.of("stop PT5S"), world.rooms.get(0).told);
    assertEquals("two", world.last().name);
  }

  @Test
  void another_store_delay_is_told_to_the_open_journal() {
    world.configure("home", GOOD);

    world.configure("home", Map.of("broker", "mqtt://b", "storeDelay", "1s", "storeMinFree", "0"));

    assertEquals(1, world.provider.opened.size());
    assertEquals(1_000, world.provider.last().settings.storeDelay().toMillis());
    assertEquals(0, world.provider.last().settings.minFree());
    assertEquals(1, world.rooms.size());
  }

  @Test
  void a_store_delay_that_changes_while_there_is_no_journal_counts_for_the_next() {
    world.configure("home", GOOD);
    world.providerGoes();
    world.configure("home", Map.of("broker", "mqtt://b", "storeDelay", "1s"));

    world.providerComes();

    assertEquals(2, world.provider.opened.size());
    assertEquals(1_000, world.provider.last().settings.storeDelay().toMillis());
  }

  @Test
  void a_message_that_comes_at_the_moment_of_the_move_keeps_the_queue_where_it_is() {
    world.configure("home", GOOD);
    world.provider.last().left = 1;

    world.configure("home", Map.of("broker", "mqtt://b", "storeDirectory", "/other"));

    assertEquals("/store/home", world.provider.last().path);
    assertEquals(1, world.last().faults.size());

    world.lane.pass(10_000);

    assertEquals("/other/home", world.provider.last().path);
    assertEquals(List.of(), world.last().faults);
  }

  @Test
  void a_queue_moves_to_another_directory_when_it_is_empty_and_not_before() {
    world.configure("home", GOOD);
    world.last().pending = 3;

    world.configure("home", Map.of("broker", "mqtt://b", "storeDirectory", "/other"));

    assertEquals(1, world.provider.opened.size());
    assertEquals(
        List.of(
            "configuration org.robustmqtt.connection~home: storeDirectory: the queue moves as soon"
                + " as it is empty; until then it stays in /store/home"),
        world.last().faults);

    world.last().pending = 0;
    world.lane.pass(10_000);

    assertEquals("/other/home", world.provider.last().path);
    assertEquals(List.of(), world.last().faults);
    assertEquals(0, world.lane.waiting());
  }

  private static Recovery oneMessage() {
    StoredMessage stored = new StoredMessage(5, Message.text("t", "x"), Durability.SYNC, 0, 0);
    RecoveredMessage found = new RecoveredMessage(stored, RecoveredMessage.Stage.WAITING, 0, 0);
    return new Recovery(List.of(found), Set.of(), Map.of(), 0);
  }

  @Test
  void messages_that_lie_in_the_new_directory_are_sent_at_once_and_not_at_the_next_start() {
    world.configure("home", GOOD);
    world.provider.found = oneMessage();

    world.configure("home", Map.of("broker", "mqtt://b", "storeDirectory", "/other"));

    ConnectionService service = world.services.get("home");
    assertTrue(world.rooms.get(0).told.contains("leave PT1S"), "nothing more is sent");

    world.rooms.get(0).stopped.complete(null);
    world.lane.run();

    assertSame(service, world.services.get("home"), "the service lives on");
    assertSame(world.last(), service.rooms());
    assertEquals("/other/home", world.provider.last().path);
    long open = world.provider.opened.stream().filter(journal -> !journal.closed).count();
    assertEquals(1, open, "the others hold no lock");
    assertEquals(2, world.rooms.size());
    assertEquals(1, world.last().journal.recovery().messages().size());
    assertEquals(0, world.lane.waiting());
    assertEquals(1, world.liveEngines);
  }

  @Test
  void a_journal_that_was_merged_while_its_service_was_away_is_begun_anew() {
    world.configure("home", GOOD);
    world.last().pending = 3;
    world.providerGoes();
    world.provider.folder = "/configured";
    world.provider.found = oneMessage();

    world.providerComes();
    world.rooms.get(0).stopped.complete(null);
    world.lane.run();

    assertEquals("/configured/home", world.provider.last().path);
    assertEquals(2, world.rooms.size());
    assertEquals(1, world.last().journal.recovery().messages().size());
  }

  @Test
  void what_another_run_left_while_the_service_was_away_is_taken_in() {
    world.configure("home", GOOD);
    world.providerGoes();
    world.provider.found = oneMessage();

    world.providerComes();
    world.rooms.get(0).stopped.complete(null);
    world.lane.run();

    assertEquals(2, world.rooms.size());
    assertEquals(1, world.last().journal.recovery().messages().size());
  }

  @Test
  void a_link_that_does_not_end_does_not_hold_up_the_beginning_anew() {
    world.configure("home", GOOD);
    world.providerGoes();
    world.provider.found = oneMessage();
    world.providerComes();

    world.lane.pass(6_000);

    assertEquals(2, world.rooms.size());
    assertEquals(1, world.liveEngines);
  }

  @Test
  void a_beginning_anew_that_fails_refuses_messages_says_why_and_is_tried_again() {
    world.configure("home", GOOD);
    world.providerGoes();
    world.provider.found = oneMessage();
    world.providerComes();
    world.provider.failure = Optional.of(FakeProvider.locked("home"));
    world.rooms.get(0).stopped.complete(null);
    world.lane.run();

    ConnectionService service = world.services.get("home");
    assertEquals(ProblemKind.STORE_LOCKED, service.status().problem().orElseThrow().kind());
    NotAcceptedException refusal =
        assertThrows(NotAcceptedException.class, () -> service.publish(Message.text("t", "x")));
    assertEquals(NotAcceptedException.Reason.STORE_UNAVAILABLE, refusal.reason());

    world.provider.failure = Optional.empty();
    world.lane.pass(10_000);

    assertSame(world.last(), service.rooms());
    assertEquals(2, world.rooms.size());
    assertEquals(1, world.liveEngines);
  }

  @Test
  void a_folder_that_cannot_be_made_leaves_a_connection_that_works_in_memory() {
    world.provider.failure = Optional.of(FakeProvider.unreadable("home"));
    world.configure("home", GOOD);

    ConnectionService service = world.services.get("home");
    assertEquals(1, world.rooms.size());
    assertEquals(ConnectionState.WAITING, service.status().state());
    assertEquals(
        Optional.of("/store/home: cannot be made"), world.last().journal.status().degraded());
    assertTrue(service.publish(Message.text("t", "x")).id() > 0);

    world.lane.pass(10_000);
    assertEquals(1, world.rooms.size());

    world.provider.failure = Optional.empty();
    world.lane.pass(10_000);

    assertEquals(1, world.rooms.size(), "an empty one is taken with the link up");
    assertEquals(List.of(), world.last().faults);
    assertEquals(Optional.empty(), world.last().journal.status().degraded());
    assertEquals(0, world.lane.waiting());
  }

  @Test
  void a_folder_that_comes_later_with_a_queue_in_it_begins_as_at_a_start() {
    world.provider.failure = Optional.of(FakeProvider.unreadable("home"));
    world.configure("home", GOOD);
    ConnectionService service = world.services.get("home");
    world.provider.failure = Optional.empty();
    world.provider.found = oneMessage();

    world.lane.pass(10_000);
    world.rooms.get(0).stopped.complete(null);
    world.lane.run();

    assertSame(service, world.services.get("home"));
    assertSame(world.last(), service.rooms());
    assertEquals(1, world.last().journal.recovery().messages().size());
  }

  @Test
  void a_service_that_goes_while_its_journal_is_opened_leaves_no_closed_one_behind() {
    world.configure("home", GOOD);
    world.providerGoes();
    world.provider.onOpen = () -> world.present = Optional.empty();

    world.providerComes();

    assertEquals(Optional.of(Journals.MISSING), world.last().journal.status().degraded());
    assertTrue(world.provider.last().closed);
  }

  @Test
  void a_connection_that_begins_anew_can_be_stopped_meanwhile() {
    world.configure("home", GOOD);
    world.provider.found = oneMessage();
    world.configure("home", Map.of("broker", "mqtt://b", "storeDirectory", "/other"));
    CompletionStage<Void> ended = world.connections.stop();
    world.lane.run();
    assertFalse(ended.toCompletableFuture().isDone());

    world.rooms.get(0).stopped.complete(null);
    world.lane.run();

    assertTrue(ended.toCompletableFuture().isDone());
    assertEquals(1, world.rooms.size());
    assertEquals(0, world.liveEngines);
  }

  @Test
  void a_stop_ends_all_connections_and_says_when() {
    world.configure("a", GOOD);
    world.configure("b", GOOD);
    CompletionStage<Void> ended = world.connections.stop();
    world.lane.run();
    CompletableFuture<Void> future = ended.toCompletableFuture();

    assertFalse(future.isDone());
    world.rooms.forEach(rooms -> rooms.stopped.complete(null));
    world.lane.run();

    assertTrue(future.isDone());
    assertEquals(Set.of(), world.services.keySet());
    assertEquals(0, world.liveEngines);
    assertNotEquals(List.of(), world.provider.opened);
    world.provider.opened.forEach(journal -> assertTrue(journal.closed));
  }

  @Test
  void a_stop_without_connections_ends_at_once() {
    CompletionStage<Void> ended = world.connections.stop();
    world.lane.run();

    assertTrue(ended.toCompletableFuture().isDone());
  }
}
