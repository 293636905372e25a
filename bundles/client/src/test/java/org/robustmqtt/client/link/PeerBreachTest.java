package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ObjIntConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Outcome;
import org.robustmqtt.QoS;
import org.robustmqtt.Ticket;
import org.robustmqtt.codec.Auth;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Pingresp;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Pubrec;
import org.robustmqtt.codec.Suback;
import org.robustmqtt.codec.Subscribe;

/**
 * The table of breaches in {@code docs/reason-codes.md}, each row played again and again: a peer's
 * mistake never costs more than the mistake.
 */
class PeerBreachTest {
  private static final Pattern ROW = Pattern.compile("\\| ([a-z][^|]+) \\| (closes|goes on) \\| ");

  /** The longest wait in the local network. */
  private static final double RETRY_MAX = 4;

  private static final int TIMES = 6;

  private static final Properties METHOD =
      Properties.builder().string(Property.AUTHENTICATION_METHOD, "m").build();

  /** On a connection that is online; told how often before. */
  private static final Map<String, ObjIntConsumer<Peer>> ONLINE = new LinkedHashMap<>();

  /** Instead of CONNACK. */
  private static final Map<String, ObjIntConsumer<Peer>> CONNECTING = new LinkedHashMap<>();

  static {
    CONNECTING.put(
        "answers CONNECT with what is no CONNACK", (peer, i) -> peer.sendsBytes(0x20, 1, 0));
    CONNECTING.put("sends a packet before its CONNACK", (peer, i) -> peer.sends(new Pingresp()));
    CONNECTING.put(
        "keeps a session that we asked it to drop",
        (peer, i) -> {
          peer.sends(new Connack(true, 0, Properties.NONE));
          if (i == 0) {
            peer.sends(new Connack(true, 0, Properties.NONE));
          }
        });
    CONNECTING.put(
        "refuses and claims a kept session",
        (peer, i) -> peer.sends(new Connack(true, 0x88, Properties.NONE)));
    ONLINE.put(
        "sends a second CONNACK", (peer, i) -> peer.sends(new Connack(false, 0, Properties.NONE)));
    ONLINE.put("sends bytes that are no packet", (peer, i) -> peer.sendsBytes(0xF3, 0));
    ONLINE.put("sends what only a client may send", (peer, i) -> peer.sendsBytes(0xC0, 0));
    ONLINE.put(
        "answers a SUBSCRIBE that we did not send",
        (peer, i) -> peer.sends(new Suback(40_000, List.of(0), Properties.NONE)));
    ONLINE.put(
        "answers a SUBSCRIBE with the wrong number of codes",
        (peer, i) -> peer.sends(new Suback(asked(peer, i), List.of(0, 0), Properties.NONE)));
    ONLINE.put(
        "grants a filter with a code that 5.0 does not have",
        (peer, i) -> {
          int id = asked(peer, i);
          peer.sendsBytes(0x90, 4, id >> 8, id & 0xFF, 0, 3);
        });
    ONLINE.put(
        "acknowledges a message that is not open",
        (peer, i) -> peer.sends(new Puback(40_000, 0, Properties.NONE)));
    ONLINE.put(
        "acknowledges a message in the way of another QoS",
        (peer, i) -> {
          peer.ignore(PacketType.PUBLISH).forget().publish("odd", 1);
          peer.sends(new Pubrec(peer.packets(Publish.class).get(0).packetId(), 0, Properties.NONE));
          peer.answer(PacketType.PUBLISH);
        });
    ONLINE.put(
        "uses a topic alias that stands for nothing",
        (peer, i) ->
            peer.sends(
                new Publish(
                    false,
                    QoS.AT_MOST_ONCE,
                    false,
                    "",
                    0,
                    Properties.builder().number(Property.TOPIC_ALIAS, 3).build(),
                    new byte[0])));
    ONLINE.put(
        "sends more than our receive maximum",
        (peer, i) -> {
          peer.it.world.holdLanes(true);
          for (int id = 1; id <= 100; id++) {
            peer.it.broker.line().send(Peer.message(1, id, "in/a", "x" + id));
          }
          peer.it.world.run();
          peer.it.world.holdLanes(false);
          peer.it.world.run();
        });
    ONLINE.put(
        "sends another message with an open packet id",
        (peer, i) -> {
          peer.it.world.holdLanes(true);
          peer.sends(Peer.message(1, 5, "in/a", "x" + i), Peer.message(1, 5, "in/a", "y" + i));
          peer.it.world.holdLanes(false);
        });
    ONLINE.put(
        "sends a message over `maximumPacketSize`",
        (peer, i) -> {
          peer.sendsBytes(0x30, 0xFF, 0xFF, 0x7F, 0, 4, 'i', 'n', '/', 'a');
          peer.it.broker.line().channel().send(new byte[(1 << 21) - 1 - 6]);
          peer.it.world.run();
        });
    ONLINE.put(
        "sends any other packet over `maximumPacketSize`",
        (peer, i) -> peer.sendsBytes(0x90, 0xFF, 0xFF, 0xFF, 0x7F));
    ONLINE.put(
        "sends a malformed message",
        (peer, i) -> peer.sendsBytes(0x30, 6, 0, 2, 0xFF, 'a' + i, 0, 'x'));
    ONLINE.put("sends AUTH", (peer, i) -> peer.sends(new Auth(0x18, METHOD)));
  }

