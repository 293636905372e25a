package org.robustmqtt.persistence.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.robustmqtt.persistence.door.Clock;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.door.DiskFile;
import org.robustmqtt.persistence.door.DiskLock;
import org.robustmqtt.persistence.door.Rounds;

/**
 * All doors of a journal, one call of which throws an {@link Error}: the n-th, whichever door it
 * is, before or after it has done what it was asked for.
 */
public final class Grenade {
  private final FaultyDisk disk;
  private final ManualClock clock;
  private int left = Integer.MAX_VALUE;
  private boolean after;
  private int calls;

  /** Takes over the world behind the doors. */
  public Grenade(FaultyDisk disk, ManualClock clock) {
    this.disk = disk;
    this.clock = clock;
  }

  /** Lets a call throw, counted from now. */
  public void throwAt(int call, boolean whenDone) {
    left = call;
    after = whenDone;
    calls = 0;
  }

  /** Returns how many calls there were since {@link #throwAt}. */
  public int calls() {
    return calls;
  }

  /** Returns whether the call that was to throw has thrown. */
  public boolean hasThrown() {
    return left <= 0;
  }

  /** What a door is asked for. */
  private interface Call<T> {
    T run() throws IOException;
  }

  private <T> T call(Call<T> call) throws IOException {
    calls++;
    boolean now = --left == 0;
    if (now && !after) {
      throw new OutOfMemoryError("injected at call " + calls);
    }
    T result = call.run();
    if (now) {
      throw new OutOfMemoryError("injected behind call " + calls);
    }
    return result;
  }

  private <T> T callQuietly(Call<T> call) {
    try {
      return call(call);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the disk. */
  public Disk disk() {
    return new Disk() {
      @Override
      public DiskFile open(Path file) throws IOException {
        return call(() -> file(disk.open(file)));
      }

      @Override
      public DiskFile openToRead(Path file) throws IOException {
        return call(() -> file(disk.openToRead(file)));
      }

      @Override
      public List<String> list(Path folder) throws IOException {
        return call(() -> disk.list(folder));
      }

      @Override
      public void createFolders(Path folder) throws IOException {
        call(
            () -> {
              disk.createFolders(folder);
              return true;
            });
      }

      @Override
      public void forceDirectory(Path folder) throws IOException {
        call(
            () -> {
              disk.forceDirectory(folder);
              return true;
            });
      }

      @Override
      public void rename(Path from, Path to) throws IOException {
        call(
            () -> {
              disk.rename(from, to);
              return true;
            });
      }

      @Override
      public void delete(Path file) throws IOException {
        call(
            () -> {
              disk.delete(file);
              return true;
            });
      }

      @Override
      public Optional<Object> key(Path file) throws IOException {
        return call(() -> disk.key(file));
      }

      @Override
      public long free(Path folder) throws IOException {
        return call(() -> disk.free(folder));
      }

      @Override
      public Optional<DiskLock> lock(Path file) throws IOException {
        return disk.lock(file);
      }
    };
  }

  private DiskFile file(DiskFile real) {
    return new DiskFile() {
      @Override
      public long size() throws IOException {
        return call(real::size);
      }

      @Override
      public int read(ByteBuffer into, long position) throws IOException {
        return call(() -> real.read(into, position));
      }

      @Override
      public void write(ByteBuffer bytes, long position) throws IOException {
        call(
            () -> {
              real.write(bytes, position);
              return true;
            });
      }

      @Override
      public void force() throws IOException {
        call(
            () -> {
              real.force();
              return true;
            });
      }

      @Override
      public void truncate(long size) throws IOException {
        call(
            () -> {
              real.truncate(size);
              return true;
            });
      }

      @Override
      public void close() throws IOException {
        call(
            () -> {
              real.close();
              return true;
            });
      }
    };
  }

  /** Returns the clock. */
  public Clock clock() {
    return new Clock() {
      @Override
      public long nanos() {
        return callQuietly(clock::nanos);
      }

      @Override
      public long wallMillis() {
        return callQuietly(clock::wallMillis);
      }
    };
  }

  /** Returns rounds that are run step by step; a wish for one may fail like everything else. */
  public Rounds rounds(StepRounds steps) {
    return new Rounds() {
      @Override
      public boolean wake() {
        return callQuietly(steps::wake);
      }

      @Override
      public boolean await(BooleanSupplier condition, long nanos) throws InterruptedException {
        return steps.await(condition, nanos);
      }

      @Override
      public boolean awaitUninterrupted(BooleanSupplier condition, long nanos) {
        return steps.awaitUninterrupted(condition, nanos);
      }

      @Override
      public boolean isCurrent() {
        return steps.isCurrent();
      }
    };
  }
}
