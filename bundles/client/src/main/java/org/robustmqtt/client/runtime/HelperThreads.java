package org.robustmqtt.client.runtime;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import org.robustmqtt.client.door.Helpers;
import org.robustmqtt.client.door.Loop;

/**
 * Helpers: a thread for each piece of work that is running, at most {@value #WORKERS} at a time;
 * what is more waits its turn, within its deadline. A worker that does not come back by the
 * deadline is interrupted, counted as stuck and replaced, until {@value #STUCK} are stuck; then
 * work waits. All bookkeeping is on the loop.
 */
final class HelperThreads implements Helpers {
  static final int WORKERS = 4;
  static final int STUCK = 12;

  private final LoopThread loop;
  private final ArrayDeque<Call<?>> waiting = new ArrayDeque<>();
  private final BitSet numbers = new BitSet();
  private final Set<Thread> threads = new HashSet<>();
  private int busy;
  private int stuck;
  private volatile boolean closed;

  HelperThreads(LoopThread loop) {
    this.loop = loop;
  }

  @Override
  public <T> void call(String what, Callable<T> work, long deadlineNanos, Answer<T> answer) {
    assert loop.isCurrent() : "not on the loop";
    Call<T> call = new Call<>(what, work, answer);
    call.deadline = loop.schedule(deadlineNanos, call::late);
    waiting.add(call);
    startWaiting();
  }

  private void startWaiting() {
    while (!waiting.isEmpty() && busy < WORKERS && stuck < STUCK && !closed) {
      waiting.remove().start();
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

  private final class Call<T> {
    private final String what;
    private final Callable<T> work;
    private final Answer<T> answer;
    private Loop.Timer deadline;
    private Thread thread;
    private int number;
    private boolean answered;

    Call(String what, Callable<T> work, Answer<T> answer) {
      this.what = what;
      this.work = work;
      this.answer = answer;
    }

    void start() {
      busy++;
      number = numbers.nextClearBit(0);
      numbers.set(number);
      thread = Threads.daemon("robust-mqtt/helper-" + (number + 1) + " " + what, this::run);
      synchronized (threads) {
        threads.add(thread);
      }
      thread.start();
    }

    private void run() {
      try {
        T value = work.call();
        loop.execute(() -> finished(() -> answer.done(value)));
      } catch (Throwable e) {
        loop.execute(() -> finished(() -> answer.failed(e)));
      } finally {
        synchronized (threads) {
          threads.remove(Thread.currentThread());
        }
      }
    }

    private void finished(Runnable tell) {
      numbers.clear(number);
      deadline.cancel();
      if (answered) {
        stuck--;
        startWaiting();
        return;
      }
      busy--;
      answered = true;
      startWaiting();
      tell.run();
    }

    private void late() {
      answered = true;
      if (thread == null) {
        waiting.remove(this);
      } else {
        busy--;
        stuck++;
        thread.interrupt();
        startWaiting();
      }
      answer.failed(new TimeoutException(what + " took too long"));
    }
  }
}
