package org.robustmqtt.benchmarks.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.robustmqtt.benchmarks.codec.FloorCodec;

/**
 * What the wire could do: no client that others can call, but one thread that fills the window,
 * writes it in one go, and waits for acknowledgements. Shown beside the floor.
 */
public final class BatchPublisher implements Publisher {
  private static final int IDS = 65_535;

  private final SocketChannel channel;
  private final int window;
  private final String[] topics = Publisher.topics();
  private final byte[] payload = new byte[PAYLOAD];
  private final byte[] bytes = new byte[256 * 1024];
  private final ByteBuffer out = ByteBuffer.allocateDirect(bytes.length);
  private final ByteBuffer in = ByteBuffer.allocateDirect(64 * 1024);

  /** The number of the message that has a packet id; 0: the id is free. */
  private final long[] inFlight = new long[IDS + 1];

  private long number;
  private int nextId = 1;

  /** Connects. */
  public BatchPublisher(int port, int window) throws IOException {
    this.window = window;
    channel = FloorPublisher.connect(port, "batch");
    in.clear().flip();
  }

  @Override
  public String name() {
    return "one thread in batches";
  }

  @Override
  public void publish(int count) throws IOException {
    int sent = 0;
    int acknowledged = 0;
    while (acknowledged < count) {
      int length = 0;
      while (sent < count
          && sent - acknowledged < window
          && length < bytes.length - 2 * PAYLOAD - 100) {
        length = encode(length);
        sent++;
      }
      write(length);
      acknowledged += read();
    }
  }

  @Override
  public void publish(Runnable acknowledged) throws IOException {
    write(encode(0));
    while (read() == 0) {
      // the rest of it is on its way
    }
    acknowledged.run();
  }

  private int encode(int start) {
    int id = nextId;
    nextId = id == IDS ? 1 : id + 1;
    number++;
    inFlight[id] = number;
    return FloorCodec.encode(topics[(int) (number % TOPICS)], id, payload, bytes, start);
  }

  private void write(int length) throws IOException {
    out.clear().put(bytes, 0, length).flip();
    while (out.hasRemaining()) {
      channel.write(out);
    }
  }

  /** Waits for bytes and returns how many acknowledgements they were. */
  private int read() throws IOException {
    in.compact();
    if (channel.read(in) < 0) {
      throw new IOException("closed");
    }
    in.flip();
    int count = 0;
    while (in.remaining() >= 4) {
      if (in.getShort() != 0x4002) {
        throw new IOException("no PUBACK");
      }
      int id = in.getShort() & 0xFFFF;
      if (inFlight[id] == 0) {
        throw new IOException("PUBACK for an unknown id");
      }
      inFlight[id] = 0;
      count++;
    }
    return count;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
