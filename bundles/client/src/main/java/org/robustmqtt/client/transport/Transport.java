package org.robustmqtt.client.transport;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.robustmqtt.TlsStatus;
import org.robustmqtt.client.door.Loop;
import org.robustmqtt.client.door.Net;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Decoder;
import org.robustmqtt.codec.Encoder;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.PublishHead;
import org.robustmqtt.codec.Sender;
import org.robustmqtt.codec.WriteBuffer;

/**
 * An open way to the broker: turns packets into bytes and bytes into packets, for one connection.
 * On the loop only.
 *
 * <p>Between codec and channel are the byte stages, see {@link Stage}: TCP alone changes nothing,
 * TLS encrypts. All numbers of bytes here are the codec's; a byte counts as taken when everything
 * that the broker needs to read it was taken.
 *
 * <p>Reading goes into one buffer that grows to what the largest packet so far needed. Writing
 * collects packets and hands them over together; what the operating system does not take is kept,
 * and {@link #waiting()} tells how much.
 */
public final class Transport {
  /** So many bytes, or {@link #TURN_PACKETS} packets, are read before others have their turn. */
  static final int TURN_BYTES = 64 * 1024;

  static final int TURN_PACKETS = 256;

  /** Enough for what an idle connection hears; it doubles as soon as one reading fills it. */
  /** Enough for the packets of a connection that is idle; the buffers grow, and stay grown. */
  private static final int FIRST_WRITE = 256;

  private static final int FIRST_BUFFER = 1024;

  private final Loop loop;
  private final Net.Channel channel;
  private final Stage stage;
  private final TransportEvents events;
  private final Decoder decoder;
  private final Encoder encoder;

  private ByteBuffer in = ByteBuffer.allocate(FIRST_BUFFER).limit(0);
  private boolean turnScheduled;
  private boolean reading = true;

  /** A PUBLISH of which bytes are still to be passed over. */
  private Optional<PassedOver> passing = Optional.empty();

  /** Being written: the bytes of {@link #front} that were not taken yet. */
  private ByteBuffer out = ByteBuffer.allocate(0);

  private WriteBuffer front = new WriteBuffer(FIRST_WRITE);

  /** Being filled while the front is written. */
  private WriteBuffer back = new WriteBuffer(FIRST_WRITE);

  private final SettlementMarks marks = new SettlementMarks();
  private long encoded;
  private long written;
  private boolean inTurn;
  private boolean flushScheduled;
  private boolean wantsWrite;
  private boolean wantsRead = true;
  private boolean open = true;

  /**
   * Makes a transport on a connected channel.
   *
   * @param stage the uppermost stage on the channel
   * @param maximumPacketSize the largest packet that is read, in bytes
   */
  Transport(
      Loop loop,
      Net.Channel channel,
      Stage stage,
      ProtocolVersion version,
      int maximumPacketSize,
      TransportEvents events) {
    this.loop = loop;
    this.channel = channel;
    this.stage = stage;
    this.events = events;
    decoder = new Decoder(version, Sender.BROKER, maximumPacketSize);
    encoder = new Encoder(version);
  }

  /**
   * Puts a packet behind those that wait; handed over at the end of the turn.
   *
   * @throws CodecException if the standard does not allow the packet; nothing was written of it
   */
  public void write(Packet packet) throws CodecException {
    assert loop.isCurrent() : "not on the loop";
    if (!open) {
      return;
    }
    encoded += encoder.encode(packet, back);
    if (!inTurn && !flushScheduled) {
      flushScheduled = true;
      loop.execute(this::scheduledFlush);
    }
  }

  /** As {@link #write(Packet)}; {@link TransportEvents#handedOver} follows, never within. */
  public void write(Packet packet, long sequence) throws CodecException {
    write(packet);
    marks.add(encoded, sequence);
  }

  /** Returns how many bytes wait to be taken by the operating system. */
  public long waiting() {
    return encoded - written;
  }

