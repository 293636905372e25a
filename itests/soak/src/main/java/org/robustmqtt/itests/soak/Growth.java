package org.robustmqtt.itests.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** Looks whether something grows: the least of a window against the least of a later one. */
final class Growth {
  private static final long MEGABYTE = 1 << 20;
  private static final int LEAST_SAMPLES = 3;

  /** What a hub measured. */
  record Sample(long second, long heap, long threads, long files, long pending) {}

  private final long window;
  private final List<Sample> samples = new ArrayList<>();

  /** Compares windows of so many seconds. */
  Growth(long window) {
    this.window = window;
  }

  void add(Sample sample) {
    samples.add(sample);
  }

  List<Sample> samples() {
    return samples;
  }

  /**
   * Returns what grew, a line each. The first window, in which everything is made for the first
   * time, does not count; the second is compared with the last whole one.
   */
  List<String> grown() {
    if (samples.isEmpty()) {
      return List.of("nothing was measured");
    }
    long last = samples.get(samples.size() - 1).second() / window - 1;
    List<Sample> early = within(1);
    List<Sample> late = within(last);
    if (last < 2 || early.size() < LEAST_SAMPLES || late.size() < LEAST_SAMPLES) {
      return List.of();
    }
    List<String> grown = new ArrayList<>();
    compare("heap", early, late, Sample::heap, 4 * MEGABYTE, grown);
    compare("threads", early, late, Sample::threads, 2, grown);
    compare("open files", early, late, Sample::files, 4, grown);
    return grown;
  }

  private List<Sample> within(long number) {
    return samples.stream().filter(one -> one.second() / window == number).toList();
  }

  private static void compare(
      String what,
      List<Sample> early,
      List<Sample> late,
      ToLongFunction<Sample> value,
      long slack,
      List<String> grown) {
    long before = early.stream().mapToLong(value).min().orElseThrow();
    long after = late.stream().mapToLong(value).min().orElseThrow();
    if (after > before + Math.max(slack, before / 5)) {
      grown.add(what + " grew from " + before + " to " + after);
    }
  }
}
