package org.robustmqtt.itests.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.client.door.Lanes;
import org.robustmqtt.client.outbox.Entry;
import org.robustmqtt.client.outbox.Handover;
import org.robustmqtt.client.outbox.Outbox;
import org.robustmqtt.client.policy.ClockRules;
import org.robustmqtt.client.policy.DeliveryPolicy;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalSettings;
import org.robustmqtt.persistence.SimulatedStore;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.door.DiskFile;
import org.robustmqtt.persistence.door.Rounds;
import org.robustmqtt.persistence.journal.DiskJournal;
import org.robustmqtt.persistence.runtime.FileDisk;
import org.robustmqtt.persistence.runtime.NoMemory;

/**
 * Delivery-rules 12: many lanes lie mixed in the same segments, and a drain reads each segment at
 * most twice. A read that begins before the one before it is another pass over the segment.
 */
class LaneReadsTest {
  private static final int LANES = 50;
  private static final int MESSAGES = 30_000;

  @TempDir Path folder;

  private final TreeMap<String, Integer> passes = new TreeMap<>();
  private final Map<String, Long> lastBegin = new HashMap<>();
  private boolean counting;
  private long nanos;
  private Steps steps;

  /** Rounds of the journal thread, run by the test. */
  private final class Steps implements Rounds {
    private final Work work;
    private boolean woken;
    private boolean running;

    private Steps(Work work) {
      this.work = work;
    }

    @Override
    public boolean wake() {
      woken = true;
      return true;
    }

    private void run() {
      running = true;
      while (woken) {
        woken = false;
        work.round();
      }
      running = false;
    }

    @Override
    public boolean await(BooleanSupplier condition, long wait) {
      nanos += wait;
      woken = true;
      run();
      return condition.getAsBoolean();
    }

    @Override
    public boolean awaitUninterrupted(BooleanSupplier condition, long wait) {
      return await(condition, wait);
    }

    @Override
    public boolean isCurrent() {
      return running;
    }
  }

  private static final class Direct implements Lanes {
    @Override
    public Executor lane() {
      return Runnable::run;
    }

    @Override
    public Executor pool() {
      return Runnable::run;
    }

    @Override
    public boolean isCurrent() {
      return false;
    }
  }

  private long passed() {
    return nanos;
  }

  private Journal open() throws Exception {
    FileDisk disk = new FileDisk();
    Disk counted =
        proxy(
            Disk.class,
            disk,
            (method, arguments, answer) ->
                method.getName().equals("openToRead")
                    ? counted(((Path) arguments[0]).getFileName().toString(), (DiskFile) answer)
                    : answer);
    org.robustmqtt.persistence.door.Clock clock =
        new org.robustmqtt.persistence.door.Clock() {
          @Override
          public long nanos() {
            return passed();
          }

          @Override
          public long wallMillis() {
            return 1_700_000_000_000L + passed() / 1_000_000;
          }
        };
    DiskJournal.Shape shape = new DiskJournal.Shape(1 << 20, 5, 1_000);
    Journal journal =
        SimulatedStore.open(
                counted,
                new NoMemory("it is about reading"),
                clock,
                work -> {
                  steps = new Steps(work);
                  return steps;
                },
                folder,
                shape)
            .open(
                "home", new JournalSettings(Optional.empty(), Duration.ofMillis(10), 0), () -> {});
    steps.run();
    return journal;
  }

  private DiskFile counted(String name, DiskFile file) {
    return proxy(
        DiskFile.class,
        file,
        (method, arguments, answer) -> {
          if (method.getName().equals("read") && counting) {
            long begin = (long) arguments[1];
            if (begin < lastBegin.getOrDefault(name, Long.MAX_VALUE)) {
              passes.merge(name, 1, Integer::sum);
            }
            lastBegin.put(name, begin);
          }
          return answer;
        });
  }

  private interface After {
    Object look(Method method, Object[] arguments, Object answer);
  }

  private static <T> T proxy(Class<T> type, T target, After after) {
    Object made =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              try {
                return after.look(method, arguments, method.invoke(target, arguments));
              } catch (InvocationTargetException e) {
                throw e.getCause() instanceof IOException ? e.getCause() : e;
              }
            });
    return type.cast(made);
  }

  /** The first lane goes before all others, which have one priority. */
  private static PolicyTable table() {
    List<PolicyTable.Rule> rules = new ArrayList<>();
    for (int i = 1; i < LANES; i++) {
      int priority = i == 1 ? 9 : DeliveryPolicy.DEFAULT.priority();
      DeliveryPolicy policy =
          DeliveryPolicy.of("policy " + i, Optional.empty(), draft -> draft.priority = priority);
      rules.add(new PolicyTable.Rule(i + "/#", policy));
    }
    return new PolicyTable(DeliveryPolicy.DEFAULT, rules);
  }

  @Test
  void a_drain_of_fifty_lanes_mixed_in_the_same_segments_reads_each_at_most_twice()
      throws Exception {
    Journal journal = open();
    PolicyTable table = table();
    org.robustmqtt.client.door.Clock clock =
        new org.robustmqtt.client.door.Clock() {
          @Override
          public long nanos() {
            return passed();
          }

          @Override
          public long wallMillis() {
            return 1_700_000_000_000L;
          }
        };
    Outbox outbox =
        new Outbox(
            "home",
            clock,
            journal,
            new Limits(MESSAGES, 1L << 30, 1 << 20, 10),
            new Outbox.Found(
                List.of(), List.of(), 0, ClockRules.DEFAULT, Map.of(), Handover.nothing()),
            table,
            Outbox.Window.STANDARD,
            (entry, outcome) ->
                journal.settled(entry.sequence(), written -> entry.announce(outcome)),
            new Direct());
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < MESSAGES; i++) {
      int lane = random.nextInt(4) == 0 ? 1 : random.nextInt(LANES);
      outbox.publish(
          Message.of(lane + "/" + random.nextInt(3), new byte[400])
              .withQos(1)
              .withDurability(Durability.SYNC));
      if (i % 500 == 0) {
        steps.run();
      }
    }
    steps.run();
    assertEquals(MESSAGES, outbox.status().messages());
    int segments = journal.status().segments();
    assertTrue(segments > 10, segments + " segments");
    assertTrue(outbox.browse(MESSAGES).size() < MESSAGES / 5, "most are on disk only");

    counting = true;
    Map<String, Long> last = new HashMap<>();
    int drained = 0;
    boolean alarmsOver = false;
    while (outbox.status().messages() > 0) {
      steps.run();
      Optional<Entry> turn = outbox.next(true);
      if (turn.isPresent()) {
        Entry entry = turn.get();
        String topic = entry.message().topic();
        assertTrue(last.getOrDefault(topic, 0L) < entry.sequence(), topic);
        last.put(topic, entry.sequence());
        boolean alarm = topic.startsWith("1/");
        assertFalse(alarm && alarmsOver, "an alarm behind others");
        alarmsOver = !alarm;
        drained++;
        outbox.settle(entry.sequence(), new Outcome.Acknowledged(0, false));
      }
    }
    assertEquals(MESSAGES, drained);
    assertTrue(passes.size() > 10, passes.toString());
    passes.forEach((segment, count) -> assertTrue(count <= 2, segment + " was read " + count));
  }
}
