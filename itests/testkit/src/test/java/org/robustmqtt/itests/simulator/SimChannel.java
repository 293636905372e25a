package org.robustmqtt.itests.simulator;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.robustmqtt.client.door.Net;

/**
 * One TCP connection. Bytes travel in order in each direction, in pieces, with delays of their own;
 * it breaks where it is told, at any byte.
 */
final class SimChannel implements Net.Channel {
  private static final byte[] NOTHING = {};
  private static final int SEND_BUFFER = 64 * 1024;

  private final World world;
  private final SplittableRandom random;
  private final SimNet net;
  private final Machine machine;
  private final Net.Events events;

  private BrokerLine line;
  private byte[] inbound = NOTHING;
  private int inboundFrom;
  private int inboundTo;
  private boolean connected;
  private boolean closed;
  private boolean wantRead;
  private boolean wantWrite;
  private boolean end;
  private boolean reset;
  private boolean pokeScheduled;
  private boolean vanished;
  private boolean upVanishes;
  private boolean downVanishes;
  private long upAt;
  private long downAt;
  private int inTransit;
  private long stalledUntil;
  private long cutAfter = -1;
  private boolean breaking;
  private SimNet.Cut cut = SimNet.Cut.RESET;

  SimChannel(World world, SplittableRandom random, SimNet net, Machine machine, Net.Events events) {
    this.world = world;
    this.random = random;
    this.net = net;
    this.machine = machine;
    this.events = events;
  }

  boolean isConnected() {
    return connected && !closed && !vanished;
  }

  boolean isClosedByClient() {
    return closed;
  }

  boolean isOver() {
    return closed && (line == null || !line.isOpen());
  }

  void heal() {
    if (!breaking) {
      cutAfter = -1;
    }
    stalledUntil = 0;
    poke();
  }

  void accepted(Broker broker) {
    if (closed) {
      return;
    }
    line = broker.accept(this);
    onLoop(
        () -> {
          if (!closed) {
            connected = true;
            wantRead = true;
            events.connected();
            poke();
          }
        });
  }

  void refuse(IOException cause) {
    onLoop(
        () -> {
          if (!closed) {
            closed = true;
            events.failed(cause);
          }
        });
  }

  /** Breaks after so many more bytes, counted over both directions. */
  void cutAfter(SimNet.Cut how, int bytes) {
    if (breaking || vanished) {
      return;
    }
    cut = how;
    cutAfter = bytes;
    if (bytes == 0) {
      breakNow();
    }
  }

  void stall(long nanos) {
    stalledUntil = world.now() + nanos;
    world.happened(Fault.NET_STALLED);
    world.at(nanos, this::poke);
  }

  private void breakNow() {
    if (vanished || closed) {
      return;
    }
    cutAfter = -1;
    world.trace(() -> "net: " + cut);
    switch (cut) {
      case RESET -> {
        world.happened(Fault.NET_RESET);
        vanished = true;
        reset = true;
        lineClosed(0);
        poke();
      }
      case END -> {
        world.happened(Fault.NET_END);
        vanished = true;
        end = true;
        lineClosed(0);
        poke();
      }
      case HALF_OPEN -> {
        world.happened(Fault.NET_HALF_OPEN);
        upVanishes = true;
        downVanishes = true;
      }
      case HALF_OPEN_UP -> {
        world.happened(Fault.NET_HALF_OPEN_UP);
        upVanishes = true;
      }
      case HALF_OPEN_DOWN -> {
        world.happened(Fault.NET_HALF_OPEN_DOWN);
        downVanishes = true;
      }
    }
  }

  private void lineClosed(long delay) {
    BrokerLine other = line;
    if (other != null) {
      world.at(delay, other::lost);
    }
  }

  /** Counts bytes towards the cut; returns how many still go through. */
  private int through(int bytes, boolean up) {
    boolean counts = cut != (up ? SimNet.Cut.HALF_OPEN_DOWN : SimNet.Cut.HALF_OPEN_UP);
    if (cutAfter < 0 || !counts) {
      return bytes;
    }
    int count = (int) Math.min(bytes, cutAfter);
    cutAfter -= count;
    if (count > 0 && count < bytes) {
      world.happened(Fault.NET_CUT_INSIDE_PACKET);
    }
    if (cutAfter == 0 && !breaking) {
      breaking = true;
      long at = Math.max(up ? upAt : downAt, world.now()) + net.latency();
      world.at(at - world.now(), this::breakNow);
    }
    return count;
  }

  // The broker's side.

