package org.robustmqtt.client.listeners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.Outcome;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.whiteboard.Settlement;

class NotifierTest {
  private final VirtualWorld world = new VirtualWorld(1);
  private final Notifier notifier = new Notifier(world.doors().lanes());
  private final List<Long> heard = new ArrayList<>();
  private final List<ConnectionState> states = new ArrayList<>();

  private static Settlement settlement(long id) {
    return new Settlement("home", id, "t", new Outcome.Sent());
  }

  private static ConnectionStatus status(ConnectionState state) {
    return ConnectionStatus.builder("home").state(state, Instant.EPOCH).build();
  }

  @Test
  void every_outcome_listener_hears_every_outcome_in_order_on_a_listener_thread() {
    List<Long> second = new ArrayList<>();
    notifier.addOutcomeListener(
        "one",
        settlement -> {
          assertTrue(world.doors().lanes().isCurrent());
          heard.add(settlement.id());
        });
    notifier.addOutcomeListener("two", settlement -> second.add(settlement.id()));
    LongStream.range(0, 1_000).forEach(id -> notifier.settled(settlement(id)));
    assertEquals(List.of(), heard);
    world.run();
    assertEquals(LongStream.range(0, 1_000).boxed().toList(), heard);
    assertEquals(heard, second);
  }

  @Test
  void a_listener_that_throws_hears_the_next_one() {
    notifier.addOutcomeListener(
        "one",
        settlement -> {
          heard.add(settlement.id());
          throw new NoClassDefFoundError("gone");
        });
    notifier.settled(settlement(1));
    notifier.settled(settlement(2));
    world.run();
    assertEquals(List.of(1L, 2L), heard);
  }

  @Test
  void one_that_does_not_keep_up_loses_its_own_oldest_and_memory_stays_bounded() {
    notifier.addOutcomeListener("slow", settlement -> heard.add(settlement.id()));
    long all = Notifier.OUTCOMES + 500;
    LongStream.range(0, all).forEach(id -> notifier.settled(settlement(id)));
    world.run();
    assertEquals(LongStream.range(500, all).boxed().toList(), heard);
    notifier.settled(settlement(all));
    world.run();
    assertEquals(all, heard.get(heard.size() - 1));
  }

  @Test
  void no_call_begins_after_a_listener_was_closed() {
    Registration registration =
        notifier.addOutcomeListener("one", settlement -> heard.add(settlement.id()));
    notifier.settled(settlement(1));
    registration.close();
    registration.close();
    notifier.settled(settlement(2));
    world.run();
    assertEquals(List.of(), heard);
  }

  @Test
  void a_connection_listener_hears_the_present_state_first_and_then_every_change() {
    notifier.changed(status(ConnectionState.WAITING));
    notifier.changed(status(ConnectionState.CONNECTING));
    notifier.addConnectionListener("one", status -> states.add(status.state()));
    notifier.changed(status(ConnectionState.ONLINE));
    world.run();
    assertEquals(List.of(ConnectionState.CONNECTING, ConnectionState.ONLINE), states);
  }

  @Test
  void before_the_first_state_there_is_nothing_to_hear() {
    notifier.addConnectionListener("one", status -> states.add(status.state()));
    world.run();
    assertEquals(List.of(), states);
  }
}
