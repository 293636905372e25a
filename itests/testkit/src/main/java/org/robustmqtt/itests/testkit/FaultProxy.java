package org.robustmqtt.itests.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

  /** A slow line carries its bytes in so many pieces a second. */
  private static final int PIECES = 20;

  private final ServerSocket server;
  private final Recording recording = new Recording();
  private final boolean recorded;
  private final AtomicLong up = new AtomicLong();
  private final AtomicLong down = new AtomicLong();
  private final List<Socket> sockets = new ArrayList<>();
  private volatile int target;
  private int connections;
  private boolean stalled;
  private boolean barred;
  private long cutAfter = Long.MAX_VALUE;

  /** Bytes a second in each direction of a connection; 0: as fast as it goes. */
  private long rate;

  /** Connections with this number and lower lead nowhere. */
  private int silent;

  private FaultProxy(ServerSocket server, int target, boolean recorded) {
    this.server = server;
    this.target = target;
    this.recorded = recorded;
    Peer.daemon(this::accept, "fault-proxy/accept " + port()).start();
  }

  /** Starts a proxy to a loopback port. */
  public static FaultProxy to(int port) throws IOException {
    return to(port, true);
  }

  /** Starts a proxy that keeps no packet, for runs of hours. */
  public static FaultProxy forgetful(int port) throws IOException {
    return to(port, false);
  }

  private static FaultProxy to(int port, boolean recorded) throws IOException {
    ServerSocket server = new ServerSocket();
    server.bind(new InetSocketAddress(LOOPBACK, 0));
    return new FaultProxy(server, port, recorded);
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

  /**
   * Makes the line slow: each direction of each connection carries so many bytes a second.
   *
   * @param bytesPerSecond 0: as fast as it goes
   */
  public synchronized void slow(long bytesPerSecond) {
    rate = bytesPerSecond;
    notifyAll();
  }

  /**
   * Loses every byte of the connections that are open now, in both directions, without a word to
   * either end: half-open links. New connections work.
   */
  public synchronized void halfOpen() {
    silent = connections;
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
    Peer.daemon(() -> pump(client, broker, new Tap(number), number), "fault-proxy/up " + number)
        .start();
    Peer.daemon(
            () -> pump(broker, client, (bytes, n) -> down.addAndGet(n), number),
            "fault-proxy/down " + number)
        .start();
  }

  private void pump(Socket from, Socket to, Gauge gauge, int number) {
    byte[] bytes = new byte[BUFFER];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
        for (int at = 0; at < n; ) {
          int piece = awaitFlow(n - at);
          if (!isSilent(number)) {
            byte[] carried = at == 0 ? bytes : Arrays.copyOfRange(bytes, at, at + piece);
            gauge.note(carried, piece);
            out.write(carried, 0, piece);
            out.flush();
          }
          at += piece;
        }
      }
    } catch (IOException gone) {
      shut(from);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      end(from, to, number);
    }
  }

  /** Waits until bytes may go on; returns how many. */
  private synchronized int awaitFlow(int most) throws InterruptedException {
    while (stalled && !server.isClosed()) {
      wait();
    }
    if (rate == 0) {
      return most;
    }
    int piece = (int) Math.min(most, Math.max(1, rate / PIECES));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(piece) / rate;
    for (long left = end - System.nanoTime();
        left > 0 && rate > 0 && !server.isClosed();
        left = end - System.nanoTime()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return piece;
  }

  /** One end is gone; over a link that leads nowhere the other does not hear of it. */
  private synchronized void end(Socket from, Socket to, int number) {
    shut(from);
    sockets.remove(from);
    if (number > silent) {
      shut(to);
      sockets.remove(to);
    }
  }

  private synchronized boolean isSilent(int number) {
    return number <= silent;
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
    private boolean readable = recorded;

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
