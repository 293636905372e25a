package org.robustmqtt.client.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.robustmqtt.client.door.Net;

/** A TCP connection of the virtual network: the client's side is a channel, the other a peer. */
public final class VirtualChannel implements Net.Channel {
  private final VirtualWorld world;
  private final Net.Events events;

  private byte[] inbound = new byte[0];
  private final ByteArrayOutputStream outbound = new ByteArrayOutputStream();
  private Consumer<byte[]> peer = bytes -> {};
  private Runnable peerClosed = () -> {};
  private boolean connected;
  private boolean closed;
  private boolean wantRead;
  private boolean wantWrite;
  private boolean eof;
  private IOException reset;
  private boolean frozen;
  private int room = Integer.MAX_VALUE;
  private int readAtMost = Integer.MAX_VALUE;
  private Optional<SlowLine> up = Optional.empty();
  private Optional<SlowLine> down = Optional.empty();
  private boolean pokeScheduled;
  private boolean handScheduled;
  private int reads;

  VirtualChannel(VirtualWorld world, Net.Events events) {
    this.world = world;
    this.events = events;
  }

  /** Sets who gets the bytes that the client wrote, and hears that the client closed. */
  public void peer(Consumer<byte[]> receiver, Runnable onClosed) {
    peer = receiver;
    peerClosed = onClosed;
  }

  /** The peer writes. */
  public void send(byte[] bytes) {
    if (closed || frozen || eof) {
      return;
    }
    if (down.isPresent()) {
      down.get().put(bytes);
    } else {
      arrived(bytes);
    }
  }

  private void arrived(byte[] bytes) {
    if (closed || frozen) {
      return;
    }
    int before = inbound.length;
    inbound = Arrays.copyOf(inbound, before + bytes.length);
    System.arraycopy(bytes, 0, inbound, before, bytes.length);
    poke();
  }

  /** The peer closes: the client reads what is there, then the end. */
  public void sendEnd() {
    if (!frozen) {
      eof = true;
      poke();
    }
  }

  /** The connection is reset. */
  public void reset() {
    reset = new IOException("Connection reset");
    poke();
  }

  /** From now on nothing comes through, and nobody is told: a half-open link. */
  public void freeze() {
    frozen = true;
    up.ifPresent(SlowLine::stop);
    down.ifPresent(SlowLine::stop);
  }

  /** How many more bytes the client may write before nothing is taken any more. */
  public void room(int bytes) {
    room = bytes;
    poke();
  }

  /** At most so many bytes for each read of the client. */
  public void readAtMost(int bytes) {
    readAtMost = bytes;
  }

  /**
   * From now on so many bytes a second go through in each direction. Of what the client writes the
   * operating system keeps a bounded amount, and takes more as the line takes it.
   */
  public void bandwidth(int bytesPerSecond) {
    up = Optional.of(new SlowLine(world, bytesPerSecond, this::arrivedAtPeer));
    down = Optional.of(new SlowLine(world, bytesPerSecond, this::arrived));
  }

  private void arrivedAtPeer(byte[] bytes) {
    if (!frozen) {
      outbound.writeBytes(bytes);
      handToPeer();
    }
    poke();
  }

  /** Returns whether the client's side is open. */
  public boolean isOpen() {
    return !closed;
  }

  /** Returns how often the client has read. */
  public int reads() {
    return reads;
  }

  void connect() {
    if (!closed) {
      connected = true;
      wantRead = true;
      events.connected();
      poke();
    }
  }

  void refuse(IOException cause) {
    if (!closed) {
      closed = true;
      events.failed(cause);
    }
  }

  /** Tells readiness as a selector does: again and again, as long as it lasts. */
  private void poke() {
    if (closed || !connected || pokeScheduled || !(readReady() || writeReady())) {
      return;
    }
    pokeScheduled = true;
    world
        .doors()
        .loop()
        .execute(
            () -> {
              pokeScheduled = false;
              try {
                if (!closed && writeReady()) {
                  events.writable();
                }
                if (!closed && readReady()) {
                  events.readable();
                }
              } finally {
                poke();
              }
            });
  }

  private boolean readReady() {
    return wantRead && (inbound.length > 0 || eof || reset != null);
  }

  private boolean writeReady() {
    return wantWrite && room > 0 && up.map(line -> line.room() > 0).orElse(true);
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    reads++;
    world.doorUsed();
    if (closed) {
      throw new IOException("closed");
    }
    if (reset != null) {
      throw reset;
    }
    if (inbound.length == 0) {
      return eof ? -1 : 0;
    }
    int count = Math.min(Math.min(into.remaining(), inbound.length), readAtMost);
    into.put(inbound, 0, count);
    inbound = Arrays.copyOfRange(inbound, count, inbound.length);
    return count;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    world.doorUsed();
    if (closed) {
      throw new IOException("closed");
    }
    if (reset != null) {
      throw reset;
    }
    int count = Math.min(from.remaining(), room);
    count = Math.min(count, up.map(SlowLine::room).orElse(count));
    if (room != Integer.MAX_VALUE) {
      room -= count;
    }
    byte[] bytes = new byte[count];
    from.get(bytes);
    if (up.isPresent()) {
      up.get().put(bytes);
    } else if (!frozen) {
      outbound.writeBytes(bytes);
      handToPeer();
    }
    return count;
  }

  private void handToPeer() {
    if (!handScheduled) {
      handScheduled = true;
      world
          .doors()
          .loop()
          .execute(
              () -> {
                handScheduled = false;
                byte[] bytes = outbound.toByteArray();
                outbound.reset();
                if (!frozen) {
                  peer.accept(bytes);
                }
              });
    }
  }

  @Override
  public void wantRead(boolean wanted) {
    wantRead = wanted;
    poke();
  }

  @Override
  public void wantWrite(boolean wanted) {
    wantWrite = wanted;
    poke();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (connected && !frozen) {
        // After what was written, as on a real connection.
        world.doors().loop().execute(peerClosed);
      }
    }
  }
}
