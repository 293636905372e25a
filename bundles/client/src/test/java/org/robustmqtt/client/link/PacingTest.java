package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.client.testing.MemoryJournal;
import org.robustmqtt.client.testing.ScriptedBroker;
import org.robustmqtt.client.testing.VirtualWorld;

/** Many connections, one broker: of one hub, and of as many hubs. */
class PacingTest {
  private static final String FAR = "8.8.8.8";
  private static final int PORT = LinkWorld.PORT;
  private static final int FLEET = 1_000;
  private static final long SECOND = 1_000_000_000L;

  private final VirtualWorld world = new VirtualWorld(5);

  private LinkWorld link(String host, int number, Link.Hub hub) {
    LinkSettings settings =
        LinkWorld.settings(
            s -> {
              s.host = host;
              s.clientId = "client-" + number;
              return s;
            });
    return new LinkWorld(
        world, new MemoryJournal(), Optional.of(settings), PolicyTable.SINGLE, hub);
  }

  private List<LinkWorld> links(String host, int count, boolean oneHub) {
    Link.Hub one = Link.Hub.ofNone();
    List<LinkWorld> links = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      links.add(link(host, i, oneHub ? one : Link.Hub.ofNone()));
    }
    links.forEach(link -> link.link.start());
    world.run();
    return links;
  }

  private void awaitOnline(List<LinkWorld> links, Duration atMost) {
    assertTrue(
        world.advanceUntil(
            atMost, () -> links.stream().allMatch(link -> link.state() == ConnectionState.ONLINE)),
        "not all online");
  }

  @Test
  void ten_connections_of_a_hub_try_a_broker_that_is_away_hardly_more_often_than_one() {
    links(FAR, 10, true);
    world.advance(Duration.ofHours(1));
    int settled = world.net().dialled().size();
    world.advance(Duration.ofHours(4));
    double perHour = (world.net().dialled().size() - settled) / 4.0;
    assertTrue(perHour < 2 * 120, "one alone tries 120 times an hour: " + perHour);
    List<Long> at = world.net().dialledAt();
    for (int i = settled; i < at.size(); i++) {
      assertTrue(at.get(i) - at.get(i - 1) <= 61 * SECOND, "somebody tries in each minute");
    }
  }

  @Test
  void when_one_of_a_hub_has_met_the_broker_the_others_follow_in_turn() {
    List<LinkWorld> links = links(FAR, 10, true);
    world.advance(Duration.ofHours(1));
    List<Long> met = new ArrayList<>();
    new ScriptedBroker(world.net(), FAR, PORT, () -> met.add(world.nanos()));
    assertTrue(world.advanceUntil(Duration.ofSeconds(61), () -> !met.isEmpty()));
    awaitOnline(links, Duration.ofMillis(200));
    for (int i = 1; i < met.size(); i++) {
      assertTrue(met.get(i) - met.get(i - 1) >= SECOND / 50, "in turn: " + met);
    }
  }

  @Test
  void a_connection_whose_broker_is_another_one_waits_alone() {
    Link.Hub hub = Link.Hub.ofNone();
    LinkWorld other = link(LinkWorld.IP, 0, hub);
    LinkWorld away = link(FAR, 1, hub);
    away.link.start();
    world.advance(Duration.ofHours(1));
    int before = world.net().dialled().size();
    new ScriptedBroker(world.net(), LinkWorld.IP, PORT);
    other.link.start();
    world.advance(Duration.ofSeconds(1));
    assertEquals(ConnectionState.ONLINE, other.state());
    assertEquals(ConnectionState.WAITING, away.state());
    assertEquals(before + 1, world.net().dialled().size());
  }

  /** A broker that takes a hundred connections in any second, and refuses the others. */
  private final class Busy {
    final Deque<Long> taken = new ArrayDeque<>();
    final List<Long> all = new ArrayList<>();
    long closedUntil = Long.MIN_VALUE;
    int most = Integer.MAX_VALUE;

    boolean takes() {
      long now = world.nanos();
      while (!taken.isEmpty() && now - taken.peek() >= SECOND) {
        taken.remove();
      }
      if (now < closedUntil || taken.size() >= most) {
        return false;
      }
      taken.add(now);
      all.add(now);
      return true;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 5, 10, 20})
  void a_fleet_comes_back_to_a_broker_that_restarts_and_does_not_storm(int secondsAway) {
    Busy door = new Busy();
    ScriptedBroker broker = new ScriptedBroker(world.net(), FAR, PORT, door::takes);
    List<LinkWorld> fleet = links(FAR, FLEET, false);
    awaitOnline(fleet, Duration.ofSeconds(5));
    world.advance(Duration.ofMinutes(2));
    int dialled = world.net().dialledAt().size();
    int accepted = door.all.size();
    assertEquals(FLEET, accepted);

    long lost = world.nanos();
    door.closedUntil = lost + secondsAway * SECOND;
    door.most = 100;
    List.copyOf(broker.lines()).forEach(line -> line.channel().reset());
    world.advance(Duration.ofSeconds(120));

    List<Long> attempts = world.net().dialledAt().subList(dialled, world.net().dialledAt().size());
    int first = within(attempts, lost, lost + SECOND);
    int most = 0;
    for (long at : attempts) {
      if (at >= lost + SECOND) {
        most = Math.max(most, within(attempts, at, at + SECOND));
      }
    }
    List<Long> back = door.all.subList(accepted, door.all.size());
    assertEquals(FLEET, back.size());
    double all99 = (back.get(FLEET * 99 / 100 - 1) - door.closedUntil) / 1e9;
    String figures =
        String.format(
            "away %d s: %d attempts in the first second, then at most %d in any; 99 %% back %.1f s"
                + " after it, all %.1f s",
            secondsAway, first, most, all99, (back.get(FLEET - 1) - door.closedUntil) / 1e9);
    assertTrue(most <= 200, figures);
    assertTrue(all99 <= 20, figures);
  }

  private static int within(List<Long> times, long from, long to) {
    return (int) times.stream().filter(at -> at >= from && at < to).count();
  }
}
