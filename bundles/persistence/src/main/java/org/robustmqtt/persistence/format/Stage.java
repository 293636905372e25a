package org.robustmqtt.persistence.format;

/**
 * How far the delivery of a message has come.
 *
 * @param epoch the session in which it was sent; 0 if it was not sent
 * @param packetId the packet id with which it was sent; 0 if it was not sent
 * @param released whether PUBREL may have been sent
 */
public record Stage(long epoch, int packetId, boolean released) {
  /** Not sent. */
  public static final Stage WAITING = new Stage(0, 0, false);

  /** Returns whether PUBLISH may have been sent. */
  public boolean isSent() {
    return epoch != 0;
  }

  /** Returns the stage after PUBREL; only what was sent can be released. */
  public Stage release() {
    return isSent() ? new Stage(epoch, packetId, true) : this;
  }
}
