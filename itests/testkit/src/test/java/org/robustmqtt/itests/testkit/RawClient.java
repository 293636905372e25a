package org.robustmqtt.itests.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Decoder;
import org.robustmqtt.codec.Encoder;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Sender;
import org.robustmqtt.codec.WriteBuffer;

/** The client's end of a socket, as simple as can be. */
final class RawClient implements AutoCloseable {
  private static final int LARGEST = 1024 * 1024;

  private final Socket socket;
  private final Encoder encoder = new Encoder(ProtocolVersion.MQTT_3_1_1);
  private final Decoder decoder = new Decoder(ProtocolVersion.MQTT_3_1_1, Sender.BROKER, LARGEST);

  RawClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout((int) Patience.millis());
  }

  static Connect connect(String clientId) {
    return new Connect(
        ProtocolVersion.MQTT_3_1_1,
        false,
        60,
        clientId,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Properties.NONE);
  }

  void write(Packet packet) throws IOException, CodecException {
    WriteBuffer out = new WriteBuffer(256);
    int length = encoder.encode(packet, out);
    socket.getOutputStream().write(out.array(), 0, length);
  }

  /** Returns how many bytes come until the end of the stream. */
  int bytesUntilEnd() throws IOException {
    InputStream in = socket.getInputStream();
    int count = 0;
    while (in.read() >= 0) {
      count++;
    }
    return count;
  }

  Packet read() throws IOException, CodecException {
    ByteBuffer frame = ByteBuffer.allocate(LARGEST);
    InputStream in = socket.getInputStream();
    int length = Decoder.HEADER_INCOMPLETE;
    while (length == Decoder.HEADER_INCOMPLETE || frame.position() < length) {
      int next = in.read();
      if (next < 0) {
        throw new java.io.EOFException();
      }
      frame.put((byte) next);
      length = decoder.frameLength(frame.duplicate().flip());
    }
    return decoder.decode(frame.flip());
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
