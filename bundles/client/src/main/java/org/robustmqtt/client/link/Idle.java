package org.robustmqtt.client.link;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.robustmqtt.client.door.Doors;

/**
 * Those who wait until nothing is pending, and, if the link saves energy, until it is closed too:
 * the device may sleep then. On the loop only; they hear it on the listener pool.
 */
final class Idle {
  private final Doors doors;
  private final StatusBoard board;
  private final List<CompletableFuture<Void>> waiting = new ArrayList<>();
  private boolean saves;

  Idle(Doors doors, StatusBoard board) {
    this.doors = doors;
    this.board = board;
  }

  /** Says whether the link saves energy. */
  void saves(boolean energy) {
    saves = energy;
  }

  void add(CompletableFuture<Void> future) {
    waiting.add(future);
    check();
  }

  /** Returns whether it matters at once that nothing is pending any more. */
  boolean matters() {
    return saves || waited();
  }

  /** Returns whether anybody waits. */
  boolean waited() {
    return !waiting.isEmpty();
  }

  void check() {
    if (!waiting.isEmpty() && board.pending().total() == 0 && !(saves && isOpen())) {
      for (CompletableFuture<Void> future : take()) {
        doors.lanes().pool().execute(() -> future.complete(null));
      }
    }
  }

  private boolean isOpen() {
    return switch (board.state()) {
      case CONNECTING, HANDSHAKING, ONLINE, CLOSING -> true;
      case FAULTED, IDLE, WAITING, CLOSED -> false;
    };
  }

  /** The connection is gone: nobody is left waiting. */
  void end() {
    take().forEach(this::refuse);
  }

  /** Nothing can be waited for any more. */
  void refuse(CompletableFuture<Void> future) {
    CancellationException gone = new CancellationException("the connection is closed for good");
    doors.lanes().pool().execute(() -> future.completeExceptionally(gone));
  }

  private List<CompletableFuture<Void>> take() {
    List<CompletableFuture<Void>> taken = List.copyOf(waiting);
    waiting.clear();
    return taken;
  }
}
