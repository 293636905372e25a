package org.robustmqtt;

/** What a connection has to be careful with. */
public enum Energy {
  /** Nothing: the link is always open. */
  MAINS,
  /**
   * The battery: the link is open only while there is a reason, see {@link ConnectionState#IDLE},
   * and closes 10 s after the last message by default.
   */
  BATTERY,
  /**
   * The bytes: as with {@link #BATTERY}, but the link stays for 5 min by default, because opening
   * it costs more bytes than keeping it for a while.
   */
  METERED
}
