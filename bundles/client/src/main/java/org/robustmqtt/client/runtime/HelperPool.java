package org.robustmqtt.client.runtime;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.robustmqtt.client.door.Helpers;
import org.robustmqtt.client.door.Loop;

/**
 * The helpers of one kind of work: a thread for each piece that is running. Work that is late is
 * interrupted; what does not hear that, as a resolver that waits in the operating system, keeps its
 * thread. All bookkeeping is on the loop.
 *
 * <p>Where subjects are kept apart there is one thread for each, and subjects that were late the
 * last time have a part of the threads only: so those that answer find one.
 */
final class HelperPool {
  /**
   * How many threads there may be.
   *
   * @param inTime how many that are not late
   * @param most how many at all
   * @param slow how many for subjects that were late the last time; 0: subjects are not kept apart
   */
  record Size(int inTime, int most, int slow) {
    boolean apart() {
      return slow > 0;
    }
  }

  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** Subjects that are remembered as slow: those of so many connections. */
  private static final int REMEMBERED = 1_000;

  private final LoopThread loop;
  private final Threads.Maker maker;
  private final BitSet numbers;
  private final Size size;
  private final Consumer<Throwable> defects;
  private final ArrayDeque<Call<?>> waiting = new ArrayDeque<>();
  private final Set<String> running = new HashSet<>();
  private final Set<String> slow = new LinkedHashSet<>();
  private final Set<Thread> threads = new HashSet<>();
  private final Runnable retry = this::retry;
  private int inTime;
  private int all;
  private int slowOnes;
  private boolean retrying;
  private volatile boolean closed;

  /**
   * Makes a pool without threads.
   *
   * @param numbers of the threads of all pools together
   */
  HelperPool(
      LoopThread loop,
      Threads.Maker maker,
      BitSet numbers,
      Size size,
      Consumer<Throwable> defects) {
    this.loop = loop;
    this.maker = maker;
    this.numbers = numbers;
    this.size = size;
    this.defects = defects;
  }

  <T> void call(
      String what, String subject, Callable<T> work, long deadline, Helpers.Answer<T> answer) {
    Call<T> call = new Call<>(what, subject, work, answer);
    waiting.add(call);
    call.deadline = loop.schedule(deadline, call::late);
    startWaiting();
  }

  private void startWaiting() {
    Iterator<Call<?>> calls = waiting.iterator();
    while (calls.hasNext() && inTime < size.inTime() && all < size.most() && !closed) {
      Call<?> call = calls.next();
      if (mayRun(call.subject)) {
        if (!call.start()) {
          tryAgain();
          return;
        }
        calls.remove();
      }
    }
  }

  private boolean mayRun(String subject) {
    return !size.apart()
        || !running.contains(subject) && (slowOnes < size.slow() || !slow.contains(subject));
  }

  /** No thread could be started: the work still waits. */
  private void tryAgain() {
    if (!retrying) {
      loop.schedule(RETRY_NANOS, retry);
      retrying = true;
    }
  }

  private void retry() {
    retrying = false;
    startWaiting();
  }

  private void remember(String subject, boolean late) {
    if (!size.apart()) {
      return;
    }
    slow.remove(subject);
    if (late) {
      slow.add(subject);
      if (slow.size() > REMEMBERED) {
        slow.remove(slow.iterator().next());
      }
    }
  }

  /** Interrupts what is running; to be called after the loop ended. */
  void close() {
    closed = true;
    Set<Thread> left;
    synchronized (threads) {
      left = Set.copyOf(threads);
    }
    left.forEach(Thread::interrupt);
    // One that waits in the operating system, as a resolver does, cannot be stopped: it is a daemon
    // and its result is dropped.
    left.forEach(thread -> Threads.join(thread, 100));
  }

  /** A piece of work; run on the loop when it has ended. */
  private final class Call<T> implements Runnable {
    private final String what;
    private final String subject;
    private final Callable<T> work;
    private final Helpers.Answer<T> answer;
    private Loop.Timer deadline;
    private Thread thread;
    private int number;
    private boolean countedSlow;
    private boolean answered;

    // Set by the helper, before the loop is told.
    private T value;
    private Throwable failure;

    Call(String what, String subject, Callable<T> work, Helpers.Answer<T> answer) {
      this.what = what;
      this.subject = subject;
      this.work = work;
      this.answer = answer;
    }

    /** Returns whether a thread could be started; if not, all is as before. */
    boolean start() {
      Thread made = null;
      begun();
      try {
        made = maker.make("robust-mqtt/helper-" + (number + 1) + " " + what, this::work);
        synchronized (threads) {
          threads.add(made);
        }
        made.start();
        thread = made;
        return true;
      } catch (Throwable e) {
        forget(made);
        over();
        inTime--;
        defects.accept(e);
        return false;
      }
    }

    private void begun() {
      number = numbers.nextClearBit(0);
      numbers.set(number);
      running.add(subject);
      countedSlow = slow.contains(subject);
      slowOnes += countedSlow ? 1 : 0;
      inTime++;
      all++;
    }

    private void over() {
      numbers.clear(number);
      running.remove(subject);
      slowOnes -= countedSlow ? 1 : 0;
      all--;
    }

    private void forget(Thread gone) {
      synchronized (threads) {
        threads.remove(gone);
      }
    }

    private void work() {
      try {
        try {
          value = work.call();
        } catch (Throwable e) {
          failure = e;
        }
        tell();
      } finally {
        forget(Thread.currentThread());
      }
    }

    /** Whatever else fails, the loop is told: else this thread would count for ever. */
    private void tell() {
      while (!closed) {
        try {
          loop.execute(this);
          return;
        } catch (Throwable e) {
          Threads.pause(PAUSE_NANOS);
        }
      }
    }

    @Override
    public void run() {
      over();
      deadline.cancel();
      try {
        if (!answered) {
          answered = true;
          inTime--;
          remember(subject, false);
          if (failure == null) {
            answer.done(value);
          } else {
            answer.failed(failure);
          }
        }
      } finally {
        startWaiting();
      }
    }

    private void late() {
      answered = true;
      if (thread == null) {
        waiting.remove(this);
      } else {
        inTime--;
        thread.interrupt();
        remember(subject, true);
        if (!countedSlow && size.apart()) {
          countedSlow = true;
          slowOnes++;
        }
      }
      try {
        answer.failed(new TimeoutException(what + " took too long"));
      } finally {
        startWaiting();
      }
    }
  }
}
