package org.robustmqtt.codec;

/** Where properties and reason codes can stand: the packets, and the will inside a CONNECT. */
enum Place {
  CONNECT,
  WILL,
  CONNACK,
  PUBLISH,
  PUBACK,
  PUBREC,
  PUBREL,
  PUBCOMP,
  SUBSCRIBE,
  SUBACK,
  UNSUBSCRIBE,
  UNSUBACK,
  DISCONNECT,
  AUTH;

  /** Returns the bit that stands for the place in a set of places. */
  int bit() {
    return 1 << ordinal();
  }
}
