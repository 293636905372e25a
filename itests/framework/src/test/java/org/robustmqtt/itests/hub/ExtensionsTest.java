package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.DropReason;
import org.robustmqtt.Energy;
import org.robustmqtt.Message;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.itests.probe.NightOnly;
import org.robustmqtt.itests.probe.OneOfTen;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.Manners;
import org.robustmqtt.itests.testkit.ScriptedBroker;
import org.robustmqtt.spi.AdmissionPolicy;
import org.robustmqtt.spi.RetrySituation;
import org.robustmqtt.spi.RetryStrategy;
import org.robustmqtt.spi.WaitingMessages;

/** Services of other bundles decide, by their names; the two examples do what they say. */
class ExtensionsTest {
  private static final Duration LONG = Duration.ofDays(1);

  @TempDir Path folder;

  private static Map<String, Object> named(String key, String name, int ranking) {
    return Map.of(key, name, Constants.SERVICE_RANKING, ranking);
  }

  @Test
  void a_strategy_is_found_by_name_and_ranking_and_followed_as_it_comes_and_goes()
      throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      RetryStrategy never = situation -> Optional.of(LONG);
      RetryStrategy now = situation -> Optional.of(Duration.ZERO);
      ServiceRegistration<RetryStrategy> low =
          hub.register(RetryStrategy.class, now, named(RetryStrategy.NAME, "own", 1));
      hub.register(RetryStrategy.class, now, named(RetryStrategy.NAME, "other", 9));
      ServiceRegistration<RetryStrategy> high =
          hub.register(RetryStrategy.class, never, named(RetryStrategy.NAME, "own", 5));
      hub.configure("home", Hub.with(Hub.settings(broker.uri()), "retry", "own"));
      RobustMqttConnection home = hub.connection("home");
      Await.until(
          "the one with the highest ranking lets it wait",
          () ->
              home.status()
                  .nextAttempt()
                  .filter(next -> next.isAfter(Instant.now().plusSeconds(3_600)))
                  .isPresent());
      assertEquals(List.of(), home.status().faults());
      high.unregister();
      hub.await("home", ConnectionState.ONLINE);
      low.unregister();
      home.reconnectNow();
      hub.await("home", ConnectionState.ONLINE);
    }
  }

  @Test
  void an_admission_policy_keeps_one_of_ten_while_offline() throws Exception {
    try (Hub hub = Hub.start(folder)) {
      hub.register(
          AdmissionPolicy.class, new OneOfTen(), named(AdmissionPolicy.NAME, "one-of-ten", 0));
      hub.configure(
          "home", Map.of("broker", "mqtt://127.0.0.1", "admission", "one-of-ten", "retry", "none"));
      RobustMqttConnection home = hub.await("home", ConnectionState.CLOSED);
      for (int i = 0; i < 100; i++) {
        home.publish(Message.text("sensor/1", "x"));
      }
      home.publish(Message.text("door", "open"));
      assertEquals(11, home.status().queue().messages());
      assertEquals(90, home.status().counters().dropped().get(DropReason.NOT_ADMITTED));
      assertEquals(List.of(), home.status().faults());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "12:00, 0, false, 46800",
    "00:30, 3, false, 1800",
    "02:00, 0, false, 0",
    "02:00, 1, false, 60",
    "05:00, 1, false, 72000",
    "12:00, 0, true, 0"
  })
  void the_example_tries_at_night_and_for_an_alarm(
      String time, int attempt, boolean alarm, long seconds) {
    // a day without a change of the clock in any zone
    LocalDateTime local = LocalDateTime.parse(LocalDate.of(2026, 1, 14) + "T" + time);
    RetrySituation situation =
        new RetrySituation(
            "home",
            local.atZone(ZoneId.systemDefault()).toInstant(),
            attempt,
            Optional.empty(),
            List.of(
                new WaitingMessages("default", true, 5, 50, Optional.empty()),
                new WaitingMessages("alarm", true, alarm ? 1 : 0, 0, Optional.empty())),
            Energy.MAINS);
    Optional<Duration> answer = new NightOnly().nextAttempt(situation);
    assertTrue(answer.isPresent());
    assertEquals(seconds, answer.get().toSeconds());
  }
}
