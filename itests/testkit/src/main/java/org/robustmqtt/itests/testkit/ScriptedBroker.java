package org.robustmqtt.itests.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A broker that does what the test says, line by line, on a free loopback port:
 *
 * <pre>
 *   Peer peer = broker.accept();
 *   peer.greet();                            // expect CONNECT, send CONNACK
 *   Publish first = peer.expect(Publish.class);
 *   peer.reset();
 *   Peer again = broker.accept();
 *   again.greet(true);
 *   assertTrue(again.expect(Publish.class).duplicate());
 * </pre>
 *
 * or that answers by itself ({@link #serve}). Everything on the wire is in {@link #recording}.
 */
public final class ScriptedBroker implements AutoCloseable {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final Recording recording = new Recording();
  private final BlockingQueue<Peer> accepted = new LinkedBlockingQueue<>();
  private final List<Peer> peers = new ArrayList<>();
  private final int port;
  private Optional<Manners> manners = Optional.empty();
  private Optional<Door> door = Optional.empty();

  /** The listening socket, and the thread that waits at it. */
  private record Door(ServerSocket server, Thread porter) {}

  private ScriptedBroker(ServerSocket server) {
    port = server.getLocalPort();
    listenOn(server);
  }

  /** Starts a broker on a free port. */
  public static ScriptedBroker start() throws IOException {
    return new ScriptedBroker(bind(0));
  }

  private static ServerSocket bind(int port) throws IOException {
    ServerSocket server = new ServerSocket();
    server.setReuseAddress(true);
    server.bind(new InetSocketAddress(LOOPBACK, port));
    return server;
  }

  /** Returns the port; it stays the same for ever. */
  public int port() {
    return port;
  }

  /** Returns the address as it is written into a configuration. */
  public String uri() {
    return "mqtt://127.0.0.1:" + port;
  }

  /** Returns everything that went over the wire. */
  public Recording recording() {
    return recording;
  }

  /** Answers connections made from now on by itself. */
  public synchronized ScriptedBroker serve(Manners how) {
    manners = Optional.of(how);
    return this;
  }

  /** Leaves connections made from now on to the script. */
  public synchronized void script() {
    manners = Optional.empty();
  }

  /**
   * Waits for the next connection.
   *
   * @throws AssertionError if none comes
   */
  public Peer accept() throws InterruptedException {
    Peer peer = accepted.poll(Patience.millis(), TimeUnit.MILLISECONDS);
    if (peer == null) {
      throw new AssertionError("no connection came\n" + recording);
    }
    return peer;
  }

  /** Returns how many connections there were until now. */
  public synchronized int connections() {
    return peers.size();
  }

  /** Refuses connections from now on; those that are there stay. */
  public void refuse() {
    Optional<Door> open;
    synchronized (this) {
      open = door;
      door = Optional.empty();
    }
    open.ifPresent(ScriptedBroker::shut);
  }

  /** Accepts connections again, on the same port. */
  public synchronized void listen() throws IOException {
    if (door.isEmpty()) {
      listenOn(bind(port));
    }
  }

  private synchronized void listenOn(ServerSocket server) {
    Thread porter = Peer.daemon(() -> acceptFrom(server), "scripted-broker/accept " + port);
    door = Optional.of(new Door(server, porter));
    porter.start();
  }

  private void acceptFrom(ServerSocket server) {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        socket.setTcpNoDelay(true);
        add(socket);
      } catch (IOException closed) {
        return;
      }
    }
  }

  private synchronized void add(Socket socket) {
    Peer peer = new Peer(this, peers.size() + 1, socket, manners);
    peers.add(peer);
    peer.begin();
    accepted.add(peer);
  }

  /** Closes all connections and stops. */
  @Override
  public void close() {
    refuse();
    List<Peer> all;
    synchronized (this) {
      all = List.copyOf(peers);
    }
    all.forEach(Peer::end);
  }

  /** Only when its thread has left does the system give a listening socket up. */
  private static void shut(Door open) {
    try {
      open.server().close();
      open.porter().join();
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
