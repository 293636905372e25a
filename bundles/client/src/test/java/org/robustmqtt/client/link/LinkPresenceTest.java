package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Message;
import org.robustmqtt.ReasonCode;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Publish;

/** What is told of a message of presence that the broker refuses. */
class LinkPresenceTest {
  private static final Message BIRTH = Message.text("hub/status", "on").withQos(1);
  private static final String LINE =
      "the broker refused the birth message on hub/status: 0x87 not authorized; look at"
          + " presenceTopic or birthTopic, and at what the broker allows this user";

  private static LinkSettings settings(Message birth) {
    return LinkWorld.settings(
        s -> {
          s.presence = new Presence(Optional.of(birth), Optional.empty());
          return s;
        });
  }

  private final LinkWorld it = new LinkWorld(settings(BIRTH)).withBroker();

  private void refuse() {
    it.broker.ignore(PacketType.PUBLISH);
    it.online();
    it.world.run();
    int id = it.broker.packets(Publish.class).get(0).packetId();
    it.broker.line().send(new Puback(id, ReasonCode.NOT_AUTHORIZED.value(), Properties.NONE));
    it.world.run();
  }

  @Test
  void a_refused_birth_message_is_shown_with_its_key_and_the_reason() {
    refuse();
    assertEquals(List.of(LINE), it.status().faults());
  }

  @Test
  void it_is_shown_until_the_broker_takes_the_birth() {
    refuse();
    it.broker.answer(PacketType.PUBLISH);
    it.broker.line().channel().reset();
    it.world.advanceUntil(LinkWorld.SECOND.multipliedBy(120), () -> it.status().faults().isEmpty());
    assertEquals(List.of(), it.status().faults());
  }

  @Test
  void it_is_shown_no_more_when_the_presence_is_set_otherwise() {
    refuse();
    it.link.apply(settings(BIRTH.withQos(0)));
    it.world.run();
    assertEquals(List.of(), it.status().faults());
  }
}
