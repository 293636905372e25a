package org.robustmqtt.itests.simulator;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.robustmqtt.client.door.Net;

/** The network between the hub and its broker, with what goes wrong on it. */
final class SimNet {
  private static final long MILLI = 1_000_000;
  private static final int PIECE = 1_500;

  /** How the network answers to a connect. */
  enum Answer {
    ACCEPTS,
    REFUSES,
    UNREACHABLE,
    SILENT
  }

  /** How names are resolved. */
  enum Names {
    KNOWN,
    UNKNOWN,
    HANG
  }

  /** What breaks a connection, and who hears of it. */
  enum Cut {
    RESET,
    END,
    HALF_OPEN,
    HALF_OPEN_UP,
    HALF_OPEN_DOWN
  }

  private final World world;
  private final SplittableRandom random;
  private final Broker broker;
  private final List<SimChannel> channels = new ArrayList<>();
  private final List<InetAddress> addresses;

  Answer answer = Answer.ACCEPTS;
  Names names = Names.KNOWN;
  long delayNanos = 2 * MILLI;
  boolean partial;

  /** Bytes a second in each direction; 0: as fast as it goes. */
  long bytesPerSecond;

  /** Bytes until the next connection breaks by itself; below 0: never. */
  int cutNextAfter = -1;

  Cut cutNext = Cut.RESET;

  SimNet(World world, SplittableRandom random, Broker broker) {
    this.world = world;
    this.random = random;
    this.broker = broker;
    try {
      addresses = List.of(InetAddress.getByAddress("broker", new byte[] {10, 0, 0, 1}));
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  void heal() {
    answer = Answer.ACCEPTS;
    names = Names.KNOWN;
    delayNanos = 2 * MILLI;
    partial = false;
    bytesPerSecond = 0;
    cutNextAfter = -1;
    channels.forEach(SimChannel::heal);
  }

  /** Returns how long the resolver takes; below 0: it does not answer. */
  long resolverDelay() {
    if (names == Names.HANG) {
      world.happened(Fault.DNS_HANGS);
      return -1;
    }
    return random.nextLong(3 * MILLI);
  }

  List<InetAddress> resolve(String host) throws UnknownHostException {
    if (names == Names.UNKNOWN) {
      world.happened(Fault.DNS_FAILS);
      throw new UnknownHostException(host);
    }
    return addresses;
  }

  Net.Channel connect(Machine machine, Net.Events events) {
    SimChannel channel = new SimChannel(world, random.split(), this, machine, events);
    channels.removeIf(SimChannel::isOver);
    channels.add(channel);
    switch (answer) {
      case ACCEPTS -> world.at(latency(), () -> accept(channel));
      case REFUSES ->
          refuse(channel, Fault.NET_REFUSED, new ConnectException("Connection refused"));
      case UNREACHABLE ->
          refuse(channel, Fault.NET_UNREACHABLE, new NoRouteToHostException("No route to host"));
      case SILENT -> world.happened(Fault.NET_NO_ANSWER);
    }
    return channel;
  }

  private void refuse(SimChannel channel, Fault fault, IOException cause) {
    world.happened(fault);
    world.at(latency(), () -> channel.refuse(cause));
  }

  private void accept(SimChannel channel) {
    if (!broker.isUp()) {
      world.happened(Fault.NET_REFUSED);
      channel.refuse(new ConnectException("Connection refused"));
      return;
    }
    if (cutNextAfter >= 0) {
      channel.cutAfter(cutNext, cutNextAfter);
      cutNextAfter = -1;
    }
    channel.accepted(broker);
  }

  long latency() {
    if (delayNanos > 10 * MILLI) {
      world.happened(Fault.NET_DELAYED);
    }
    return 10_000 + random.nextLong(delayNanos);
  }

  /** Returns how long so many bytes take on the line. */
  long carriage(int bytes) {
    if (bytesPerSecond == 0) {
      return 0;
    }
    world.happened(Fault.NET_SLOW_LINE);
    return bytes * 1_000 * MILLI / bytesPerSecond;
  }

  /** Returns how many bytes travel in one piece. */
  int piece(int bytes) {
    return bytesPerSecond == 0 ? bytes : Math.min(bytes, PIECE);
  }

  /** Cuts what is open. */
  void cut(Cut cut, int afterBytes) {
    for (SimChannel channel : channels) {
      if (channel.isConnected()) {
        channel.cutAfter(cut, afterBytes);
      }
    }
  }

  void stall(long nanos) {
    for (SimChannel channel : channels) {
      if (channel.isConnected()) {
        channel.stall(nanos);
      }
    }
  }

  /** The process ended: its sockets are closed by the system, or are gone with the machine. */
  void processEnded(Machine machine) {
    for (SimChannel channel : channels) {
      channel.processEnded(machine);
    }
  }

  void powerCut() {
    channels.forEach(SimChannel::vanish);
  }

  int open() {
    return (int) channels.stream().filter(channel -> !channel.isClosedByClient()).count();
  }
}
