package org.robustmqtt.client.transport;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLEngine;
import org.robustmqtt.client.testing.TlsPeer;
import org.robustmqtt.client.testing.VirtualChannel;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Encoder;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.PublishHead;
import org.robustmqtt.codec.WriteBuffer;
import org.robustmqtt.itests.authority.Authority;

/** A virtual world with one host that speaks TLS, and an opener that dials it. */
final class TlsWorld {
  static final String IP = "10.0.0.1";
  static final String HOST = "broker.home";
  static final String CA = "/etc/ca.pem";
  static final int PORT = 8883;

  final VirtualWorld world = new VirtualWorld(1);
  final Authority authority = Authority.named("Test CA");
  final List<String> told = new ArrayList<>();
  final List<Packet> packets = new ArrayList<>();
  final List<Long> handedOver = new ArrayList<>();
  final ByteArrayOutputStream received = new ByteArrayOutputStream();
  Authority.Issued shown = authority.issue(HOST, IP);
  Consumer<SSLEngine> server = engine -> {};
  Consumer<TlsPeer> peerSetup = made -> {};
  Consumer<VirtualChannel> channelSetup = made -> {};
  Shape settings = new Shape();
  VirtualChannel channel;
  TlsPeer peer;
  Transport transport;
  IOException ended;

  TlsWorld() {
    long now = Instant.now().toEpochMilli();
    world.jumpWall(Duration.ofMillis(now - world.doors().clock().wallMillis()));
    world.net().name(HOST, IP);
    world.file(CA, authority.pem());
    world.net().accept(IP, PORT, this::accepted);
  }

  private void accepted(VirtualChannel made) {
    channel = made;
    channelSetup.accept(made);
    SSLEngine engine = authority.server(shown).createSSLEngine();
    engine.setUseClientMode(false);
    server.accept(engine);
    peer = new TlsPeer(made, engine, received::writeBytes);
    peerSetup.accept(peer);
  }

  /** Dials the host by its name. */
  TlsWorld dial() {
    return dial(HOST);
  }

  TlsWorld dial(String host) {
    Opener opener =
        new Opener(
            world.doors(),
            new Opener.Target(
                host,
                PORT,
                10_000_000_000L,
                ProtocolVersion.MQTT_5,
                16 << 20,
                Optional.of(settings.make())),
            new Heard(),
            new Told());
    world.onLoop(opener::start);
    return this;
  }

  /** Returns why it failed. */
  String failure() {
    if (told.size() != 1) {
      throw new AssertionError("told: " + told + ", ended: " + ended);
    }
    return told.get(0);
  }

  void write(Packet packet, long sequence) {
    try {
      transport.write(packet, sequence);
    } catch (CodecException e) {
      throw new AssertionError(e);
    }
  }

  static Publish publish(int size) {
    byte[] payload = new byte[size];
    for (int i = 0; i < size; i++) {
      payload[i] = (byte) (i * 31);
    }
    return new Publish(
        false, org.robustmqtt.QoS.AT_MOST_ONCE, false, "t", 0, Properties.NONE, payload);
  }

  static byte[] bytes(Packet packet) {
    WriteBuffer buffer = new WriteBuffer(16);
    try {
      new Encoder(ProtocolVersion.MQTT_5).encode(packet, buffer);
    } catch (CodecException e) {
      throw new AssertionError(e);
    }
    return Arrays.copyOf(buffer.array(), buffer.length());
  }

  /** TLS settings to be changed in single values. */
  static final class Shape {
    Optional<TlsSettings.Source> trustStore =
        Optional.of(TlsSettings.Source.file("trustStore", Path.of(CA)));
    Optional<Secret> trustStorePassword = Optional.empty();
    Optional<TlsSettings.Source> keyStore = Optional.empty();
    Optional<Secret> keyStorePassword = Optional.empty();
    Optional<Secret> keyPassword = Optional.empty();
    Optional<TlsSettings.Source> certificate = Optional.empty();
    Optional<TlsSettings.Source> privateKey = Optional.empty();
    Optional<Secret> privateKeyPassword = Optional.empty();
    boolean hostnameValidated = true;
    List<String> protocols = TlsSettings.PROTOCOLS;

    TlsSettings make() {
      return new TlsSettings(
          trustStore,
          trustStorePassword,
          keyStore,
          keyStorePassword,
          keyPassword,
          certificate,
          privateKey,
          privateKeyPassword,
          hostnameValidated,
          protocols);
    }

    static TlsSettings made(UnaryOperator<Shape> change) {
      return change.apply(new Shape()).make();
    }
  }

  static Optional<TlsSettings.Source> file(String key, String path) {
    return Optional.of(TlsSettings.Source.file(key, Path.of(path)));
  }

  static Optional<Secret> secret(String text) {
    return Optional.of(new Secret(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  /** Writes a certificate and its key, and shows them. */
  void own(Authority.Issued mine) {
    world.file("/etc/client.pem", mine.certificatePem());
    world.file("/etc/client.key", mine.keyPem());
    settings.certificate = file("certificate", "/etc/client.pem");
    settings.privateKey = file("privateKey", "/etc/client.key");
  }

  /** Returns how many bytes the peer has sent. */
  int peerBytes() {
    return peer.sent();
  }

  private final class Told implements Opener.Answer {
    @Override
    public void resolved(List<InetAddress> addresses) {}

    @Override
    public void opened(Transport opened) {
      transport = opened;
      told.add("opened");
    }

    @Override
    public void failed(OpenFailure failure) {
      told.add(failure.place() + " " + failure.kind() + " " + failure.text());
    }
  }

  private final class Heard implements TransportEvents {
    @Override
    public boolean passesOver(PublishHead head, CodecException why) {
      return false;
    }

    @Override
    public void passedOver(PublishHead head, CodecException why) {
      throw new AssertionError("passed over: " + head);
    }

    @Override
    public void received(Packet packet) {
      packets.add(packet);
    }

    @Override
    public void turned() {}

    @Override
    public void handedOver(long sequence) {
      handedOver.add(sequence);
    }

    @Override
    public void ended(IOException cause) {
      ended = cause;
      transport.close(sequence -> {});
    }

    @Override
    public void malformed(CodecException cause) {
      throw new AssertionError(cause);
    }

    @Override
    public void defect(Throwable cause) {
      throw new AssertionError(cause);
    }
  }
}
