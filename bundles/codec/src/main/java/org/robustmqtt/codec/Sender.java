package org.robustmqtt.codec;

/** Who wrote the packets that a decoder reads; some are allowed to one side only. */
public enum Sender {
  /** A client wrote them. */
  CLIENT,
  /** A broker wrote them. */
  BROKER
}
