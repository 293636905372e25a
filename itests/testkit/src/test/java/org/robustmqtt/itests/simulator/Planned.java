package org.robustmqtt.itests.simulator;

import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Throws an {@code Error} at the n-th call of a door, as an allocation or a system call may: on one
 * thread, once.
 */
final class Planned {
  /** The error of the plan. */
  static final class PlannedError extends OutOfMemoryError {
    private static final long serialVersionUID = 1;

    PlannedError() {
      super("as planned");
    }
  }

  private static final int PLACES = 6;

  private final World world;
  private final Fault fault;
  private final BooleanSupplier here;
  private final Runnable first;
  private int calls = -1;

  /** On a thread, which is the current one if this says so. */
  Planned(World world, Fault fault, BooleanSupplier here) {
    this(world, fault, here, () -> {});
  }

  /** The same; this is done before it is thrown. */
  Planned(World world, Fault fault, BooleanSupplier here, Runnable first) {
    this.world = world;
    this.fault = fault;
    this.here = here;
    this.first = first;
  }

  /** Plans the error for a call, counted from now. */
  void at(int call) {
    calls = call;
  }

  void cancel() {
    calls = -1;
  }

  /** Returns where in the product it happens. */
  private static List<String> places(PlannedError error) {
    return Arrays.stream(error.getStackTrace())
        .filter(place -> !place.getClassName().contains("simulator"))
        .limit(PLACES)
        .map(place -> place.getFileName() + ":" + place.getLineNumber())
        .toList();
  }

  /** A door is used. */
  void call() {
    if (calls >= 0 && here.getAsBoolean() && calls-- == 0) {
      world.happened(fault);
      PlannedError error = new PlannedError();
      world.trace(() -> "!! " + fault + " at " + places(error));
      first.run();
      throw error;
    }
  }
}
