package org.robustmqtt.client.link;

import java.util.Arrays;
import java.util.Optional;
import org.robustmqtt.client.session.SessionSettings;
import org.robustmqtt.codec.Will;

/** What differs between two settings, and so what has to be done. */
enum SettingsChange {
  /** Nothing. */
  NONE,
  /** What applies with the link up. */
  LIVE,
  /** What needs a new connection. */
  RECONNECT;

  static SettingsChange between(LinkSettings before, LinkSettings after) {
    if (!same(before.session(), after.session())
        || !before.broker().equals(after.broker())
        || before.version() != after.version()
        || !before.username().equals(after.username())
        || !before.password().equals(after.password())
        || !before.source().equals(after.source())) {
      return RECONNECT;
    }
    boolean equal =
        before.enabled() == after.enabled()
            && before.connectTimeoutNanos() == after.connectTimeoutNanos()
            && before.handshakeTimeoutNanos() == after.handshakeTimeoutNanos()
            && before.writeTimeoutNanos() == after.writeTimeoutNanos()
            && before.ackTimeoutNanos() == after.ackTimeoutNanos()
            && before.connectDelayNanos() == after.connectDelayNanos()
            && before.outageWarnAfterNanos() == after.outageWarnAfterNanos()
            && before.retry().equals(after.retry())
            && before.energy().equals(after.energy())
            && before.presence().equals(after.presence());
    return equal ? NONE : LIVE;
  }

  /** By content: a record compares the payload of its will by identity. */
  private static boolean same(SessionSettings a, SessionSettings b) {
    return sameWill(a.will(), b.will()) && a.withoutWill().equals(b.withoutWill());
  }

  private static boolean sameWill(Optional<Will> a, Optional<Will> b) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.isEmpty() && b.isEmpty();
    }
    Will one = a.get();
    Will other = b.get();
    return one.topic().equals(other.topic())
        && Arrays.equals(one.payload(), other.payload())
        && one.qos() == other.qos()
        && one.retain() == other.retain()
        && one.properties().equals(other.properties());
  }
}
