package org.robustmqtt.client.runtime;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.robustmqtt.client.door.Net;

/**
 * TCP by non-blocking channels on the loop's selector.
 *
 * <p>Names are resolved by the JVM, which remembers a failure for {@code
 * networkaddress.cache.negative.ttl} seconds (10 unless the hub says otherwise). That is a security
 * property of the whole JVM and not ours to set: after a name became known it may take so much
 * longer until we see it.
 */
final class SocketNet implements Net {
  private final LoopThread loop;

  SocketNet(LoopThread loop) {
    this.loop = loop;
  }

  @Override
  public List<InetAddress> resolve(String host) throws UnknownHostException {
    return List.of(InetAddress.getAllByName(host));
  }

  @Override
  public Channel connect(InetSocketAddress address, Events events) {
    assert loop.isCurrent() : "not on the loop";
    Socket socket = new Socket(events);
    socket.open(address);
    return socket;
  }

  private final class Socket implements Channel, Runnable {
    /**
     * The most that is given to the operating system in one call: the JDK copies through a direct
     * buffer of that size and keeps it for the thread.
     */
    private static final int MOST_PER_CALL = 128 * 1024;

    /** Linux takes up to twice as much as it is asked for. */
    private static final int SEND_BUFFER = BUFFERED / 2;

    private final Events events;
    private SocketChannel channel;
    private boolean closed;
    private boolean connected;

    Socket(Events events) {
      this.events = events;
    }

    void open(InetSocketAddress address) {
      try {
        channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, false);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, SEND_BUFFER);
        boolean atOnce = channel.connect(address);
        loop.register(channel, atOnce ? 0 : SelectionKey.OP_CONNECT, this);
        if (atOnce) {
          loop.execute(this::opened);
        }
      } catch (IOException e) {
        loop.execute(() -> fail(e));
      } catch (IllegalArgumentException | SecurityException e) {
        loop.execute(() -> fail(new IOException(e.toString(), e)));
      }
    }

    @Override
    public void run() {
      if (closed) {
        return;
      }
      SelectionKey key = loop.keyOf(channel);
      if (!connected) {
        finishConnect();
        return;
      }
      int ready = key.readyOps() & key.interestOps();
      if ((ready & SelectionKey.OP_WRITE) != 0) {
        events.writable();
      }
      if ((ready & SelectionKey.OP_READ) != 0 && !closed) {
        events.readable();
      }
    }

    private void finishConnect() {
      try {
        if (channel.finishConnect()) {
          opened();
        }
      } catch (IOException e) {
        fail(e);
      }
    }

    private void opened() {
      if (!closed) {
        connected = true;
        loop.keyOf(channel).interestOps(SelectionKey.OP_READ);
        events.connected();
      }
    }

    private void fail(IOException cause) {
      if (!closed) {
        close();
        events.failed(cause);
      }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
      return channel.read(into);
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
      int limit = from.limit();
      from.limit(Math.min(limit, from.position() + MOST_PER_CALL));
      try {
        return channel.write(from);
      } finally {
        from.limit(limit);
      }
    }

    @Override
    public void wantRead(boolean wanted) {
      want(SelectionKey.OP_READ, wanted);
    }

    @Override
    public void wantWrite(boolean wanted) {
      want(SelectionKey.OP_WRITE, wanted);
    }

    private void want(int operation, boolean wanted) {
      if (closed) {
        return;
      }
      SelectionKey key = loop.keyOf(channel);
      if (key == null) {
        // Of a selector that was given up; the link is about to be, too.
        return;
      }
      int before = key.interestOps();
      int after = wanted ? before | operation : before & ~operation;
      if (after != before) {
        key.interestOps(after);
      }
    }

    @Override
    public void close() {
      if (closed) {
        return;
      }
      closed = true;
      if (channel != null) {
        try {
          channel.close();
        } catch (IOException e) {
          // The descriptor is given back all the same, and nobody waits for an answer here.
          connected = false;
        }
      }
    }
  }
}
