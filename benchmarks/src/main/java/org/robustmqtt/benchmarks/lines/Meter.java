package org.robustmqtt.benchmarks.lines;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.robustmqtt.benchmarks.wire.Broker;

/** Reads what this process has used without the broker, if that runs in it. */
final class Meter {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final Path OWN = Path.of("/proc/self");

  private final Broker broker;
  private long nanos;
  private long brokers;
  private long cpu;
  private Map<Path, Long> threads = Map.of();
  private Map<Long, Long> allocated = Map.of();

  Meter(Broker broker) {
    this.broker = broker;
  }

  /**
   * What was used.
   *
   * @param nanos time on the wall
   * @param cpu processor time of all threads but the broker's, garbage collection included
   * @param bytes what they allocated
   */
  record Used(double nanos, double cpu, double bytes) {
    Used each(long count) {
      return new Used(nanos / count, cpu / count, bytes / count);
    }
  }

  void start() {
    threads = threads();
    allocated = allocated();
    cpu = SYSTEM.getProcessCpuTime();
    brokers = broker.cpuNanos();
    nanos = System.nanoTime();
  }

  Used stop() {
    long time = System.nanoTime() - nanos;
    long bytes = 0;
    for (Map.Entry<Long, Long> thread : allocated().entrySet()) {
      bytes += thread.getValue() - allocated.getOrDefault(thread.getKey(), 0L);
    }
    long work = work() - (broker.cpuNanos() - brokers);
    return new Used(time, work, bytes);
  }

  /**
   * Processor time since the start. The system tells that of a process in steps of 10 ms only, so
   * where it tells that of each thread in nanoseconds, these are added.
   */
  private long work() {
    Map<Path, Long> now = threads();
    if (now.isEmpty()) {
      return SYSTEM.getProcessCpuTime() - cpu;
    }
    long sum = 0;
    for (Map.Entry<Path, Long> thread : now.entrySet()) {
      sum += thread.getValue() - threads.getOrDefault(thread.getKey(), 0L);
    }
    return sum;
  }

  private static Map<Path, Long> threads() {
    Map<Path, Long> result = new TreeMap<>();
    if (Files.isReadable(OWN.resolve("schedstat"))) {
      try (DirectoryStream<Path> tasks = Files.newDirectoryStream(OWN.resolve("task"))) {
        for (Path task : tasks) {
          running(task).ifPresent(time -> result.put(task, time));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return result;
  }

  /** Returns the time that a thread was on a processor; empty if it has just ended. */
  private static Optional<Long> running(Path task) {
    try {
      String text = Files.readString(task.resolve("schedstat"));
      return Optional.of(Long.valueOf(text.substring(0, text.indexOf(' '))));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private Map<Long, Long> allocated() {
    Map<Long, Long> result = new TreeMap<>();
    long[] ids = THREADS.getAllThreadIds();
    long[] bytes = THREADS.getThreadAllocatedBytes(ids);
    for (int i = 0; i < ids.length; i++) {
      if (!broker.owns(ids[i]) && bytes[i] >= 0) {
        result.put(ids[i], bytes[i]);
      }
    }
    return result;
  }

  static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** Returns a count in a form that can be read. */
  static String count(long number) {
    return number >= 1_000_000 && number % 1_000_000 == 0
        ? number / 1_000_000 + " million"
        : text("%,d", number);
  }
}
