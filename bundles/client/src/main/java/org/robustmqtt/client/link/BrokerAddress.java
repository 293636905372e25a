package org.robustmqtt.client.link;

import java.util.Objects;

/**
 * A broker as configured.
 *
 * @param uri as written, without credentials
 * @param host name or address
 * @param port 1 to 65,535
 */
public record BrokerAddress(String uri, String host, int port) {
  /** Checks that nothing is missing. */
  public BrokerAddress {
    Objects.requireNonNull(uri);
    Objects.requireNonNull(host);
  }
}
