package org.robustmqtt.benchmarks.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** What the broker knows of one connected client; on the broker's thread. */
final class FloorClient {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** Of a PUBLISH no more than this is read: the topic, which is shorter, and the packet id. */
  private static final int SKIPPED_FROM = 4096;

  private final SocketChannel channel;
  private final SelectionKey key;
  private final ByteBuffer in;
  private final ByteBuffer out;
  private final int aliases;
  private boolean v5;
  private boolean subscribed;

  /** The beginning of a packet whose rest has not come. */
  private ByteBuffer rest = NOTHING;

  /** Bytes of a payload that are still to come; nobody wants them. */
  private int skipping;

  /** What the socket did not take. */
  private ByteBuffer waiting = NOTHING;

  private byte[][] flooding = {};
  private int left;
  private int next;

  FloorClient(SocketChannel channel, SelectionKey key, ByteBuffer in, ByteBuffer out, int aliases) {
    this.channel = channel;
    this.key = key;
    this.in = in;
    this.out = out;
    this.aliases = aliases;
  }

  boolean subscribed() {
    return subscribed;
  }

  void readable() throws IOException {
    ByteBuffer target = in.clear();
    if (rest.hasRemaining() && rest.remaining() > in.capacity() / 2) {
      // A long SUBSCRIBE
      target = ByteBuffer.allocate(2 * rest.remaining());
    }
    target.put(rest);
    rest = NOTHING;
    if (channel.read(target) < 0) {
      channel.close();
      return;
    }
    target.flip();
    out.clear();
    skip(target);
    while (packet(target)) {
      // one after another
    }
    if (target.hasRemaining()) {
      rest = ByteBuffer.allocate(target.remaining()).put(target).flip();
    }
    out.flip();
    write(out);
  }

  private void skip(ByteBuffer bytes) {
    int some = Math.min(skipping, bytes.remaining());
    bytes.position(bytes.position() + some);
    skipping -= some;
  }

  /** Answers one packet; false if it is not there as a whole. */
  private boolean packet(ByteBuffer bytes) {
    int start = bytes.position();
    int length = 0;
    int at = start + 1;
    for (int shift = 0; ; shift += 7) {
      if (at >= bytes.limit()) {
        return false;
      }
      int b = bytes.get(at++);
      length |= (b & 0x7F) << shift;
      if (b >= 0) {
        break;
      }
    }
    int first = bytes.get(start) & 0xFF;
    int needed = first >> 4 == 3 ? Math.min(length, SKIPPED_FROM) : length;
    if (at + needed > bytes.limit()) {
      return false;
    }
    answer(bytes, first, at, length);
    skipping = Math.max(0, at + length - bytes.limit());
    bytes.position(at + length - skipping);
    return true;
  }

  private void answer(ByteBuffer bytes, int first, int body, int length) {
    switch (first >> 4) {
      case 1 -> connect(bytes.get(body + 6) == 5);
      case 3 -> {
        int qos = first >> 1 & 3;
        if (qos > 0) {
          id(qos == 1 ? 0x40 : 0x50, bytes.getShort(body + 2 + (bytes.getShort(body) & 0xFFFF)));
        }
      }
      case 6 -> id(0x70, bytes.getShort(body));
      case 8 -> {
        subscribed = true;
        answers(0x90, bytes.getShort(body), filters(bytes, body, length, 1), true);
      }
      case 10 -> answers(0xB0, bytes.getShort(body), v5 ? filters(bytes, body, length, 0) : 0, v5);
      case 12 -> out.put((byte) 0xD0).put((byte) 0);
      default -> {
        // nothing to be said
      }
    }
  }

  private void connect(boolean five) {
    v5 = five;
    if (!five) {
      out.put((byte) 0x20).put((byte) 2).putShort((short) 0);
    } else if (aliases == 0) {
      out.put((byte) 0x20).put((byte) 3).putShort((short) 0).put((byte) 0);
    } else {
      out.put((byte) 0x20).put((byte) 6).putShort((short) 0);
      out.put((byte) 3).put((byte) 0x22).putShort((short) aliases);
    }
  }

  private void id(int type, short id) {
    out.put((byte) type).put((byte) 2).putShort(id);
  }

  /** Counts the filters of SUBSCRIBE or UNSUBSCRIBE. */
  private int filters(ByteBuffer bytes, int body, int length, int behindEach) {
    int at = body + 2;
    if (v5) {
      int properties = 0;
      int b;
      int shift = 0;
      do {
        b = bytes.get(at++);
        properties |= (b & 0x7F) << shift;
        shift += 7;
      } while (b < 0);
      at += properties;
    }
    int count = 0;
    while (at < body + length) {
      at += 2 + (bytes.getShort(at) & 0xFFFF) + behindEach;
      count++;
    }
    return count;
  }

  private void answers(int type, short id, int count, boolean codes) {
    int length = 2 + (v5 ? 1 : 0) + (codes ? count : 0);
    out.put((byte) type);
    for (int left = length; ; left >>>= 7) {
      if (left <= 0x7F) {
        out.put((byte) left);
        break;
      }
      out.put((byte) (left | 0x80));
    }
    out.putShort(id);
    for (int i = 2; i < length; i++) {
      out.put((byte) 0);
    }
  }

  void flood(byte[][] packets, int count) {
    flooding = packets;
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
    while (left > 0 && out.remaining() >= flooding[next % flooding.length].length) {
      out.put(flooding[next++ % flooding.length]);
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
