package org.robustmqtt.codec;

/**
 * What is known about a packet before its bytes: the version it is written in, and who may have
 * written it.
 *
 * @param version the version
 * @param writers a set of {@link #CLIENT} and {@link #BROKER}
 */
record Dialect(ProtocolVersion version, int writers) {
  static final int CLIENT = 1;
  static final int BROKER = 2;
  static final int EITHER = CLIENT | BROKER;

  static Dialect of(ProtocolVersion version, Sender sender) {
    return new Dialect(
        version,
        switch (sender) {
          case CLIENT -> CLIENT;
          case BROKER -> BROKER;
        });
  }

  /** Returns whether packets have properties and reason codes. */
  boolean v5() {
    return version == ProtocolVersion.MQTT_5;
  }

  /** Returns whether something that only these may write can stand in the packet. */
  boolean permits(int allowed) {
    return (writers & allowed) != 0;
  }

  /** Returns the name of the side that writes, for messages. */
  String writer() {
    return writers == CLIENT ? "a client" : writers == BROKER ? "a broker" : "anyone";
  }

  Dialect in(ProtocolVersion other) {
    return other == version ? this : new Dialect(other, writers);
  }
}
