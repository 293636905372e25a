package org.robustmqtt.client.link;

import java.io.IOException;

/**
 * Where user name, passwords and keys are read anew before each connect. Equal to another if it
 * reads at the same place.
 */
@FunctionalInterface
public interface CredentialSource {
  /**
   * Returns the settings with what was read. Blocks: on a helper only.
   *
   * @param settings what is in force
   * @throws IOException if it cannot be read; its message is for people and has no secret
   */
  LinkSettings read(LinkSettings settings) throws IOException;
}
