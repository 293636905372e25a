package org.robustmqtt.client.transport;

import java.net.Socket;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.robustmqtt.ProblemKind;

/**
 * Decides by the JVM's own rules whether a broker is trusted, and remembers what was wrong with it,
 * so that a person is told the reason and not what the exception happens to say. For one attempt;
 * it may be asked on a helper and read on the loop.
 */
final class BrokerTrust extends X509ExtendedTrustManager {
  private final X509ExtendedTrustManager rules;
  private final String host;
  private final String whom;
  private final boolean named;
  private final long wallMillis;
  private volatile Optional<TlsException> verdict = Optional.empty();

  /**
   * Asks these rules.
   *
   * @param host the name that was dialled
   * @param named whether its name is to be checked here, because the rules cannot
   * @param whom where the trusted certificates come from, for people
   * @param wallMillis what the hub takes for the time, for people
   */
  BrokerTrust(
      X509ExtendedTrustManager rules, String host, boolean named, String whom, long wallMillis) {
    this.rules = rules;
    this.host = host;
    this.named = named;
    this.whom = whom;
    this.wallMillis = wallMillis;
  }

  /** Returns why the broker was not trusted. */
  Optional<TlsException> verdict() {
    return verdict;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    try {
      rules.checkServerTrusted(chain, authType, engine);
      // The rules do not ask the date of a certificate that is itself in the trust store.
      chain[0].checkValidity();
      if (named && !HostNames.matches(chain[0], host)) {
        throw new CertificateException("for another name");
      }
    } catch (CertificateException e) {
      verdict = Optional.of(judge(chain, authType, e));
      throw e;
    }
  }

  private TlsException judge(X509Certificate[] chain, String authType, CertificateException e) {
    for (X509Certificate one : chain) {
      if (one.getNotAfter().getTime() < wallMillis) {
        return expired(one, e);
      }
      if (one.getNotBefore().getTime() > wallMillis) {
        return notYetValid(one, e);
      }
    }
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateExpiredException) {
        return expired(chain[0], e);
      }
      if (cause instanceof CertificateNotYetValidException) {
        return notYetValid(chain[0], e);
      }
      if (cause instanceof CertPathValidatorException path
          && path.getReason() == BasicReason.ALGORITHM_CONSTRAINED) {
        return refused(
            "is signed in a way, or has a key, that this Java holds to be too weak; have a new one"
                + " made (RSA of 2048 bits or EC, SHA-256)",
            chain[0],
            e);
      }
    }
    if (chainTrusted(chain, authType)) {
      return wrongHost(chain[0], e);
    }
    return refused(
        CertificateText.selfIssued(chain[0])
            ? "is self-signed, and not in " + whom + "; name its PEM file with trustStore"
            : "was issued by "
                + CertificateText.issuer(chain[chain.length - 1])
                + ", which is not trusted by "
                + whom
                + "; name its CA's PEM file with trustStore",
        chain[0],
        e);
  }

  /** Without the name: what is left then is the name. */
  private boolean chainTrusted(X509Certificate[] chain, String authType) {
    try {
      rules.checkServerTrusted(chain, authType);
      return true;
    } catch (CertificateException e) {
      return false;
    }
  }

  private static TlsException refused(String why, X509Certificate one, Throwable cause) {
    return new TlsException(
        ProblemKind.TLS_UNTRUSTED,
        "its certificate (" + CertificateText.subject(one) + ") " + why,
        cause);
  }

  private static TlsException expired(X509Certificate one, Throwable cause) {
    return new TlsException(
        ProblemKind.TLS_EXPIRED,
        "its certificate ("
            + CertificateText.subject(one)
            + ") expired on "
            + CertificateText.date(one.getNotAfter().toInstant())
            + "; it has to be renewed at the broker",
        cause);
  }

  private TlsException notYetValid(X509Certificate one, Throwable cause) {
    return new TlsException(
        ProblemKind.TLS_NOT_YET_VALID,
        "its certificate ("
            + CertificateText.subject(one)
            + ") is valid from "
            + CertificateText.date(one.getNotBefore().toInstant())
            + " on, and the clock of this hub says "
            + CertificateText.date(java.time.Instant.ofEpochMilli(wallMillis))
            + "; is it right?",
        cause);
  }

  private TlsException wrongHost(X509Certificate one, Throwable cause) {
    List<String> names = CertificateText.names(one);
    String whose =
        names.isEmpty()
            ? CertificateText.subject(one) + " and names no host"
            : String.join(", ", names);
    return new TlsException(
        ProblemKind.TLS_WRONG_HOST,
        "its certificate is for "
            + whose
            + ", not for "
            + host
            + "; write that name in broker, have a certificate made that names "
            + host
            + ", or set hostnameValidated = false",
        cause);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw new CertificateException("no sockets here");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("no name to check");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("no server");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw new CertificateException("no server");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("no server");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return rules.getAcceptedIssuers();
  }
}