  /** Makes a SUBSCRIBE that is not answered, and returns its packet id. */
  private static int asked(Peer peer, int i) {
    peer.ignore(PacketType.SUBSCRIBE).forget();
    peer.it.listen("in/asked/" + i, QoS.AT_MOST_ONCE, message -> {});
    peer.answer(PacketType.SUBSCRIBE);
    return peer.packets(Subscribe.class).get(0).packetId();
  }

  private record Row(String breach, boolean closes) {}

  static Stream<Row> rows() throws IOException {
    String page = Files.readString(Path.of("../../docs/reason-codes.md"));
    String table = page.substring(page.indexOf("## When the broker breaks a rule"));
    return ROW.matcher(table.substring(0, table.indexOf("\n## ")))
        .results()
        .map(row -> new Row(row.group(1), row.group(2).equals("closes")));
  }

  @Test
  void the_page_has_every_breach_that_is_played_and_no_other() throws IOException {
    Set<String> played = new TreeSet<>(ONLINE.keySet());
    played.addAll(CONNECTING.keySet());
    assertEquals(played, new TreeSet<>(rows().map(Row::breach).toList()));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void a_breach_costs_no_more_than_itself_however_often_it_repeats(Row row) {
    if (CONNECTING.containsKey(row.breach)) {
      instead(row, CONNECTING.get(row.breach));
    } else {
      online(row, ONLINE.get(row.breach));
    }
  }

  private static void instead(Row row, ObjIntConsumer<Peer> breach) {
    Peer peer = Peer.of(Peer.V5, shape -> shape.jitter = false).ignore(PacketType.CONNECT);
    peer.it.start();
    for (int i = 0; i < TIMES; i++) {
      int dialled = peer.it.world.net().dialled().size();
      breach.accept(peer.passes(Duration.ofMillis(1_000)), i);
      waits(peer);
      peer.it.world.advanceUntil(
          Duration.ofMinutes(1), () -> peer.it.world.net().dialled().size() > dialled);
    }
    peer.answer(PacketType.CONNECT).awaitOnline();
  }

  private static void online(Row row, ObjIntConsumer<Peer> breach) {
    Peer peer = Peer.online(Peer.V5, shape -> shape.jitter = false);
    for (int i = 0; i < TIMES; i++) {
      breach.accept(peer.forget(), i);
      if (row.closes) {
        waits(peer);
        peer.awaitOnline();
      } else {
        peer.unharmed();
      }
      Ticket ticket = peer.publish("between", 1);
      assertEquals(Outcome.Kind.ACKNOWLEDGED, peer.outcome(ticket), "traffic between two breaches");
    }
    long connects = peer.it.status().counters().connects();
    assertEquals(row.closes ? TIMES + 1 : 1, connects);
  }

  private static void waits(Peer peer) {
    assertEquals(ConnectionState.WAITING, peer.it.state());
    double wait =
        (peer.it.status().nextAttempt().orElseThrow().toEpochMilli()
                - peer.it.world.doors().clock().wallMillis())
            / 1e3;
    assertTrue(wait <= RETRY_MAX, "waits " + wait + " s");
  }
}
