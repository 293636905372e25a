package org.robustmqtt.codec;

/** The versions of the protocol that are spoken here, with their level byte in CONNECT. */
public enum ProtocolVersion {
  /** MQTT 3.1.1. */
  MQTT_3_1_1(4),
  /** MQTT 5.0. */
  MQTT_5(5);

  private final int level;

  ProtocolVersion(int level) {
    this.level = level;
  }

  /** Returns the protocol level (MQTT-3.1.2-2). */
  public int level() {
    return level;
  }
}
