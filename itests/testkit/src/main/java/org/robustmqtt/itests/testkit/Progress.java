package org.robustmqtt.itests.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Waits for what another process does, as long as it gets on: gives up when the sign of progress
 * has not changed for a while, however long the whole takes on a busy machine.
 */
public final class Progress {
  /** Time, to be driven by a test. */
  interface Time {
    long nanos();

    void pass(long millis) throws InterruptedException;
  }

  private static final Time REAL =
      new Time() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public void pass(long millis) throws InterruptedException {
          Thread.sleep(millis);
        }
      };

  private static final long POLL_MILLIS = 20;
  private static final long CPU_STEP_SECONDS = 5;

  private final Supplier<?> sign;
  private final Duration stalled;
  private final Time time;

  Progress(Supplier<?> sign, Duration stalled, Time time) {
    this.sign = sign;
    this.stalled = stalled;
    this.time = time;
  }

  /**
   * Makes one.
   *
   * @param sign what changes while there is progress; compared by {@code equals}
   * @param stalled how long it may stay the same
   */
  public static Progress of(Supplier<?> sign, Duration stalled) {
    return new Progress(sign, stalled, REAL);
  }

  /** Waits until something holds; returns false if there was no progress any more before. */
  public boolean await(BooleanSupplier holds) throws InterruptedException {
    Object last = sign.get();
    long since = time.nanos();
    while (!holds.getAsBoolean()) {
      Object now = sign.get();
      if (!Objects.equals(now, last)) {
        last = now;
        since = time.nanos();
      } else if (time.nanos() - since > stalled.toNanos()) {
        return false;
      }
      time.pass(POLL_MILLIS);
    }
    return true;
  }

  /**
   * Returns the processor time that a process has had, in steps of 5 s: one that starts slowly has
   * its share, one that only idles does not take a step in minutes.
   */
  public static long cpu(ProcessHandle process) {
    return process.info().totalCpuDuration().map(Duration::toSeconds).orElse(0L) / CPU_STEP_SECONDS;
  }

  /** Returns the size of all files below a folder, or of a file; 0 if it is not there. */
  public static long size(Path path) {
    if (!Files.exists(path)) {
      return 0;
    }
    try (Stream<Path> all = Files.walk(path)) {
      return all.mapToLong(Progress::sizeOfOne).sum();
    } catch (IOException | UncheckedIOException goesMeanwhile) {
      return -1;
    }
  }

  private static long sizeOfOne(Path path) {
    try {
      return Files.isRegularFile(path) ? Files.size(path) : 0;
    } catch (IOException goesMeanwhile) {
      return 0;
    }
  }
}
