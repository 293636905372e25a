package org.robustmqtt.client.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS8EncryptedPrivateKeyInfoBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEOutputEncryptorBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.itests.authority.Authority;

/** Every form of certificates and keys that people have, and every way to get it wrong. */
class KeyFilesTest {
  private static final Authority CA = Authority.named("Test CA");
  private static final KeyPair RSA = Authority.rsa();
  private static final KeyPair EC = Authority.ec();

  private final Map<Path, byte[]> disk = new HashMap<>();
  private final KeyFiles files =
      new KeyFiles(
          (path, atMost) -> {
            byte[] content = disk.get(path);
            if (content == null) {
              throw new NoSuchFileException(path.toString());
            }
            return content;
          });

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] pkcs1(KeyPair keys) throws IOException {
    return PrivateKeyInfo.getInstance(keys.getPrivate().getEncoded())
        .parsePrivateKey()
        .toASN1Primitive()
        .getEncoded();
  }

  private static byte[] sec1(boolean withCurve) throws IOException {
    ECPrivateKey bare =
        ECPrivateKey.getInstance(
            PrivateKeyInfo.getInstance(EC.getPrivate().getEncoded()).parsePrivateKey());
    ASN1ObjectIdentifier curve = withCurve ? X9ObjectIdentifiers.prime256v1 : null;
    return new ECPrivateKey(256, bare.getKey(), curve).getEncoded();
  }

  private static byte[] encrypted(KeyPair keys, ASN1ObjectIdentifier cipher, String password)
      throws IOException, OperatorCreationException {
    return new JcaPKCS8EncryptedPrivateKeyInfoBuilder(keys.getPrivate())
        .build(
            new JcePKCSPBEOutputEncryptorBuilder(cipher)
                .setProvider(new BouncyCastleProvider())
                .build(password.toCharArray()))
        .getEncoded();
  }

  static Stream<Arguments> keys() throws Exception {
    return Stream.of(
        Arguments.of(
            "PKCS#8 RSA", RSA, Authority.block("PRIVATE KEY", RSA.getPrivate().getEncoded()), ""),
        Arguments.of(
            "PKCS#8 EC", EC, Authority.block("PRIVATE KEY", EC.getPrivate().getEncoded()), ""),
        Arguments.of("PKCS#1", RSA, Authority.block("RSA PRIVATE KEY", pkcs1(RSA)), ""),
        Arguments.of("SEC1", EC, Authority.block("EC PRIVATE KEY", sec1(true)), ""),
        Arguments.of(
            "SEC1 with its curve before it",
            EC,
            joined(
                Authority.block("EC PARAMETERS", X9ObjectIdentifiers.prime256v1.getEncoded()),
                Authority.block("EC PRIVATE KEY", sec1(false))),
            ""),
        Arguments.of(
            "PBES2 AES-256",
            RSA,
            Authority.block(
                "ENCRYPTED PRIVATE KEY",
                encrypted(RSA, NISTObjectIdentifiers.id_aes256_CBC, "geheim")),
            "geheim"),
        Arguments.of(
            "PBES2 AES-128",
            EC,
            Authority.block(
                "ENCRYPTED PRIVATE KEY",
                encrypted(EC, NISTObjectIdentifiers.id_aes128_CBC, "geheim")),
            "geheim"),
        Arguments.of(
            "Windows line ends and words around it",
            EC,
            ascii(
                "Bag Attributes\r\n  friendlyName: own\r\n"
                    + new String(
                            Authority.block("PRIVATE KEY", EC.getPrivate().getEncoded()),
                            StandardCharsets.US_ASCII)
                        .replace("\n", "\r\n")),
            ""));
  }

  private TlsSettings pem(UnaryOperator<TlsWorld.Shape> change) {
    TlsWorld.Shape shape = new TlsWorld.Shape();
    shape.certificate = TlsWorld.file("certificate", "/c.pem");
    shape.privateKey = TlsWorld.file("privateKey", "/k.pem");
    return change.apply(shape).make();
  }

  private TlsSettings store(String password) {
    TlsWorld.Shape shape = new TlsWorld.Shape();
    shape.keyStore = TlsWorld.file("keyStore", "/own.store");
    shape.keyStorePassword = password.isEmpty() ? Optional.empty() : TlsWorld.secret(password);
    return shape.make();
  }

  private static Authority.Issued issued(KeyPair keys) {
    return CA.issue(keys, java.time.Duration.ofDays(-1), java.time.Duration.ofDays(9), "hub");
  }

  private String fault(TlsSettings settings) {
    TlsException told = assertThrows(TlsException.class, () -> files.identity(settings));
    assertEquals(ProblemKind.TLS_FILE, told.kind());
    assertFalse(told.getMessage().contains("geheim"), told.getMessage());
    return told.getMessage();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("keys")
  void a_private_key_is_read_in_every_form(String form, KeyPair keys, byte[] pem, String password)
      throws Exception {
    disk.put(Path.of("/c.pem"), issued(keys).certificatePem());
    disk.put(Path.of("/k.pem"), pem);
    KeyFiles.Identity identity =
        files
            .identity(
                pem(
                    shape -> {
                      shape.privateKeyPassword =
                          password.isEmpty() ? Optional.empty() : TlsWorld.secret(password);
                      return shape;
                    }))
            .orElseThrow();

    assertEquals(secretOf(keys.getPrivate()), secretOf(identity.key()), form);
    assertEquals(1, identity.chain().size());
  }

  /** Two forms of one key are two encodings. */
  private static Object secretOf(java.security.PrivateKey key) {
    return key instanceof java.security.interfaces.ECPrivateKey curve ? curve.getS() : key;
  }

  @Test
  void one_file_may_hold_certificate_and_key_in_any_order() throws Exception {
    disk.put(Path.of("/c.pem"), joined(issued(EC).keyPem(), CA.pem(), issued(EC).certificatePem()));
    disk.put(Path.of("/k.pem"), disk.get(Path.of("/c.pem")));
    KeyFiles.Identity identity = files.identity(pem(shape -> shape)).orElseThrow();

    assertEquals(EC.getPublic(), identity.chain().get(0).getPublicKey(), "the own one is first");
    assertEquals(2, identity.chain().size());
  }

  @Test
  void a_key_of_another_certificate_is_told() {
    disk.put(Path.of("/c.pem"), issued(EC).certificatePem());
    disk.put(Path.of("/k.pem"), CA.issue("other").keyPem());

    assertEquals(
        "privateKey /k.pem: does not belong to certificate /c.pem (CN=hub)",
        fault(pem(shape -> shape)));
  }

  @Test
  void an_encrypted_key_without_or_with_a_wrong_password_is_told() throws Exception {
    disk.put(Path.of("/c.pem"), issued(EC).certificatePem());
    disk.put(
        Path.of("/k.pem"),
        Authority.block(
            "ENCRYPTED PRIVATE KEY", encrypted(EC, NISTObjectIdentifiers.id_aes256_CBC, "right")));

    assertEquals(
        "privateKey /k.pem: is encrypted; set privateKeyPassword", fault(pem(shape -> shape)));
    assertEquals(
        "privateKey /k.pem: privateKeyPassword does not open it",
        fault(
            pem(
                shape -> {
                  shape.privateKeyPassword = TlsWorld.secret("geheim");
                  return shape;
                })));
  }

  @Test
  void the_outdated_encryption_is_refused_with_how_to_convert() {
    disk.put(Path.of("/c.pem"), issued(EC).certificatePem());
    disk.put(
        Path.of("/k.pem"),
        ascii(
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n"
                + "AAAA\n-----END RSA PRIVATE KEY-----\n"));

    assertEquals(
        "privateKey /k.pem: is encrypted in an outdated form (Proc-Type: 4,ENCRYPTED); convert it:"
            + " openssl pkcs8 -topk8 -in KEY -out NEW",
        fault(pem(shape -> shape)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"DSA PRIVATE KEY", "OPENSSH PRIVATE KEY"})
  void other_forms_of_keys_are_named(String label) {
    disk.put(Path.of("/c.pem"), issued(EC).certificatePem());
    disk.put(Path.of("/k.pem"), Authority.block(label, new byte[] {1, 2, 3}));

    assertTrue(fault(pem(shape -> shape)).contains("of the form \"" + label + "\""));
  }

  @Test
  void an_ed25519_key_is_refused_with_what_is_allowed() throws Exception {
    KeyPair ed = java.security.KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    disk.put(Path.of("/c.pem"), issued(EC).certificatePem());
    disk.put(Path.of("/k.pem"), Authority.block("PRIVATE KEY", ed.getPrivate().getEncoded()));

    assertTrue(fault(pem(shape -> shape)).endsWith("allowed: RSA, EC (as P-256)"));
  }

  @Test
  void every_prefix_of_a_key_is_read_or_told_and_never_more() {
    disk.put(Path.of("/c.pem"), issued(RSA).certificatePem());
    byte[] whole = RSA.getPrivate().getEncoded();
    for (int length = 0; length < whole.length; length += 7) {
      disk.put(Path.of("/k.pem"), Authority.block("PRIVATE KEY", Arrays.copyOf(whole, length)));
      assertTrue(fault(pem(shape -> shape)).startsWith("privateKey /k.pem: "));
    }
  }

  @Test
  void a_file_that_was_cut_off_is_told() {
    byte[] whole = issued(RSA).certificatePem();
    disk.put(Path.of("/c.pem"), Arrays.copyOf(whole, whole.length / 2));
    disk.put(Path.of("/k.pem"), issued(RSA).keyPem());

    assertEquals(
        "certificate /c.pem: the line END CERTIFICATE is missing; was the file cut off?",
        fault(pem(shape -> shape)));
  }

  @Test
  void what_is_no_base64_is_told_without_showing_it() {
    disk.put(Path.of("/c.pem"), issued(EC).certificatePem());
    disk.put(
        Path.of("/k.pem"),
        ascii("-----BEGIN PRIVATE KEY-----\ngeheim!\n-----END PRIVATE KEY-----"));

    assertEquals(
        "privateKey /k.pem: its block PRIVATE KEY is not Base64", fault(pem(shape -> shape)));
  }

  @Test
  void pem_in_the_configuration_itself_is_as_good_as_a_file() throws Exception {
    TlsSettings settings =
        pem(
            shape -> {
              shape.certificate =
                  Optional.of(
                      TlsSettings.Source.text(
                          "certificate", new Secret(issued(EC).certificatePem())));
              shape.privateKey =
                  Optional.of(
                      TlsSettings.Source.text("privateKey", new Secret(issued(EC).keyPem())));
              return shape;
            });

    assertEquals(EC.getPrivate(), files.identity(settings).orElseThrow().key());
    assertFalse(settings.toString().contains("BEGIN"), settings.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"PKCS12", "JKS"})
  void a_store_is_told_by_its_content(String type) throws Exception {
    disk.put(Path.of("/own.store"), issued(EC).store(type, "geheim"));
    assertEquals(EC.getPrivate(), files.identity(store("geheim")).orElseThrow().key());

    disk.put(Path.of("/trust.pem"), CA.trustStore(type, "geheim"));
    assertEquals(
        CA.certificate(),
        files
            .trusted(
                TlsSettings.Source.file("trustStore", Path.of("/trust.pem")),
                TlsWorld.secret("geheim"))
            .get(0));
  }

  @Test
  void a_store_with_a_wrong_password_is_told() {
    disk.put(Path.of("/own.store"), issued(EC).store("PKCS12", "right"));

    assertEquals("keyStore /own.store: keyStorePassword does not open it", fault(store("geheim")));
  }

  @Test
  void a_store_without_a_key_and_pem_in_place_of_a_store_are_told() {
    disk.put(Path.of("/own.store"), CA.trustStore("PKCS12", "geheim"));
    assertEquals("keyStore /own.store: holds 0 private keys; allowed: one", fault(store("geheim")));

    disk.put(Path.of("/own.store"), issued(EC).certificatePem());
    assertTrue(fault(store("geheim")).contains("PEM files are named with certificate and"));
  }

  @Test
  void a_bundle_of_authorities_is_read_whole() throws Exception {
    disk.put(
        Path.of("/trust.pem"), joined(CA.pem(), ascii("# a word\n"), Authority.named("B").pem()));

    assertEquals(
        2,
        files
            .trusted(TlsSettings.Source.file("trustStore", Path.of("/trust.pem")), Optional.empty())
            .size());
  }

  @Test
  void one_certificate_as_der_is_trusted_too() throws Exception {
    disk.put(Path.of("/ca.crt"), CA.certificate().getEncoded());

    assertEquals(
        1,
        files
            .trusted(TlsSettings.Source.file("trustStore", Path.of("/ca.crt")), Optional.empty())
            .size());
  }

  @Test
  void a_trust_store_with_nothing_in_it_is_told() {
    disk.put(Path.of("/t"), issued(EC).keyPem());
    assertEquals("trustStore /t: holds no certificate; allowed: PEM, PKCS12, JKS", untrusted("/t"));
    disk.put(Path.of("/t"), issued(EC).store("PKCS12", "geheim"));
    assertTrue(untrusted("/t").contains("holds no trusted certificate"));
    disk.put(Path.of("/t"), ascii("hello"));
    assertEquals(
        "trustStore /t: is nothing that is known; allowed: PEM, PKCS12, JKS", untrusted("/t"));
    disk.put(Path.of("/t"), new byte[0]);
    assertEquals(
        "trustStore /t: is nothing that is known; allowed: PEM, PKCS12, JKS", untrusted("/t"));
    assertEquals("trustStore /gone: there is no such file", untrusted("/gone"));
  }

  private String untrusted(String path) {
    return assertThrows(
            TlsException.class,
            () ->
                files.trusted(
                    TlsSettings.Source.file("trustStore", Path.of(path)),
                    TlsWorld.secret("geheim")))
        .getMessage();
  }
}
