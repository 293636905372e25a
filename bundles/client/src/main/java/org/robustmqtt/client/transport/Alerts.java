package org.robustmqtt.client.transport;

import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * What the other side says when it breaks off TLS: an alert of RFC 8446, section 6.2.
 *
 * @param word the standard's word
 * @param about what it is about
 */
record Alerts(String word, About about) {
  /** No alert: it only closed. */
  static final Alerts CLOSED = new Alerts("closed", About.OUR_CERTIFICATE);

  /** How the engine says that an alert came; there is no type that tells which. */
  private static final String RECEIVED = "Received fatal alert: ";

  /** What an alert is about. */
  enum About {
    /** Our certificate, or that there is none. */
    OUR_CERTIFICATE,
    /** What both sides can do; in TLS 1.2 also that we have no certificate. */
    AGREEMENT,
    /** The server name that we sent. */
    OUR_NAME_FOR_IT,
    /** Anything else. */
    OTHER
  }

  /** Returns the alert that is the reason, if one is. */
  static Optional<Alerts> of(SSLException e) {
    String text = String.valueOf(e.getMessage());
    int at = text.indexOf(RECEIVED);
    if (at < 0) {
      return Optional.empty();
    }
    String word = CertificateText.clean(text.substring(at + RECEIVED.length()));
    return Optional.of(new Alerts(word, about(word)));
  }

  private static About about(String word) {
    return switch (word) {
      case "bad_certificate",
          "unsupported_certificate",
          "certificate_revoked",
          "certificate_expired",
          "certificate_unknown",
          "unknown_ca",
          "access_denied",
          "certificate_required",
          "no_certificate" ->
          About.OUR_CERTIFICATE;
      case "handshake_failure", "protocol_version", "insufficient_security", "illegal_parameter" ->
          About.AGREEMENT;
      case "unrecognized_name" -> About.OUR_NAME_FOR_IT;
      default -> About.OTHER;
    };
  }

  /** Returns whether our own engine found no common version or cipher suite. */
  static boolean aboutVersion(SSLException e) {
    String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return text.contains("protocol version")
        || text.contains("no appropriate protocol")
        || text.contains("ciphersuite");
  }

  static String text(SSLException e) {
    return CertificateText.clean(String.valueOf(e.getMessage()));
  }
}
