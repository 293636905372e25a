package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Outcome;
import org.robustmqtt.Ticket;

/** The way of a message through the link. */
class LinkTest {
  @Test
  void a_message_is_acknowledged() {
    LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker();
    Ticket early = it.publish("a/b", 1);
    it.online();
    Ticket later = it.publish("a/c", 2);
    Ticket lost = it.publish("a/d", 0);

    assertEquals(
        Optional.of(new Outcome.Acknowledged(0, false)), it.outcome(early), "accepted before");
    assertEquals(Optional.of(new Outcome.Acknowledged(0, false)), it.outcome(later));
    assertEquals(Optional.of(new Outcome.Sent()), it.outcome(lost));
    assertEquals(List.of("a/b", "a/c", "a/d"), it.broker.topics());
    assertEquals(
        List.of(
            ConnectionState.WAITING,
            ConnectionState.CONNECTING,
            ConnectionState.HANDSHAKING,
            ConnectionState.ONLINE),
        it.states);
  }
}
