package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.Ticket;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Pingreq;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Publish;

/** A line of 30 kB a second in each direction: slow is not dead, and dead is found all the same. */
class LinkSlowLineTest {
  private static final int RATE = 30_000;

  private final int[] heard = {0};

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void a_message_of_900_kB_gets_through_at_once(int qos) {
    LinkWorld it = online(60);
    Ticket ticket = it.outbox.publish(Message.of("a", new byte[900_000]).withQos(qos));
    it.world.advance(Duration.ofSeconds(35));
    assertEquals(Outcome.Kind.ACKNOWLEDGED, it.outcome(ticket).map(Outcome::kind).orElseThrow());
    assertEquals(1, it.broker.packets(Publish.class).size());
    assertEquals(1, it.broker.lines().size());
  }

  @Test
  void many_large_messages_get_through_in_one_connection() {
    LinkWorld it = online(5);
    for (int i = 0; i < 20; i++) {
      it.outbox.publish(Message.of("a/" + i, new byte[300_000]));
    }
    it.world.advance(Duration.ofSeconds(230));
    assertEquals(0, it.status().queue().messages());
    assertEquals(20, it.broker.packets(Publish.class).size());
    assertEquals(1, it.broker.lines().size());
  }

  @ParameterizedTest
  @CsvSource({"5, 1", "60, 4", "1, 4", "0, 4"})
  void what_comes_slowly_is_heard_in_one_connection(int keepAlive, int messages) {
    LinkWorld it = online(keepAlive);
    it.listen("in", QoS.AT_LEAST_ONCE, message -> heard[0]++);
    send(it, messages);
    it.world.advance(Duration.ofSeconds(32L * messages));
    assertEquals(messages, heard[0]);
    assertEquals(1, it.broker.lines().size());
    assertEquals(ConnectionState.ONLINE, it.state());
  }

  @Test
  void a_ping_leaves_for_each_keep_alive_while_answers_are_behind_something_large() {
    LinkWorld it = online(5);
    int before = it.broker.packets(Pingreq.class).size();
    send(it, 2);
    it.world.advance(Duration.ofSeconds(60));
    int pings = it.broker.packets(Pingreq.class).size() - before;
    assertTrue(pings >= 11 && pings <= 13, "pings " + pings);
  }

  @Test
  void an_acknowledgement_that_is_behind_3_MB_is_waited_for() {
    LinkWorld it = online(60);
    send(it, 4);
    Ticket ticket = it.publish("a", 1);
    it.world.advance(Duration.ofSeconds(100));
    assertEquals(Optional.empty(), it.outcome(ticket));
    it.world.advance(Duration.ofSeconds(30));
    assertEquals(Outcome.Kind.ACKNOWLEDGED, it.outcome(ticket).map(Outcome::kind).orElseThrow());
    assertEquals(1, it.broker.lines().size());
  }

  @Test
  void an_acknowledgement_that_never_comes_is_found_behind_what_comes_slowly() {
    LinkWorld it = online(60);
    it.broker.ignore(PacketType.PUBLISH);
    send(it, 2);
    it.publish("a", 1);
    // The answer to the ping that proves it is behind 1.8 MB.
    assertLost(it, Duration.ofSeconds(62), ProblemKind.ACK_TIMEOUT);
  }

  @Test
  void a_line_that_dies_while_a_large_message_leaves_is_found_within_the_ack_timeout() {
    LinkWorld it = online(60);
    it.outbox.publish(Message.of("a", new byte[900_000]));
    it.world.advance(Duration.ofSeconds(10));
    it.broker.line().channel().freeze();
    assertLost(it, Duration.ofSeconds(20), ProblemKind.WRITE_STALLED);
  }

  @Test
  void a_line_that_dies_while_an_acknowledgement_is_behind_much_is_found_within_the_ack_timeout() {
    LinkWorld it = online(60);
    send(it, 4);
    it.publish("a", 1);
    it.world.advance(Duration.ofSeconds(50));
    it.broker.line().channel().freeze();
    assertLost(it, Duration.ofSeconds(20), ProblemKind.KEEP_ALIVE_TIMEOUT);
  }

  @ParameterizedTest
  @CsvSource({"5, 10", "60, 80"})
  void a_line_that_dies_while_much_comes_is_found_within_keep_alive_and_ping_timeout(
      int keepAlive, int seconds) {
    LinkWorld it = online(keepAlive);
    send(it, 4);
    it.world.advance(Duration.ofSeconds(47));
    it.broker.line().channel().freeze();
    assertLost(it, Duration.ofSeconds(seconds), ProblemKind.KEEP_ALIVE_TIMEOUT);
  }

  private static void assertLost(LinkWorld it, Duration within, ProblemKind kind) {
    assertEquals(ConnectionState.ONLINE, it.state());
    assertTrue(
        it.world.advanceUntil(within, () -> it.state() != ConnectionState.ONLINE),
        "still online after " + within);
    assertEquals(kind, it.problem());
  }

  /** The broker sends messages of 900 kB one behind the other. */
  private static void send(LinkWorld it, int messages) {
    for (int i = 1; i <= messages; i++) {
      it.broker
          .line()
          .send(
              new Publish(
                  false, QoS.AT_LEAST_ONCE, false, "in", i, Properties.NONE, new byte[900_000]));
    }
  }

  private static LinkWorld online(int keepAlive) {
    LinkWorld it =
        new LinkWorld(
                LinkWorld.settings(
                    s -> {
                      s.keepAlive = keepAlive;
                      return s;
                    }))
            .withBroker()
            .online();
    it.broker.line().channel().bandwidth(RATE);
    return it;
  }
}
