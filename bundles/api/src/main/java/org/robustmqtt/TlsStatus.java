package org.robustmqtt;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What TLS agreed on with a broker, and the certificates of both sides. Immutable, no secrets. */
public final class TlsStatus {
  /**
   * A certificate as people need to see it.
   *
   * @param subject whom it is for
   * @param names the names and addresses it is valid for; may be cut to the first ones
   * @param issuer who issued it
   * @param notAfter when it expires
   */
  public record Certificate(String subject, List<String> names, String issuer, Instant notAfter) {
    /** Checks that nothing is missing. */
    public Certificate {
      Objects.requireNonNull(subject);
      names = List.copyOf(names);
      Objects.requireNonNull(issuer);
      Objects.requireNonNull(notAfter);
    }
  }

  private final String protocol;
  private final String cipherSuite;
  private final boolean hostnameValidated;
  private final Certificate broker;
  private final Optional<Certificate> own;

  /**
   * Describes a connection.
   *
   * @param protocol the version of TLS, as {@code TLSv1.3}
   * @param cipherSuite the standard's name of the cipher suite
   * @param hostnameValidated whether the broker's name was compared with its certificate
   * @param broker the broker's certificate
   * @param own our client certificate, if the broker asked for it
   */
  public TlsStatus(
      String protocol,
      String cipherSuite,
      boolean hostnameValidated,
      Certificate broker,
      Optional<Certificate> own) {
    this.protocol = Objects.requireNonNull(protocol);
    this.cipherSuite = Objects.requireNonNull(cipherSuite);
    this.hostnameValidated = hostnameValidated;
    this.broker = Objects.requireNonNull(broker);
    this.own = Objects.requireNonNull(own);
  }

  /** Returns the version of TLS, as {@code TLSv1.3}. */
  public String protocol() {
    return protocol;
  }

  /** Returns the standard's name of the cipher suite. */
  public String cipherSuite() {
    return cipherSuite;
  }

  /** Returns whether the broker's name was compared with its certificate. */
  public boolean hostnameValidated() {
    return hostnameValidated;
  }

  /** Returns the broker's certificate. */
  public Certificate broker() {
    return broker;
  }

  /** Returns our client certificate; empty if the broker did not ask for it, or there is none. */
  public Optional<Certificate> own() {
    return own;
  }

  @Override
  public String toString() {
    return protocol + " " + cipherSuite + ", " + broker.subject();
  }
}
