package org.robustmqtt.client.transport;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * Shows our one certificate to a broker that asks, whichever issuers it names: what is configured
 * is meant. Remembers whether it asked. For one attempt; it may be asked on a helper and read on
 * the loop.
 */
final class OwnIdentity extends X509ExtendedKeyManager {
  private static final String ALIAS = "own";

  private final Optional<KeyFiles.Identity> identity;
  private volatile boolean asked;
  private volatile boolean shown;

  OwnIdentity(Optional<KeyFiles.Identity> identity) {
    this.identity = identity;
  }

  /** Returns whether the broker asked for a certificate. */
  boolean asked() {
    return asked;
  }

  /** Returns the certificate that it got. */
  Optional<X509Certificate> shown() {
    return shown ? certificate() : Optional.empty();
  }

  /** Returns the certificate that is configured. */
  Optional<X509Certificate> certificate() {
    return identity.map(own -> own.chain().get(0));
  }

  @Override
  public String chooseEngineClientAlias(String[] kinds, Principal[] issuers, SSLEngine engine) {
    asked = true;
    for (String kind : kinds) {
      if (identity.isPresent() && identity.get().key().getAlgorithm().equals(kind)) {
        shown = true;
        return ALIAS;
      }
    }
    return null;
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return identity.map(own -> own.chain().toArray(new X509Certificate[0])).orElse(null);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return identity.map(KeyFiles.Identity::key).orElse(null);
  }

  @Override
  public String chooseClientAlias(String[] kinds, Principal[] issuers, Socket socket) {
    return null;
  }

  @Override
  public String[] getClientAliases(String kind, Principal[] issuers) {
    return null;
  }

  @Override
  public String chooseServerAlias(String kind, Principal[] issuers, Socket socket) {
    return null;
  }

  @Override
  public String[] getServerAliases(String kind, Principal[] issuers) {
    return null;
  }
}
