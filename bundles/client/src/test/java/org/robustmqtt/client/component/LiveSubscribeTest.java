package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.robustmqtt.QoS;
import org.robustmqtt.ReceivedMessage;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Subscribe;

/** Lines for listeners are in force with the link up. */
class LiveSubscribeTest {
  private final LiveWorld it = new LiveWorld(3);
  private final List<String> heard = new ArrayList<>();

  @BeforeEach
  void online() {
    it.configure(with(Map.of())).online();
    it.whiteboard.add(
        Listening.messages(
            this::hear, ListenerReader.messages("test", Map.of("mqtt.topics", "home/+/door"))));
    it.pass(Duration.ofSeconds(1));
  }

  private void hear(ReceivedMessage message) {
    heard.add(message.text() + (message.stale() ? " (stale)" : ""));
  }

  private static Map<String, Object> with(Map<String, ?> more) {
    return new HashMap<>(LiveWorld.configuration(more));
  }

  private void retained(String room) {
    it.broker
        .line()
        .send(
            new Publish(
                false,
                QoS.AT_MOST_ONCE,
                true,
                "home/" + room + "/door",
                0,
                Properties.NONE,
                room.getBytes(StandardCharsets.UTF_8)));
    it.pass(Duration.ofMillis(10));
  }

  private List<QoS> asked() {
    return it.broker.packets().stream()
        .filter(Subscribe.class::isInstance)
        .map(packet -> ((Subscribe) packet).subscriptions().get(0).qos())
        .toList();
  }

  @Test
  void a_changed_line_is_in_force_without_a_reconnect() {
    retained("hall");
    it.configure(with(Map.of("subscribe.doors", "home/#, # | retained=mark | qos=2")));
    it.pass(Duration.ofSeconds(1));
    retained("cellar");
    it.configure(with(Map.of("subscribe.doors", "home/+/door | maxAge=15s")));
    retained("attic");
    assertEquals(List.of("hall", "cellar (stale)"), heard);
    assertEquals(1, it.service().status().counters().stale());
    assertEquals(List.of(QoS.AT_LEAST_ONCE, QoS.EXACTLY_ONCE), asked());
    assertEquals(1, it.connects());
  }

  @Test
  void a_faulty_line_leaves_the_one_before_in_force() {
    it.configure(with(Map.of("subscribe.doors", "home/+/door | retained=ignore")));
    it.configure(with(Map.of("subscribe.doors", "home/+/door | retained=keep")));
    retained("hall");
    assertEquals(List.of(), heard);
    assertEquals(
        List.of(
            "configuration org.robustmqtt.connection~home: subscribe.doors: retained = \"keep\":"
                + " allowed: deliver, mark, ignore"),
        it.read());
  }
}
