package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.QoS;
import org.robustmqtt.Ticket;
import org.robustmqtt.codec.Publish;

/** A hundred changes of the configuration while five thousand messages are on their way. */
class ChangedUnderLoadTest {
  private static final int CHANGES = 100;
  private static final int MESSAGES = 50;
  private static final int TOPICS = 12;

  private record Choice(String key, List<String> values) {}

  /** Keys whose change keeps the session. */
  private static final List<Choice> KEEPING =
      List.of(
          new Choice("username", List.of("me", "you")),
          new Choice("keepAlive", List.of("60s", "30s", "10s")),
          new Choice("sessionExpiry", List.of("7d", "1d")),
          new Choice("maxInflight", List.of("1", "5", "20", "200")),
          new Choice("maximumPacketSize", List.of("1MB", "2MB")),
          new Choice("lwtTopic", List.of("state", "gone")),
          new Choice("birthTopic", List.of("born")),
          new Choice("shutdownTopic", List.of("end")),
          new Choice("ackTimeout", List.of("20s", "5s")),
          new Choice("retryMin", List.of("100ms", "500ms")),
          new Choice("stableTime", List.of("0", "30s")),
          new Choice("storeDelay", List.of("0", "50ms", "200ms")),
          new Choice("storeDirectory", List.of("/a", "/b")),
          new Choice("queueMaxMessages", List.of("10000", "9000")),
          new Choice("unsubscribeAfter", List.of("10m", "1m")),
          new Choice("enabled", List.of("true", "false")),
          new Choice("mqttVersion", List.of("auto", "5")));

  /** Keys whose change may end it. */
  private static final List<Choice> ENDING =
      List.of(
          new Choice("clientID", List.of("one", "two")),
          new Choice("cleanSessionStart", List.of("true", "false")));

  private final LiveWorld it = new LiveWorld(1);
  private final Map<String, Object> configuration = LiveWorld.configuration(Map.of());
  private final List<Ticket> tickets = new ArrayList<>();
  private final Map<Integer, Outcome> outcomes = new HashMap<>();
  private final Set<Integer> exactlyOnce = new HashSet<>();
  private final Set<Integer> unacknowledged = new HashSet<>();

  private void run(long seed, List<Choice> choices) {
    SplittableRandom random = new SplittableRandom(seed);
    it.configure(configuration).online();
    for (int change = 0; change < CHANGES; change++) {
      Choice choice = choices.get(random.nextInt(choices.size()));
      String value = choice.values.get(random.nextInt(choice.values.size()));
      configuration.put("enabled", "true");
      configuration.put(choice.key, value);
      if (random.nextInt(10) == 0) {
        // a faulty one changes nothing
        Map<String, Object> faulty = new HashMap<>(configuration);
        faulty.put("maxInflight", "none");
        it.configure(faulty);
      }
      it.connections.updated("org.robustmqtt.connection~home", new HashMap<>(configuration));
      for (int i = 0; i < MESSAGES; i++) {
        publish(random);
        if (random.nextInt(8) == 0) {
          it.world.advanceNanos(random.nextInt(5_000_000));
          it.lane.pass(random.nextInt(5));
        }
      }
    }
    configuration.putAll(Map.of("enabled", "true", "maxInflight", "20"));
    it.configure(configuration).online();
    for (int i = 0; i < 60 && it.service().pending().messages() > 0; i++) {
      it.pass(Duration.ofSeconds(2));
    }
    it.pass(Duration.ofSeconds(20));
  }

  private void publish(SplittableRandom random) {
    int number = tickets.size();
    QoS qos = QoS.of(random.nextInt(3));
    if (qos == QoS.EXACTLY_ONCE) {
      exactlyOnce.add(number);
    } else if (qos == QoS.AT_MOST_ONCE) {
      unacknowledged.add(number);
    }
    Durability durability = random.nextInt(4) == 0 ? Durability.SYNC : Durability.GROUP;
    Ticket ticket =
        it.service()
            .publish(
                Message.text("t/" + random.nextInt(TOPICS), "" + number)
                    .withQos(qos)
                    .withDurability(durability));
    tickets.add(ticket);
    ticket
        .outcome()
        .thenAccept(
            outcome -> assertEquals(null, outcomes.put(number, outcome), "one outcome each"));
  }

  /** Nothing lost, one outcome each, first deliveries in the order of their topic. */
  private void check() {
    assertEquals(CHANGES * MESSAGES, tickets.size());
    assertEquals(0, it.service().pending().messages());
    assertEquals(tickets.size(), outcomes.size());
    Map<String, Integer> last = new HashMap<>();
    Set<Integer> arrived = new LinkedHashSet<>();
    for (Publish publish : it.broker.packets(Publish.class)) {
      if (publish.topic().startsWith("t/")) {
        int number = Integer.parseInt(new String(publish.payload(), StandardCharsets.UTF_8));
        if (arrived.add(number)) {
          Integer before = last.put(publish.topic(), number);
          assertTrue(before == null || before < number, number + " came after " + before);
        }
      }
    }
    for (int number = 0; number < tickets.size(); number++) {
      Outcome.Kind wanted =
          unacknowledged.contains(number) ? Outcome.Kind.SENT : Outcome.Kind.ACKNOWLEDGED;
      assertEquals(wanted, outcomes.get(number).kind());
      assertTrue(arrived.contains(number) || unacknowledged.contains(number), number + " is lost");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void nothing_is_lost_and_what_is_to_come_once_comes_once(long seed) {
    run(seed, KEEPING);
    check();
    List<Integer> once =
        LiveWorld.givenOn(it.broker.packets()).stream()
            .filter(text -> text.matches("\\d+"))
            .map(Integer::valueOf)
            .filter(exactlyOnce::contains)
            .toList();
    assertEquals(exactlyOnce.size(), once.size());
    assertEquals(exactlyOnce, new HashSet<>(once));
    assertTrue(it.connects() > 10, "it reconnected " + it.connects() + " times");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void nothing_is_lost_when_the_identity_changes_too(long seed) {
    List<Choice> all = new ArrayList<>(KEEPING);
    all.addAll(ENDING);
    all.addAll(ENDING);
    run(seed, all);
    check();
  }
}
