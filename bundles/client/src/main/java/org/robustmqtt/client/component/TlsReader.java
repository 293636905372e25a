package org.robustmqtt.client.component;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.robustmqtt.client.link.BrokerAddress;
import org.robustmqtt.client.transport.Secret;
import org.robustmqtt.client.transport.TlsSettings;
import org.robustmqtt.client.transport.TlsSettings.Source;

/**
 * Reads the TLS group and reports what contradicts itself. Files are named, not read: what is wrong
 * with them shows at each attempt to connect.
 */
final class TlsReader {
  private static final String PEM = "-----BEGIN ";
  private static final Pattern LIST = Pattern.compile("[,\\s]+");
  private static final List<Key> KEYS =
      List.of(
          Key.TRUST_STORE,
          Key.TRUST_STORE_PASSWORD,
          Key.KEY_STORE,
          Key.KEY_STORE_PASSWORD,
          Key.KEY_PASSWORD,
          Key.CERTIFICATE,
          Key.PRIVATE_KEY,
          Key.PRIVATE_KEY_PASSWORD);

  private final PropertyReader reader;

  private TlsReader(PropertyReader reader) {
    this.reader = reader;
  }

  /** Returns the broker with how TLS is spoken to it, if its address asks for TLS. */
  static Optional<BrokerAddress> secured(PropertyReader reader, Optional<BrokerAddress> broker) {
    TlsReader group = new TlsReader(reader);
    TlsSettings settings = group.read();
    if (broker.isEmpty()) {
      return broker;
    }
    BrokerAddress address = broker.get();
    if (BrokerUri.secured(address)) {
      return Optional.of(
          new BrokerAddress(address.uri(), address.host(), address.port(), Optional.of(settings)));
    }
    group.checkUnused(settings);
    return broker;
  }

  private TlsSettings read() {
    Optional<Source> trustStore = source(Key.TRUST_STORE);
    Optional<Source> keyStore = source(Key.KEY_STORE);
    Optional<Source> certificate = source(Key.CERTIFICATE);
    Optional<Source> privateKey = source(Key.PRIVATE_KEY);
    if (reader.has(Key.KEY_STORE) && reader.has(Key.CERTIFICATE)) {
      reader.fault(Key.CERTIFICATE, "contradicts keyStore; remove one of the two");
    }
    if (reader.has(Key.CERTIFICATE) && !reader.has(Key.PRIVATE_KEY)) {
      reader.fault(
          Key.CERTIFICATE,
          "needs its key; set privateKey too, to the same file if that holds both");
    }
    needs(Key.PRIVATE_KEY, Key.CERTIFICATE);
    needs(Key.PRIVATE_KEY_PASSWORD, Key.PRIVATE_KEY);
    needs(Key.TRUST_STORE_PASSWORD, Key.TRUST_STORE);
    needs(Key.KEY_STORE_PASSWORD, Key.KEY_STORE);
    needs(Key.KEY_PASSWORD, Key.KEY_STORE);
    return new TlsSettings(
        trustStore,
        reader.secret(Key.TRUST_STORE_PASSWORD),
        keyStore,
        reader.secret(Key.KEY_STORE_PASSWORD),
        reader.secret(Key.KEY_PASSWORD),
        certificate,
        privateKey,
        reader.secret(Key.PRIVATE_KEY_PASSWORD),
        reader.flag(Key.HOSTNAME_VALIDATED, true),
        protocols());
  }

  private void needs(Key key, Key other) {
    if (reader.has(key) && !reader.has(other)) {
      reader.fault(key, "says nothing without " + other.text() + "; set that too, or remove it");
    }
  }

  /** A path, or PEM itself: what a hub makes of {@code $[secret:FILE]}. */
  private Optional<Source> source(Key key) {
    Optional<String> text = reader.text(key);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    String value = text.get().strip();
    if (value.contains(PEM)) {
      byte[] pem = value.replace("\\n", "\n").getBytes(StandardCharsets.UTF_8);
      return Optional.of(Source.text(key.text(), new Secret(pem)));
    }
    try {
      Path path = Path.of(value);
      if (path.isAbsolute()) {
        return Optional.of(Source.file(key.text(), path.normalize()));
      }
      reader.fault(
          key,
          "not absolute; allowed: a path that begins at the root, as $[prop:karaf.etc]/ca.pem");
    } catch (InvalidPathException e) {
      reader.fault(key, "not a path");
    }
    return Optional.empty();
  }

  private List<String> protocols() {
    List<String> chosen = new ArrayList<>();
    for (String text : reader.texts(Key.TLS_PROTOCOLS)) {
      for (String part : LIST.split(text.replaceAll("[\\[\\]]", " ").strip())) {
        Optional<String> known =
            TlsSettings.PROTOCOLS.stream().filter(one -> one.equalsIgnoreCase(part)).findFirst();
        if (known.isEmpty()) {
          boolean old = part.toLowerCase(Locale.ROOT).matches("(tlsv1|tlsv1\\.[01]|ssl.*)");
          reader.fault(
              Key.TLS_PROTOCOLS,
              (old ? "outdated and unsafe, Java refuses it" : "unknown")
                  + "; allowed: "
                  + String.join(", ", TlsSettings.PROTOCOLS));
          return TlsSettings.PROTOCOLS;
        }
        if (!chosen.contains(known.get())) {
          chosen.add(known.get());
        }
      }
    }
    return chosen.isEmpty()
        ? TlsSettings.PROTOCOLS
        : TlsSettings.PROTOCOLS.stream().filter(chosen::contains).toList();
  }

  /** A page of a hub may write all defaults: those say nothing. */
  private void checkUnused(TlsSettings settings) {
    for (Key key : KEYS) {
      if (reader.has(key)) {
        unused(key);
      }
    }
    if (!settings.hostnameValidated()) {
      unused(Key.HOSTNAME_VALIDATED);
    }
    if (!settings.protocols().equals(TlsSettings.PROTOCOLS)) {
      unused(Key.TLS_PROTOCOLS);
    }
  }

  private void unused(Key key) {
    reader.fault(
        key, "says nothing with mqtt://, which is not encrypted; write mqtts:// or remove it");
  }
}
