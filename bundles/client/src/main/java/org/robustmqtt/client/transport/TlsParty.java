package org.robustmqtt.client.transport;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.TlsStatus;
import org.robustmqtt.client.door.UserFiles;

/**
 * Our side of TLS for one attempt: whom we trust, what we show, and the engine. Everything is made
 * anew for each attempt, from the files as they are now; so nothing of an earlier session is
 * resumed, and each connect proves again who both sides are.
 */
final class TlsParty {
  private final TlsSettings settings;
  private final BrokerTrust trust;
  private final OwnIdentity own;
  private final SSLEngine engine;

  private TlsParty(TlsSettings settings, BrokerTrust trust, OwnIdentity own, SSLEngine engine) {
    this.settings = settings;
    this.trust = trust;
    this.own = own;
    this.engine = engine;
  }

  /**
   * Reads the files and prepares the first words of the handshake. Blocks: on a helper only.
   *
   * @param wallMillis the time, for messages to people
   * @throws TlsException if a file cannot be used
   */
  static TlsParty prepare(
      TlsSettings settings, String host, int port, UserFiles files, long wallMillis)
      throws TlsException {
    KeyFiles reader = new KeyFiles(files);
    String name = peerName(host);
    try {
      BrokerTrust trust = trust(settings, reader, name, wallMillis);
      OwnIdentity own = new OwnIdentity(reader.identity(settings));
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {own}, new TrustManager[] {trust}, null);
      SSLEngine engine = context.createSSLEngine(name, port);
      engine.setUseClientMode(true);
      engine.setSSLParameters(parameters(engine.getSSLParameters(), settings, name));
      engine.beginHandshake();
      return new TlsParty(settings, trust, own, engine);
    } catch (SSLException e) {
      throw new TlsException(ProblemKind.TLS_VERSION, noneInCommon(settings), e);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new TlsException(
          ProblemKind.TLS_FAILED, "this Java cannot speak TLS so: " + e.getMessage(), e);
    }
  }

  /** An address without its zone, a name without the dot at its end: as certificates name them. */
  private static String peerName(String host) {
    int zone = host.indexOf('%');
    String plain = zone < 0 ? host : host.substring(0, zone);
    String name = plain.endsWith(".") ? plain.substring(0, plain.length() - 1) : plain;
    return HostNames.ascii(name);
  }

  private static SSLParameters parameters(
      SSLParameters parameters, TlsSettings settings, String name) {
    parameters.setProtocols(settings.protocols().toArray(new String[0]));
    if (settings.hostnameValidated() && !HostNames.unusual(name)) {
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    if (!Opener.literal(name)) {
      parameters.setServerNames(serverName(name).map(List::of).orElse(List.of()));
    }
    return parameters;
  }

  /** Names of home networks may be none that the standard allows here, as with an underscore. */
  private static Optional<javax.net.ssl.SNIServerName> serverName(String name) {
    try {
      return Optional.of(new SNIHostName(name));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static BrokerTrust trust(
      TlsSettings settings, KeyFiles reader, String name, long wallMillis)
      throws TlsException, GeneralSecurityException {
    KeyStore roots = null;
    String whom = "the Java of this hub";
    if (settings.trustStore().isPresent()) {
      TlsSettings.Source source = settings.trustStore().get();
      whom = source.name();
      roots = store(reader.trusted(source, settings.trustStorePassword()));
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(roots);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager rules) {
        boolean named = settings.hostnameValidated() && HostNames.unusual(name);
        return new BrokerTrust(rules, name, named, whom, wallMillis);
      }
    }
    throw new GeneralSecurityException("it has no rules for certificates");
  }

  private static KeyStore store(List<X509Certificate> roots) throws GeneralSecurityException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      int number = 0;
      for (X509Certificate root : roots) {
        store.setCertificateEntry("ca" + number++, root);
      }
      return store;
    } catch (java.io.IOException e) {
      throw new GeneralSecurityException("an empty store cannot be made", e);
    }
  }

  SSLEngine engine() {
    return engine;
  }

  /** Says for people what an exception of the engine means. */
  TlsException explain(SSLException e) {
    if (e instanceof SSLException && trust.verdict().isPresent()) {
      return trust.verdict().get();
    }
    return Alerts.of(e)
        .map(alert -> refused(alert, e))
        .orElseGet(
            () ->
                Alerts.aboutVersion(e)
                    ? new TlsException(ProblemKind.TLS_VERSION, noneInCommon(settings), e)
                    : new TlsException(ProblemKind.TLS_FAILED, "TLS failed: " + Alerts.text(e), e));
  }

  private TlsException refused(Alerts alert, SSLException e) {
    boolean unshown = own.asked() && own.shown().isEmpty();
    return switch (alert.about()) {
      case OUR_CERTIFICATE -> new TlsException(ProblemKind.TLS_CLIENT_REFUSED, refusal(alert), e);
      case AGREEMENT ->
          unshown
              ? new TlsException(ProblemKind.TLS_CLIENT_REFUSED, refusal(alert), e)
              : new TlsException(ProblemKind.TLS_VERSION, noneInCommon(settings), e);
      case OUR_NAME_FOR_IT ->
          new TlsException(
              ProblemKind.TLS_WRONG_HOST,
              "it does not know itself by that name; write the name that its certificate has",
              e);
      case OTHER ->
          new TlsException(ProblemKind.TLS_FAILED, "it broke off TLS: " + alert.word(), e);
    };
  }

  /** Says what became of our certificate. */
  private String refusal(Alerts alert) {
    if (own.certificate().isEmpty()) {
      return "it asks for a client certificate, and none is configured; set certificate and"
          + " privateKey, or keyStore";
    }
    X509Certificate mine = own.certificate().get();
    String ours = "our client certificate (" + CertificateText.subject(mine) + ")";
    String until = CertificateText.date(mine.getNotAfter().toInstant());
    if (own.shown().isEmpty()) {
      return "it does not take a key of the kind that " + ours + " has";
    }
    return "it refused "
        + ours
        + ", issued by "
        + CertificateText.issuer(mine)
        + ", valid until "
        + until
        + ": "
        + alert.word()
        + "; does the broker trust that issuer?";
  }

  private static String noneInCommon(TlsSettings settings) {
    return "no version or cipher suite of TLS in common; tlsProtocols here is "
        + String.join(", ", settings.protocols());
  }

  /**
   * The other side closed without a word before it sent a byte to us. In TLS 1.3 that may be its
   * answer to our certificate, since a client has finished before the server looked at it.
   */
  Optional<TlsException> closedEarly() {
    if (!own.asked()) {
      return Optional.empty();
    }
    if (own.shown().isEmpty()) {
      return Optional.of(new TlsException(ProblemKind.TLS_CLIENT_REFUSED, refusal(Alerts.CLOSED)));
    }
    return Optional.of(
        new TlsException(
            ProblemKind.CONNECTION_LOST,
            "it closed the connection after it had seen our client certificate ("
                + CertificateText.subject(own.shown().get())
                + "); if that stays, its log says why"));
  }

  /** Returns what was agreed on. */
  TlsStatus status() {
    SSLSession session = engine.getSession();
    try {
      return new TlsStatus(
          session.getProtocol(),
          session.getCipherSuite(),
          settings.hostnameValidated(),
          CertificateText.of((X509Certificate) session.getPeerCertificates()[0]),
          own.shown().map(CertificateText::of));
    } catch (SSLPeerUnverifiedException e) {
      throw new IllegalStateException("a handshake without the broker's certificate", e);
    }
  }
}
