package org.robustmqtt.client.testing;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.door.Entropy;
import org.robustmqtt.client.door.Helpers;
import org.robustmqtt.client.door.Lanes;
import org.robustmqtt.client.door.Loop;

/**
 * All doors in virtual time, on the test's thread. Nothing happens but within {@link #run()} and
 * {@link #advance}: tasks of the loop, timers in order of their due time, then what lanes and
 * helpers have to do, until nothing is left to do at this time.
 *
 * <p>What a task throws fails the run, but for the error of {@link #failAt}.
 */
public final class VirtualWorld {
  /** More tasks than this at one moment are an endless loop. */
  private static final int MOST_STEPS = 5_000_000;

  private final ArrayDeque<Runnable> loopTasks = new ArrayDeque<>();
  private final PriorityQueue<Timer> timers = new PriorityQueue<>();
  private final ArrayDeque<Runnable> laneTasks = new ArrayDeque<>();
  private final ArrayDeque<Runnable> helperTasks = new ArrayDeque<>();
  private final List<Loop.Accidents> watching = new ArrayList<>();
  private final Map<Path, byte[]> files = new HashMap<>();
  private final SplittableRandom random;
  private final VirtualNet net = new VirtualNet(this);
  private final Doors doors;

  private long nanos = 1_000_000_000_000L;
  private long wallOffsetMillis = 1_700_000_000_000L;
  private long counter;
  private boolean onLoop;
  private boolean onLane;
  private boolean helpersHeld;
  private boolean lanesHeld;

  /** So many calls of the loop's doors until one throws; negative: none does. */
  private int callsLeft = -1;

  private boolean standing;

  /** Makes a world without hosts. */
  public VirtualWorld(long seed) {
    random = new SplittableRandom(seed);
    doors =
        new Doors(
            new VirtualClock(),
            new VirtualLoop(),
            new VirtualHelpers(),
            new VirtualLanes(),
            (Entropy) random::nextLong,
            net,
            (path, atMost) -> {
              byte[] content = files.get(path);
              if (content == null) {
                throw new NoSuchFileException(path.toString());
              }
              return content.clone();
            });
  }

  /** Writes a file of the user's. */
  public void file(String path, byte[] content) {
    files.put(Path.of(path), content);
  }

  /** Removes a file of the user's. */
  public void removeFile(String path) {
    files.remove(Path.of(path));
  }

  /** Returns the doors of this world. */
  public Doors doors() {
    return doors;
  }

  /** Returns the network of this world. */
  public VirtualNet net() {
    return net;
  }

  /** Returns the monotonic time. */
  public long nanos() {
    return nanos;
  }

  /** Moves the wall clock alone. */
  public void jumpWall(Duration by) {
    wallOffsetMillis += by.toMillis();
  }

  /** No helper has time for what is given to them; or they go on. */
  public void holdHelpers(boolean held) {
    helpersHeld = held;
  }

  /** Listener lanes keep what they are given; or go on. */
  public void holdLanes(boolean held) {
    lanesHeld = held;
  }

  /** Returns how many timers are set and not cancelled. */
  public int timersSet() {
    return (int) timers.stream().filter(timer -> timer.task != null).count();
  }

  /** What {@link #failAt} throws. */
  private static final class PlannedError extends OutOfMemoryError {
    private static final long serialVersionUID = 1;

    PlannedError() {
      super("as planned");
    }
  }

  /**
   * Throws an {@code Error} at a call of clock, timers or network on the loop, once, as an
   * allocation or a system call may.
   *
   * @param call which of the calls from now on, from 0
   * @param stands whether the thread does not come back from it, and another one takes over
   */
  public void failAt(int call, boolean stands) {
    callsLeft = call;
    standing = stands;
  }

  /** Returns whether the error was thrown. */
  public boolean failed() {
    return callsLeft < 0;
  }

  /** A door of the loop is used. */
  void doorUsed() {
    if (onLoop && callsLeft >= 0 && callsLeft-- == 0) {
      // a thread that comes back after another one took over is not the loop any more
      onLoop = !standing;
      throw new PlannedError();
    }
  }

  /** Something happened to the loop that should not. */
  public void accident(Consumer<Loop.Accidents> what) {
    onLoop(() -> watching.forEach(what));
  }

  /** Runs a task on the loop, and then all there is to do at this time. */
  public void onLoop(Runnable task) {
    loopTasks.add(task);
    run();
  }

  /** Runs all there is to do at this time. */
  public void run() {
    int steps = 0;
    while (step()) {
      if (++steps > MOST_STEPS) {
        throw new AssertionError("the world does not come to rest");
      }
    }
  }

  /** Lets time pass; every timer runs at its due time. */
  public void advance(Duration duration) {
    advanceNanos(duration.toNanos());
  }

  /** Lets time pass; every timer runs at its due time. */
  public void advanceNanos(long duration) {
    long end = nanos + duration;
    run();
    for (long due = nextDue(); due <= end; due = nextDue()) {
      nanos = Math.max(nanos, due);
      run();
    }
    nanos = end;
    run();
  }

