package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.door.Loop;
import org.robustmqtt.client.testing.MemoryJournal;
import org.robustmqtt.client.testing.SteppedJournal;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredMessage;

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

  private static RecoveredMessage recovered(long sequence) {
    StoredMessage stored =
        new StoredMessage(
            sequence, Message.text("t", "x").withRetain(true), Durability.GROUP, 1, 0);
    return new RecoveredMessage(stored, RecoveredMessage.Stage.WAITING, 0, 0);
  }
}
