package org.robustmqtt.itests.testkit;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Decoder;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Sender;

/** Cuts a client's stream of bytes into packets; learns the version from CONNECT. */
final class Framer {
  private static final int LARGEST = 256 * 1024 * 1024;

  private Decoder decoder = new Decoder(ProtocolVersion.MQTT_5, Sender.CLIENT, LARGEST);
  private byte[] held = new byte[0];

  /**
   * Takes bytes.
   *
   * @return the packets that they complete, in order
   * @throws CodecException if a client may not write this
   */
  List<Packet> feed(byte[] bytes, int length) throws CodecException {
    byte[] all = Arrays.copyOf(held, held.length + length);
    System.arraycopy(bytes, 0, all, held.length, length);
    ByteBuffer in = ByteBuffer.wrap(all);
    List<Packet> packets = new ArrayList<>();
    while (in.hasRemaining()) {
      int frame = decoder.frameLength(in);
      if (frame == Decoder.HEADER_INCOMPLETE || in.remaining() < frame) {
        break;
      }
      Packet packet = decoder.decode(in);
      if (packet instanceof Connect connect) {
        decoder = new Decoder(connect.version(), Sender.CLIENT, LARGEST);
      }
      packets.add(packet);
    }
    held = Arrays.copyOfRange(all, in.position(), all.length);
    return packets;
  }
}
