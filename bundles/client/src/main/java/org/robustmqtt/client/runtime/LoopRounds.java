package org.robustmqtt.client.runtime;

import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.door.Loop;

/**
 * The rounds of one thread of the loop: tasks, timers, what sockets are ready for. Whatever a step
 * throws, the next round follows. When another one took its place, it ends as soon as it can.
 */
final class LoopRounds implements Runnable {
  /**
   * What one thread of the loop leaves to the next.
   *
   * @param timers on the loop only
   * @param woken whether the selector was woken for this round
   */
  record Parts(
      Clock clock,
      SelectorProvider selectors,
      Queue<Runnable> tasks,
      TimerHeap timers,
      List<Loop.Accidents> hearers,
      AtomicBoolean woken) {}

  private static final long NANOS_PER_MILLI = 1_000_000;

  /** After a round that failed; without a pause a loop that cannot work would burn a processor. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** So many rounds fail one after another until the selector is held to be the reason. */
  private static final int FAILED_ROUNDS = 3;

  private final LoopThread loop;
  private final Parts parts;
  private final Throwable why;
  private final Thread thread;

  /** Stands between the tasks of this round and the next; running it does nothing. */
  private final Runnable endOfRound = () -> {};

  private LoopRounds before;
  private volatile Selector selector;
  private volatile long rounds;
  private volatile boolean waiting;
  private volatile long until;
  private boolean marked;
  private boolean taskFailed;
  private int failed;

  /** The watch's own: the rounds at its last look. */
  private long seen = -1;

  /**
   * Makes a thread that is not started.
   *
   * @param before whose place it takes; null: nobody's
   * @param why what happened to that; null: nothing
   */
  LoopRounds(
      LoopThread loop,
      Parts parts,
      Threads.Maker maker,
      Selector selector,
      LoopRounds before,
      Throwable why) {
    this.loop = loop;
    this.parts = parts;
    this.selector = selector;
    this.before = before;
    this.why = why;
    thread = maker.make("robust-mqtt/loop", this);
  }

  Thread thread() {
    return thread;
  }

  Selector selector() {
    return selector;
  }

  /** Looks from the thread of the watch. */
  LoopThread.Sight look() {
    if (thread.getState() == Thread.State.TERMINATED) {
      return LoopThread.Sight.GONE;
    }
    long now = rounds;
    boolean stood = now == seen;
    seen = now;
    boolean idle = waiting && parts.tasks.isEmpty() && until - parts.clock.nanos() > 0;
    return stood && !idle ? LoopThread.Sight.STANDING : LoopThread.Sight.WELL;
  }

  private boolean mine() {
    return loop.isTurning(this);
  }

  @Override
  public void run() {
    try {
      if (why != null) {
        guarded(this::takeOver);
      }
      while (!loop.isClosing() && mine()) {
        survivingRound();
      }
      if (mine()) {
        runTasks();
      }
    } catch (Throwable e) {
      loop.report(e);
    } finally {
      closeChannels(selector);
    }
  }

  private void takeOver() {
    if (before.thread.getState() == Thread.State.TERMINATED) {
      closeChannels(before.selector);
    }
    before = null;
    for (Loop.Accidents hearer : parts.hearers) {
      guarded(() -> hearer.replaced(why));
    }
  }

  private void survivingRound() {
    try {
      rounds++;
      round();
      failed = 0;
    } catch (Throwable e) {
      waiting = false;
      failed++;
      loop.report(e);
      try {
        if (e instanceof IOException
            || e instanceof ClosedSelectorException
            || failed % FAILED_ROUNDS == 0) {
          renewSelector();
        }
      } catch (Throwable again) {
        loop.report(again);
      }
      Threads.pause(PAUSE_NANOS);
    }
  }

  private void round() throws IOException {
    runTasks();
    runTimers();
    if (taskFailed) {
      taskFailed = false;
      for (Loop.Accidents hearer : parts.hearers) {
        guarded(hearer::taskFailed);
      }
    }
    select();
    runReady();
  }

  /** Runs the tasks that are there now; those added meanwhile wait for the next round. */
  private void runTasks() {
    parts.woken.set(false);
    if (!marked) {
      parts.tasks.add(endOfRound);
      marked = true;
    }
    while (mine()) {
      Runnable task = parts.tasks.poll();
      if (task == null || task == endOfRound) {
        marked = false;
        return;
      }
      guarded(task);
    }
  }

  private void runTimers() {
    long now = parts.clock.nanos();
    for (Runnable task = parts.timers.poll(now);
        task != null;
        task = mine() ? parts.timers.poll(now) : null) {
      guarded(task);
    }
  }

  private void select() throws IOException {
    long now = parts.clock.nanos();
    long wait = parts.timers.nanosToNext(now);
    if (!parts.tasks.isEmpty() || loop.isClosing() || wait == 0) {
      selector.selectNow();
    } else {
      until = now + Math.min(wait, LoopThread.FARTHEST_NANOS);
      waiting = true;
      if (wait == Long.MAX_VALUE) {
        selector.select();
      } else {
        // Rounded up: a timer never runs early, and a wait below one millisecond does not spin.
        selector.select((wait + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
      }
      waiting = false;
    }
    // An interrupt of somebody must not turn every later select into a spin.
    Thread.interrupted();
  }

  private void runReady() {
    if (selector.selectedKeys().isEmpty()) {
      return;
    }
    Iterator<SelectionKey> ready = selector.selectedKeys().iterator();
    while (mine() && ready.hasNext()) {
      SelectionKey key = ready.next();
      ready.remove();
      if (key.isValid()) {
        guarded((Runnable) key.attachment());
      }
    }
  }

  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (Throwable defect) {
      taskFailed = true;
      loop.report(defect);
    }
  }

  /** A selector that cannot select is replaced; the channels move to the new one. */
  private void renewSelector() throws IOException {
    Selector old = selector;
    Selector renewed = parts.selectors.openSelector();
    if (old.isOpen()) {
      for (SelectionKey key : new ArrayList<>(old.keys())) {
        if (key.isValid()) {
          int operations = key.interestOps();
          Object handler = key.attachment();
          key.cancel();
          key.channel().register(renewed, operations, handler);
        }
      }
    }
    selector = renewed;
    old.close();
  }

  private void closeChannels(Selector current) {
    if (!current.isOpen()) {
      return;
    }
    for (SelectionKey key : new ArrayList<>(current.keys())) {
      try {
        key.channel().close();
      } catch (IOException e) {
        loop.report(e);
      }
    }
    try {
      current.close();
    } catch (IOException e) {
      loop.report(e);
    }
  }
}
