package org.robustmqtt.client.link;

import java.util.Objects;
import java.util.Optional;
import org.robustmqtt.client.transport.TlsSettings;

/**
 * A broker as configured.
 *
 * @param uri as written, without credentials
 * @param host name or address
 * @param port 1 to 65,535
 * @param tls how TLS is spoken with it; empty: not at all
 */
public record BrokerAddress(String uri, String host, int port, Optional<TlsSettings> tls) {
  /** Without TLS. */
  public BrokerAddress(String uri, String host, int port) {
    this(uri, host, port, Optional.empty());
  }

  /** Checks that nothing is missing. */
  public BrokerAddress {
    Objects.requireNonNull(uri);
    Objects.requireNonNull(host);
    Objects.requireNonNull(tls);
  }
}
