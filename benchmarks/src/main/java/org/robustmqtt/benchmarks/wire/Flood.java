package org.robustmqtt.benchmarks.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.robustmqtt.benchmarks.client.FloorPublisher;

/** Sends many messages of QoS 0 to a subscriber, by way of a broker. */
public interface Flood extends AutoCloseable {
  /** Begins to send so many packets, these in turn. */
  void send(byte[][] packets, int count) throws IOException;

  @Override
  void close() throws IOException;

  /** Returns what floods by way of this broker: itself, or a publisher. */
  static Flood by(Broker broker) throws IOException {
    return broker instanceof FloorBroker ours ? ofBroker(ours) : publisher(broker.port());
  }

  private static Flood ofBroker(FloorBroker broker) {
    return new Flood() {
      @Override
      public void send(byte[][] packets, int count) {
        broker.flood(packets, count);
      }

      @Override
      public void close() {
        // the broker is closed by who started it
      }
    };
  }

  private static Flood publisher(int port) throws IOException {
    SocketChannel channel = FloorPublisher.connect(port, "flood");
    ByteBuffer out = ByteBuffer.allocateDirect(64 * 1024);
    return new Flood() {
      @Override
      public void send(byte[][] packets, int count) {
        Thread thread =
            new Thread(
                () -> {
                  try {
                    write(packets, count);
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                },
                "flood");
        thread.setDaemon(true);
        thread.start();
      }

      private void write(byte[][] packets, int count) throws IOException {
        int next = 0;
        while (next < count) {
          out.clear();
          while (next < count && out.remaining() >= packets[next % packets.length].length) {
            out.put(packets[next++ % packets.length]);
          }
          out.flip();
          while (out.hasRemaining()) {
            channel.write(out);
          }
        }
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }

  /** Returns a PUBLISH of QoS 0 in MQTT 3.1.1, shorter than 128 bytes. */
  static byte[] packet(String topicName, int payload) {
    byte[] topic = topicName.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(4 + topic.length + payload);
    bytes.put((byte) 0x30).put((byte) (2 + topic.length + payload));
    bytes.putShort((short) topic.length).put(topic);
    return bytes.array();
  }
}
