package org.robustmqtt.client.transport;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How TLS is spoken. Equal by value; two equal settings need no reconnect. Without secrets in its
 * text.
 *
 * @param trustStore who is trusted; empty: whom the JVM trusts
 * @param trustStorePassword opens it
 * @param keyStore our certificate and key in one store
 * @param keyStorePassword opens it
 * @param keyPassword opens the key in it; empty: the same
 * @param certificate our certificate and those between it and its CA, PEM; needs a private key
 * @param privateKey its key, PEM
 * @param privateKeyPassword opens it, if it is encrypted
 * @param hostnameValidated whether the broker's certificate must be for the name that is dialled
 * @param protocols the versions that may be spoken
 */
public record TlsSettings(
    Optional<Source> trustStore,
    Optional<Secret> trustStorePassword,
    Optional<Source> keyStore,
    Optional<Secret> keyStorePassword,
    Optional<Secret> keyPassword,
    Optional<Source> certificate,
    Optional<Source> privateKey,
    Optional<Secret> privateKeyPassword,
    boolean hostnameValidated,
    List<String> protocols) {
  /** The versions that can be chosen, and are if nothing is said. */
  public static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

  /** Trusts whom the JVM trusts, shows no certificate. */
  public static final TlsSettings DEFAULT =
      new TlsSettings(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          true,
          PROTOCOLS);

  /** Checks that nothing is missing. */
  public TlsSettings {
    Objects.requireNonNull(trustStore);
    Objects.requireNonNull(keyStore);
    Objects.requireNonNull(certificate);
    Objects.requireNonNull(privateKey);
    protocols = List.copyOf(protocols);
  }

  /**
   * Where certificates or a key are: in a file, or in the configuration itself, which is how a hub
   * that resolves {@code $[secret:FILE]} gives them.
   *
   * @param key the key of the configuration that names them
   * @param file the file
   * @param text PEM, if there is no file
   */
  public record Source(String key, Optional<Path> file, Optional<Secret> text) {
    /** In a file. */
    public static Source file(String key, Path file) {
      return new Source(key, Optional.of(file), Optional.empty());
    }

    /** In the configuration. */
    public static Source text(String key, Secret pem) {
      return new Source(key, Optional.empty(), Optional.of(pem));
    }

    /** Returns key and file, for messages to people. */
    String name() {
      return file.map(path -> key + " " + path).orElse(key + " (text in the configuration)");
    }
  }
}
