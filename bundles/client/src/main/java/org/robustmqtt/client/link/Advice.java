package org.robustmqtt.client.link;

import java.util.EnumMap;
import java.util.Map;
import org.robustmqtt.ProblemKind;

/**
 * What a person can do about a problem that does not heal by itself: named by the key to look at.
 */
final class Advice {
  private static final Map<ProblemKind, String> BY_KIND = new EnumMap<>(ProblemKind.class);

  static {
    BY_KIND.put(ProblemKind.HOST_UNKNOWN, "; look at broker, or at the name server");
    BY_KIND.put(
        ProblemKind.CONNECTION_REFUSED, "; look at the port in broker, and whether it runs");
    BY_KIND.put(ProblemKind.VERSION_REFUSED, "; look at mqttVersion");
    BY_KIND.put(ProblemKind.IDENTIFIER_REFUSED, "; look at clientID");
    BY_KIND.put(ProblemKind.BAD_CREDENTIALS, "; look at username and password");
    BY_KIND.put(
        ProblemKind.NOT_AUTHORIZED, "; look at username, and at what the broker allows this user");
    BY_KIND.put(
        ProblemKind.SESSION_TAKEN_OVER, "; another client has the same clientID: change one");
  }

  private Advice() {}

  /** Returns the text with what to look at, if there is something. */
  static String with(ProblemKind kind, String text) {
    return text + BY_KIND.getOrDefault(kind, "");
  }
}
