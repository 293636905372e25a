package org.robustmqtt.codec;

/** When the broker sends retained messages for a subscription (5.0, section 3.8.3.1): 0, 1, 2. */
public enum RetainHandling {
  /** At each SUBSCRIBE. */
  ALWAYS,
  /** Only if the subscription did not exist yet. */
  IF_NEW,
  /** Never. */
  NEVER
}