  /** Returns how many bytes have been given to {@code write} since the way is open. */
  public long encoded() {
    return encoded;
  }

  /** Returns how many bytes the operating system has taken since the way is open. */
  public long written() {
    return written;
  }

  /** Returns what TLS agreed on; empty without TLS. */
  public Optional<TlsStatus> tls() {
    return stage instanceof TlsStage tls ? Optional.of(tls.facts()) : Optional.empty();
  }

  /** Returns how many bytes of any kind the operating system has taken: whether anything moves. */
  public long taken() {
    return stage.taken();
  }

  /** Returns how many bytes of any kind came, be they whole packets or not. */
  public long came() {
    return stage.came();
  }

  /** Returns whether the operating system took no more: it has as much as it wants to have. */
  public boolean blocked() {
    return wantsWrite;
  }

  /** Hands over what can be; true if nothing waits afterwards. Tells nothing but failures. */
  public boolean flush() {
    assert loop.isCurrent() : "not on the loop";
    try {
      while (open && (out.hasRemaining() || stage.holding() || swap())) {
        int taken = stage.write(out);
        if (taken == 0) {
          break;
        }
        written += taken;
      }
      wantWrite(stage.blocked());
    } catch (IOException e) {
      loop.execute(() -> end(e));
      return false;
    }
    if (marks.reached(written) && !inTurn && !flushScheduled) {
      flushScheduled = true;
      loop.execute(this::scheduledFlush);
    }
    return waiting() == 0;
  }

  /**
   * Closes. Messages that were handed over and not told yet are told within this call; afterwards
   * nothing is told any more. May be called more than once.
   *
   * @param unsent told the sequence of each message that was not handed over completely
   */
  public void close(LongConsumer unsent) {
    assert loop.isCurrent() : "not on the loop";
    if (!open) {
      return;
    }
    open = false;
    stage.close();
    while (marks.reached(written)) {
      // Taken by the operating system, only not told yet.
      events.handedOver(marks.take());
    }
    while (!marks.isEmpty()) {
      unsent.accept(marks.take());
    }
  }

  /**
   * Packets are to be told, or not for a while; what was read already waits too. Writing goes on.
   * The end of the other side is not noticed meanwhile.
   */
  public void reading(boolean wanted) {
    assert loop.isCurrent() : "not on the loop";
    if (open && wanted != reading) {
      reading = wanted;
      wantRead();
      if (wanted) {
        scheduleTurn();
      }
    }
  }

  /** There may be bytes to be read. */
  void readable() {
    turn(this::readTurn);
  }

  /** Bytes may be taken again. */
  void writable() {
    turn(() -> {});
  }

  private void scheduledFlush() {
    flushScheduled = false;
    turn(() -> {});
  }

  /** One turn: the work, what it made to be written, what that settled, and the link's own. */
  private void turn(Turn work) {
    if (!open) {
      return;
    }
    inTurn = true;
    try {
      work.run();
      flushInTurn();
      events.turned();
      flushInTurn();
      wantRead();
    } catch (IOException e) {
      end(e);
    } catch (CodecException e) {
      if (open) {
        events.malformed(e);
      }
    } catch (Throwable defect) {
      // also when it is closed by now: whoever closed it may be half done
      events.defect(defect);
    } finally {
      inTurn = false;
    }
  }

  private void flushInTurn() {
    flush();
    while (open && marks.reached(written)) {
      events.handedOver(marks.take());
    }
  }

  private void end(IOException cause) {
    if (open) {
      events.ended(cause);
    }
  }

  private void readTurn() throws IOException, CodecException {
    int bytes = 0;
    int packets = 0;
    while (open && reading) {
      packets += decodeReady(TURN_PACKETS - packets);
      if (!open || !reading) {
        return;
      }
      if (packets >= TURN_PACKETS || bytes >= TURN_BYTES) {
        scheduleTurn();
        return;
      }
      int read = fill(in);
      if (read < 0) {
        throw new EOFException("closed by the other side");
      }
      if (read == 0) {
        return;
      }
      bytes += read;
    }
  }

