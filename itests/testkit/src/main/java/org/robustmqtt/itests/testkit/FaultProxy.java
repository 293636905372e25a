package org.robustmqtt.itests.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.itests.testkit.Recording.Direction;

/**
 * A loopback network between a client and a real broker that can be cut, reset, stalled and
 * counted, and that notes every packet that the client writes. Both ends may come and go; the port
 * towards the client stays.
 */
public final class FaultProxy implements AutoCloseable {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final int BUFFER = 16 * 1024;

  private final ServerSocket server;
  private final Recording recording = new Recording();
  private final AtomicLong up = new AtomicLong();
  private final AtomicLong down = new AtomicLong();
  private final List<Socket> sockets = new ArrayList<>();
  private volatile int target;
  private int connections;
  private boolean stalled;
  private boolean barred;
  private long cutAfter = Long.MAX_VALUE;

  private FaultProxy(ServerSocket server, int target) {
    this.server = server;
    this.target = target;
    Peer.daemon(this::accept, "fault-proxy/accept " + port()).start();
  }

  /** Starts a proxy to a loopback port. */
  public static FaultProxy to(int port) throws IOException {
    ServerSocket server = new ServerSocket();
    server.bind(new InetSocketAddress(LOOPBACK, 0));
    return new FaultProxy(server, port);
  }

  /** Returns the port for the client. */
  public int port() {
    return server.getLocalPort();
  }

  /** Returns the address as it is written into a configuration. */
  public String uri() {
    return "mqtt://127.0.0.1:" + port();
  }

  /** Leads connections made from now on to another port. */
  public void target(int port) {
    target = port;
  }

  /** Returns what clients wrote, packet by packet. */
  public Recording recording() {
    return recording;
  }

  /** Returns the bytes that went from clients to the broker. */
  public long bytesUp() {
    return up.get();
  }

  /** Returns the bytes that went from the broker to clients. */
  public long bytesDown() {
    return down.get();
  }

  /** Closes every connection, and each new one at once. */
  public synchronized void bar() {
    barred = true;
    cut();
  }

  /** Leads new connections on again. */
  public synchronized void unbar() {
    barred = false;
  }

  /** Closes every connection in order. */
  public synchronized void cut() {
    sockets.forEach(FaultProxy::shut);
    sockets.clear();
  }

  /** Resets every connection. */
  public synchronized void reset() {
    for (Socket socket : sockets) {
      try {
        socket.setSoLinger(true, 0);
      } catch (IOException already) {
        continue;
      }
      shut(socket);
    }
    sockets.clear();
  }

  /** Holds every byte in both directions; connections stay open: a half-open link. */
  public synchronized void stall() {
    stalled = true;
  }

  /** Lets bytes flow again. */
  public synchronized void flow() {
    stalled = false;
    notifyAll();
  }

  /** Closes every connection, once, when so many more bytes have gone up. */
  public synchronized void cutAfter(long bytes) {
    cutAfter = up.get() + bytes;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        connect(client);
      } catch (IOException closed) {
        shut(server);
      }
    }
  }

  private synchronized void connect(Socket client) {
    if (barred) {
      shut(client);
      return;
    }
    Socket broker = new Socket();
    try {
      client.setTcpNoDelay(true);
      broker.setTcpNoDelay(true);
      broker.connect(new InetSocketAddress(LOOPBACK, target));
    } catch (IOException refused) {
      shut(broker);
      shut(client);
      return;
    }
    sockets.add(client);
    sockets.add(broker);
    int number = ++connections;
    Peer.daemon(() -> pump(client, broker, new Tap(number)), "fault-proxy/up " + number).start();
    Peer.daemon(
            () -> pump(broker, client, (bytes, n) -> down.addAndGet(n)),
            "fault-proxy/down " + number)
        .start();
  }

  private void pump(Socket from, Socket to, Gauge gauge) {
    byte[] bytes = new byte[BUFFER];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
        awaitFlow();
        gauge.note(bytes, n);
        out.write(bytes, 0, n);
        out.flush();
      }
    } catch (IOException gone) {
      shut(from);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      shut(from);
      shut(to);
    }
  }

  private synchronized void awaitFlow() throws InterruptedException {
    while (stalled && !server.isClosed()) {
      wait();
    }
  }

  private synchronized void passed() {
    if (up.get() >= cutAfter) {
      cutAfter = Long.MAX_VALUE;
      cut();
    }
  }

  @Override
  public synchronized void close() {
    shut(server);
    cut();
    flow();
  }

  private static void shut(java.io.Closeable open) {
    try {
      open.close();
    } catch (IOException already) {
      throw new java.io.UncheckedIOException(already);
    }
  }

  /** Sees the bytes of one direction before they are passed on. */
  @FunctionalInterface
  private interface Gauge {
    void note(byte[] bytes, int length);
  }

  /** Counts what goes up, and reads it as packets. */
  private final class Tap implements Gauge {
    private final int number;
    private final Framer framer = new Framer();
    private boolean readable = true;

    private Tap(int number) {
      this.number = number;
    }

    @Override
    public void note(byte[] bytes, int length) {
      up.addAndGet(length);
      if (readable) {
        try {
          for (Packet packet : framer.feed(bytes, length)) {
            recording.add(number, Direction.FROM_CLIENT, packet);
          }
        } catch (CodecException notMqtt) {
          readable = false;
        }
      }
      passed();
    }
  }
}
