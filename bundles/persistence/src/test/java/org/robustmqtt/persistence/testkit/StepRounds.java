package org.robustmqtt.persistence.testkit;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.robustmqtt.persistence.door.Rounds;

/** Rounds that the test itself runs, in virtual time. */
public final class StepRounds implements Rounds {
  private final Work work;
  private final ManualClock clock;
  private boolean woken;
  private long due = Work.FINISHED;
  private boolean running;

  /** Prepares; nothing runs by itself. */
  public StepRounds(Work work, ManualClock clock) {
    this.work = work;
    this.clock = clock;
  }

  @Override
  public boolean wake() {
    woken = true;
    return true;
  }

  /** Runs rounds as long as one is asked for or due at this moment. */
  public void run() {
    running = true;
    for (int i = 0; woken || due != Work.FINISHED && due <= clock.nanos(); i++) {
      if (i > 10_000) {
        throw new AssertionError("the rounds do not come to rest");
      }
      woken = false;
      long wait = work.round();
      due = wait == Work.NOTHING || wait == Work.FINISHED ? wait : clock.nanos() + wait;
      if (wait == Work.FINISHED) {
        break;
      }
    }
    running = false;
  }

  /** Lets time pass, with every round at the time when it is due. */
  public void pass(Duration duration) {
    long end = clock.nanos() + duration.toNanos();
    run();
    while (due != Work.FINISHED && due < end) {
      clock.advance(Duration.ofNanos(Math.max(1, due - clock.nanos())));
      run();
    }
    clock.advance(Duration.ofNanos(Math.max(0, end - clock.nanos())));
    run();
  }

  /** Returns whether nothing will happen by itself. */
  public boolean isIdle() {
    return !woken && (due == Work.NOTHING || due == Work.FINISHED);
  }

  @Override
  public boolean await(BooleanSupplier condition, long nanos) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    return awaitUninterrupted(condition, nanos);
  }

  @Override
  public boolean awaitUninterrupted(BooleanSupplier condition, long nanos) {
    long end = clock.nanos() + nanos;
    run();
    while (!condition.getAsBoolean() && clock.nanos() < end) {
      pass(Duration.ofMillis(10));
    }
    return condition.getAsBoolean();
  }

  @Override
  public boolean isCurrent() {
    return running;
  }
}
