package org.robustmqtt.client.transport;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.security.auth.x500.X500Principal;
import org.robustmqtt.TlsStatus;

/** What people need to see of a certificate. What others wrote into it is cut and cleaned. */
final class CertificateText {
  private static final int NAMES = 8;
  private static final int LONGEST = 120;
  private static final int DNS = 2;
  private static final int IP = 7;
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private CertificateText() {}

  static TlsStatus.Certificate of(X509Certificate certificate) {
    return new TlsStatus.Certificate(
        subject(certificate),
        names(certificate),
        name(certificate.getIssuerX500Principal()),
        certificate.getNotAfter().toInstant());
  }

  static String subject(X509Certificate certificate) {
    return name(certificate.getSubjectX500Principal());
  }

  static String issuer(X509Certificate certificate) {
    return name(certificate.getIssuerX500Principal());
  }

  static boolean selfIssued(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
  }

  static String date(Instant instant) {
    return DATE.format(instant);
  }

  /** Returns the first names and addresses it is for. */
  static List<String> names(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      for (List<?> one : all == null ? List.<List<?>>of() : all) {
        boolean host = one.get(0).equals(DNS) || one.get(0).equals(IP);
        if (host && names.size() < NAMES && one.get(1) instanceof String text) {
          names.add(clean(text));
        }
      }
    } catch (CertificateParsingException e) {
      // It is shown without names; whether it is accepted is not decided here.
      return List.of();
    }
    return names;
  }

  private static String name(X500Principal principal) {
    return clean(principal.getName(X500Principal.RFC2253));
  }

  /** Returns it without control characters, and cut. */
  static String clean(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", "?");
    return plain.length() > LONGEST ? plain.substring(0, LONGEST) + "..." : plain;
  }
}
