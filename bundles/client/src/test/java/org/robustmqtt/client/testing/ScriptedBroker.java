package org.robustmqtt.client.testing;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.robustmqtt.QoS;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Decoder;
import org.robustmqtt.codec.Encoder;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Pingresp;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Pubcomp;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Pubrec;
import org.robustmqtt.codec.Pubrel;
import org.robustmqtt.codec.Sender;
import org.robustmqtt.codec.Suback;
import org.robustmqtt.codec.Subscribe;
import org.robustmqtt.codec.Unsuback;
import org.robustmqtt.codec.Unsubscribe;
import org.robustmqtt.codec.WriteBuffer;

/**
 * A broker for one client, speaking through the real codec. It answers everything as a good broker
 * does, unless told otherwise, and remembers every packet.
 */
public final class ScriptedBroker {
  private final List<Packet> packets = new ArrayList<>();
  private final List<Line> lines = new ArrayList<>();
  private final Set<PacketType> ignored = EnumSet.noneOf(PacketType.class);
  private final Set<String> sessions = new LinkedHashSet<>();
  private Function<Connect, Optional<Connack>> connack = connect -> Optional.empty();
  private Properties connackProperties = Properties.NONE;
  private Predicate<Packet> reader = packet -> true;
  private Optional<Supplier<SSLEngine>> secured = Optional.empty();
  private boolean keepsSessions = true;
  private int closeAfterConnect;

  /** Makes a broker that listens. */
  public ScriptedBroker(VirtualNet net, String address, int port) {
    net.accept(address, port, channel -> lines.add(new Line(channel)));
  }

  /**
   * Makes one that refuses a connection unless it is asked first and says yes.
   *
   * @param takes asked for each connection
   */
  public ScriptedBroker(VirtualNet net, String address, int port, BooleanSupplier takes) {
    net.acceptIf(address, port, takes, channel -> lines.add(new Line(channel)));
  }

  /**
   * Speaks TLS from now on.
   *
   * @param engines makes an engine in server mode for each connection
   */
  public ScriptedBroker secured(Supplier<SSLEngine> engines) {
    secured = Optional.of(engines);
    return this;
  }

  /** Does not answer packets of these types. */
  public void ignore(PacketType... types) {
    ignored.addAll(List.of(types));
  }

  /** Answers packets of these types again. */
  public void answer(PacketType... types) {
    ignored.removeAll(List.of(types));
  }

  /** Asks for each packet that is not ignored whether it is to be answered. */
  public void onPacket(Predicate<Packet> script) {
    reader = script;
  }

  /** Answers CONNECT so; an empty answer leaves it to the broker. */
  public void connack(Function<Connect, Optional<Connack>> script) {
    connack = script;
  }

  /** Sends these properties with a CONNACK of MQTT 5. */
  public void connackProperties(Properties properties) {
    connackProperties = properties;
  }

  /** Closes the next connections right after their CONNECT. */
  public void closeAfterConnect(int times) {
    closeAfterConnect = times;
  }

  /** Forgets every session, and keeps none if told so. */
  public void forgetSessions(boolean keepNone) {
    sessions.clear();
    keepsSessions = !keepNone;
  }

  /** Returns every packet received, over all connections. */
  public List<Packet> packets() {
    return packets;
  }

