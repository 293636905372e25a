package org.robustmqtt.client.component;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.robustmqtt.client.link.BrokerAddress;

/** Reads the key {@code broker}. */
final class BrokerUri {
  /** The scheme with TLS. */
  static final String SECURED = "mqtts";

  private static final String PLAIN = "mqtt";
  private static final String ALLOWED =
      "allowed: mqtt://HOST or mqtt://HOST:PORT, as mqtt://192.168.1.5; with TLS mqtts://HOST";

  /** What other clients call these. */
  private static final Map<String, String> ALIASES =
      Map.of("tcp", PLAIN, "ssl", SECURED, "tls", SECURED);

  private static final List<String> LATER = List.of("ws", "wss", "unix");
  private static final int PLAIN_PORT = 1883;
  private static final int SECURED_PORT = 8883;
  private static final Pattern AUTHORITY =
      Pattern.compile("(\\[[0-9A-Fa-f:.%a-zA-Z]+\\]|[^\\[\\]:/?#@\\s]+)(?::(\\d*))?");

  private BrokerUri() {}

  /** Returns whether this broker is spoken to in TLS. */
  static boolean secured(BrokerAddress broker) {
    return broker.uri().startsWith(SECURED + "://");
  }

  /** Returns the broker; none, several or a wrong one is reported. */
  static Optional<BrokerAddress> read(PropertyReader reader) {
    List<String> uris = reader.texts(Key.BROKER).stream().flatMap(BrokerUri::split).toList();
    if (uris.isEmpty()) {
      reader.fault("broker is missing; " + ALLOWED);
      return Optional.empty();
    }
    if (reader.commented(Key.BROKER)) {
      reader.fault(Key.BROKER, "something stands behind the address");
      return Optional.empty();
    }
    if (uris.size() > 1) {
      reader.fault(Key.BROKER, "a second broker is not built yet; allowed: one");
      return Optional.empty();
    }
    return one(reader, uris.get(0));
  }

  /** A list is written with commas; {@code [a, b]} is literal text on Karaf. */
  private static Stream<String> split(String text) {
    boolean list = text.startsWith("[") && text.endsWith("]") && text.contains("://");
    String plain = list ? text.substring(1, text.length() - 1) : text;
    return Pattern.compile("[,\\s]+").splitAsStream(plain).filter(part -> !part.isEmpty());
  }

  private static Optional<BrokerAddress> one(PropertyReader reader, String uri) {
    int end = uri.indexOf("://");
    if (end < 0) {
      reader.fault(Key.BROKER, "no scheme; " + ALLOWED);
      return Optional.empty();
    }
    String written = uri.substring(0, end).toLowerCase(Locale.ROOT);
    String scheme = ALIASES.getOrDefault(written, written);
    if (LATER.contains(scheme)) {
      reader.fault(Key.BROKER, "the scheme " + scheme + ":// is not built yet; " + ALLOWED);
      return Optional.empty();
    }
    boolean secured = scheme.equals(SECURED);
    if (!secured && !scheme.equals(PLAIN)) {
      reader.fault(Key.BROKER, "unknown scheme \"" + scheme + "\"; " + ALLOWED);
      return Optional.empty();
    }
    String authority = uri.substring(end + 3);
    if (authority.indexOf('@') >= 0) {
      reader.fault(
          Key.BROKER, "credentials are not allowed in the address; use username and password");
      return Optional.empty();
    }
    if (authority.endsWith("/")) {
      authority = authority.substring(0, authority.length() - 1);
    }
    Matcher matcher = AUTHORITY.matcher(authority);
    if (!matcher.matches()) {
      reader.fault(Key.BROKER, "no host, or something else after the port; " + ALLOWED);
      return Optional.empty();
    }
    Optional<Integer> port = port(matcher.group(2), secured);
    if (port.isEmpty()) {
      reader.fault(Key.BROKER, "port out of range; allowed: 1 to 65535");
      return Optional.empty();
    }
    String host = matcher.group(1).replaceAll("[\\[\\]]", "");
    return Optional.of(new BrokerAddress(scheme + "://" + authority, host, port.get()));
  }

  private static Optional<Integer> port(String digits, boolean secured) {
    if (digits == null || digits.isEmpty()) {
      return Optional.of(secured ? SECURED_PORT : PLAIN_PORT);
    }
    int port = digits.length() > 5 ? 0 : Integer.parseInt(digits);
    return port >= 1 && port <= 65_535 ? Optional.of(port) : Optional.empty();
  }
}
