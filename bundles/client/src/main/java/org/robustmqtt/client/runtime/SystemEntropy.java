package org.robustmqtt.client.runtime;

import java.security.SecureRandom;
import org.robustmqtt.client.door.Entropy;

/** The system's chance: hubs of a fleet that boot in the same second must not draw the same. */
final class SystemEntropy implements Entropy {
  private final SecureRandom random = new SecureRandom();

  @Override
  public long nextLong() {
    return random.nextLong();
  }
}
