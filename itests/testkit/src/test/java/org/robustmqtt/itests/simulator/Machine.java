package org.robustmqtt.itests.simulator;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.door.Entropy;
import org.robustmqtt.client.door.Helpers;
import org.robustmqtt.client.door.Lanes;
import org.robustmqtt.client.door.Loop;
import org.robustmqtt.client.door.Net;
import org.robustmqtt.journal.JournalProvider;
import org.robustmqtt.persistence.SimulatedStore;
import org.robustmqtt.persistence.door.Rounds;
import org.robustmqtt.persistence.journal.DiskJournal;

/**
 * The threads of one process, as queues: loop, journal, listener lanes, helpers. Which of them goes
 * on is decided by the world, one piece of work at a time. Each process has a machine of its own;
 * when it dies, what was queued is gone.
 */
final class Machine {
  /** The number of the journal thread, see {@link #late}. */
  static final int JOURNAL = 1;

  /** After so long another thread takes the place of a loop that stands. */
  private static final long STANDS = 10_000_000_000L;

  static final Path BASE = Path.of("/store").toAbsolutePath();

  private final World world;
  private final SplittableRandom random;
  private final SimDisk disk;
  private final SimNet net;
  private final WallClock wall;
  private final long origin;
  private final Runnable onCrash;

  private final ArrayDeque<Runnable> loopTasks = new ArrayDeque<>();
  private final List<Loop.Accidents> hearers = new ArrayList<>();
  private final List<World.Event> timers = new ArrayList<>();
  private final List<SimLane> lanes = new ArrayList<>();
  private final List<Runnable> pool = new ArrayList<>();
  private final ArrayDeque<Runnable> helpers = new ArrayDeque<>();
  private final StepRounds rounds = new StepRounds();
  private final Doors doors;
  private Rounds.Work work;

  private boolean alive = true;

  /** Whether an application is within a call of publish. */
  boolean publishing;

  private boolean onLoop;
  private boolean onLane;
  private BooleanSupplier mustSchedule = () -> false;
  private int openTimers;
  private final Planned loopErrors;
  private final Planned loopStands;

  /** Whether the thread of the loop does not come back from its task. */
  private boolean stands;

  private final Planned journalErrors;

  /** How many of the next calls of helpers throw. */
  int helperErrors;

  /** Until when a thread does not begin: it could not be started, and is tried again. */
  private long loopFrom;

  private long journalFrom;
  private long helpersFrom;
  private long lanesFrom;

  /** A wall clock, which a person or NTP sets. */
  static final class WallClock {
    long offsetMillis = 1_700_000_000_000L;
  }

  Machine(
      World world,
      SplittableRandom random,
      SimDisk disk,
      SimNet net,
      WallClock wall,
      Runnable onCrash) {
    this.world = world;
    this.random = random;
    this.disk = disk;
    this.net = net;
    this.wall = wall;
    this.onCrash = onCrash;
    origin = random.nextLong(1L << 50) - world.now();
    loopErrors = new Planned(world, Fault.ERROR_ON_LOOP, () -> onLoop);
    loopStands = new Planned(world, Fault.LOOP_STANDS, () -> onLoop, this::stand);
    journalErrors =
        new Planned(world, Fault.ERROR_ON_JOURNAL_THREAD, () -> alive && rounds.isCurrent());
    disk.before = journalErrors::call;
    disk.memory.mayEnd = () -> publishing || rounds.isCurrent();
    doors =
        new Doors(
            new SimClock(),
            new SimLoop(),
            new SimHelpers(),
            new SimLanes(),
            (Entropy) random::nextLong,
            new MachineNet(net));
  }

  Doors doors() {
    return doors;
  }

  /** Returns the doors with another network behind them. */
  Doors doors(SimNet other) {
    return new Doors(
        doors.clock(),
        doors.loop(),
        doors.helpers(),
        doors.lanes(),
        doors.entropy(),
        new MachineNet(other),
        doors.files());
  }

  JournalProvider store(DiskJournal.Shape shape) {
    SimClock clock = new SimClock();
    return SimulatedStore.open(
        disk,
        disk.memory,
        clock,
        given -> {
          work = given;
          return rounds;
        },
        BASE,
        shape);
  }

