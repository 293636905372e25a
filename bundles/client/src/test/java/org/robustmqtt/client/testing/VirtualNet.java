package org.robustmqtt.client.testing;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.robustmqtt.client.door.Net;

/** A network of scripted hosts. */
public final class VirtualNet implements Net {
  private final VirtualWorld world;
  private final Map<String, List<InetAddress>> names = new LinkedHashMap<>();
  private final Map<InetSocketAddress, Host> hosts = new LinkedHashMap<>();
  private final List<InetSocketAddress> dialled = new ArrayList<>();
  private final List<Long> dialledAt = new ArrayList<>();
  private final List<VirtualChannel> channels = new ArrayList<>();
  private final List<String> silentNames = new ArrayList<>();
  private int resolved;

  /** What cannot be said on one thread: the resolver does not come back. */
  static final class Silence extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  VirtualNet(VirtualWorld world) {
    this.world = world;
  }

  /** How an address answers. */
  private interface Host {
    void dialled(VirtualChannel channel);
  }

  /** Gives a name its addresses, instead of those before. */
  public void name(String host, String... addresses) {
    List<InetAddress> all = new ArrayList<>();
    for (String address : addresses) {
      all.add(literal(address));
    }
    names.put(host, all);
  }

  /** The resolver does not come back with this name. */
  public void silentName(String host) {
    silentNames.add(host);
  }

  /** An address accepts; the channel is given to the acceptor. */
  public void accept(String address, int port, Consumer<VirtualChannel> acceptor) {
    hosts.put(
        socket(address, port),
        channel -> {
          acceptor.accept(channel);
          channel.connect();
        });
  }

  /** An address accepts as {@link #accept}, or refuses if it does not take this one. */
  public void acceptIf(
      String address, int port, BooleanSupplier takes, Consumer<VirtualChannel> acceptor) {
    hosts.put(
        socket(address, port),
        channel -> {
          if (takes.getAsBoolean()) {
            acceptor.accept(channel);
            channel.connect();
          } else {
            channel.refuse(new ConnectException("Connection refused"));
          }
        });
  }

  /** An address refuses, as one does where nobody listens. */
  public void refuse(String address, int port) {
    fail(address, port, new ConnectException("Connection refused"));
  }

  /** An address cannot be reached. */
  public void unreachable(String address, int port) {
    fail(address, port, new NoRouteToHostException("No route to host"));
  }

  /** An address never answers. */
  public void silent(String address, int port) {
    hosts.put(socket(address, port), channel -> {});
  }

  private void fail(String address, int port, IOException cause) {
    hosts.put(socket(address, port), channel -> channel.refuse(cause));
  }

  /** Returns the addresses dialled so far. */
  public List<InetSocketAddress> dialled() {
    return dialled;
  }

  /** Returns when they were dialled, in nanoseconds of the monotonic clock. */
  public List<Long> dialledAt() {
    return dialledAt;
  }

  /** Returns how often a name was resolved. */
  public int resolved() {
    return resolved;
  }

  /** Returns how many channels are open. */
  public int open() {
    return (int) channels.stream().filter(VirtualChannel::isOpen).count();
  }

  @Override
  public List<InetAddress> resolve(String host) throws UnknownHostException {
    resolved++;
    if (silentNames.contains(host)) {
      throw new Silence();
    }
    List<InetAddress> found = names.get(host);
    if (found != null) {
      return List.copyOf(found);
    }
    if (host.matches("[0-9.]+|.*:.*")) {
      return List.of(literal(host));
    }
    throw new UnknownHostException(host);
  }

  @Override
  public Channel connect(InetSocketAddress address, Events events) {
    world.doorUsed();
    dialled.add(address);
    dialledAt.add(world.nanos());
    VirtualChannel channel = new VirtualChannel(world, events);
    channels.add(channel);
    Host host = hosts.get(address);
    world
        .doors()
        .loop()
        .execute(
            () -> {
              if (host == null) {
                channel.refuse(new ConnectException("Connection refused"));
              } else {
                host.dialled(channel);
              }
            });
    return channel;
  }

  private static InetSocketAddress socket(String address, int port) {
    return new InetSocketAddress(literal(address), port);
  }

  private static InetAddress literal(String address) {
    try {
      return InetAddress.getByName(address);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(address, e);
    }
  }
}
