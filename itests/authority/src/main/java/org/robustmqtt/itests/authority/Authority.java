package org.robustmqtt.itests.authority;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certification authority that exists for one test. */
public final class Authority {
  private static final AtomicLong SERIAL = new AtomicLong(1);

  private final Issued self;

  private Authority(Issued self) {
    this.self = self;
  }

  /**
   * A key and its certificate, with those between it and its authority.
   *
   * @param keys both keys
   * @param chain the own certificate first; without the authority's
   */
  public record Issued(KeyPair keys, List<X509Certificate> chain) {
    /** Returns the chain as PEM. */
    public byte[] certificatePem() {
      return pem(chain);
    }

    /** Returns the private key as PKCS#8 in PEM. */
    public byte[] keyPem() {
      return block("PRIVATE KEY", keys.getPrivate().getEncoded());
    }

    /** Returns both in one store. */
    public byte[] store(String type, String password) {
      try {
        KeyStore store = KeyStore.getInstance(type);
        store.load(null, null);
        store.setKeyEntry(
            "own", keys.getPrivate(), password.toCharArray(), chain.toArray(new Certificate[0]));
        return bytes(store, password);
      } catch (GeneralSecurityException | IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** Makes an authority. */
  public static Authority named(String name) {
    Instant now = Instant.now();
    return new Authority(
        certify(
            "CN=" + name,
            null,
            ec(),
            true,
            now.minus(Duration.ofDays(1)),
            now.plus(Duration.ofDays(3650)),
            List.of()));
  }

  /** Returns its own certificate. */
  public X509Certificate certificate() {
    return self.chain().get(0);
  }

  /** Returns its own certificate as PEM. */
  public byte[] pem() {
    return pem(self.chain());
  }

  /** Issues a certificate for these names and addresses, valid now. */
  public Issued issue(String... names) {
    return issue(ec(), Duration.ofDays(-1), Duration.ofDays(365), names);
  }

  /** Issues a certificate that is valid from and until so long from now. */
  public Issued issue(KeyPair keys, Duration from, Duration until, String... names) {
    Instant now = Instant.now();
    return certify(
        "CN=" + (names.length == 0 ? "nobody" : names[0]),
        self,
        keys,
        false,
        now.plus(from),
        now.plus(until),
        List.of(names));
  }

  /** Makes a certificate that nobody vouches for. */
  public static Issued selfSigned(String... names) {
    Instant now = Instant.now();
    return certify(
        "CN=" + names[0],
        null,
        ec(),
        false,
        now.minus(Duration.ofDays(1)),
        now.plus(Duration.ofDays(30)),
        List.of(names));
  }

  /** Makes a key on P-256. */
  public static KeyPair ec() {
    return keys("EC", 256);
  }

  /** Makes an RSA key. */
  public static KeyPair rsa() {
    return keys("RSA", 2048);
  }

  private static KeyPair keys(String kind, int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static Issued certify(
      String subject,
      Issued issuer,
      KeyPair keys,
      boolean authority,
      Instant from,
      Instant until,
      List<String> names) {
    try {
      X500Name issuedBy =
          new X500Name(
              issuer == null ? subject : issuer.chain().get(0).getSubjectX500Principal().getName());
      X509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              issuedBy,
              BigInteger.valueOf(SERIAL.getAndIncrement()),
              Date.from(from),
              Date.from(until),
              new X500Name(subject),
              keys.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      if (!names.isEmpty()) {
        builder.addExtension(Extension.subjectAlternativeName, false, alternatives(names));
      }
      KeyPair signing = issuer == null ? keys : issuer.keys();
      String with = signing.getPrivate().getAlgorithm().equals("EC") ? "ECDSA" : "RSA";
      X509Certificate made =
          new JcaX509CertificateConverter()
              .getCertificate(
                  builder.build(
                      new JcaContentSignerBuilder("SHA256with" + with)
                          .build(signing.getPrivate())));
      return new Issued(keys, List.of(made));
    } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
      throw new AssertionError(e);
    }
  }

  private static GeneralNames alternatives(List<String> names) throws IOException {
    List<GeneralName> all = new ArrayList<>();
    for (String name : names) {
      boolean address = name.indexOf(':') >= 0 || name.matches("[0-9.]+");
      all.add(
          address
              ? new GeneralName(GeneralName.iPAddress, InetAddress.getByName(name).getHostAddress())
              : new GeneralName(GeneralName.dNSName, name));
    }
    return new GeneralNames(all.toArray(new GeneralName[0]));
  }

  /** Returns certificates as PEM. */
  public static byte[] pem(List<X509Certificate> certificates) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (X509Certificate one : certificates) {
      try {
        out.writeBytes(block("CERTIFICATE", one.getEncoded()));
      } catch (GeneralSecurityException e) {
        throw new AssertionError(e);
      }
    }
    return out.toByteArray();
  }

  /** Returns a block of PEM. */
  public static byte[] block(String label, byte[] content) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return ("-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Returns a store that trusts this authority. */
  public byte[] trustStore(String type, String password) {
    try {
      return bytes(trusting(type), password);
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError(e);
    }
  }

  private KeyStore trusting(String type) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(type);
    store.load(null, null);
    store.setCertificateEntry("ca", certificate());
    return store;
  }

  private static byte[] bytes(KeyStore store, String password)
      throws GeneralSecurityException, IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    store.store(out, password.toCharArray());
    return out.toByteArray();
  }

  /** Returns what a server with this certificate speaks; clients must be of this authority. */
  public SSLContext server(Issued shown) {
    try {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(null, null);
      keys.setKeyEntry(
          "own", shown.keys().getPrivate(), new char[0], shown.chain().toArray(new Certificate[0]));
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(keys, new char[0]);
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusting("PKCS12"));
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(managers.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError(e);
    }
  }
}
