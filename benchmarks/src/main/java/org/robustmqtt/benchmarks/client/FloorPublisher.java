package org.robustmqtt.benchmarks.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.robustmqtt.benchmarks.codec.FloorCodec;

/**
 * The strongest minimal client that any thread can call: the caller leaves its message and goes on;
 * a writer thread takes all that waits, as far as the window goes, and writes it in one go; a
 * reader thread finds the message of each acknowledgement and completes its outcome. Blocking
 * socket, MQTT 3.1.1, no limits, no errors, nothing kept. A message is one object.
 */
public final class FloorPublisher implements Publisher {
  private static final int IDS = 65_535;
  private static final int BUFFER = 256 * 1024;

  /** A payload that is longer is written from its array. */
  private static final int LONG = 16 * 1024;

  private static final int PUBREL = 0x6202;

  private final SocketChannel channel;
  private final int window;
  private final Thread writer = new Thread(this::write, "floor-writer");

  /** What callers have left, the newest first. */
  private final AtomicReference<Pending> left = new AtomicReference<>();

  /** Who has a packet id; the writer sets, the reader takes away. */
  private final AtomicReferenceArray<Pending> inFlight = new AtomicReferenceArray<>(IDS + 1);

  /** Packet ids to be released, the newest first; used with QoS 2 only. */
  private final AtomicReference<Pending> releases = new AtomicReference<>();

  private volatile boolean parked;
  private volatile boolean closed;
  private volatile long ended;

  // The writer's own
  private final byte[] bytes = new byte[BUFFER];
  private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER);
  private Pending oldest;
  private Pending newest;
  private long sent;
  private int nextId = 1;

  /** A message, and its outcome. */
  private static final class Pending extends CompletableFuture<Pending> {
    private final String topic;
    private final byte[] payload;
    private final int qos;
    private int id;
    private Pending next;

    Pending(String topic, byte[] payload, int qos) {
      this.topic = topic;
      this.payload = payload;
      this.qos = qos;
    }
  }

  /** Connects. */
  public FloorPublisher(int port, int window) throws IOException {
    this.window = window;
    channel = connect(port, "floor");
    start(writer);
    start(new Thread(this::read, "floor-reader"));
  }

  private static void start(Thread thread) {
    thread.setDaemon(true);
    thread.start();
  }

  /** Opens a socket and shakes hands in MQTT 3.1.1. */
  public static SocketChannel connect(int port, String clientId) throws IOException {
    SocketChannel channel =
        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    byte[] id = clientId.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer connect = ByteBuffer.allocate(14 + id.length);
    connect.put((byte) 0x10).put((byte) (12 + id.length));
    connect.putShort((short) 4).put("MQTT".getBytes(StandardCharsets.US_ASCII));
    connect.put((byte) 4).put((byte) 2).putShort((short) 0);
    connect.putShort((short) id.length).put(id).flip();
    channel.write(connect);
    ByteBuffer answer = ByteBuffer.allocate(4);
    while (answer.hasRemaining()) {
      if (channel.read(answer) < 0) {
        throw new IOException("closed before CONNACK");
      }
    }
    return channel;
  }

  @Override
  public String name() {
    return "floor";
  }

  @Override
  public CompletionStage<?> publish(String topic, byte[] payload, int qos) {
    Pending message = new Pending(topic, payload, qos);
    leave(left, message);
    wake();
    return message;
  }

  private static void leave(AtomicReference<Pending> stack, Pending message) {
    Pending head;
    do {
      head = stack.get();
      message.next = head;
    } while (!stack.compareAndSet(head, message));
  }

  private void wake() {
    if (parked) {
      parked = false;
      LockSupport.unpark(writer);
    }
  }

  private void write() {
    try {
      while (!closed) {
        takeLeft();
        int length = encodeReleases(0);
        while (oldest != null
            && sent - ended < window
            && (oldest.payload.length > LONG ? length == 0 : length < BUFFER - 2 * LONG)) {
          Pending message = oldest;
          length = encode(length);
          if (message.payload.length > LONG) {
            flush(length);
            writeAll(ByteBuffer.wrap(message.payload));
            length = 0;
          }
        }
        if (length > 0) {
          flush(length);
        } else {
          park();
        }
      }
    } catch (ClosedChannelException e) {
      closed = true;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void park() {
    parked = true;
    boolean idle = left.get() == null && releases.get() == null;
    boolean full = oldest != null && sent - ended >= window && releases.get() == null;
    if (idle && oldest == null || full) {
      LockSupport.park(this);
    }
    parked = false;
  }

  private void takeLeft() {
    Pending stack = left.get() == null ? null : left.getAndSet(null);
    Pending last = stack;
    Pending first = null;
    while (stack != null) {
      Pending next = stack.next;
      stack.next = first;
      first = stack;
      stack = next;
    }
    if (first != null) {
      if (oldest == null) {
        oldest = first;
      } else {
        newest.next = first;
      }
      newest = last;
    }
  }

  private int encode(int start) {
    Pending message = oldest;
    oldest = message.next;
    message.next = null;
    int id = nextId;
    nextId = id == IDS ? 1 : id + 1;
    message.id = id;
    inFlight.set(id, message);
    sent++;
    return FloorCodec.encodeHead(
        message.topic, message.qos, id, message.payload, bytes, start, LONG);
  }

  private int encodeReleases(int start) {
    int at = start;
    Pending one = releases.get() == null ? null : releases.getAndSet(null);
    Pending first = null;
    while (one != null) {
      Pending next = one.next;
      one.next = first;
      first = one;
      one = next;
    }
    for (one = first; one != null; one = one.next) {
      bytes[at++] = (byte) (PUBREL >> 8);
      bytes[at++] = (byte) PUBREL;
      bytes[at++] = (byte) (one.id >> 8);
      bytes[at++] = (byte) one.id;
    }
    return at;
  }

  private void flush(int length) throws IOException {
    writeAll(out.clear().put(bytes, 0, length).flip());
  }

  private void writeAll(ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  private void read() {
    ByteBuffer in = ByteBuffer.allocateDirect(64 * 1024);
    long done = 0;
    try {
      while (channel.read(in) >= 0) {
        in.flip();
        while (in.remaining() >= 4) {
          int head = in.getShort() & 0xFFFF;
          int id = in.getShort() & 0xFFFF;
          if (head == 0x5002) {
            leave(releases, inFlight.get(id));
          } else if (head == 0x4002 || head == 0x7002) {
            done++;
            inFlight.getAndSet(id, null).complete(null);
          } else {
            throw new IllegalStateException("no acknowledgement: " + Integer.toHexString(head));
          }
        }
        in.compact();
        ended = done;
        wake();
      }
    } catch (ClosedChannelException e) {
      closed = true;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    channel.close();
    LockSupport.unpark(writer);
  }
}
