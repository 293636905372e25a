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
 * read in one write; and it can flood a client with messages of QoS 0.
 */
public final class FloorBroker implements AutoCloseable {
  private static final int BUFFER = 256 * 1024;

  private final Selector selector;
  private final ServerSocketChannel server;
  private final Thread thread;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER);
  private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER);
  private volatile boolean closing;
  private volatile long publishes;

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

  /** Returns where it listens. */
  public int port() {
    return server.socket().getLocalPort();
  }

  /** Returns the identifier of its thread. */
  public long threadId() {
    return thread.getId();
  }

  /** Returns the processor time of its thread, in nanoseconds. */
  public long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.getId());
  }

  /** Returns how many messages were sent to it. */
  public long publishes() {
    return publishes;
  }

  /** Sends so many copies of a packet to every client that has subscribed to anything. */
  public void flood(byte[] packet, int count) {
    tasks.add(
        () -> {
          for (SelectionKey key : selector.keys()) {
            if (key.attachment() instanceof Client client && client.subscribed) {
              client.flood(packet, count);
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
    Client client = (Client) key.attachment();
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
      Client client = new Client(channel);
      client.key = channel.register(selector, SelectionKey.OP_READ, client);
    }
  }

  /** One connected client. */
  private final class Client {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private SelectionKey key;
    private boolean v5;
    private boolean subscribed;

    /** The beginning of a packet whose rest has not come. */
    private ByteBuffer rest = NOTHING;

    /** What the socket did not take. */
    private ByteBuffer waiting = NOTHING;

    private byte[] flooding = {};
    private int left;

    Client(SocketChannel channel) {
      this.channel = channel;
    }

    void readable() throws IOException {
      in.clear();
      if (rest.hasRemaining()) {
        in.put(rest);
        rest = NOTHING;
      }
      if (channel.read(in) < 0) {
        channel.close();
        return;
      }
      in.flip();
      out.clear();
      while (packet()) {
        // one after another
      }
      if (in.hasRemaining()) {
        rest = ByteBuffer.allocate(in.remaining()).put(in).flip();
      }
      out.flip();
      write(out);
    }

    /** Answers one packet; false if it is not there as a whole. */
    private boolean packet() {
      int start = in.position();
      int length = 0;
      int at = start + 1;
      for (int shift = 0; ; shift += 7) {
        if (at >= in.limit()) {
          return false;
        }
        int b = in.get(at++);
        length |= (b & 0x7F) << shift;
        if (b >= 0) {
          break;
        }
      }
      if (at + length > in.limit()) {
        return false;
      }
      answer(in.get(start) & 0xFF, at);
      in.position(at + length);
      return true;
    }

    private void answer(int first, int body) {
      switch (first >> 4) {
        case 1 -> connect(body);
        case 3 -> publish(first, body);
        case 6 -> id(0x70, body);
        case 8 -> {
          subscribed = true;
          out.put((byte) 0x90).put((byte) (v5 ? 4 : 3)).putShort(in.getShort(body));
          if (v5) {
            out.put((byte) 0);
          }
          out.put((byte) 0);
        }
        case 10 -> {
          out.put((byte) 0xB0).put((byte) (v5 ? 4 : 2)).putShort(in.getShort(body));
          if (v5) {
            out.put((byte) 0).put((byte) 0);
          }
        }
        case 12 -> out.put((byte) 0xD0).put((byte) 0);
        default -> {
          // nothing to be said
        }
      }
    }

    private void connect(int body) {
      v5 = in.get(body + 6) == 5;
      out.put((byte) 0x20).put((byte) (v5 ? 3 : 2)).put((byte) 0).put((byte) 0);
      if (v5) {
        out.put((byte) 0);
      }
    }

    private void publish(int first, int body) {
      publishes++;
      int qos = first >> 1 & 3;
      if (qos > 0) {
        id(qos == 1 ? 0x40 : 0x50, body + 2 + (in.getShort(body) & 0xFFFF));
      }
    }

    private void id(int type, int at) {
      out.put((byte) type).put((byte) 2).putShort(in.getShort(at));
    }

    void flood(byte[] packet, int count) {
      flooding = packet;
      left += count;
      key.interestOpsOr(SelectionKey.OP_WRITE);
    }

    void writable() throws IOException {
      if (waiting.hasRemaining()) {
        channel.write(waiting);
        if (waiting.hasRemaining()) {
          return;
        }
      }
      if (left == 0) {
        key.interestOpsAnd(~SelectionKey.OP_WRITE);
        return;
      }
      out.clear();
      while (left > 0 && out.remaining() >= flooding.length) {
        out.put(flooding);
        left--;
      }
      out.flip();
      write(out);
    }

    private void write(ByteBuffer bytes) throws IOException {
      if (!waiting.hasRemaining() && bytes.hasRemaining()) {
        channel.write(bytes);
      }
      if (bytes.hasRemaining()) {
        waiting =
            ByteBuffer.allocate(waiting.remaining() + bytes.remaining())
                .put(waiting)
                .put(bytes)
                .flip();
        key.interestOpsOr(SelectionKey.OP_WRITE);
      }
    }
  }
}
