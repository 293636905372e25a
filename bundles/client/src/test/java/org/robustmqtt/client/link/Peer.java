package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Outcome;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.testing.MemoryJournal;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Pingreq;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Publish;

/** A connection and its broker, whose every byte and silence a test decides. */
final class Peer {
  static final ProtocolVersion V3 = ProtocolVersion.MQTT_3_1_1;
  static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;

  final LinkWorld it;
  final ProtocolVersion version;
  final List<String> heard = new ArrayList<>();
  private int seen;

  private Peer(LinkWorld it, ProtocolVersion version) {
    this.it = it;
    this.version = version;
    it.withBroker();
  }

  /** Not started. */
  static Peer of(ProtocolVersion version) {
    return of(version, shape -> {});
  }

  static Peer of(ProtocolVersion version, Consumer<LinkWorld.Shape> change) {
    return new Peer(new LinkWorld(settings(version, change)), version);
  }

  /** The same connection in a new process, with what the journal has kept. */
  Peer restarted() {
    return restarted(it.journal.reopened());
  }

  /** The same connection in a new process, with this journal. */
  Peer restarted(MemoryJournal kept) {
    LinkSettings settings = settings(version, shape -> {});
    return new Peer(new LinkWorld(new VirtualWorld(2), kept, Optional.of(settings)), version);
  }

  private static LinkSettings settings(ProtocolVersion version, Consumer<LinkWorld.Shape> change) {
    LinkWorld.Shape shape = new LinkWorld.Shape();
    shape.version = version == V5 ? LinkSettings.Version.MQTT_5 : LinkSettings.Version.MQTT_3_1_1;
    change.accept(shape);
    return shape.make();
  }

  /** Online, with a listener on {@code in/#}; what came until now is not looked at any more. */
  static Peer online(ProtocolVersion version) {
    return online(version, shape -> {});
  }

  static Peer online(ProtocolVersion version, Consumer<LinkWorld.Shape> change) {
    return of(version, change).listening().start();
  }

  Peer listening() {
    it.listen("in/#", QoS.EXACTLY_ONCE, message -> heard.add(message.text()));
    return this;
  }

  Peer start() {
    it.online();
    it.world.run();
    return forget();
  }

  /** Starts, and keeps what is written from the last CONNECT on. */
  Peer started() {
    it.online();
    it.world.run();
    List<Packet> all = it.broker.packets();
    seen = all.size() - 1;
    while (all.get(seen).type() != PacketType.CONNECT) {
      seen--;
    }
    return this;
  }

  Peer awaitOnline() {
    assertTrue(
        it.world.advanceUntil(Duration.ofMinutes(30), () -> it.state() == ConnectionState.ONLINE),
        "not online: " + it.status().problem());
    return this;
  }

  /** From now on {@link #packets} are counted. */
  Peer forget() {
    seen = it.broker.packets().size();
    return this;
  }

  /** Returns what the client wrote since {@link #forget}, pings left out. */
  List<Packet> packets() {
    List<Packet> all = it.broker.packets();
    return all.subList(seen, all.size()).stream().filter(one -> !(one instanceof Pingreq)).toList();
  }

  List<PacketType> types() {
    return packets().stream().map(Packet::type).toList();
  }

  <T extends Packet> List<T> packets(Class<T> type) {
    return packets().stream().filter(type::isInstance).map(type::cast).toList();
  }

  Peer ignore(PacketType... types) {
    it.broker.ignore(types);
    return this;
  }

  Peer answer(PacketType... types) {
    it.broker.answer(types);
    return this;
  }

  Peer connackProperties(Properties properties) {
    it.broker.connackProperties(properties);
    return this;
  }

  Peer connack(boolean present, int code) {
    it.broker.connack(connect -> Optional.of(new Connack(present, code, Properties.NONE)));
    return this;
  }

  Peer connackAsUsual() {
    it.broker.connack(connect -> Optional.empty());
    return this;
  }

  Peer sends(Packet... packets) {
    for (Packet packet : packets) {
      it.broker.line().send(packet);
    }
    it.world.run();
    return this;
  }

  Peer sendsBytes(int... bytes) {
    byte[] raw = new byte[bytes.length];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = (byte) bytes[i];
    }
    it.broker.line().channel().send(raw);
    it.world.run();
    return this;
  }

  /** The broker closes. */
  Peer closes() {
    it.broker.line().channel().sendEnd();
    it.world.run();
    return this;
  }

  Peer passes(Duration time) {
    it.world.advance(time);
    return this;
  }

  Ticket publish(String topic, int qos) {
    return it.publish(topic, qos);
  }

  Outcome.Kind outcome(Ticket ticket) {
    return it.outcome(ticket).orElseThrow().kind();
  }

  boolean open(Ticket ticket) {
    return it.outcome(ticket).isEmpty();
  }

  static Publish message(int qos, int id, String topic, String payload) {
    return message(false, qos, id, topic, payload);
  }

  static Publish message(boolean duplicate, int qos, int id, String topic, String payload) {
    return new Publish(
        duplicate,
        QoS.of(qos),
        false,
        topic,
        id,
        Properties.NONE,
        payload.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The connection was ended by us for this reason, said to a broker of MQTT 5 that had accepted
   * us; the next attempt is scheduled, not made.
   */
  Peer ended(ProblemKind kind, int code) {
    closed(kind, code);
    List<Disconnect> said = packets(Disconnect.class);
    assertEquals(
        version == V5 ? List.of(code) : List.of(),
        said.stream().map(Disconnect::reasonCode).toList());
    return this;
  }

  /** As {@link #ended}, but no DISCONNECT was written. */
  Peer endedSilently(ProblemKind kind, int code) {
    closed(kind, code);
    assertEquals(List.of(), packets(Disconnect.class));
    return this;
  }

  private void closed(ProblemKind kind, int code) {
    assertEquals(kind, it.problem(), it.status().problem().orElseThrow().text());
    assertEquals(code, it.status().problem().orElseThrow().reasonCode());
    assertTrue(it.broker.line().closedByClient());
    assertEquals(ConnectionState.WAITING, it.state());
    assertEquals(0, it.world.net().open());
    assertTrue(it.status().nextAttempt().isPresent());
  }

  /** The connection goes on. */
  Peer unharmed() {
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(List.of(), packets(Disconnect.class));
    return this;
  }
}
