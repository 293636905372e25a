package org.robustmqtt;

/** Who says that a received message is dealt with. */
public enum Acknowledgement {
  /** The return of its listener, or what that throws. */
  AUTO,
  /** The listener, by {@link ReceivedMessage#acknowledge()}, while it is called or later. */
  MANUAL
}