  /** Returns the packets received of one type. */
  public <T extends Packet> List<T> packets(Class<T> type) {
    return packets.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** Returns the topics of the PUBLISH packets received, in order. */
  public List<String> topics() {
    return packets(Publish.class).stream().map(Publish::topic).toList();
  }

  /** Returns the connections so far. */
  public List<Line> lines() {
    return lines;
  }

  /** Returns the newest connection. */
  public Line line() {
    return lines.get(lines.size() - 1);
  }

  /** One connection of the client. */
  public final class Line {
    private final VirtualChannel channel;
    private final Consumer<byte[]> sender;
    private ByteBuffer rest = ByteBuffer.allocate(0);
    private final Decoder decoder;
    private Encoder encoder = new Encoder(ProtocolVersion.MQTT_5, Sender.BROKER);
    private Decoder spoken;
    private boolean closedByClient;

    Line(VirtualChannel channel) {
      this.channel = channel;
      decoder = new Decoder(ProtocolVersion.MQTT_5, Sender.CLIENT, 268_435_455);
      spoken = decoder;
      if (secured.isPresent()) {
        TlsPeer peer = new TlsPeer(channel, secured.get().get(), this::bytes);
        peer.onClosed(() -> closedByClient = true);
        sender = peer::send;
      } else {
        channel.peer(this::bytes, () -> closedByClient = true);
        sender = channel::send;
      }
    }

    /** Returns the channel, for faults. */
    public VirtualChannel channel() {
      return channel;
    }

    /** Returns whether the client closed it. */
    public boolean closedByClient() {
      return closedByClient;
    }

    /** Sends a packet to the client. */
    public void send(Packet packet) {
      WriteBuffer buffer = new WriteBuffer(64);
      try {
        encoder.encode(packet, buffer);
      } catch (CodecException e) {
        throw new AssertionError(e);
      }
      sender.accept(java.util.Arrays.copyOf(buffer.array(), buffer.length()));
    }

    private void bytes(byte[] more) {
      rest = ByteBuffer.allocate(rest.remaining() + more.length).put(rest).put(more).flip();
      try {
        while (true) {
          int length = spoken.frameLength(rest);
          if (length == Decoder.HEADER_INCOMPLETE || length > rest.remaining()) {
            return;
          }
          Packet packet = spoken.decode(rest);
          packets.add(packet);
          if (packet instanceof Connect connect) {
            encoder = new Encoder(connect.version(), Sender.BROKER);
            spoken = new Decoder(connect.version(), Sender.CLIENT, 268_435_455);
          }
          if (!ignored.contains(packet.type()) && reader.test(packet)) {
            answer(packet);
          }
        }
      } catch (CodecException e) {
        throw new AssertionError("the client wrote what is no packet: " + e.getMessage(), e);
      }
    }

    private void answer(Packet packet) {
      if (packet instanceof Connect connect) {
        connected(connect);
      } else if (packet instanceof Publish publish) {
        published(publish);
      } else if (packet instanceof Pubrec pubrec) {
        send(new Pubrel(pubrec.packetId(), 0, Properties.NONE));
      } else if (packet instanceof Pubrel pubrel) {
        send(new Pubcomp(pubrel.packetId(), 0, Properties.NONE));
      } else if (packet instanceof Subscribe subscribe) {
        List<Integer> codes =
            subscribe.subscriptions().stream().map(one -> one.qos().level()).toList();
        send(new Suback(subscribe.packetId(), codes, Properties.NONE));
      } else if (packet instanceof Unsubscribe unsubscribe) {
        List<Integer> codes =
            encoder.version() == ProtocolVersion.MQTT_5
                ? unsubscribe.filters().stream().map(one -> 0).toList()
                : List.of();
        send(new Unsuback(unsubscribe.packetId(), codes, Properties.NONE));
      } else if (packet.type() == PacketType.PINGREQ) {
        send(new Pingresp());
      }
    }

    private void connected(Connect connect) {
      if (closeAfterConnect > 0) {
        closeAfterConnect--;
        channel.sendEnd();
        return;
      }
      Optional<Connack> scripted = connack.apply(connect);
      boolean present = !connect.cleanStart() && sessions.contains(connect.clientId());
      Connack reply =
          scripted.orElseGet(
              () ->
                  new Connack(
                      present,
                      0,
                      connect.version() == ProtocolVersion.MQTT_5
                          ? connackProperties
                          : Properties.NONE));
      boolean passing = connect.version() == ProtocolVersion.MQTT_3_1_1 && connect.cleanStart();
      if (reply.reasonCode() == 0) {
        if (keepsSessions && !passing) {
          sessions.add(connect.clientId());
        } else {
          sessions.remove(connect.clientId());
        }
      }
      send(reply);
      if (reply.reasonCode() != 0) {
        channel.sendEnd();
      }
    }

    private void published(Publish publish) {
      if (publish.qos() == QoS.AT_LEAST_ONCE) {
        send(new Puback(publish.packetId(), 0, Properties.NONE));
      } else if (publish.qos() == QoS.EXACTLY_ONCE) {
        send(new Pubrec(publish.packetId(), 0, Properties.NONE));
      }
    }
  }
}
