package org.robustmqtt.benchmarks.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.robustmqtt.benchmarks.codec.FloorCodec;

/**
 * The least that a client has to do which anybody can call: the caller takes a place in the window,
 * encodes and writes; a thread reads acknowledgements, finds the message by its packet id, and
 * tells. Blocking sockets, no queue, no limits, no errors.
 */
public final class FloorPublisher implements Publisher {
  private static final int IDS = 65_535;

  private final SocketChannel channel;
  private final Semaphore window;
  private final String[] topics = Publisher.topics();
  private final byte[] payload = new byte[PAYLOAD];
  private final Countdown left = new Countdown();
  private final Runnable counted = left::one;

  /** Who is told of a packet id; null: the id is free. */
  private final AtomicReferenceArray<Runnable> inFlight = new AtomicReferenceArray<>(IDS + 1);

  // Guarded by the channel's own object, as several threads may publish.
  private final byte[] bytes = new byte[1024];
  private final ByteBuffer out = ByteBuffer.allocateDirect(bytes.length);
  private int nextId = 1;
  private int number;

  /** Connects. */
  public FloorPublisher(int port, int window) throws IOException {
    this.window = new Semaphore(window);
    channel = connect(port, "floor");
    Thread reader = new Thread(this::read, "floor-reader");
    reader.setDaemon(true);
    reader.start();
  }

  /** Opens a socket and shakes hands in MQTT 3.1.1. */
  static SocketChannel connect(int port, String clientId) throws IOException {
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
  public void publish(int count) throws Exception {
    left.set(count);
    for (int i = 0; i < count; i++) {
      publish(counted);
    }
    left.await();
  }

  @Override
  public void publish(Runnable acknowledged) throws IOException, InterruptedException {
    window.acquire();
    synchronized (channel) {
      int id = nextId;
      nextId = id == IDS ? 1 : id + 1;
      inFlight.set(id, acknowledged);
      int length = FloorCodec.encode(topics[number++ % TOPICS], id, payload, bytes, 0);
      out.clear().put(bytes, 0, length).flip();
      while (out.hasRemaining()) {
        channel.write(out);
      }
    }
  }

  private void read() {
    ByteBuffer in = ByteBuffer.allocateDirect(64 * 1024);
    try {
      while (channel.read(in) >= 0) {
        in.flip();
        while (in.remaining() >= 4) {
          if (in.getShort() != 0x4002) {
            throw new IllegalStateException("no PUBACK");
          }
          Runnable told = inFlight.getAndSet(in.getShort() & 0xFFFF, null);
          window.release();
          told.run();
        }
        in.compact();
      }
    } catch (ClosedChannelException e) {
      // closed by us
      in.clear();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
