package org.robustmqtt.client.component;

import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.robustmqtt.client.door.Clock;

/**
 * Whether the hub has started: its framework is active and has finished the start level that it
 * begins with. Karaf gives its framework the level 1 to begin with, raises it afterwards, and keeps
 * the real one, 100, in the system property of the same name; so the higher of the two counts.
 *
 * <p>openHAB needs this: it configures from what it has stored, and hands over the files, which may
 * have been edited meanwhile, at level 80 or later. Safe for several threads.
 */
final class HubStart implements FrameworkListener {
  /** How long a hub may take before we dial all the same. */
  static final Duration LONGEST = Duration.ofSeconds(120);

  /** How long a hub may take before messages without a listener are given up all the same. */
  static final Duration LONGEST_PARKING = Duration.ofMinutes(10);

  private static final String BEGINNING = Constants.FRAMEWORK_BEGINNING_STARTLEVEL;

  /**
   * What a new connection waits for.
   *
   * @param what for people
   * @param dialNanos how long it waits at the most before it dials
   * @param parkNanos how long at the most before the time of parked messages begins
   */
  record Awaited(String what, long dialNanos, long parkNanos) {}

  private final BundleContext context;
  private final Clock clock;
  private final Runnable told;
  private final long since;
  private final int target;
  private boolean started;

  /**
   * Looks for the first time.
   *
   * @param told told once that the hub has started, if it has not yet
   */
  HubStart(BundleContext context, Clock clock, Runnable told) {
    this.context = context;
    this.clock = clock;
    this.told = told;
    since = clock.nanos();
    target = target(context.getProperty(BEGINNING), System.getProperty(BEGINNING));
    started = reached();
  }

  /** Returns the level at which a hub has started. */
  static int target(String ofTheFramework, String ofTheSystem) {
    return Stream.of(Optional.ofNullable(ofTheFramework), Optional.ofNullable(ofTheSystem))
        .flatMap(Optional::stream)
        .map(String::strip)
        .filter(text -> text.matches("\\d{1,9}"))
        .mapToInt(Integer::parseInt)
        .max()
        .orElse(1);
  }

  /** Follows the framework, if it has not started yet. */
  void open() {
    context.addFrameworkListener(this);
    look();
  }

  /** Follows it no more. */
  void close() {
    context.removeFrameworkListener(this);
  }

  /** Returns what is waited for; empty if the hub has started. */
  synchronized Optional<Awaited> awaited() {
    if (started) {
      return Optional.empty();
    }
    long gone = clock.nanos() - since;
    return Optional.of(
        new Awaited(
            "the hub to reach start level " + target,
            Math.max(0, LONGEST.toNanos() - gone),
            Math.max(0, LONGEST_PARKING.toNanos() - gone)));
  }

  @Override
  public void frameworkEvent(FrameworkEvent event) {
    int type = event.getType();
    if (type == FrameworkEvent.STARTED || type == FrameworkEvent.STARTLEVEL_CHANGED) {
      look();
    }
  }

  private void look() {
    boolean reached = reached();
    synchronized (this) {
      if (started || !reached) {
        return;
      }
      started = true;
    }
    told.run();
  }

  private boolean reached() {
    Bundle system = context.getBundle(Constants.SYSTEM_BUNDLE_ID);
    return system.getState() == Bundle.ACTIVE
        && system.adapt(FrameworkStartLevel.class).getStartLevel() >= target;
  }
}
