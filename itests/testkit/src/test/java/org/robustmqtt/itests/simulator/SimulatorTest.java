package org.robustmqtt.itests.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Thousands of schedules of faults. {@code -Dsimulation.schedules=N} runs N of them, {@code
 * -Dsimulation.seed=S} one, with its trace.
 */
class SimulatorTest {
  private static final int SCHEDULES = Integer.getInteger("simulation.schedules", 2_000);
  private static final long FIRST = Long.getLong("simulation.first", 1);
  private static final int WORKERS =
      Integer.getInteger("simulation.workers", Runtime.getRuntime().availableProcessors());

  /** With fewer schedules than this, a rare fault may not have happened. */
  private static final int ALL_FAULTS = 1_000;

  private static final int SHOWN = 400;
  private static final int MOST_FINDINGS = Integer.getInteger("simulation.findings", 5);

  @BeforeAll
  static void the_connections_are_quiet() {
    // Hundreds of outages a second are no news.
    System.setProperty("org.slf4j.simpleLogger.log.org.robustmqtt", "off");
    System.setProperty("org.slf4j.simpleLogger.log.org.robustmqtt.itests", "info");
  }

  @Test
  void the_rules_of_delivery_hold_in_every_schedule() throws InterruptedException {
    Logger log = LoggerFactory.getLogger(SimulatorTest.class);
    Long only = Long.getLong("simulation.seed");
    if (only != null) {
      Schedule.Result result = new Schedule(only, true).run();
      result.trace().forEach(log::info);
      log.info("seed {}: {} steps, {} messages", only, result.steps(), result.messages());
      result.finding().ifPresent(finding -> fail("seed " + only + ": " + finding));
      return;
    }
    long[] faults = new long[Fault.values().length];
    ConcurrentLinkedQueue<Schedule.Result> findings = new ConcurrentLinkedQueue<>();
    AtomicLong next = new AtomicLong(FIRST);
    AtomicLong steps = new AtomicLong();
    AtomicLong messages = new AtomicLong();
    long begin = System.nanoTime();
    List<Thread> workers = new ArrayList<>();
    ConcurrentLinkedQueue<Throwable> defects = new ConcurrentLinkedQueue<>();
    for (int i = 0; i < WORKERS; i++) {
      Thread worker =
          new Thread(
              () -> {
                for (long seed = next.getAndIncrement();
                    seed < FIRST + SCHEDULES && findings.size() < MOST_FINDINGS;
                    seed = next.getAndIncrement()) {
                  Schedule.Result result = run(seed);
                  steps.addAndGet(result.steps());
                  messages.addAndGet(result.messages());
                  synchronized (faults) {
                    for (int f = 0; f < faults.length; f++) {
                      faults[f] += result.faults()[f];
                    }
                  }
                  if (result.finding().isPresent()) {
                    findings.add(result);
                  }
                }
              },
              "simulation-" + i);
      worker.setUncaughtExceptionHandler((thread, thrown) -> defects.add(thrown));
      workers.add(worker);
      worker.start();
    }
    for (Thread worker : workers) {
      worker.join();
    }
    if (!defects.isEmpty()) {
      throw new AssertionError("a schedule broke off", defects.peek());
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    long ran = Math.min(SCHEDULES, next.get() - FIRST);
    log.info(
        String.format(
            "%d schedules in %.1f s, %.0f a second; %d messages, %d steps",
            ran, seconds, ran / seconds, messages.get(), steps.get()));
    for (Fault fault : Fault.values()) {
      log.info(String.format("%10d %s", faults[fault.ordinal()], fault));
    }
    findings.forEach(
        finding -> log.info("seed {}: {}", finding.seed(), finding.finding().orElseThrow()));
    if (!findings.isEmpty()) {
      fail(explain(findings.peek(), log));
    }
    if (SCHEDULES >= ALL_FAULTS) {
      for (Fault fault : Fault.values()) {
        assertTrue(faults[fault.ordinal()] > 0, fault + " never happened, so it proves nothing");
      }
    }
  }

  private static Schedule.Result run(long seed) {
    try {
      return new Schedule(seed, false).run();
    } catch (RuntimeException | Error e) {
      throw new AssertionError("seed " + seed, e);
    }
  }

  private static String explain(Schedule.Result finding, Logger log) {
    Schedule.Result again = new Schedule(finding.seed(), true).run();
    List<String> trace = again.trace();
    trace.subList(Math.max(0, trace.size() - SHOWN), trace.size()).forEach(log::info);
    return "seed "
        + finding.seed()
        + ": "
        + finding.finding().orElseThrow()
        + "\nreplay: mvn -o -pl itests/testkit -am test -Dtest=SimulatorTest"
        + " -Dsurefire.failIfNoSpecifiedTests=false -Dsimulation.seed="
        + finding.seed();
  }

  @Test
  void a_seed_gives_the_same_run_each_time() {
    for (long seed = 1; seed <= 20; seed++) {
      Schedule.Result first = new Schedule(seed, true).run();
      Schedule.Result second = new Schedule(seed, true).run();
      assertEquals(first.trace(), second.trace(), "seed " + seed);
      assertEquals(first.hash(), second.hash(), "seed " + seed);
    }
  }
}
