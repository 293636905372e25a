package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Message;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.QoS;
import org.robustmqtt.ReceivedMessage;
import org.robustmqtt.Ticket;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.client.listeners.ListenerSpec;
import org.robustmqtt.client.testing.ScriptedBroker;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Pubrec;

/**
 * An {@code Error} at any call of clock, timers and network costs one link at the most: never an
 * outcome, an order, a deadline, or the connection.
 */
class LinkErrorTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration HANDLER = Duration.ofSeconds(40);

  /** One life of a connection, in which the error comes at some call. */
  private static final class Life {
    private final LinkWorld it =
        new LinkWorld(
                LinkWorld.settings(
                    shape -> {
                      shape.presence =
                          new Presence(
                              Optional.of(Message.text("state", "online")),
                              Optional.of(Message.text("state", "offline")));
                      return shape;
                    }))
            .withBroker();
    private final List<Ticket> tickets = new ArrayList<>();
    private final List<String> heard = new ArrayList<>();
    private final List<ReceivedMessage> held = new ArrayList<>();
    private int packetId;

    boolean failedAt(int call, boolean stands) {
      it.world.failAt(call, stands);
      it.listen("in/#", QoS.EXACTLY_ONCE, message -> heard.add(message.topic()));
      it.dispatcher.add(
          new ListenerSpec("manual", List.of(new TopicFilter("manual/#")), QoS.AT_LEAST_ONCE, true),
          held::add);
      publish();
      it.start();
      it.world.advance(SOON);
      publish();
      comesBack();
      receives();
      isHungUpOn();
      closesAndOpens();
      isDisabledAndEnabled();
      parks();
      probes();
      stops();
      return it.world.failed();
    }

    private void publish() {
      for (int qos = 0; qos <= 2; qos++) {
        tickets.add(it.publish("t/" + qos, qos));
        tickets.add(
            it.outbox.publish(
                Message.text("d/" + qos, "x").withQos(qos).withDeadline(Duration.ofSeconds(90))));
      }
      it.world.run();
    }

    private void comesBack() {
      tickets.add(it.publish("alive", 1));
      it.world.advance(SOON);
      assertTrue(
          it.world.advanceUntil(
              LONG,
              () -> it.state() == ConnectionState.ONLINE && it.status().queue().messages() == 0),
          () -> it.status().toString());
      for (Ticket ticket : tickets) {
        assertTrue(it.outcome(ticket).isPresent(), "outcome of " + ticket.id());
      }
      assertEquals(tickets.size(), it.status().counters().outcomes());
    }

    private int send(int qos, String topic) {
      packetId++;
      it.broker.line().send(Peer.message(qos, packetId, topic, "x"));
      it.world.run();
      return packetId;
    }

    /**
     * Acknowledged on the connection it came on, or that is closed and the broker sends it again.
     */
    private void assertAcknowledged(
        Class<? extends Packet> type, ScriptedBroker.Line line, int id) {
      boolean done =
          it.broker.packets().stream()
              .anyMatch(
                  packet ->
                      type.isInstance(packet)
                          && (packet instanceof Puback puback && puback.packetId() == id
                              || packet instanceof Pubrec pubrec && pubrec.packetId() == id));
      assertTrue(done || line.closedByClient(), "acknowledged: " + id);
    }

    private void receives() {
      ScriptedBroker.Line line = it.broker.line();
      int once = send(2, "in/a");
      int late = send(1, "manual/late");
      int more = send(1, "in/b");
      it.world.advance(HANDLER);
      assertAcknowledged(Pubrec.class, line, once);
      assertAcknowledged(Puback.class, line, late);
      assertAcknowledged(Puback.class, line, more);
      comesBack();
      int before = heard.size();
      line = it.broker.line();
      send(1, "in/c");
      it.world.advance(SOON);
      assertTrue(heard.size() > before || line.closedByClient(), "heard");
    }

    /** A message whose listener is away. */
    private void parks() {
      comesBack();
      Ear ear = new Ear();
      MqttSubscriptionHandle handle =
          it.dispatcher.add(
              new ListenerSpec("away", List.of(new TopicFilter("away/#")), QoS.EXACTLY_ONCE, false),
              ear::heard);
      it.world.advance(SOON);
      handle.close();
      it.world.run();
      comesBack();
      ScriptedBroker.Line line = it.broker.line();
      int parked = send(1, "away/a");
      int twice = send(2, "away/b");
      it.world.advance(Duration.ofMinutes(2));
      assertAcknowledged(Puback.class, line, parked);
      assertAcknowledged(Pubrec.class, line, twice);
    }

    private static final class Ear {
      private final List<String> heard = new ArrayList<>();

      void heard(ReceivedMessage message) {
        heard.add(message.topic());
      }
    }

    /** The broker says goodbye, closes, and breaks the protocol. */
    private void isHungUpOn() {
      it.broker.line().send(new Disconnect(0x8B, Properties.NONE));
      it.world.run();
      comesBack();
      it.broker.line().channel().sendEnd();
      it.world.run();
      comesBack();
      it.broker.line().channel().send(new byte[] {(byte) 0xF7, 0});
      it.world.run();
      comesBack();
    }

    private void closesAndOpens() {
      it.link.disconnect();
      it.world.advance(HANDLER);
      assertEquals(ConnectionState.CLOSED, it.state());
      it.world.advance(LONG);
      assertEquals(ConnectionState.CLOSED, it.state());
      publish();
      it.link.connect();
      comesBack();
    }

    private void isDisabledAndEnabled() {
      it.link.apply(
          LinkWorld.settings(
              shape -> {
                shape.enabled = false;
                shape.ackTimeout = Duration.ofSeconds(5);
                return shape;
              }));
      it.world.advance(LONG);
      assertEquals(ConnectionState.CLOSED, it.state());
      it.link.apply(LinkWorld.settings());
      comesBack();
    }

    private void probes() {
      CompletionStage<Duration> probe = it.link.probe();
      it.world.advance(SOON);
      assertTrue(it.now(probe).isPresent() || it.failure(probe).isPresent(), "probed");
      comesBack();
    }

    private void stops() {
      publish();
      CompletionStage<Void> stopped = it.link.stop(Duration.ofSeconds(5));
      boolean[] done = {false};
      stopped.thenRun(() -> done[0] = true);
      it.world.advance(SOON);
      assertTrue(done[0], "it stops");
      assertEquals(ConnectionState.CLOSED, it.state());
      it.world.onLoop(it.dispatcher::close);
      it.world.advance(LONG);
      assertEquals(0, it.world.net().open());
      assertEquals(0, it.world.timersSet());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void an_error_at_any_call_costs_a_link_at_the_most(boolean stands) {
    List<String> broken = new ArrayList<>();
    int call = 0;
    boolean failed = true;
    while (failed) {
      failed = false;
      try {
        failed = new Life().failedAt(call, stands);
      } catch (AssertionError | RuntimeException e) {
        failed = true;
        broken.add("call " + call + ": " + e);
      }
      call++;
    }
    assertTrue(call > 100, "so many calls: " + call);
    assertEquals(List.of(), broken);
  }
}