  /** The broker writes. */
  void send(byte[] bytes) {
    if (vanished || downVanishes) {
      return;
    }
    int count = through(bytes.length, false);
    int from = 0;
    do {
      int to = from + net.piece(count - from);
      downAt = Math.max(downAt, world.now() + net.latency()) + net.carriage(to - from);
      byte[] piece = from == 0 && to == bytes.length ? bytes : Arrays.copyOfRange(bytes, from, to);
      world.at(
          downAt - world.now(),
          () -> {
            if (closed || reset) {
              return;
            }
            arrive(piece);
          });
      from = to;
    } while (from < count);
  }

  private void arrive(byte[] bytes) {
    if (inboundFrom == inboundTo) {
      inbound = bytes;
      inboundFrom = 0;
      inboundTo = bytes.length;
    } else {
      byte[] all = new byte[inboundTo - inboundFrom + bytes.length];
      System.arraycopy(inbound, inboundFrom, all, 0, inboundTo - inboundFrom);
      System.arraycopy(bytes, 0, all, inboundTo - inboundFrom, bytes.length);
      inbound = all;
      inboundFrom = 0;
      inboundTo = all.length;
    }
    poke();
  }

  /** The broker closes: what it wrote arrives, then the end. */
  void sendEnd(boolean hard) {
    if (vanished || downVanishes) {
      return;
    }
    downAt = Math.max(downAt, world.now() + net.latency());
    world.at(
        downAt - world.now(),
        () -> {
          if (!downVanishes) {
            end = !hard;
            reset = hard;
            upVanishes = true;
            poke();
          }
        });
  }

  // The client's side.

  private void onLoop(Runnable task) {
    if (machine.isAlive()) {
      machine.doors().loop().execute(task);
    }
  }

  /** Tells readiness as a selector does: again and again, as long as it lasts. */
  private void poke() {
    if (closed || !connected || pokeScheduled || !(readReady() || writeReady())) {
      return;
    }
    pokeScheduled = true;
    onLoop(
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
    return wantRead && (inboundFrom < inboundTo || end || reset);
  }

  private boolean writeReady() {
    return wantWrite && (reset || room() > 0);
  }

  private int room() {
    if (stalledUntil > world.now()) {
      return 0;
    }
    return SEND_BUFFER - inTransit;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    machine.doorUsed();
    if (closed) {
      throw new IOException("closed");
    }
    if (reset) {
      throw new IOException("Connection reset");
    }
    int there = inboundTo - inboundFrom;
    if (there == 0) {
      return end ? -1 : 0;
    }
    int count = Math.min(into.remaining(), there);
    if (net.partial && count > 1) {
      count = 1 + random.nextInt(count);
      world.happened(Fault.NET_PARTIAL_READ);
    }
    into.put(inbound, inboundFrom, count);
    inboundFrom += count;
    return count;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    machine.doorUsed();
    if (closed) {
      throw new IOException("closed");
    }
    if (reset) {
      throw new IOException("Connection reset");
    }
    int count = accepted(from.remaining());
    if (count == 0) {
      return 0;
    }
    byte[] bytes = new byte[count];
    from.get(bytes);
    line.tap(bytes);
    if (vanished || upVanishes) {
      // What nobody acknowledges stays in the buffer of the system.
      inTransit += count;
      return count;
    }
    int through = through(count, true);
    inTransit += count;
    BrokerLine other = line;
    int at = 0;
    do {
      int to = at + net.piece(through - at);
      // What does not get through is over with the last piece.
      int over = to < through ? to - at : count - at;
      upAt = Math.max(upAt, world.now() + net.latency()) + net.carriage(to - at);
      byte[] piece = Arrays.copyOfRange(bytes, at, to);
      world.at(
          upAt - world.now(),
          () -> {
            inTransit -= over;
            other.bytes(piece);
            poke();
          });
      at = to;
    } while (at < through);
    return count;
  }

  private int accepted(int wanted) {
    int most = Math.min(wanted, room());
    if (net.partial && most > 1) {
      world.happened(Fault.NET_PARTIAL_WRITE);
      return 1 + random.nextInt(most);
    }
    return most;
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
      if (line != null && !vanished && !upVanishes) {
        lineClosed(Math.max(upAt, world.now() + net.latency()) - world.now());
      }
    }
  }

  /** The process that had it is gone; the system closes it. */
  void processEnded(Machine ended) {
    if (machine == ended && !closed) {
      close();
    }
  }

  /** The machine is gone: nobody closes it. */
  void vanish() {
    if (!closed) {
      vanished = true;
      upVanishes = true;
      downVanishes = true;
      closed = true;
    }
  }
}
