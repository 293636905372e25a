package org.robustmqtt;

/** Why a message was dropped. */
public enum DropReason {
  /** Its deadline passed. */
  EXPIRED,
  /** It made room for another one. */
  EVICTED,
  /** A newer message of its topic took its place. */
  REPLACED,
  /** An equal message was waiting already. */
  DUPLICATE,
  /** Its policy keeps nothing while offline. */
  OFFLINE,
  /** The broker refused it; the reason code says why. */
  REFUSED,
  /** It is larger than the broker allows. */
  TOO_LARGE,
  /**
   * It was sent in vain too often, or the disk cannot read it, and was put aside, see {@link
   * RobustMqttConnection#quarantined}.
   */
  QUARANTINED,
  /** It was cancelled. */
  CANCELLED,
  /** It could not be stored as its durability asks. */
  STORE_FAILED,
  /** An {@link org.robustmqtt.spi.AdmissionPolicy} dropped it. */
  NOT_ADMITTED,
  /** The connection was closed before it could be sent; what is on disk is not dropped but kept. */
  SHUT_DOWN
}