  /** Lets time pass until the condition holds; returns whether it did within the duration. */
  public boolean advanceUntil(Duration atMost, java.util.function.BooleanSupplier condition) {
    long end = nanos + atMost.toNanos();
    run();
    while (!condition.getAsBoolean()) {
      long due = nextDue();
      if (due > end) {
        nanos = end;
        run();
        return condition.getAsBoolean();
      }
      nanos = Math.max(nanos, due);
      run();
    }
    return true;
  }

  /** Returns how many nanoseconds remain until the next timer; {@code Long.MAX_VALUE}: none. */
  public long nanosToNextTimer() {
    long due = nextDue();
    return due == Long.MAX_VALUE ? due : due - nanos;
  }

  private long nextDue() {
    while (!timers.isEmpty() && timers.peek().task == null) {
      timers.remove();
    }
    return timers.isEmpty() ? Long.MAX_VALUE : timers.peek().due;
  }

  private boolean step() {
    Runnable task = loopTasks.poll();
    if (task == null && nextDue() <= nanos) {
      Timer timer = timers.remove();
      task = timer.task;
      timer.task = null;
    }
    if (task != null) {
      runOnLoop(task);
      return true;
    }
    task = lanesHeld ? null : laneTasks.poll();
    if (task != null) {
      onLane = true;
      try {
        task.run();
      } finally {
        onLane = false;
      }
      return true;
    }
    task = helpersHeld ? null : helperTasks.poll();
    if (task != null) {
      task.run();
      return true;
    }
    return false;
  }

  private void runOnLoop(Runnable task) {
    onLoop = true;
    try {
      task.run();
    } catch (PlannedError reported) {
      // As the loop does: reported, and the next round follows.
      loopTasks.add(() -> List.copyOf(watching).forEach(Loop.Accidents::taskFailed));
    } finally {
      onLoop = false;
    }
    if (standing && failed()) {
      standing = false;
      loopTasks.addFirst(
          () ->
              List.copyOf(watching)
                  .forEach(one -> one.replaced(new IllegalStateException("it stood"))));
    }
  }

  private final class VirtualClock implements Clock {
    @Override
    public long nanos() {
      doorUsed();
      return nanos;
    }

    @Override
    public long wallMillis() {
      return wallOffsetMillis + nanos / 1_000_000;
    }
  }

  private final class VirtualLoop implements Loop {
    @Override
    public boolean isCurrent() {
      return onLoop;
    }

    @Override
    public void execute(Runnable task) {
      loopTasks.add(task);
    }

    @Override
    public void watchedBy(Accidents hearer) {
      watching.add(hearer);
    }

    @Override
    public void notWatchedBy(Accidents hearer) {
      watching.remove(hearer);
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
      assert onLoop : "schedule: not on the loop";
      doorUsed();
      return addTimer(delayNanos, task);
    }
  }

  /** For the world's own parts: what happens later without being the loop's. */
  Loop.Timer addTimer(long delayNanos, Runnable task) {
    assert delayNanos >= 0 : "negative delay";
    Timer timer = new Timer(nanos + delayNanos, counter++, task);
    timers.add(timer);
    return timer;
  }

  private static final class Timer implements Loop.Timer, Comparable<Timer> {
    private final long due;
    private final long order;
    private Runnable task;

    Timer(long due, long order, Runnable task) {
      this.due = due;
      this.order = order;
      this.task = task;
    }

    @Override
    public void cancel() {
      task = null;
    }

    @Override
    public int compareTo(Timer other) {
      int byDue = Long.compare(due, other.due);
      return byDue != 0 ? byDue : Long.compare(order, other.order);
    }
  }

  private final class VirtualHelpers implements Helpers {
    @Override
    public <T> void call(
        Work kind, String subject, Callable<T> work, long deadlineNanos, Answer<T> answer) {
      assert onLoop : "helpers: not on the loop";
      List<Boolean> answered = new ArrayList<>();
      Loop.Timer late =
          addTimer(
              deadlineNanos,
              () -> {
                answered.add(true);
                answer.failed(new TimeoutException(kind.text()));
              });
      helperTasks.add(
          () -> {
            if (!answered.isEmpty()) {
              return;
            }
            Runnable tell;
            try {
              T value = work.call();
              tell = () -> answer.done(value);
            } catch (VirtualNet.Silence e) {
              return;
            } catch (Throwable e) {
              tell = () -> answer.failed(e);
            }
            Runnable told = tell;
            loopTasks.add(
                () -> {
                  if (answered.isEmpty()) {
                    late.cancel();
                    told.run();
                  }
                });
          });
    }
  }

  private final class VirtualLanes implements Lanes {
    @Override
    public Executor lane() {
      return laneTasks::add;
    }

    @Override
    public Executor pool() {
      return laneTasks::add;
    }

    @Override
    public boolean isCurrent() {
      return onLane;
    }
  }
}
