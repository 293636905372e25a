package org.robustmqtt.client.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.Message;
import org.robustmqtt.QoS;
import org.robustmqtt.UserProperty;
import org.robustmqtt.client.testing.Clause;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.Publish;

/** Topic aliases in both directions (5.0, section 3.3.2.3.4). */
class AliasTest {
  private static final String TOPIC = "home/kitchen/temperature";
  private static final String OTHER = "home/cellar/humidity";
  private static final String THIRD = "home/roof/wind";

  // From the broker.

  @Test
  @Clause(v5 = "MQTT-3.3.2-10")
  void an_alias_stands_for_its_topic_until_it_is_given_to_another() {
    Scene.online()
        .got(from("in/a", 1))
        .got(from("", 1))
        .got(from("in/b", 1))
        .got(from("", 1))
        .expect(
            "delivered PUBLISH0 in/a=",
            "delivered PUBLISH0 in/a=",
            "delivered PUBLISH0 in/b=",
            "delivered PUBLISH0 in/b=");
  }

  @Test
  @Clause(v5 = "MQTT-3.3.2-10")
  void every_alias_up_to_our_maximum_is_taken() {
    Scene scene = Scene.online();
    for (int alias = 1; alias <= InboundAliases.MAXIMUM; alias++) {
      scene.got(from("in/" + alias, alias));
    }
    scene.clear();
    for (int alias = 1; alias <= InboundAliases.MAXIMUM; alias++) {
      scene.got(from("", alias)).expect("delivered PUBLISH0 in/" + alias + "=");
    }
    assertEquals(
        InboundAliases.MAXIMUM,
        scene.connect.properties().number(Property.TOPIC_ALIAS_MAXIMUM).orElse(0));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, InboundAliases.MAXIMUM + 1, 65_535})
  @Clause(v5 = {"MQTT-3.1.2-26", "MQTT-3.1.2-27", "MQTT-3.3.2-8"})
  void an_alias_outside_what_we_allow_closes_the_connection(int alias) {
    Scene.online()
        .got(from("in", alias))
        .expect("closed WAIT_MESSAGE PROTOCOL_ERROR 0x94, DISCONNECT 0x94");
  }

  @Test
  void an_alias_that_stands_for_nothing_closes_the_connection() {
    Scene.online()
        .got(from("in", 1))
        .clear()
        .got(from("", 2))
        .expect("closed WAIT_MESSAGE PROTOCOL_ERROR 0x82, DISCONNECT 0x82");
  }

  @Test
  void neither_topic_nor_alias_closes_the_connection() {
    Scene.online()
        .publish(0, 0, "", "x")
        .expect("closed WAIT_MESSAGE PROTOCOL_ERROR 0x82, DISCONNECT 0x82");
  }

  @Test
  @Clause(v5 = "MQTT-3.3.2-7")
  void what_an_alias_stands_for_ends_with_the_connection() {
    Scene scene = Scene.online().got(from("in", 1)).reconnect(true).written().clear();
    scene.got(from("", 1)).expect("closed WAIT_MESSAGE PROTOCOL_ERROR 0x82, DISCONNECT 0x82");
  }

  /** The alias of a message counts also if the message itself is a repetition. */
  @Test
  void a_repeated_message_gives_its_alias_too() {
    Publish again = new Publish(true, QoS.AT_LEAST_ONCE, false, "in", 5, alias(3), new byte[0]);
    Scene.online()
        .publish(1, 5, "in", "")
        .clear()
        .got(again)
        .got(from("", 3))
        .expect("delivered PUBLISH0 in=");
  }

  private static Publish from(String topic, int alias) {
    return new Publish(false, QoS.AT_MOST_ONCE, false, topic, 0, alias(alias), new byte[0]);
  }

  private static Properties alias(int alias) {
    return Properties.builder().number(Property.TOPIC_ALIAS, alias).build();
  }

  // To the broker.

  @Test
  @Clause(v5 = {"MQTT-3.2.2-17", "MQTT-3.3.2-9", "MQTT-3.3.2-8"})
  void a_topic_is_written_once_and_its_alias_from_then_on() {
    Scene scene = taking(2);
    scene.send(1, 0, TOPIC).send(2, 0, TOPIC).send(3, 1, TOPIC).written();
    assertEquals(List.of(TOPIC + " 1", " 1", " 1"), written(scene));
  }

  @Test
  @Clause(v5 = "MQTT-3.2.2-18")
  void a_broker_that_says_nothing_gets_no_alias() {
    Scene scene = Scene.online();
    scene.send(1, 0, TOPIC).send(2, 0, TOPIC);
    assertEquals(List.of(TOPIC, TOPIC), written(scene));
  }

  @Test
  @Clause(v5 = {"MQTT-3.2.2-17", "MQTT-3.3.2-9"})
  void the_topic_that_was_published_longest_ago_gives_its_alias_away() {
    Scene scene = taking(2);
    scene.send(1, 0, TOPIC).send(2, 0, OTHER).send(3, 0, TOPIC).send(4, 0, THIRD);
    scene.send(5, 0, TOPIC).send(6, 0, OTHER).send(7, 0, THIRD);
    assertEquals(
        List.of(TOPIC + " 1", OTHER + " 2", " 1", THIRD + " 2", " 1", OTHER + " 2", THIRD + " 1"),
        written(scene));
  }

  @Test
  void there_are_never_more_than_a_fixed_number_of_them() {
    Scene scene = taking(65_535);
    for (int i = 0; i < 3 * OutboundAliases.MOST; i++) {
      scene.send(i + 1, 0, TOPIC + i);
    }
    assertEquals(3 * OutboundAliases.MOST, written(scene).size());
    int largest =
        written(scene).stream()
            .mapToInt(line -> Integer.parseInt(line.split(" ")[1]))
            .max()
            .getAsInt();
    assertEquals(OutboundAliases.MOST, largest);
  }

  @Test
  void a_topic_as_short_as_an_alias_is_written_as_it_is() {
    Scene scene = taking(10);
    scene.send(1, 0, "t/1").send(2, 0, "t/1");
    assertEquals(List.of("t/1", "t/1"), written(scene));
  }

  /** The first PUBLISH of a connection carries its topic, also where it is sent again. */
  @Test
  @Clause(v5 = "MQTT-3.3.2-7")
  void on_the_next_connection_every_topic_is_written_anew() {
    Scene scene = taking(5);
    scene.send(1, 1, TOPIC).send(2, 1, TOPIC).written();
    assertEquals(List.of(TOPIC + " 1", " 1"), written(scene));
    scene.tape.packets.clear();
    scene.session.lost();
    scene.connect().got(new Connack(true, 0, maximum(5)));
    scene.written().send(3, 1, TOPIC).written();
    assertEquals(List.of(TOPIC + " 1", " 1", " 1"), written(scene));
    scene.tape.packets.clear();
    scene.reconnect(true).written();
    assertEquals(List.of(TOPIC, TOPIC, TOPIC), written(scene), "this one allows none");
  }

  @Test
  void other_properties_stay_beside_the_alias() {
    Scene scene = taking(5);
    Message message =
        Message.text(TOPIC, "x")
            .withQos(0)
            .withProperties(
                org.robustmqtt.MessageProperties.NONE
                    .withContentType("text/plain")
                    .withUserProperties(
                        List.of(new UserProperty("k", "v"), new UserProperty("k", "w"))));
    scene.session.send(1, message, false, false, 60);
    scene.session.send(2, message, false, false, 60);
    Publish second = (Publish) scene.tape.packets.get(1);
    assertEquals("", second.topic());
    assertEquals("text/plain", second.properties().string(Property.CONTENT_TYPE).orElse(""));
    assertEquals(2, second.properties().userProperties().size());
    assertEquals(60, second.properties().number(Property.MESSAGE_EXPIRY_INTERVAL).orElse(0));
  }

  /** Topic, alias and payload together would be 3 bytes more than the broker takes. */
  @Test
  @Clause(v5 = "MQTT-3.2.2-15")
  void an_alias_never_makes_a_packet_larger_than_the_broker_takes() {
    int fits = 2 + 2 + TOPIC.length() + 1 + 2;
    for (int room = 0; room < 3; room++) {
      Scene scene = taking(5, fits + room);
      scene.send(1, 0, TOPIC).send(2, 0, TOPIC);
      assertEquals(List.of(TOPIC, TOPIC), written(scene));
    }
    Scene scene = taking(5, fits + 3);
    scene.send(1, 0, TOPIC).send(2, 0, TOPIC);
    assertEquals(List.of(TOPIC + " 1", " 1"), written(scene));
  }

  private static Scene taking(int aliases) {
    return taking(aliases, 100_000);
  }

  private static Scene taking(int aliases, long packetSize) {
    Properties properties =
        Properties.builder()
            .number(Property.TOPIC_ALIAS_MAXIMUM, aliases)
            .number(Property.MAXIMUM_PACKET_SIZE, packetSize)
            .build();
    Scene scene = Scene.fresh().connect().got(new Connack(false, 0, properties)).written().clear();
    scene.tape.packets.clear();
    return scene;
  }

  private static Properties maximum(int aliases) {
    return Properties.builder().number(Property.TOPIC_ALIAS_MAXIMUM, aliases).build();
  }

  /** Topic, and alias where there is one, of each PUBLISH. */
  private static List<String> written(Scene scene) {
    List<String> lines = new ArrayList<>();
    for (var packet : scene.tape.packets) {
      if (packet instanceof Publish publish) {
        var alias = publish.properties().number(Property.TOPIC_ALIAS);
        lines.add(publish.topic() + (alias.isPresent() ? " " + alias.getAsLong() : ""));
      }
    }
    return lines;
  }
}
