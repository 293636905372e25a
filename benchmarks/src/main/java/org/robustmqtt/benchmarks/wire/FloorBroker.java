package org.robustmqtt.benchmarks.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A broker that costs next to nothing, so that it is not what a line measures: one thread, no
 * sessions, no routing. It acknowledges what is sent to it, in MQTT 3.1.1 and 5, everything of one
 * read in one write; and it can flood a client with messages of QoS 0. In MQTT 5 it grants as many
 * topic aliases as Mosquitto by default.
 */
public final class FloorBroker implements Broker {
  /** The system property that says how many topic aliases it grants. */
  public static final String PROPERTY = "benchmarks.aliases";

  private static final int ALIASES = Integer.getInteger(PROPERTY, 10);
  private static final int BUFFER = 256 * 1024;

  private final Selector selector;
  private final ServerSocketChannel server;
  private final Thread thread;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER);
  private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER);
  private volatile boolean closing;

  private FloorBroker(int port) throws IOException {
    selector = Selector.open();
    server = ServerSocketChannel.open();
    server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2048);
    server.configureBlocking(false);
    server.register(selector, SelectionKey.OP_ACCEPT);
    thread = new Thread(this::run, "floor-broker");
    thread.setDaemon(true);
    thread.start();
  }

  /** Starts a broker on a port of the loopback; 0: a free one. */
  public static FloorBroker start(int port) {
    try {
      return new FloorBroker(port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String name() {
    return "in-process broker";
  }

  @Override
  public int port() {
    return server.socket().getLocalPort();
  }

  @Override
  public long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.getId());
  }

  @Override
  public boolean owns(long threadId) {
    return threadId == thread.getId();
  }

  /** Sends so many packets, these in turn, to every client that has subscribed to anything. */
  public void flood(byte[][] packets, int count) {
    tasks.add(
        () -> {
          for (SelectionKey key : selector.keys()) {
            if (key.attachment() instanceof FloorClient client && client.subscribed()) {
              client.flood(packets, count);
            }
          }
        });
    selector.wakeup();
  }

  /** Closes every socket, as a broker that is killed. */
  @Override
  public void close() {
    closing = true;
    selector.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!closing) {
        selector.select();
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
          task.run();
        }
        for (SelectionKey key : selector.selectedKeys()) {
          serve(key);
        }
        selector.selectedKeys().clear();
      }
      List<SelectionKey> keys = new ArrayList<>(selector.keys());
      for (SelectionKey key : keys) {
        key.channel().close();
      }
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve(SelectionKey key) throws IOException {
    if (!key.isValid()) {
      return;
    }
    if (key.isAcceptable()) {
      accept();
      return;
    }
    FloorClient client = (FloorClient) key.attachment();
    try {
      if (key.isWritable()) {
        client.writable();
      }
      if (key.isValid() && key.isReadable()) {
        client.readable();
      }
    } catch (IOException e) {
      key.channel().close();
    }
  }

  private void accept() throws IOException {
    for (SocketChannel channel = server.accept(); channel != null; channel = server.accept()) {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
      key.attach(new FloorClient(channel, key, in, out, ALIASES));
    }
  }
}
