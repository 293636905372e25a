package org.robustmqtt.client.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.door.Net;
import org.robustmqtt.client.transport.OpenFailure;
import org.robustmqtt.client.transport.Opener;
import org.robustmqtt.client.transport.TlsSettings;
import org.robustmqtt.client.transport.Transport;
import org.robustmqtt.client.transport.TransportEvents;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.PublishHead;
import org.robustmqtt.itests.authority.Authority;

/** Real threads and real TLS beside a name server that says nothing. */
@Timeout(60)
class SilentResolverTest {
  private static final long LONG = TimeUnit.MINUTES.toNanos(10);

  private final List<Throwable> defects = new CopyOnWriteArrayList<>();
  private final HubRuntime runtime = new HubRuntime(defects::add);
  private final CountDownLatch silence = new CountDownLatch(1);
  private final Authority authority = Authority.named("Test CA");
  private final LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    silence.countDown();
    runtime.close();
    assertEquals(List.of(), defects);
  }

  @Test
  void tls_to_an_address_is_open_at_once_beside_fourteen_names_that_are_not_answered()
      throws Exception {
    try (SSLServerSocket server =
        (SSLServerSocket)
            authority
                .server(authority.issue("127.0.0.1"))
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
      for (int i = 0; i < 14; i++) {
        dial("silent" + i + ".test", 1883, Optional.empty());
      }
      dial("127.0.0.1", server.getLocalPort(), Optional.of(tls()));
      try (SSLSocket peer = (SSLSocket) server.accept()) {
        peer.startHandshake();
        assertEquals("127.0.0.1 opened", told.take());
        assertTrue(told.isEmpty());
      }
    }
  }

  private static TlsSettings tls() {
    return new TlsSettings(
        Optional.of(TlsSettings.Source.file("trustStore", Path.of("/ca.pem"))),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        true,
        TlsSettings.PROTOCOLS);
  }

  private void dial(String host, int port, Optional<TlsSettings> tls) {
    Doors real = runtime.doors();
    Doors doors =
        new Doors(
            real.clock(),
            real.loop(),
            real.helpers(),
            real.lanes(),
            real.entropy(),
            new SilentNet(real.net()),
            (path, atMost) -> authority.pem());
    Opener opener =
        new Opener(
            doors,
            new Opener.Target(host, port, LONG, ProtocolVersion.MQTT_5, 1 << 20, tls),
            new Ignored(),
            new Opener.Answer() {
              @Override
              public void resolved(List<InetAddress> addresses) {}

              @Override
              public void opened(Transport transport) {
                told.add(host + " opened");
              }

              @Override
              public void failed(OpenFailure failure) {
                told.add(host + " " + failure.text());
              }
            });
    real.loop().execute(opener::start);
  }

  /** The resolver of a network without a way to its name server. */
  private final class SilentNet implements Net {
    private final Net real;

    SilentNet(Net real) {
      this.real = real;
    }

    @Override
    public List<InetAddress> resolve(String host) throws UnknownHostException {
      if (host.startsWith("silent")) {
        while (silence.getCount() > 0) {
          try {
            silence.await();
          } catch (InterruptedException e) {
            continue;
          }
        }
        throw new UnknownHostException(host);
      }
      return real.resolve(host);
    }

    @Override
    public Channel connect(InetSocketAddress address, Events events) {
      return real.connect(address, events);
    }
  }

  private static final class Ignored implements TransportEvents {
    @Override
    public void received(Packet packet) {}

    @Override
    public boolean passesOver(PublishHead head, CodecException why) {
      return false;
    }

    @Override
    public void passedOver(PublishHead head, CodecException why) {}

    @Override
    public void turned() {}

    @Override
    public void handedOver(long sequence) {}

    @Override
    public void ended(IOException cause) {}

    @Override
    public void malformed(CodecException cause) {}

    @Override
    public void defect(Throwable cause) {}
  }
}
