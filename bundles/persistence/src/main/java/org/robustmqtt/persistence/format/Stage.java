package org.robustmqtt.persistence.format;

/**
 * How far the delivery of a message has come.
 *
 * @param epoch the session in which it was sent; 0 if it was not sent, or has its outcome and its
 *     session is lost
 * @param packetId the packet id with which it was sent; 0 where the epoch is, or if its session is
 *     lost
 * @param reached how far
 */
public record Stage(long epoch, int packetId, Reached reached) {
  /** Not sent. */
  public static final Stage WAITING = new Stage(0, 0, Reached.WAITING);

  /** How far a delivery has come; the order has no meaning. */
  public enum Reached {
    /** Not sent. */
    WAITING,
    /** PUBLISH may have been sent. */
    SENT,
    /** PUBREL may have been sent. */
    RELEASED,
    /** It has its outcome; its packet id may still be in use. */
    ABANDONED,
    /** It has its outcome and is kept. */
    QUARANTINED,
    /** A newer retained message came from another journal; it has no outcome yet. */
    REPLACED
  }

  /** Returns the stage after a PUBLISH. */
  public static Stage sent(long epoch, int packetId) {
    return new Stage(epoch, packetId, Reached.SENT);
  }

  /** Returns whether the message will not be sent any more. */
  public boolean isEnded() {
    return switch (reached) {
      case WAITING, SENT, RELEASED -> false;
      case ABANDONED, QUARANTINED, REPLACED -> true;
    };
  }

  /** Returns the stage after a record of another PUBLISH: an outcome is not taken back by it. */
  public Stage then(Stage sent) {
    return isEnded() ? new Stage(sent.epoch(), sent.packetId(), reached) : sent;
  }

  /** Returns whether there is nothing to be remembered. */
  public boolean isWaiting() {
    return reached == Reached.WAITING;
  }

  /** Returns whether it has a session and a packet id. */
  public boolean hasId() {
    return epoch != 0;
  }

  /** Returns the stage after PUBREL; only what was sent can be released. An outcome stays. */
  public Stage release() {
    return hasId() && !isEnded() ? new Stage(epoch, packetId, Reached.RELEASED) : this;
  }

  /** Returns the stage of a message that has its outcome, with the packet id it was sent with. */
  public Stage ended(Reached how) {
    return new Stage(packetId == 0 ? 0 : epoch, packetId, how);
  }

  /**
   * Returns the stage after the loss of the session: an outcome is not taken back by it, and that
   * it was sent is not forgotten. Only its packet id means nothing any more.
   */
  public Stage unsent() {
    return isEnded() ? new Stage(0, 0, reached) : isWaiting() ? this : sent(epoch, 0);
  }
}
