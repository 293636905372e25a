package org.robustmqtt.client.component;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.robustmqtt.client.door.SerialLane;

/** A lane that runs when the test says so, in virtual time. */
final class FakeLane implements SerialLane {
  private record Timed(long at, Runnable task) {}

  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final List<Timed> timed = new ArrayList<>();
  private long now;

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public Runnable schedule(long millis, Runnable task) {
    Timed entry = new Timed(now + millis, task);
    timed.add(entry);
    return () -> timed.remove(entry);
  }

  /** Runs what was given, and what that gives. */
  void run() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  /** Lets time pass and runs what is due. */
  void pass(long millis) {
    now += millis;
    for (Timed entry : List.copyOf(timed)) {
      if (entry.at <= now && timed.remove(entry)) {
        tasks.add(entry.task);
      }
    }
    run();
  }

  /** Returns how many tasks wait for their time. */
  int waiting() {
    return timed.size();
  }
}
