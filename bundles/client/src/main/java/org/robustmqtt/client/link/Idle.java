package org.robustmqtt.client.link;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.robustmqtt.client.door.Doors;

/** Those who wait until nothing is pending. On the loop only; they hear it on the listener pool. */
final class Idle {
  private final Doors doors;
  private final StatusBoard board;
  private final List<CompletableFuture<Void>> waiting = new ArrayList<>();

  Idle(Doors doors, StatusBoard board) {
    this.doors = doors;
    this.board = board;
  }

  void add(CompletableFuture<Void> future) {
    waiting.add(future);
    check();
  }

  /** Returns whether anybody waits. */
  boolean waited() {
    return !waiting.isEmpty();
  }

  void check() {
    if (!waiting.isEmpty() && board.pending().total() == 0) {
      for (CompletableFuture<Void> future : take()) {
        doors.lanes().pool().execute(() -> future.complete(null));
      }
    }
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
