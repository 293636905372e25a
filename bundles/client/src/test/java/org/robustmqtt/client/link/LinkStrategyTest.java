package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.client.policy.DeliveryPolicy;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.client.testing.MemoryJournal;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.spi.RetrySituation;
import org.robustmqtt.spi.RetryStrategy;
import org.robustmqtt.spi.WaitingMessages;

/** A strategy of another bundle decides when a link is tried. */
class LinkStrategyTest {
  private final VirtualWorld world = new VirtualWorld(1);
  private final Map<String, RetryStrategy> services = new HashMap<>();
  private final List<RetrySituation> asked = new ArrayList<>();
  private final LinkWorld it = link();

  private LinkWorld link() {
    LinkSettings settings =
        LinkWorld.settings(
            s -> {
              s.strategy = RetrySettings.Strategy.SERVICE;
              s.service = Optional.of("own");
              return s;
            });
    DeliveryPolicy lazy = DeliveryPolicy.of("lazy", Optional.empty(), draft -> draft.wake = false);
    return new LinkWorld(
        world,
        new MemoryJournal(),
        Optional.of(settings),
        new PolicyTable(DeliveryPolicy.DEFAULT, List.of(new PolicyTable.Rule("lazy/#", lazy))),
        new Link.Hub(new Pacing(), name -> Optional.ofNullable(services.get(name))));
  }

  private void answering(Optional<Duration> answer) {
    services.put(
        "own",
        situation -> {
          asked.add(situation);
          return answer;
        });
  }

  private List<String> faults() {
    return it.status().faults();
  }

  @Test
  void it_is_asked_before_the_first_attempt_and_after_each_that_failed() {
    answering(Optional.of(Duration.ofMinutes(10)));
    it.start();
    world.advance(Duration.ofSeconds(1));
    assertEquals(1, asked.size());
    assertEquals(0, asked.get(0).attempt());
    assertEquals(Optional.empty(), asked.get(0).problem());
    assertEquals("test", asked.get(0).connection());
    assertEquals(List.of(), world.net().dialled());

    world.advance(Duration.ofMinutes(31));
    assertEquals(List.of(600.0, 600.0), it.pauses());
    assertEquals(4, asked.size());
    assertEquals(3, asked.get(3).attempt());
    assertEquals(ProblemKind.CONNECTION_REFUSED, asked.get(3).problem().orElseThrow().kind());
    assertEquals(List.of(), faults());
  }

  @Test
  void it_sees_what_waits_by_policy() {
    answering(Optional.of(Duration.ofMinutes(10)));
    it.start();
    it.publish("lazy/a", 1);
    world.advance(Duration.ofSeconds(10));
    it.publish("lazy/a", 1);
    world.advance(Duration.ofMinutes(10));
    List<WaitingMessages> waiting = asked.get(asked.size() - 1).waiting();
    assertEquals(
        List.of("default", "lazy"), waiting.stream().map(WaitingMessages::policy).toList());
    assertEquals(0, waiting.get(0).messages());
    assertEquals(Optional.empty(), waiting.get(0).oldest());
    assertTrue(waiting.get(0).wake());
    WaitingMessages lazy = waiting.get(1);
    assertFalse(lazy.wake());
    assertEquals(2, lazy.messages());
    assertEquals(14, lazy.bytes());
    assertEquals(asked.get(0).now().minusSeconds(1), lazy.oldest().orElseThrow());
  }

  @Test
  void it_is_asked_once_more_when_something_urgent_comes() {
    answering(Optional.of(Duration.ofHours(10)));
    it.start();
    world.advance(Duration.ofHours(1));
    it.publish("lazy/a", 1);
    assertEquals(1, asked.size());
    answering(Optional.of(Duration.ofSeconds(3)));
    it.publish("alarm", 1);
    it.publish("alarm", 1);
    assertEquals(2, asked.size());
    it.withBroker();
    world.advance(Duration.ofSeconds(3));
    assertEquals(ConnectionState.ONLINE, it.state());
  }

  @Test
  void it_may_leave_it_to_a_person() {
    answering(Optional.empty());
    it.withBroker().start();
    world.advance(Duration.ofHours(5));
    assertEquals(ConnectionState.CLOSED, it.state());
    assertEquals(List.of(), world.net().dialled());
    it.link.reconnectNow();
    world.run();
    assertEquals(ConnectionState.ONLINE, it.state());
  }

  @Test
  void a_wait_of_nothing_hammers_nobody() {
    answering(Optional.of(Duration.ofSeconds(-5)));
    it.start();
    world.advance(Duration.ofSeconds(11));
    assertTrue(world.net().dialled().size() <= 101, "" + world.net().dialled().size());
    assertTrue(world.net().dialled().size() >= 90, "" + world.net().dialled().size());
  }

  @Test
  void one_that_is_not_there_is_reported_and_exponential_decides() {
    it.withBroker().online();
    assertEquals(
        List.of("retry = own: no service has mqtt.retry=own; exponential decides in its place"),
        faults());
    assertEquals(ProblemKind.EXTENSION_FAILED, it.problem());
    assertEquals(Place.RECONNECT, it.status().problem().orElseThrow().place());
  }

  @Test
  void one_that_throws_answers_null_or_nothing_is_reported_and_exponential_decides() {
    services.put(
        "own",
        situation -> {
          throw new NoClassDefFoundError("gone");
        });
    it.start();
    world.advance(Duration.ofSeconds(30));
    assertEquals(
        List.of(
            "retry = own: the strategy own threw java.lang.NoClassDefFoundError: gone; exponential"
                + " decides in its place"),
        faults());
    assertTrue(it.pauses().stream().allMatch(pause -> pause <= 4), "" + it.pauses());
    assertEquals(
        ProblemKind.CONNECTION_REFUSED, it.problem(), "the strategy is told once, as a problem");

    services.put("own", situation -> null);
    world.advance(Duration.ofSeconds(30));
    assertEquals(
        List.of("retry = own: the strategy own answered null; exponential decides in its place"),
        faults());

    answering(Optional.of(Duration.ofMinutes(1)));
    world.advance(Duration.ofMinutes(3));
    assertEquals(List.of(), faults());
    List<Double> pauses = it.pauses();
    assertEquals(60.0, pauses.get(pauses.size() - 1));
  }

  @Test
  void one_that_is_slow_is_reported_and_exponential_decides() {
    answering(Optional.of(Duration.ofHours(10)));
    it.withBroker().start();
    world.holdHelpers(true);
    assertTrue(
        world.advanceUntil(Duration.ofSeconds(15), () -> it.state() == ConnectionState.ONLINE));
    assertEquals(
        List.of(
            "retry = own: the strategy own did not answer within 5 s; exponential decides in its"
                + " place"),
        faults());
    world.holdHelpers(false);
    world.run();
    assertEquals(ConnectionState.ONLINE, it.state(), "a late answer is not heard");
  }

  @Test
  void one_that_goes_while_the_link_waits_is_replaced_at_once() {
    answering(Optional.of(Duration.ofHours(10)));
    it.withBroker().start();
    world.advance(Duration.ofHours(1));
    services.clear();
    it.link.strategiesChanged();
    world.advance(Duration.ofSeconds(5));
    assertEquals(ConnectionState.ONLINE, it.state());
    assertEquals(1, faults().size());
  }
}
