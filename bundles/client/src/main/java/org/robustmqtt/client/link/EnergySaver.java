package org.robustmqtt.client.link;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.robustmqtt.Pending;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.outbox.Outbox;

/**
 * Decides when a link that saves energy opens, and when it closes again. It opens for a message
 * whose policy has {@code wake}, for a number of messages, for an old one, for filters that the
 * broker has to be told, and for who waits until nothing is pending. On the loop only.
 */
final class EnergySaver {
  private final Doors doors;
  private final Link.Rooms rooms;
  private final StatusBoard board;
  private final Idle idle;
  private final Alarm unused;

  /** Decides on settings that come before everything else. */
  private EnergySettings settings = EnergySettings.MAINS;

  /** How many messages had come, gone and been settled when {@link #unused} was set. */
  private long used;

  /**
   * Makes one that saves nothing.
   *
   * @param close closes the link because it is not used
   */
  EnergySaver(
      Doors doors,
      Consumer<Runnable> guard,
      Link.Rooms rooms,
      StatusBoard board,
      Idle idle,
      Runnable close) {
    this.doors = doors;
    this.rooms = rooms;
    this.board = board;
    this.idle = idle;
    unused = new Alarm(doors, guard, () -> rang(close));
  }

  void settings(EnergySettings now) {
    settings = now;
    idle.saves(now.saves());
  }

  /** Returns whether there is a reason for a link. */
  boolean needed() {
    if (!settings.saves()) {
      return true;
    }
    Pending pending = board.pending();
    return rooms.outbox().isUrgent()
        || pending.messages() >= settings.wakeMessages()
        || pending.subscriptions() > 0
        || idle.waited() && pending.total() > 0
        || untilOld().stream().anyMatch(left -> left == 0);
  }

  /** Returns how long until the oldest message is old enough to be a reason; empty: none waits. */
  OptionalLong untilOld() {
    return rooms
        .outbox()
        .status()
        .oldest()
        .map(oldest -> OptionalLong.of(Math.max(0, settings.wakeAgeNanos() - age(oldest))))
        .orElse(OptionalLong.empty());
  }

  private long age(Instant oldest) {
    Instant now = Instant.ofEpochMilli(doors.clock().wallMillis());
    Duration age = Duration.between(oldest, now);
    return age.toDays() > 365 ? Duration.ofDays(365).toNanos() : age.toNanos();
  }

  /** The link is open, and something may have happened on it. */
  void look() {
    if (!settings.saves()) {
      unused.cancel();
      return;
    }
    long traffic = traffic();
    boolean waited = idle.waited() && board.pending().total() == 0;
    if (waited || !unused.isSet() || used != traffic) {
      used = traffic;
      unused.in(waited ? 0 : settings.idleNanos());
    }
  }

  /** The link is not open any more. */
  void offline() {
    unused.cancel();
  }

  private void rang(Runnable close) {
    if (board.pending().total() == 0) {
      close.run();
    } else {
      look();
    }
  }

  private long traffic() {
    Outbox.Totals totals = rooms.outbox().totals();
    return totals.accepted().accepted()
        + totals.ended().outcomes()
        + rooms.dispatcher().counts().received();
  }
}
