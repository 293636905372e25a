package org.robustmqtt.client.transport;

import java.net.IDN;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SNIHostName;

/**
 * Names of hosts: how they are written where bytes count, and whether a certificate is for one.
 *
 * <p>Java decides about the names that the standard of the DNS allows to hosts. It refuses all
 * others, whatever the certificate says: so with an underscore, which is common in home networks.
 * For those the same rules are applied here (RFC 2818, section 3.1).
 */
final class HostNames {
  private static final int DNS = 2;
  private static final Pattern COMMON_NAME = Pattern.compile("(?:^|[,+])CN=((?:[^\\\\,+]|\\\\.)*)");

  private HostNames() {}

  /**
   * Returns what is looked up and compared: a name with other letters than ASCII in its form with
   * {@code xn--}. A name of mDNS ({@code .local}) stays as it is (RFC 6762, section 16).
   */
  static String ascii(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.chars().allMatch(c -> c < 128) || lower.matches(".*\\.local\\.?")) {
      return name;
    }
    try {
      return IDN.toASCII(name, IDN.ALLOW_UNASSIGNED);
    } catch (IllegalArgumentException e) {
      // Then nobody knows it, and that is what is told.
      return name;
    }
  }

  /** Returns whether Java would refuse the name, whatever the certificate says. */
  static boolean unusual(String name) {
    try {
      new SNIHostName(name);
      return false;
    } catch (IllegalArgumentException e) {
      return !Opener.literal(name);
    }
  }

  /** Returns whether a certificate is for this name. */
  static boolean matches(X509Certificate certificate, String name) {
    boolean named = false;
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      for (List<?> one : all == null ? List.<List<?>>of() : all) {
        if (one.get(0).equals(DNS) && one.get(1) instanceof String pattern) {
          named = true;
          if (fits(pattern, name)) {
            return true;
          }
        }
      }
    } catch (CertificateParsingException e) {
      return false;
    }
    return !named && fits(commonName(certificate), name);
  }

  /** The common name counts if no other is given. */
  private static String commonName(X509Certificate certificate) {
    Matcher found = COMMON_NAME.matcher(certificate.getSubjectX500Principal().getName("RFC2253"));
    return found.find() ? found.group(1).replaceAll("\\\\(.)", "$1") : "";
  }

  /** A star stands for any letters of one label; the last label has none. */
  private static boolean fits(String pattern, String name) {
    String[] wanted = labels(pattern);
    String[] given = labels(name);
    if (wanted.length != given.length || wanted[wanted.length - 1].contains("*")) {
      return false;
    }
    for (int i = 0; i < wanted.length; i++) {
      if (given[i].isEmpty() || !fitsLabel(wanted[i], given[i])) {
        return false;
      }
    }
    return true;
  }

  private static String[] labels(String name) {
    return ascii(name).toLowerCase(Locale.ROOT).split("\\.", -1);
  }

  private static boolean fitsLabel(String pattern, String label) {
    int star = pattern.indexOf('*');
    return star < 0
        ? pattern.equals(label)
        : pattern.indexOf('*', star + 1) < 0
            && label.length() >= pattern.length() - 1
            && label.startsWith(pattern.substring(0, star))
            && label.endsWith(pattern.substring(star + 1));
  }
}
