package org.robustmqtt.client.session;

/**
 * Finds the message that makes the broker drop us, or not answer (delivery-rules 5): after two
 * losses of the link with messages unacknowledged, without an acknowledgement between them, only
 * one message at a time is sent until one is acknowledged. What the link is lost with then is to
 * blame. Kept over sessions: a broker that forgets does not change it.
 */
final class Suspicion {
  private static final int LOSSES = 2;

  private int losses;

  /** Returns whether one message at a time is sent. */
  boolean alone() {
    return losses >= LOSSES;
  }

  /** Returns how many messages may be unacknowledged where usually that many may be. */
  int window(int usual) {
    return alone() ? Math.min(1, usual) : usual;
  }

  /** The link was lost with messages unacknowledged. */
  void lost() {
    losses = Math.min(LOSSES, losses + 1);
  }

  /** The broker acknowledged something. */
  void acknowledged() {
    losses = 0;
  }
}
