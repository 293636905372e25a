package org.robustmqtt.client.component;

import java.util.Map;
import java.util.Optional;

/**
 * A configuration with values that the hub takes from elsewhere: {@code $[secret:FILE]}. Equal to
 * another of the same configuration.
 */
interface Resolved {
  /**
   * Returns the configuration as the hub resolves it now; empty if it is gone. Blocks: on a helper
   * or the component lane only.
   */
  Optional<Map<String, Object>> now();
}
