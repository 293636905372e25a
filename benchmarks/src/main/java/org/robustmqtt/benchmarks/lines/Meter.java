package org.robustmqtt.benchmarks.lines;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.robustmqtt.benchmarks.wire.Broker;

/** Reads what this process has used without the broker, if that runs in it. */
final class Meter {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Broker broker;
  private long nanos;
  private long cpu;
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
    allocated = allocated();
    cpu = cpu();
    nanos = System.nanoTime();
  }

  Used stop() {
    long time = System.nanoTime() - nanos;
    long work = cpu() - cpu;
    long bytes = 0;
    for (Map.Entry<Long, Long> thread : allocated().entrySet()) {
      bytes += thread.getValue() - allocated.getOrDefault(thread.getKey(), 0L);
    }
    return new Used(time, work, bytes);
  }

  private long cpu() {
    return SYSTEM.getProcessCpuTime() - broker.cpuNanos();
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
