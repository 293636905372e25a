package org.robustmqtt.client.transport;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.client.door.UserFiles;

/**
 * Reads certificates and keys, anew at each call, on a helper. What a file is, is told by its
 * content: PEM, PKCS12, JKS, or one certificate as DER. Every fault is a {@link TlsException} of
 * kind {@link ProblemKind#TLS_FILE} that names key, file, and what is allowed.
 */
final class KeyFiles {
  /** The largest file that is read. */
  static final int LARGEST = 4 * 1024 * 1024;

  private static final int JKS = 0xFEEDFEED;
  private static final int JCEKS = 0xCECECECE;

  private final UserFiles files;

  KeyFiles(UserFiles files) {
    this.files = files;
  }

  /** Our certificate, with those between it and its CA, and its key. */
  record Identity(PrivateKey key, List<X509Certificate> chain) {}

  /** Returns the certificates that are trusted; never empty. */
  List<X509Certificate> trusted(TlsSettings.Source source, Optional<Secret> password)
      throws TlsException {
    byte[] bytes = read(source);
    List<X509Certificate> found =
        isStore(bytes)
            ? trusted(store(source, bytes, password, "trustStorePassword"), source)
            : certificates(source, bytes);
    if (found.isEmpty()) {
      String hint =
          isStore(bytes)
              ? "holds no trusted certificate (a store made by openssl never does: name the CA's"
                  + " PEM file itself)"
              : "holds no certificate; allowed: PEM, PKCS12, JKS";
      throw fault(source, hint);
    }
    return found;
  }

  /** Returns what we show to a broker that asks; empty if nothing is configured. */
  Optional<Identity> identity(TlsSettings settings) throws TlsException {
    if (settings.keyStore().isPresent()) {
      return Optional.of(fromStore(settings.keyStore().get(), settings));
    }
    if (settings.certificate().isPresent() && settings.privateKey().isPresent()) {
      return Optional.of(
          fromPem(settings.certificate().get(), settings.privateKey().get(), settings));
    }
    return Optional.empty();
  }

  private Identity fromPem(
      TlsSettings.Source certificate, TlsSettings.Source privateKey, TlsSettings settings)
      throws TlsException {
    List<X509Certificate> chain = certificates(certificate, read(certificate));
    if (chain.isEmpty()) {
      throw fault(certificate, "holds no certificate; allowed: PEM, the own certificate first");
    }
    byte[] bytes = read(privateKey);
    if (!Pem.is(bytes)) {
      throw fault(privateKey, "is not PEM; a PKCS12 or JKS file is named with keyStore");
    }
    PrivateKey key;
    try {
      key = PrivateKeys.read(Pem.blocks(bytes), settings.privateKeyPassword());
    } catch (IllegalArgumentException e) {
      throw fault(privateKey, e.getMessage());
    }
    for (X509Certificate one : chain) {
      if (belong(key, one.getPublicKey())) {
        chain.remove(one);
        chain.add(0, one);
        return new Identity(key, List.copyOf(chain));
      }
    }
    throw fault(
        privateKey,
        "does not belong to "
            + certificate.name()
            + " ("
            + CertificateText.subject(chain.get(0))
            + ")");
  }

