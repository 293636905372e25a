package org.robustmqtt.client.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Reads a private key out of PEM: PKCS#8 (RFC 5958), plain or encrypted by a password (PBES2), and
 * the older PKCS#1 for RSA and SEC1 for elliptic curves. All faults are {@link
 * IllegalArgumentException}s with a text for people that shows nothing of the key.
 */
final class PrivateKeys {
  private static final byte[] ZERO = Der.element(Der.INTEGER, new byte[] {0});
  private static final byte[] RSA = oid("2a864886f70d010101");
  private static final byte[] RSA_PSS = oid("2a864886f70d01010a");
  private static final byte[] EC = oid("2a8648ce3d0201");
  private static final String TO_PKCS8 = "openssl pkcs8 -topk8 -in KEY -out NEW";

  private PrivateKeys() {}

  private static byte[] oid(String hex) {
    return Der.element(Der.OID, HexFormat.of().parseHex(hex));
  }

  /** Returns the first private key of these blocks. */
  static PrivateKey read(List<Pem.Block> blocks, Optional<Secret> password) {
    Optional<byte[]> curve = Optional.empty();
    for (Pem.Block block : blocks) {
      if (block.label().equals("EC PARAMETERS")) {
        curve = Optional.of(block.content());
      } else if (block.label().endsWith("PRIVATE KEY")) {
        return key(pkcs8(block, curve, password));
      }
    }
    throw new IllegalArgumentException("holds no private key");
  }

  private static byte[] pkcs8(Pem.Block block, Optional<byte[]> curve, Optional<Secret> password) {
    if (block.encrypted()) {
      throw new IllegalArgumentException(
          "is encrypted in an outdated form (Proc-Type: 4,ENCRYPTED); convert it: " + TO_PKCS8);
    }
    return switch (block.label()) {
      case "PRIVATE KEY" -> block.content();
      case "ENCRYPTED PRIVATE KEY" ->
          decrypted(
              block.content(),
              password.orElseThrow(
                  () -> new IllegalArgumentException("is encrypted; set privateKeyPassword")));
      case "RSA PRIVATE KEY" ->
          wrapped(Der.element(Der.SEQUENCE, RSA, Der.element(Der.NULL)), block.content());
      case "EC PRIVATE KEY" ->
          wrapped(Der.element(Der.SEQUENCE, EC, curve(block.content(), curve)), block.content());
      default ->
          throw new IllegalArgumentException(
              "holds a key of the form \"" + block.label() + "\"; convert it: " + TO_PKCS8);
    };
  }

  private static byte[] wrapped(byte[] algorithm, byte[] key) {
    return Der.element(Der.SEQUENCE, ZERO, algorithm, Der.element(Der.OCTETS, key));
  }

  /** The curve stands in the key (RFC 5915), or in a block before it. */
  private static byte[] curve(byte[] sec1, Optional<byte[]> before) {
    Der key = new Der(sec1).enter(Der.SEQUENCE);
    key.enter(Der.INTEGER);
    key.enter(Der.OCTETS);
    if (key.tag() == Der.CONTEXT_0) {
      return key.enter(Der.CONTEXT_0).rest();
    }
    return before.orElseThrow(
        () -> new IllegalArgumentException("does not say its curve; convert it: " + TO_PKCS8));
  }

  private static byte[] decrypted(byte[] der, Secret password) {
    char[] characters = characters(password);
    PBEKeySpec spec = new PBEKeySpec(characters);
    try {
      EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
      String name = algorithm(info);
      SecretKey secret = SecretKeyFactory.getInstance(name).generateSecret(spec);
      Cipher cipher = Cipher.getInstance(name);
      cipher.init(Cipher.DECRYPT_MODE, secret, info.getAlgParameters());
      return info.getKeySpec(cipher).getEncoded();
    } catch (InvalidKeySpecException e) {
      throw new IllegalArgumentException("privateKeyPassword does not open it", e);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "is encrypted in a way that this Java does not know; encrypt it again: "
              + TO_PKCS8
              + " -v2 aes-256-cbc",
          e);
    } finally {
      spec.clearPassword();
      Arrays.fill(characters, '\0');
    }
  }

  /** PBES2 is a frame; which key derivation and cipher are in it, only its parameters tell. */
  private static String algorithm(EncryptedPrivateKeyInfo info) {
    boolean frame = info.getAlgName().equals("PBES2") || info.getAlgName().startsWith("1.");
    return frame && info.getAlgParameters() != null
        ? info.getAlgParameters().toString()
        : info.getAlgName();
  }

  static char[] characters(Secret password) {
    return StandardCharsets.UTF_8
        .decode(java.nio.ByteBuffer.wrap(password.reveal()))
        .toString()
        .toCharArray();
  }

  private static PrivateKey key(byte[] pkcs8) {
    Der info = new Der(pkcs8).enter(Der.SEQUENCE);
    info.enter(Der.INTEGER);
    byte[] oid = Der.element(Der.OID, info.enter(Der.SEQUENCE).enter(Der.OID).rest());
    try {
      return KeyFactory.getInstance(name(oid)).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("holds a private key that is damaged", e);
    }
  }

  private static String name(byte[] oid) {
    if (Arrays.equals(oid, RSA)) {
      return "RSA";
    }
    if (Arrays.equals(oid, RSA_PSS)) {
      return "RSASSA-PSS";
    }
    if (Arrays.equals(oid, EC)) {
      return "EC";
    }
    throw new IllegalArgumentException(
        "holds a kind of key that Java's TLS cannot use; allowed: RSA, EC (as P-256)");
  }
}
