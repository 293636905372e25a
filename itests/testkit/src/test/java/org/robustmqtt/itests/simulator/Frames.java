package org.robustmqtt.itests.simulator;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Decoder;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Sender;

/** Packets out of the bytes that a client wrote. */
final class Frames {
  private static final int LARGEST = 268_435_455;

  private Decoder decoder = new Decoder(ProtocolVersion.MQTT_5, Sender.CLIENT, LARGEST);
  private ByteBuffer rest = ByteBuffer.allocate(0);
  private int lastSize;

  void add(byte[] bytes) {
    if (rest.hasRemaining()) {
      rest = ByteBuffer.allocate(rest.remaining() + bytes.length).put(rest).put(bytes).flip();
    } else {
      rest = ByteBuffer.wrap(bytes);
    }
  }

  /** Returns the next packet that is complete. */
  Optional<Packet> next() throws CodecException {
    int length = decoder.frameLength(rest);
    if (length == Decoder.HEADER_INCOMPLETE || length > rest.remaining()) {
      return Optional.empty();
    }
    Packet packet = decoder.decode(rest);
    lastSize = length;
    if (packet instanceof Connect connect) {
      decoder = new Decoder(connect.version(), Sender.CLIENT, LARGEST);
    }
    return Optional.of(packet);
  }

  /** Returns the size of the packet that was returned last. */
  int lastSize() {
    return lastSize;
  }
}
