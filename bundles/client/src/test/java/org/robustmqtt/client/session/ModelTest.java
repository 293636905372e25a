package org.robustmqtt.client.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.robustmqtt.QoS;
import org.robustmqtt.client.testing.Clause;

/**
 * The session against models of its neighbours, driven by seeds: each run is a few hundred events
 * in random order with faults between any two of them, then calm until nothing is left to do.
 */
class ModelTest {
  private static final int RUNS = Integer.getInteger("robustmqtt.runs", 500);
  private static final int EVENTS = 400;
  private static final int CALM = 20_000;
  private static final int LOGGED = 60;

  private enum Faults {
    CUTS,
    CUTS_AND_LOST_SESSIONS,
    UNANSWERED_CONNECTS,
    CRASHES,
    EVERYTHING
  }

  @Test
  void with_links_cut_anywhere_nothing_is_lost_doubled_or_reordered() {
    runs(RUNS, Faults.CUTS);
  }

  @Test
  void with_sessions_lost_every_message_arrives_in_order_and_once_in_each_session() {
    runs(RUNS, Faults.CUTS_AND_LOST_SESSIONS);
  }

  @Test
  void with_connects_unanswered_and_sessions_lost_no_filter_and_no_qos_1_is_missing() {
    runs(RUNS, Faults.UNANSWERED_CONNECTS);
  }

  @Test
  @Clause(
      v311 = {
        "MQTT-2.3.1-3",
        "MQTT-3.1.2-4",
        "MQTT-4.1.0-1",
        "MQTT-4.1.0-2",
        "MQTT-4.3.2-1",
        "MQTT-4.3.3-1",
        "MQTT-4.3.3-2",
        "MQTT-4.4.0-1",
        "MQTT-4.6.0-1"
      },
      v5 = {
        "MQTT-3.1.2-23",
        "MQTT-4.1.0-1",
        "MQTT-4.3.2-3",
        "MQTT-4.3.3-2",
        "MQTT-4.3.3-5",
        "MQTT-4.3.3-6",
        "MQTT-4.3.3-10",
        "MQTT-4.4.0-1",
        "MQTT-4.6.0-1"
      })
  void with_the_process_ended_anywhere_qos_2_arrives_once_in_each_session() {
    runs(RUNS, Faults.CRASHES);
  }

  @Test
  void with_power_cuts_too_what_is_on_disk_arrives_and_sync_qos_2_once_in_each_session() {
    runs(RUNS, Faults.EVERYTHING);
  }

  private static void runs(int count, Faults faults) {
    for (long seed = 1; seed <= count; seed++) {
      try {
        run(world(seed, faults, false), new Random(-seed), faults);
      } catch (RuntimeException | AssertionError e) {
        ModelWorld again = world(seed, faults, true);
        assertThrows(Throwable.class, () -> run(again, new Random(-again.seed), faults));
        int from = Math.max(0, again.log.size() - LOGGED);
        String log = String.join("\n", again.log.subList(from, again.log.size()));
        throw new AssertionError(faults + ", seed " + seed + ": " + e.getMessage() + "\n" + log, e);
      }
    }
  }

  private static ModelWorld world(long seed, Faults faults, boolean logging) {
    ModelWorld world = new ModelWorld(seed, logging);
    world.broker.keepsUnanswered = faults == Faults.UNANSWERED_CONNECTS;
    return world;
  }

  private static void run(ModelWorld world, Random random, Faults faults) {
    world.wantOthers();
    if (faults != Faults.CUTS || !world.old()) {
      // A session of MQTT 3.1.1 is known before the first message goes, one of MQTT 5 soon after.
      calm(world, random);
      world.firstSession = world.broker.session;
    }
    for (int event = 0; event < EVENTS; event++) {
      step(world, random, faults);
    }
    calm(world, random);
    assertTrue(world.idle(), () -> "stuck: " + world.state());
    judge(world, faults);
  }

  private static void calm(ModelWorld world, Random random) {
    world.connect();
    for (int event = 0; event < CALM && !world.idle(); event++) {
      work(world, random.nextInt(8));
    }
  }

  private static void step(ModelWorld world, Random random, Faults faults) {
    int dice = random.nextInt(1000);
    if (dice < 15) {
      world.cut();
    } else if (dice < 22) {
      if (faults != Faults.CUTS && faults != Faults.CRASHES) {
        world.cut();
        world.broker.loseSession();
      }
    } else if (dice < 30) {
      if (faults == Faults.CRASHES || faults == Faults.EVERYTHING) {
        world.crash(faults == Faults.EVERYTHING && random.nextBoolean());
      }
    } else if (dice < 60) {
      world.connect();
    } else if (dice < 150) {
      world.publish();
    } else if (dice < 200) {
      world.offer();
    } else if (dice < 210) {
      world.wantOthers();
    } else if (dice < 215) {
      world.subscribeAgain();
    } else if (dice < 235) {
      world.giveUp();
    } else {
      work(world, random.nextInt(8));
    }
  }

  private static void work(ModelWorld world, int kind) {
    switch (kind) {
      case 0 -> world.send();
      case 1 -> world.writeDisk();
      case 2 -> world.forceDisk();
      case 3 -> world.carryToBroker();
      case 4 -> world.carryToClient();
      case 5 -> world.handle();
      case 6 -> world.tellGivenUp();
      default -> world.broker.transmit();
    }
  }

  private static void judge(ModelWorld world, Faults faults) {
    Set<String> arrived = new HashSet<>();
    Set<String> inSession = new HashSet<>();
    Map<String, Long> lastOfTopic = new HashMap<>();
    for (ModelBroker.Arrived message : world.broker.arrived) {
      long sequence = Long.parseLong(message.text().substring(1));
      boolean ordered =
          world.timesWritten.getOrDefault(sequence, 0) < 2
              && !world.vanished.contains(sequence)
              && !world.givenUp.contains(sequence)
              && !(world.powerCuts && world.everGivenUp.contains(sequence));
      if (arrived.add(message.text()) && ordered) {
        long last = lastOfTopic.merge(message.topic(), sequence, Math::max);
        assertEquals(sequence, last, "first deliveries of " + message.topic() + " out of order");
      }
      boolean promised = !world.powerCuts || world.sync.contains(sequence);
      if (message.qos() == 2 && promised) {
        assertTrue(
            inSession.add(message.session() + " " + message.text()),
            message.text() + " arrived twice in one session");
      }
    }
    for (long sequence : world.accepted) {
      boolean unknowable =
          faults == Faults.UNANSWERED_CONNECTS
              && world.published.get(sequence).qos() == QoS.EXACTLY_ONCE;
      unknowable |= world.givenUp.contains(sequence);
      assertTrue(unknowable || arrived.contains("m" + sequence), "m" + sequence + " was lost");
    }
    if (faults == Faults.CUTS || faults == Faults.CRASHES) {
      assertEquals(world.firstSession, world.broker.session, "we threw the session away");
      world.owed.forEach(
          text -> assertTrue(world.handledTexts.contains(text), text + " never reached us"));
    }
    world.broker.confirmed.forEach(
        text -> assertTrue(world.handledTexts.contains(text), text + " was never handled"));
    world.heard.forEach(
        (text, times) -> {
          if (text.endsWith("q2")) {
            assertTrue(times <= 1 + world.crashes, text + " was heard " + times + " times");
          }
        });
    assertEquals(Map.copyOf(world.wanted), Map.copyOf(world.broker.filters));
  }
}
