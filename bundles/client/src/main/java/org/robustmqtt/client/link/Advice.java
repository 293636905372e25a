package org.robustmqtt.client.link;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.robustmqtt.ProblemKind;

/**
 * What a person can do about a problem that does not heal by itself: named by the key to look at.
 */
final class Advice {
  private static final String WILL = "presenceTopic, or lwtTopic, lwtQos and lwtRetain";

  /** Topic name invalid, payload format invalid, retain and QoS not supported. */
  private static final Set<Integer> OF_THE_WILL = Set.of(0x90, 0x99, 0x9A, 0x9B);

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

  /**
   * Returns the text with what to look at, if there is something.
   *
   * @param will whether the problem is with a CONNECT that carries a will
   */
  static String with(ProblemKind kind, int reasonCode, boolean will, String text) {
    if (will && OF_THE_WILL.contains(reasonCode)) {
      return text + "; the broker does not take the will: look at " + WILL;
    }
    String more =
        will && kind == ProblemKind.NOT_AUTHORIZED ? ", and on the topic of the will: " + WILL : "";
    return text + BY_KIND.getOrDefault(kind, "") + more;
  }
}