  /** Signs and verifies: the one test that holds for every kind of key. */
  private static boolean belong(PrivateKey mine, PublicKey theirs) {
    if (!mine.getAlgorithm().equals(theirs.getAlgorithm())) {
      return false;
    }
    try {
      Signature signature = signature(mine.getAlgorithm());
      byte[] probe = {1, 2, 3};
      signature.initSign(mine);
      signature.update(probe);
      byte[] signed = signature.sign();
      signature.initVerify(theirs);
      signature.update(probe);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static Signature signature(String kind) throws GeneralSecurityException {
    if (kind.equals("RSASSA-PSS")) {
      Signature signature = Signature.getInstance(kind);
      signature.setParameter(
          new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
      return signature;
    }
    return Signature.getInstance(kind.equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
  }

  private Identity fromStore(TlsSettings.Source source, TlsSettings settings) throws TlsException {
    byte[] bytes = read(source);
    if (!isStore(bytes)) {
      throw fault(
          source,
          "is neither PKCS12 nor JKS"
              + (Pem.is(bytes) ? "; PEM files are named with certificate and privateKey" : ""));
    }
    KeyStore store = store(source, bytes, settings.keyStorePassword(), "keyStorePassword");
    Optional<Secret> password = settings.keyPassword().or(settings::keyStorePassword);
    char[] characters = password.map(PrivateKeys::characters).orElse(new char[0]);
    try {
      List<String> keys = new ArrayList<>();
      for (String alias : Collections.list(store.aliases())) {
        if (store.isKeyEntry(alias)) {
          keys.add(alias);
        }
      }
      if (keys.size() != 1) {
        throw fault(source, "holds " + keys.size() + " private keys; allowed: one");
      }
      if (!(store.getKey(keys.get(0), characters) instanceof PrivateKey key)) {
        throw fault(source, "holds no private key");
      }
      List<X509Certificate> chain = new ArrayList<>();
      for (Certificate one : store.getCertificateChain(keys.get(0))) {
        chain.add((X509Certificate) one);
      }
      return new Identity(key, List.copyOf(chain));
    } catch (UnrecoverableKeyException e) {
      throw fault(source, "keyPassword does not open its key");
    } catch (GeneralSecurityException e) {
      throw fault(
          source, "cannot be used: " + CertificateText.clean(String.valueOf(e.getMessage())));
    }
  }

  private static List<X509Certificate> trusted(KeyStore store, TlsSettings.Source source)
      throws TlsException {
    try {
      List<X509Certificate> found = new ArrayList<>();
      for (String alias : Collections.list(store.aliases())) {
        if (store.isCertificateEntry(alias)
            && store.getCertificate(alias) instanceof X509Certificate one) {
          found.add(one);
        }
      }
      return found;
    } catch (GeneralSecurityException e) {
      throw fault(
          source, "cannot be used: " + CertificateText.clean(String.valueOf(e.getMessage())));
    }
  }

  private static KeyStore store(
      TlsSettings.Source source, byte[] bytes, Optional<Secret> password, String passwordKey)
      throws TlsException {
    String type =
        switch (magic(bytes)) {
          case JKS -> "JKS";
          case JCEKS -> "JCEKS";
          default -> "PKCS12";
        };
    try {
      KeyStore store = KeyStore.getInstance(type);
      store.load(
          new ByteArrayInputStream(bytes), password.map(PrivateKeys::characters).orElse(null));
      return store;
    } catch (IOException e) {
      if (e.getCause() instanceof UnrecoverableKeyException) {
        throw fault(
            source,
            password.isPresent()
                ? passwordKey + " does not open it"
                : "is locked; set " + passwordKey);
      }
      throw fault(source, "is a damaged " + type + " file");
    } catch (GeneralSecurityException e) {
      throw fault(source, "is a " + type + " file that this Java cannot read");
    }
  }

  /** Returns all certificates of a PEM file, or the one of a DER file. */
  private static List<X509Certificate> certificates(TlsSettings.Source source, byte[] bytes)
      throws TlsException {
    List<X509Certificate> found = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      if (!Pem.is(bytes)) {
        if (bytes.length == 0 || bytes[0] != Der.SEQUENCE) {
          throw fault(source, "is nothing that is known; allowed: PEM, PKCS12, JKS");
        }
        found.add(certificate(factory, bytes));
        return found;
      }
      for (Pem.Block block : Pem.blocks(bytes)) {
        if (block.label().equals("CERTIFICATE") || block.label().equals("X509 CERTIFICATE")) {
          found.add(certificate(factory, block.content()));
        }
      }
      return found;
    } catch (IllegalArgumentException e) {
      throw fault(source, e.getMessage());
    } catch (CertificateException e) {
      throw fault(source, "holds a damaged certificate (number " + (found.size() + 1) + ")");
    }
  }

  private static X509Certificate certificate(CertificateFactory factory, byte[] der)
      throws CertificateException {
    return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der));
  }

  private byte[] read(TlsSettings.Source source) throws TlsException {
    if (source.text().isPresent()) {
      return source.text().get().reveal();
    }
    try {
      return files.read(source.file().orElseThrow(), LARGEST);
    } catch (NoSuchFileException e) {
      throw fault(source, "there is no such file");
    } catch (AccessDeniedException e) {
      throw fault(source, "may not be read by the user that the hub runs as");
    } catch (FileSystemException e) {
      throw fault(source, "cannot be read: " + e.getReason());
    } catch (IOException e) {
      throw fault(
          source, "cannot be read: " + CertificateText.clean(String.valueOf(e.getMessage())));
    }
  }

  /** Told by the content: JKS has a magic number, PKCS12 begins with its version number. */
  private static boolean isStore(byte[] bytes) {
    int magic = magic(bytes);
    if (magic == JKS || magic == JCEKS) {
      return true;
    }
    if (magic >>> 8 == 0x308002) {
      // The length is left open (BER), which some programs do for PKCS12.
      return true;
    }
    try {
      return new Der(bytes).enter(Der.SEQUENCE).tag() == Der.INTEGER;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static int magic(byte[] bytes) {
    return bytes.length < 4
        ? 0
        : bytes[0] << 24 | (bytes[1] & 0xFF) << 16 | (bytes[2] & 0xFF) << 8 | bytes[3] & 0xFF;
  }

  private static TlsException fault(TlsSettings.Source source, String what) {
    return new TlsException(ProblemKind.TLS_FILE, source.name() + ": " + what);
  }
}
