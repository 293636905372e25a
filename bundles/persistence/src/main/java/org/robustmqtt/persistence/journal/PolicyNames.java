package org.robustmqtt.persistence.journal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.robustmqtt.journal.JournalSettings;

/** Which policy messages have, by the bytes of their topics: the same ones come again and again. */
final class PolicyNames {
  /** For one policy. */
  static final PolicyNames NONE = new PolicyNames(JournalSettings.Policies.NONE);

  private static final int SIZE = 1_024;
  private static final byte[] NOTHING = {};

  private final JournalSettings.Policies policies;
  private final byte[][] topics = new byte[SIZE][];
  private final String[] names = new String[SIZE];

  PolicyNames(JournalSettings.Policies policies) {
    this.policies = policies;
    Arrays.fill(topics, NOTHING);
  }

  /** Returns the policy of a topic. */
  String of(byte[] array, int at, int length) {
    if (policies == JournalSettings.Policies.NONE) {
      return policies.of("");
    }
    int hash = 0;
    for (int i = at; i < at + length; i++) {
      hash = 31 * hash + array[i];
    }
    int slot = (hash ^ hash >>> 10 ^ hash >>> 20) & SIZE - 1;
    if (!Arrays.equals(topics[slot], 0, topics[slot].length, array, at, at + length)) {
      topics[slot] = Arrays.copyOfRange(array, at, at + length);
      names[slot] = policies.of(new String(topics[slot], StandardCharsets.UTF_8));
    }
    return names[slot];
  }

  /** Returns the policy of a topic. */
  String of(String topic) {
    return policies.of(topic);
  }
}