  /** Says when something has to be scheduled. */
  void mustSchedule(BooleanSupplier when) {
    mustSchedule = when;
  }

  /** Lets the loop, or the journal thread, meet an error at one of the next calls of a door. */
  void error(boolean onTheLoop, int call) {
    (onTheLoop ? loopErrors : journalErrors).at(call);
  }

  /** Lets the loop not come back from one of the next calls of a door. */
  void stands(int call) {
    loopStands.at(call);
  }

  /** What a thread does when it comes back after another one took over, is not on the loop. */
  private void stand() {
    onLoop = false;
    stands = true;
  }

  /** Threads that cannot be started for a while, one of them. */
  void late(int which, long nanos) {
    long from = world.now() + nanos;
    switch (which) {
      case 0 -> loopFrom = from;
      case JOURNAL -> journalFrom = from;
      case 2 -> helpersFrom = from;
      default -> lanesFrom = from;
    }
    world.trace(() -> "thread " + which + " does not start for " + nanos / 1e9 + " s");
    world.happened(Fault.THREAD_LATE);
    // Somebody has to look again when it begins.
    world.at(nanos, () -> {});
  }

  /** Whether the journal thread can be started: without it nothing more is written. */
  boolean journalBegins() {
    return journalFrom <= world.now();
  }

  /** No more errors, and every thread begins. */
  void heal() {
    loopErrors.cancel();
    loopStands.cancel();
    journalErrors.cancel();
    helperErrors = 0;
    loopFrom = 0;
    journalFrom = 0;
    helpersFrom = 0;
    lanesFrom = 0;
  }

  private boolean loopReady() {
    return !loopTasks.isEmpty() && loopFrom <= world.now();
  }

  private boolean helpersReady() {
    return !helpers.isEmpty() && helpersFrom <= world.now();
  }

  private boolean poolReady() {
    return !pool.isEmpty() && lanesFrom <= world.now();
  }

  /** The network is used: a call of a door, too. */
  void doorUsed() {
    loopErrors.call();
    loopStands.call();
  }

  boolean isAlive() {
    return alive;
  }

  boolean isOnLoop() {
    return onLoop;
  }

  /** The process ends: nothing of it happens any more. */
  void die() {
    alive = false;
    loopTasks.clear();
    lanes.clear();
    pool.clear();
    helpers.clear();
    timers.forEach(World.Event::cancel);
    timers.clear();
    net.processEnded(this);
  }

  /** Returns how many timers of the loop are set. */
  int timersSet() {
    timers.removeIf(timer -> !timer.isSet());
    return timers.size();
  }

  boolean journalIdle() {
    return !rounds.woken && (rounds.due == Long.MAX_VALUE);
  }

  boolean nothingQueued() {
    return loopTasks.isEmpty()
        && pool.isEmpty()
        && helpers.isEmpty()
        && lanes.stream().allMatch(lane -> lane.tasks.isEmpty());
  }

  // What the world asks.

  /** Returns how many pieces of work could be done now. */
  int ready() {
    if (!alive) {
      return 0;
    }
    int ready = loopReady() ? 1 : 0;
    ready += rounds.ready() ? 1 : 0;
    ready += poolReady() ? 1 : 0;
    ready += helpersReady() ? 1 : 0;
    for (SimLane lane : lanes) {
      ready += lane.ready() ? 1 : 0;
    }
    return ready;
  }

  void step(int choice) {
    int left = choice;
    if (loopReady() && left-- == 0) {
      runOnLoop(loopTasks.poll());
      return;
    }
    if (rounds.ready() && left-- == 0) {
      rounds.run();
      return;
    }
    if (poolReady() && left-- == 0) {
      runOnLane(pool.remove(pool.size() == 1 ? 0 : random.nextInt(pool.size())));
      return;
    }
    if (helpersReady() && left-- == 0) {
      helpers.poll().run();
      return;
    }
    for (SimLane lane : lanes) {
      if (lane.ready() && left-- == 0) {
        runOnLane(lane.tasks.poll());
        return;
      }
    }
    throw new IllegalStateException("no choice " + choice);
  }

  void afterStep() {
    if (alive && disk.hasCrashed()) {
      onCrash.run();
    }
  }

