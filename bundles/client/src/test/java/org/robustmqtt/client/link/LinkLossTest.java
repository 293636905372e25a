package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.client.door.Loop;
import org.robustmqtt.codec.Puback;

/** What a lost link takes with it, and what not. */
class LinkLossTest {
  private final List<String> heard = new ArrayList<>();
  private final LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker().online();

  /** The broker sends again what was parked: it must not be there twice. */
  @Test
  void what_is_parked_is_heard_once_although_the_broker_sends_it_again() {
    it.broker.line().send(Peer.message(1, 5, "in/a", "x"));
    it.world.run();
    it.broker.line().channel().reset();
    it.online();
    it.broker.line().send(Peer.message(1, 5, "in/a", "x"));
    it.world.run();
    listen();
    assertEquals(List.of("in/a"), heard);
    assertEquals(1, it.broker.packets(Puback.class).size());
  }

  /**
   * The broker may give the id to another message: the end of the old one must not count for it.
   */
  @Test
  void the_end_of_a_call_from_before_does_not_acknowledge_what_came_afterwards() {
    listen();
    it.world.holdLanes(true);
    it.broker.line().send(Peer.message(1, 5, "in/a", "x"));
    it.world.run();
    it.broker.line().channel().reset();
    it.online();
    it.world.holdLanes(false);
    it.world.run();
    assertEquals(List.of("in/a"), heard);
    assertEquals(0, it.broker.packets(Puback.class).size());
    it.broker.line().send(Peer.message(1, 5, "in/b", "y"));
    it.world.run();
    assertEquals(List.of("in/a", "in/b"), heard);
    assertEquals(1, it.broker.packets(Puback.class).size());
  }

  @Test
  void what_is_parked_when_the_link_is_lost_does_not_count_as_unclaimed_later() {
    it.broker.line().send(Peer.message(1, 5, "in/a", "x"));
    it.world.run();
    it.broker.line().channel().reset();
    it.online();
    it.world.advance(Duration.ofSeconds(120));
    assertEquals(0, it.status().counters().unclaimed());
    assertEquals(0, it.broker.packets(Puback.class).size());
  }

  @Test
  void a_loop_that_was_replaced_begins_every_connection_anew_and_the_status_says_why() {
    it.publish("a", 1);
    it.world.accident(accidents -> accidents.replaced(new IllegalStateException("the loop stood")));
    assertEquals(ConnectionState.WAITING, it.state());
    assertEquals(ProblemKind.DEFECT, it.problem());
    assertEquals(
        "defect: java.lang.IllegalStateException: the loop stood",
        it.status().problem().orElseThrow().text());
    it.online();
    it.publish("b", 1);
    assertEquals(0, it.status().queue().messages());
  }

  @Test
  void an_error_that_hurts_another_connection_does_not_touch_one_that_has_its_deadline() {
    it.world.accident(Loop.Accidents::taskFailed);
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(1, it.broker.lines().size());
  }

  private void listen() {
    it.listen("in/#", QoS.AT_LEAST_ONCE, message -> heard.add(message.topic()));
  }
}
