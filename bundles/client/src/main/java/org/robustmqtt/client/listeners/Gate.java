package org.robustmqtt.client.listeners;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Decides for each call of a listener whether it begins before or after the listener was taken
 * away. Calls come one at a time; closing comes from any thread.
 */
final class Gate {
  private enum State {
    OPEN,
    CALLING,
    CLOSED
  }

  private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);

  /** Begins a call, or returns false: the gate is closed and no call may begin. */
  boolean enter() {
    return state.compareAndSet(State.OPEN, State.CALLING);
  }

  /** Ends a call. */
  void leave() {
    state.compareAndSet(State.CALLING, State.OPEN);
  }

  /** Closes: no call begins afterwards; one that has begun goes on. Returns whether it was open. */
  boolean close() {
    return state.getAndSet(State.CLOSED) != State.CLOSED;
  }

  boolean isClosed() {
    return state.get() == State.CLOSED;
  }
}