  long nextDue() {
    if (!alive) {
      return Long.MAX_VALUE;
    }
    long next = rounds.nextDue();
    for (SimLane lane : lanes) {
      if (!lane.tasks.isEmpty()) {
        next = Math.min(next, Math.max(lane.heldUntil, lanesFrom));
      }
    }
    return next;
  }

  /** Nothing can be done before time passes. */
  void resting() {
    if (!alive) {
      return;
    }
    if (!loopTasks.isEmpty() || !helpers.isEmpty() || !pool.isEmpty()) {
      return;
    }
    for (int i = timers.size() - 1; i >= 0; i--) {
      if (timers.get(i).isSet()) {
        return;
      }
    }
    world.check(!mustSchedule.getAsBoolean(), Sentence.NEVER_STUCK, () -> "nothing is scheduled");
  }

  private void runOnLoop(Runnable task) {
    onLoop = true;
    try {
      task.run();
    } catch (SimDisk.Crashed stopped) {
      throw new AssertionError("the loop touched the disk", stopped);
    } catch (Planned.PlannedError reported) {
      // The thread reports what a task throws, and goes on.
      world.trace(() -> "loop: " + reported);
      loopTasks.add(this::taskFailed);
    } catch (AssertionError reported) {
      // Of a thread that has gone on after its error, and is not on the loop any more.
      if (!stands) {
        throw reported;
      }
    } finally {
      onLoop = false;
    }
    if (stands) {
      stands = false;
      loopTasks.addFirst(this::replaced);
      loopFrom = Math.max(loopFrom, world.now() + STANDS);
      world.at(STANDS, () -> {});
    }
  }

  /** As the first of another thread of the loop. */
  private void replaced() {
    Throwable why = new IllegalStateException("the loop stood");
    List.copyOf(hearers).forEach(hearer -> hearer.replaced(why));
  }

  /** As at the end of a round of the real loop. */
  private void taskFailed() {
    List.copyOf(hearers).forEach(Loop.Accidents::taskFailed);
  }

  private void runOnLane(Runnable task) {
    onLane = true;
    try {
      task.run();
    } catch (Planned.PlannedError reported) {
      world.trace(() -> "lane: " + reported);
    } finally {
      onLane = false;
    }
  }

  private final class SimClock implements Clock, org.robustmqtt.persistence.door.Clock {
    @Override
    public long nanos() {
      doorUsed();
      journalErrors.call();
      return origin + world.now();
    }

    @Override
    public long wallMillis() {
      return wall.offsetMillis + world.now() / 1_000_000;
    }
  }

  private final class SimLoop implements Loop {
    @Override
    public boolean isCurrent() {
      return onLoop;
    }

    @Override
    public void execute(Runnable task) {
      if (alive) {
        loopTasks.add(task);
      }
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
      assert onLoop : "schedule: not on the loop";
      assert delayNanos >= 0 : "negative delay";
      doorUsed();
      boolean[] cancelled = {false};
      World.Event event =
          world.at(
              delayNanos,
              () ->
                  loopTasks.add(
                      () -> {
                        if (!cancelled[0]) {
                          task.run();
                        }
                      }));
      if (++openTimers % 64 == 0) {
        timers.removeIf(timer -> !timer.isSet());
      }
      timers.add(event);
      return () -> {
        cancelled[0] = true;
        event.cancel();
      };
    }

    @Override
    public void watchedBy(Accidents hearer) {
      hearers.add(hearer);
    }

    @Override
    public void notWatchedBy(Accidents hearer) {
      hearers.remove(hearer);
    }
  }

  private final class SimHelpers implements Helpers {
    @Override
    public <T> void call(
        Work kind, String subject, Callable<T> work, long deadlineNanos, Answer<T> answer) {
      assert onLoop : "helpers: not on the loop";
      boolean[] answered = {false};
      // Not one of the loop's timers: nobody can take a call back, and it ends by itself.
      World.Event late =
          world.at(
              deadlineNanos,
              () ->
                  doors
                      .loop()
                      .execute(
                          () -> {
                            if (!answered[0]) {
                              answered[0] = true;
                              answer.failed(new TimeoutException(kind.text()));
                            }
                          }));
      Runnable begin = () -> helpers.add(() -> work(work, answer, answered, late));
      long wait = net.resolverDelay();
      if (wait < 0) {
        return;
      }
      world.at(wait, begin);
    }

