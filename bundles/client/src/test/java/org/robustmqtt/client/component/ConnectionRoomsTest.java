package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.robustmqtt.DropReason;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.door.Loop;
import org.robustmqtt.client.testing.MemoryJournal;
import org.robustmqtt.client.testing.SteppedJournal;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.whiteboard.Settlement;

/** How the rooms of a connection end. */
class ConnectionRoomsTest {
  /** A loop so fast that everything is done when the caller has given it. */
  private static final class InstantLoop implements Loop {
    private int depth;
    private int ran;

    @Override
    public boolean isCurrent() {
      return depth > 0;
    }

    @Override
    public void execute(Runnable task) {
      depth++;
      try {
        ran++;
        task.run();
      } finally {
        depth--;
      }
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
      return () -> {};
    }
  }

  @Test
  void the_rooms_close_on_the_loop_also_when_the_link_has_ended_at_once() {
    Doors virtual = new VirtualWorld(1).doors();
    InstantLoop loop = new InstantLoop();
    Doors doors =
        new Doors(
            virtual.clock(),
            loop,
            virtual.helpers(),
            virtual.lanes(),
            virtual.entropy(),
            virtual.net());
    ConnectionRooms rooms =
        new ConnectionRooms("test", doors, new MemoryJournal(), Optional.empty());
    CompletableFuture<Optional<Throwable>> end = new CompletableFuture<>();
    rooms
        .stop(Duration.ZERO)
        .whenComplete((ok, thrown) -> end.complete(Optional.ofNullable(thrown)));
    assertTrue(end.isDone());
    assertEquals(Optional.empty(), end.join());
    assertTrue(loop.ran > 0);
  }

  @Test
  void what_was_replaced_when_journals_were_put_together_is_settled_and_counted() {
    SteppedJournal journal =
        new SteppedJournal(
            new Recovery(
                List.of(recovered(3), recovered(4)),
                List.of(),
                Set.of(),
                Map.of(),
                0,
                Map.of(4L, 1L),
                List.of(3L)));
    ConnectionRooms rooms =
        new ConnectionRooms("test", new VirtualWorld(1).doors(), journal, Optional.empty());
    assertEquals(1, rooms.pending().messages());
    assertEquals(4, rooms.browse(10).get(0).id());
  }

  @Test
  void what_is_decided_at_the_opening_is_told_to_a_listener_that_was_there_before() {
    LiveWorld it = new LiveWorld(1);
    MemoryJournal disk = new MemoryJournal();
    assertTrue(disk.offer(recovered(3).stored(), stored -> {}));
    assertTrue(disk.offer(recovered(4).stored(), stored -> {}));
    it.disk.put("/" + LiveWorld.NAME, disk);
    List<Settlement> heard = new ArrayList<>();
    it.whiteboard.add(
        Listening.outcomes(heard::add, ListenerReader.others("a listener", Map.of())));

    it.configure(LiveWorld.configuration(Map.of()));
    it.pass(Duration.ofSeconds(1));

    Outcome replaced = new Outcome.Dropped(DropReason.REPLACED, 0, false);
    assertEquals(2, heard.size(), heard::toString);
    assertEquals(new Settlement(LiveWorld.NAME, 3, "t", replaced), heard.get(0));
    assertEquals(4, heard.get(1).id());
    assertEquals(Outcome.Kind.ACKNOWLEDGED, heard.get(1).outcome().kind());
  }

  private static RecoveredMessage recovered(long sequence) {
    StoredMessage stored =
        new StoredMessage(
            sequence, Message.text("t", "x").withRetain(true), Durability.GROUP, 1, 0);
    return new RecoveredMessage(stored, RecoveredMessage.Stage.WAITING, 0, 0);
  }
}
