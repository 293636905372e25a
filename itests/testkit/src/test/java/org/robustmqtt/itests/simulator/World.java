package org.robustmqtt.itests.simulator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Virtual time, what happens when, the trace, and the first sentence that was broken. One thread;
 * nothing here knows what it simulates.
 */
final class World {
  private static final int MOST_STEPS = 300_000;
  private static final int CROWD = 40;
  private static final int TRACED = 4_000;

  /** What happens at a time; may be taken back. */
  static final class Event implements Comparable<Event> {
    private final long due;
    private final long order;
    private Runnable task;

    private Event(long due, long order, Runnable task) {
      this.due = due;
      this.order = order;
      this.task = task;
    }

    void cancel() {
      task = null;
    }

    boolean isSet() {
      return task != null;
    }

    @Override
    public int compareTo(Event other) {
      int byDue = Long.compare(due, other.due);
      return byDue != 0 ? byDue : Long.compare(order, other.order);
    }
  }

  /** A sentence does not hold. */
  record Finding(Sentence sentence, String detail) {
    @Override
    public String toString() {
      return sentence + ": " + sentence.text + " - " + detail;
    }
  }

  final long seed;
  final boolean tracing;
  final SplittableRandom order;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final ArrayDeque<String> trace = new ArrayDeque<>();
  private final long[] faults = new long[Fault.values().length];
  private final List<Machine> machines = new ArrayList<>(1);
  private Optional<Finding> finding = Optional.empty();
  private long counter;
  private long now;
  private long steps;
  private long hash;
  private long mostSteps = MOST_STEPS;

  World(long seed, SplittableRandom order, boolean tracing) {
    this.seed = seed;
    this.order = order;
    this.tracing = tracing;
  }

  /** There are many connections. */
  void crowded() {
    mostSteps = CROWD * MOST_STEPS;
  }

  /** From now on this is the machine that runs. */
  void machine(Machine machine) {
    machines.clear();
    machines.add(machine);
  }

  long now() {
    return now;
  }

  /** Time goes by while nobody does anything: a machine that is busy otherwise. */
  void stall(long nanos) {
    now += nanos;
  }

  Event at(long delayNanos, Runnable task) {
    Event event = new Event(now + Math.max(0, delayNanos), counter++, task);
    events.add(event);
    return event;
  }

  void happened(Fault fault) {
    faults[fault.ordinal()]++;
  }

  long[] faults() {
    return faults;
  }

  boolean hasHappened(Fault fault) {
    return faults[fault.ordinal()] > 0;
  }

  void broken(Sentence sentence, String detail) {
    if (defects() && sentence.needsSession) {
      return;
    }
    if (finding.isEmpty()) {
      trace(() -> "!!! " + sentence + ": " + detail);
      finding = Optional.of(new Finding(sentence, detail));
    }
  }

  void check(boolean holds, Sentence sentence, Supplier<String> otherwise) {
    if (!holds) {
      broken(sentence, otherwise.get());
    }
  }

  Optional<Finding> finding() {
    return finding;
  }

  /** Returns whether something unexpected was thrown on the loop. */
  boolean defects() {
    return hasHappened(Fault.ERROR_ON_LOOP) || hasHappened(Fault.LOOP_STANDS);
  }

  void trace(Supplier<String> line) {
    if (tracing) {
      String text = String.format("%12.6f %s", now / 1e9, line.get());
      hash = hash * 31 + text.hashCode();
      trace.add(text);
      if (trace.size() > TRACED) {
        trace.remove();
      }
    }
  }

  List<String> trace() {
    return new ArrayList<>(trace);
  }

  /** A number that two runs share if everything that was traced is the same. */
  long hash() {
    return hash;
  }

  long steps() {
    return steps;
  }

  /** Lets time pass until the condition holds, at most so long; stops at a finding. */
  boolean run(long nanos, java.util.function.BooleanSupplier until) {
    long end = now + nanos;
    while (finding.isEmpty()) {
      while (finding.isEmpty() && step()) {
        if (++steps > mostSteps) {
          broken(Sentence.NEVER_STUCK, "the world does not come to rest");
        }
      }
      if (until.getAsBoolean()) {
        return true;
      }
      long next = nextDue();
      if (next > end) {
        now = Math.max(now, end);
        return until.getAsBoolean();
      }
      machines.forEach(Machine::resting);
      now = Math.max(now, next);
    }
    return false;
  }

  private long nextDue() {
    while (!events.isEmpty() && !events.peek().isSet()) {
      events.remove();
    }
    long next = events.isEmpty() ? Long.MAX_VALUE : events.peek().due;
    for (Machine machine : machines) {
      next = Math.min(next, machine.nextDue());
    }
    return next;
  }

  /** Does one thing that can be done now, one of all; false if there is none. */
  private boolean step() {
    while (!events.isEmpty() && !events.peek().isSet()) {
      events.remove();
    }
    boolean due = !events.isEmpty() && events.peek().due <= now;
    Machine machine = machines.isEmpty() ? null : machines.get(0);
    int ready = machine == null ? 0 : machine.ready();
    int choices = ready + (due ? 1 : 0);
    if (choices == 0) {
      return false;
    }
    int choice = choices == 1 ? 0 : order.nextInt(choices);
    if (choice < ready) {
      machine.step(choice);
    } else {
      Event event = events.remove();
      Runnable task = event.task;
      event.task = null;
      task.run();
    }
    List.copyOf(machines).forEach(Machine::afterStep);
    return true;
  }
}
