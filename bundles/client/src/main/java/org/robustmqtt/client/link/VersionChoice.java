package org.robustmqtt.client.link;

import org.robustmqtt.ProblemKind;
import org.robustmqtt.codec.ProtocolVersion;

/**
 * Which version of the protocol is spoken next. With {@code auto}: 5, until a broker refuses it,
 * answers with what 5 does not know, or twice hangs up without a CONNACK and never spoke 5 to us;
 * then 3.1.1. That is remembered when it worked, as long as the settings stay. On the loop only.
 */
final class VersionChoice {
  private static final int HANG_UPS = 2;

  private ProtocolVersion spoken = ProtocolVersion.MQTT_5;
  private boolean old;
  private boolean oldWorked;
  private boolean newWorked;
  private int hangUps;

  /** Returns the version for the next attempt. */
  ProtocolVersion next(LinkSettings.Version allowed) {
    spoken =
        switch (allowed) {
          case AUTO -> old ? ProtocolVersion.MQTT_3_1_1 : ProtocolVersion.MQTT_5;
          case MQTT_3_1_1 -> ProtocolVersion.MQTT_3_1_1;
          case MQTT_5 -> ProtocolVersion.MQTT_5;
        };
    return spoken;
  }

  /** Returns the version of the present attempt. */
  ProtocolVersion spoken() {
    return spoken;
  }

  /** The broker accepted us. */
  void worked() {
    hangUps = 0;
    if (spoken == ProtocolVersion.MQTT_5) {
      newWorked = true;
    } else {
      oldWorked = true;
    }
  }

  /**
   * An attempt failed between CONNECT and CONNACK.
   *
   * @return whether the other version is to be tried at once
   */
  boolean failed(ProblemKind kind, LinkSettings.Version allowed) {
    if (allowed != LinkSettings.Version.AUTO) {
      return false;
    }
    if (spoken == ProtocolVersion.MQTT_3_1_1) {
      old = oldWorked;
      hangUps = 0;
      return false;
    }
    // A broker of 3.1.1 may answer in its own words, which are malformed in 5.
    if (kind == ProblemKind.VERSION_REFUSED
        || (!newWorked
            && (kind == ProblemKind.CONNACK_MALFORMED || kind == ProblemKind.PROTOCOL_ERROR))) {
      old = true;
      return true;
    }
    if (kind == ProblemKind.CONNECTION_LOST && !newWorked && ++hangUps >= HANG_UPS) {
      old = true;
    }
    return false;
  }

  /** Other settings: nothing is known. */
  void reset() {
    old = false;
    oldWorked = false;
    newWorked = false;
    hangUps = 0;
  }
}
