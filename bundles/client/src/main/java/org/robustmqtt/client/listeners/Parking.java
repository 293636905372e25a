package org.robustmqtt.client.listeners;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.door.Loop;

/**
 * Messages of QoS 1 and 2 whose listener is not there: kept unacknowledged, in the order of their
 * arrival, up to a number and a time. On the loop.
 */
final class Parking {
  private final Clock clock;
  private final LoopPost loop;

  /** Told each message that was kept too long, or is too many. */
  private final Consumer<Delivery> givenUp;

  private final TreeMap<Long, Delivery> parked = new TreeMap<>();
  private Optional<Loop.Timer> timer = Optional.empty();
  private int capacity;
  private long nanos;

  /** Before this no time counts; empty if the hub was started before us. */
  private OptionalLong begins = OptionalLong.empty();

  Parking(Clock clock, LoopPost loop, int capacity, long nanos, Consumer<Delivery> givenUp) {
    this.clock = clock;
    this.loop = loop;
    this.capacity = capacity;
    this.nanos = nanos;
    this.givenUp = givenUp;
  }

  void limits(int otherCapacity, long otherNanos) {
    capacity = otherCapacity;
    nanos = otherNanos;
    timer.ifPresent(Loop.Timer::cancel);
    timer = Optional.empty();
    look();
  }

  /** The hub is starting: the time begins when it has started, or this much later. */
  void hubStarting(long atMostNanos) {
    begins = OptionalLong.of(clock.nanos() + atMostNanos);
  }

  /** The hub has started: the time of what is parked begins. */
  void hubStarted() {
    long now = clock.nanos();
    if (begins.isPresent() && begins.getAsLong() - now > 0) {
      begins = OptionalLong.of(now);
      limits(capacity, nanos);
    }
  }

  /** Returns for how long somebody who left is awaited: for ever while the hub is starting. */
  long awaitNanos() {
    return begins.isPresent() && clock.nanos() - begins.getAsLong() < nanos
        ? Long.MAX_VALUE
        : nanos;
  }

  /** Returns how long a message may stay from now on. */
  private long left(long parkedAt) {
    long from = parkedAt;
    if (begins.isPresent() && begins.getAsLong() - from > 0) {
      from = begins.getAsLong();
    }
    return from + nanos - clock.nanos();
  }

  void park(Delivery delivery) {
    delivery.parkedAt = clock.nanos();
    delivery.parked = true;
    parked.put(delivery.arrival, delivery);
    while (parked.size() > capacity) {
      giveUp(parked.firstEntry().getValue());
    }
    if (timer.isEmpty() && !parked.isEmpty()) {
      timer = Optional.of(loop.schedule(left(delivery.parkedAt), this::look));
    }
  }

  /** The timer may be missing. */
  void lookAgain() {
    if (timer.isEmpty() && !parked.isEmpty()) {
      timer = Optional.of(loop.schedule(0, this::look));
    }
  }

  /** Returns what is parked, oldest first; changes do not show in it. */
  List<Delivery> all() {
    return new ArrayList<>(parked.values());
  }

  void leave(Delivery delivery) {
    delivery.parked = false;
    parked.remove(delivery.arrival);
  }

  /** The connection is lost: forgets what the broker sends again; nobody is told. */
  void lost() {
    all().stream().filter(Delivery::endsWithConnection).forEach(this::leave);
  }

  /** Forgets everything; nobody is told. */
  void clear() {
    all().forEach(this::leave);
    timer.ifPresent(Loop.Timer::cancel);
    timer = Optional.empty();
  }

  private void giveUp(Delivery delivery) {
    leave(delivery);
    givenUp.accept(delivery);
  }

  private void look() {
    timer = Optional.empty();
    long next = Long.MAX_VALUE;
    for (Delivery delivery : all()) {
      long left = left(delivery.parkedAt);
      if (left <= 0 || parked.size() > capacity) {
        giveUp(delivery);
      } else {
        next = Math.min(next, left);
      }
    }
    if (!parked.isEmpty()) {
      timer = Optional.of(loop.schedule(next, this::look));
    }
  }
}