  /** The buffer may hold whole packets although the channel has nothing: not left to readiness. */
  private void scheduleTurn() {
    if (!turnScheduled) {
      turnScheduled = true;
      loop.execute(
          () -> {
            turnScheduled = false;
            readable();
          });
    }
  }

  private int decodeReady(int atMost) throws CodecException {
    int packets = 0;
    while (packets < atMost) {
      if (passing.isPresent()) {
        if (!passing.get().pass(in)) {
          makeRoom(Decoder.HEADER_INCOMPLETE);
          break;
        }
        PassedOver passed = passing.get();
        passing = Optional.empty();
        packets++;
        events.passedOver(passed.head(), passed.why());
      } else {
        try {
          int length = decoder.frameLength(in);
          if (length == Decoder.HEADER_INCOMPLETE || length > in.remaining()) {
            makeRoom(length);
            break;
          }
          int end = in.position() + length;
          Packet packet = decoder.decode(in, length);
          assert in.position() == end : "decoded " + packet.type() + " to another end";
          packets++;
          events.received(packet);
        } catch (CodecException refusal) {
          if (!passOver(refusal)) {
            break;
          }
        }
      }
      if (!open || !reading) {
        break;
      }
    }
    return packets;
  }

  /**
   * The packet at hand was refused. Returns whether it is passed over from here on; false: its head
   * is not complete.
   *
   * @throws CodecException the refusal, if it is not to be passed over
   */
  private boolean passOver(CodecException refusal) throws CodecException {
    Optional<PublishHead> head = decoder.head(in, refusal);
    if (head.isEmpty()) {
      makeRoom(PublishHead.LONGEST);
      return false;
    }
    if (!events.passesOver(head.get(), refusal)) {
      throw refusal;
    }
    passing = Optional.of(new PassedOver(head.get(), refusal));
    return true;
  }

  /** Moves the rest to the front of the buffer, and makes the buffer hold the next packet. */
  private void makeRoom(int length) {
    if (length > in.capacity()) {
      ByteBuffer larger = ByteBuffer.allocate(Math.max(length, FIRST_BUFFER));
      in = larger.put(in).flip();
    } else if (!in.hasRemaining()) {
      in.position(0).limit(0);
      if (in.capacity() > TURN_BYTES) {
        in = ByteBuffer.allocate(TURN_BYTES).limit(0);
      }
    } else if (in.position() > 0 && in.capacity() - in.limit() < in.capacity() / 2) {
      in.compact().flip();
    }
  }

  /** Reads behind what is there; a buffer that was filled to its end is made larger next time. */
  private int fill(ByteBuffer buffer) throws IOException {
    int position = buffer.position();
    int end = buffer.limit();
    buffer.limit(buffer.capacity()).position(end);
    try {
      return stage.read(buffer);
    } finally {
      int limit = buffer.position();
      buffer.position(position).limit(limit);
      if (limit == buffer.capacity() && position == 0 && limit < TURN_BYTES) {
        in = ByteBuffer.allocate(Math.min(2 * limit, TURN_BYTES)).put(buffer).flip();
      }
    }
  }

  private boolean swap() {
    if (back.length() == 0) {
      return false;
    }
    WriteBuffer full = back;
    back = front;
    back.clear();
    front = full;
    out = ByteBuffer.wrap(full.array(), 0, full.length());
    return true;
  }

  private void wantWrite(boolean wanted) {
    if (open && wanted != wantsWrite) {
      wantsWrite = wanted;
      channel.wantWrite(wanted);
    }
  }

  /** The channel is asked only while both want to read: it tells again and again. */
  private void wantRead() {
    boolean wanted = reading && stage.wantsRead();
    if (open && wanted != wantsRead) {
      wantsRead = wanted;
      channel.wantRead(wanted);
    }
  }

  /** A piece of work of a turn. */
  private interface Turn {
    void run() throws IOException, CodecException;
  }
}