    private <T> void work(
        Callable<T> work, Answer<T> answer, boolean[] answered, World.Event late) {
      Runnable tell;
      try {
        if (helperErrors > 0) {
          helperErrors--;
          world.happened(Fault.ERROR_ON_HELPER);
          throw new Planned.PlannedError();
        }
        T value = work.call();
        tell = () -> answer.done(value);
      } catch (Throwable e) {
        tell = () -> answer.failed(e);
      }
      Runnable told = tell;
      doors
          .loop()
          .execute(
              () -> {
                if (!answered[0]) {
                  answered[0] = true;
                  late.cancel();
                  told.run();
                }
              });
    }
  }

  private final class SimLane implements Executor {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private long heldUntil;

    boolean ready() {
      return !tasks.isEmpty() && Math.max(heldUntil, lanesFrom) <= world.now();
    }

    @Override
    public void execute(Runnable task) {
      if (alive) {
        if (tasks.isEmpty() && slowLaneNanos > 0) {
          world.happened(Fault.LISTENER_SLOW);
          heldUntil = world.now() + random.nextLong(slowLaneNanos);
        }
        tasks.add(task);
      }
    }
  }

  /** How long a lane may take to begin, nanoseconds. */
  long slowLaneNanos;

  private final class SimLanes implements Lanes {
    @Override
    public Executor lane() {
      SimLane lane = new SimLane();
      lanes.add(lane);
      return lane;
    }

    @Override
    public Executor pool() {
      return task -> {
        if (alive) {
          pool.add(task);
        }
      };
    }

    @Override
    public boolean isCurrent() {
      return onLane;
    }
  }

  private final class MachineNet implements Net {
    private final SimNet net;

    private MachineNet(SimNet net) {
      this.net = net;
    }

    @Override
    public List<java.net.InetAddress> resolve(String host) throws java.net.UnknownHostException {
      return net.resolve(host);
    }

    @Override
    public Channel connect(InetSocketAddress address, Events events) {
      assert onLoop : "connect: not on the loop";
      doorUsed();
      return net.connect(Machine.this, events);
    }
  }

  /** How long the journal thread may take to begin a round, nanoseconds. */
  long slowJournalNanos;

  private final class StepRounds implements Rounds {
    private boolean woken;
    private long readyAt;
    private long due = Long.MAX_VALUE;
    private boolean running;

    @Override
    public boolean wake() {
      if (!woken) {
        woken = true;
        readyAt = world.now() + (slowJournalNanos > 0 ? random.nextLong(slowJournalNanos) : 0);
      }
      return true;
    }

    boolean ready() {
      return journalFrom <= world.now() && (woken && readyAt <= world.now() || due <= world.now());
    }

    long nextDue() {
      return Math.max(journalFrom, woken ? Math.min(readyAt, due) : due);
    }

    void run() {
      woken = false;
      running = true;
      long wait;
      try {
        wait = work.round();
      } catch (Planned.PlannedError reported) {
        // The thread reports what a round throws, and goes on.
        world.trace(() -> "journal thread: " + reported);
        wait = 1_000_000_000L;
      } finally {
        running = false;
      }
      due =
          wait == Work.NOTHING || wait == Work.FINISHED
              ? Long.MAX_VALUE
              : world.now() + Math.max(wait, 1);
    }

    @Override
    public boolean await(BooleanSupplier condition, long nanos) {
      long end = world.now() + nanos;
      while (!condition.getAsBoolean()) {
        if (disk.hasCrashed()) {
          throw new SimDisk.Crashed();
        }
        if (ready()) {
          run();
        } else if (world.now() >= end) {
          return false;
        } else {
          world.stall(Math.max(1, Math.min(end, nextDue()) - world.now()));
        }
      }
      return true;
    }

    @Override
    public boolean awaitUninterrupted(BooleanSupplier condition, long nanos) {
      return await(condition, nanos);
    }

    @Override
    public boolean isCurrent() {
      return running;
    }
  }
}
