package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Outcome;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.Ticket;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.itests.testkit.Manners;
import org.robustmqtt.itests.testkit.ScriptedBroker;
import org.robustmqtt.whiteboard.OutcomeListener;

/** Many callers at once, and one that does not stop, against the whole: one outcome each. */
class ApiLoadTest {
  private static final int TIGHT = 100_000;
  private static final int WINDOW = 10;
  private static final int PUBLISHERS = 8;
  private static final int EACH = 1_000;
  private static final long MINUTES = 4;

  @TempDir Path folder;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<Long, AtomicInteger> outcomes = new ConcurrentHashMap<>();
  private final Map<Outcome.Kind, AtomicInteger> kinds = new ConcurrentHashMap<>();

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  private void count(Hub hub) {
    OutcomeListener counter =
        settlement -> {
          outcomes.computeIfAbsent(settlement.id(), id -> new AtomicInteger()).incrementAndGet();
          kinds
              .computeIfAbsent(settlement.outcome().kind(), kind -> new AtomicInteger())
              .incrementAndGet();
        };
    hub.register(OutcomeListener.class, counter, Map.of());
  }

  private static Map<String, Object> settings(ScriptedBroker broker) {
    Map<String, Object> settings = Hub.settings(broker.uri());
    settings.put("queueMaxMessages", "150000");
    settings.put("queueMaxBytes", "64MB");
    settings.put("maxInflight", Integer.toString(WINDOW));
    return settings;
  }

  @Test
  void a_hundred_thousand_in_a_tight_loop_half_of_them_offline_have_one_outcome_each()
      throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      broker.refuse();
      count(hub);
      hub.configure("home", settings(broker));
      RobustMqttConnection home = hub.connection("home");
      for (int i = 0; i < TIGHT; i++) {
        if (i == TIGHT / 2) {
          broker.listen();
        }
        home.publish(Message.of("tight/" + i % 7, new byte[20]).withDurability(Durability.MEMORY));
      }
      assertTrue(home.flush(Duration.ofMinutes(MINUTES)), () -> home.status().toString());
      var counters = home.status().counters();
      assertEquals(TIGHT, counters.accepted());
      assertEquals(TIGHT, counters.acknowledged());
      assertEquals(0, home.pending().total());
      org.robustmqtt.itests.testkit.Await.until(
          () -> "all are heard of: " + outcomes.size(), () -> outcomes.size() == TIGHT);
      outcomes.values().forEach(times -> assertEquals(1, times.get()));
      assertWindow(broker);
    }
  }

  /** Never more than the window between the PUBLISHes that were read and the PUBACKs written. */
  private static void assertWindow(ScriptedBroker broker) {
    int open = 0;
    for (var line : broker.recording().lines()) {
      Packet packet = line.packet();
      if (packet instanceof Publish) {
        open++;
        assertTrue(open <= WINDOW, "unacknowledged: " + open);
      } else if (packet instanceof Puback) {
        open--;
      }
    }
  }

  @Test
  void eight_publishers_against_cancel_purge_reconfigure_cuts_and_flush_get_one_outcome_each()
      throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        Hub hub = Hub.start(folder)) {
      count(hub);
      Map<String, Object> settings = settings(broker);
      hub.configure("home", settings);
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      AtomicBoolean stop = new AtomicBoolean();
      List<Future<List<Ticket>>> publishers = new ArrayList<>();
      for (int i = 0; i < PUBLISHERS; i++) {
        int seed = i;
        Callable<List<Ticket>> publisher = () -> publish(home, seed);
        publishers.add(threads.submit(publisher));
      }
      Future<Integer> meddler = threads.submit(() -> meddle(hub, home, settings, stop));
      Set<Long> ids = new HashSet<>();
      List<Ticket> tickets = new ArrayList<>();
      for (Future<List<Ticket>> publisher : publishers) {
        for (Ticket ticket : publisher.get(MINUTES, TimeUnit.MINUTES)) {
          assertTrue(ids.add(ticket.id()), "an id twice");
          tickets.add(ticket);
        }
      }
      stop.set(true);
      assertTrue(meddler.get(MINUTES, TimeUnit.MINUTES) > 0);
      home.connect();
      assertTrue(home.flush(Duration.ofMinutes(MINUTES)), () -> home.status().toString());
      for (Ticket ticket : tickets) {
        ticket.outcome().toCompletableFuture().get(MINUTES, TimeUnit.MINUTES);
        ticket.stored().toCompletableFuture().get(MINUTES, TimeUnit.MINUTES);
      }
      org.robustmqtt.itests.testkit.Await.until(
          () -> "all are heard of: " + outcomes.size(), () -> outcomes.size() == ids.size());
      assertEquals(ids, outcomes.keySet());
      outcomes.values().forEach(times -> assertEquals(1, times.get()));
      assertEquals(ids.size(), home.status().counters().accepted());
    }
  }

  private static List<Ticket> publish(RobustMqttConnection home, int seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    List<Ticket> tickets = new ArrayList<>();
    for (int i = 0; i < EACH; i++) {
      Message message =
          Message.of("load/" + random.nextInt(5), new byte[random.nextInt(60)])
              .withQos(random.nextInt(3))
              .withDurability(Durability.values()[random.nextInt(3)]);
      try {
        tickets.add(home.publish(message, Duration.ofMinutes(MINUTES)));
      } catch (NotAcceptedException busy) {
        assertEquals(NotAcceptedException.Reason.STORE_BUSY, busy.reason());
      }
    }
    return tickets;
  }

  /** Does what people and programs do meanwhile; returns how often. */
  private static int meddle(
      Hub hub, RobustMqttConnection home, Map<String, Object> settings, AtomicBoolean stop)
      throws Exception {
    SplittableRandom random = new SplittableRandom(4711);
    int times = 0;
    while (!stop.get()) {
      home.browse(5).forEach(pending -> home.cancel(pending.id()));
      switch (random.nextInt(8)) {
        case 0 -> home.purge();
        case 1 -> home.reconnectNow();
        case 2 -> home.disconnect();
        case 3 ->
            hub.configure("home", Hub.with(settings, "queueMaxMessages", "" + (50 + times % 500)));
        case 4 -> hub.configure("home", Hub.with(settings, "keepAlive", "" + (30 + times % 9)));
        case 5 -> home.flush(Duration.ofMillis(1));
        default -> home.status();
      }
      home.connect();
      times++;
    }
    hub.configure("home", settings);
    return times;
  }
}
