package org.robustmqtt.client.outbox;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.robustmqtt.client.policy.DeliveryPolicy.Space;
import org.robustmqtt.client.policy.DeliveryPolicy.WhenFull;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.client.policy.MessageSize;
import org.robustmqtt.client.policy.Refusal;

/**
 * Whether there is room for one more message, and whose room it may take (delivery-rules 1,
 * limits). It changes nothing. Guarded by the lock of the {@link Queue}.
 */
final class Room {
  private final Scheduler scheduler;
  private Limits limits;

  /** A message that would have to go; in memory, or on disk only. */
  record Victim(Lane lane, long sequence) {}

  Room(Scheduler scheduler, Limits limits) {
    this.scheduler = scheduler;
    this.limits = limits;
  }

  Limits limits() {
    return limits;
  }

  void limits(Limits other) {
    limits = other;
  }

  /**
   * Returns why one more message is not let in now; empty: it is.
   *
   * @param replaced the message that it would replace, or null
   */
  Optional<Refusal> refusal(Lane lane, MessageSize more, Entry replaced) {
    return refusal(lane, more, replaced, 0, 0, 0, 0);
  }

  private Optional<Refusal> refusal(
      Lane lane,
      MessageSize more,
      Entry replaced,
      int freed,
      long freedBytes,
      int freedOthers,
      long freedOthersBytes) {
    int others = scheduler.unsorted.messages() - freedOthers;
    long othersBytes = scheduler.unsorted.bytes() - freedOthersBytes;
    for (Lane other : scheduler.lanes) {
      if (other != lane) {
        others += Math.max(other.messages(), other.policy.space().reserve());
        othersBytes += Math.max(other.bytes(), other.policy.space().reserveBytes());
      }
    }
    int own = lane.messages() - freed - (replaced == null ? 0 : 1);
    long ownBytes = lane.bytes() - freedBytes - (replaced == null ? 0 : replaced.size);
    return Refusal.of(limits, lane.policy, own, ownBytes, others, othersBytes, more);
  }

  /**
   * Returns who goes so that there is room for one more message; nobody if that is not enough.
   * First the oldest of its own policy that are not sent, then those of lower priorities, the
   * lowest first. None that is in the reserve of its own policy.
   *
   * @param replaced the message that it would replace, or null
   */
  List<Victim> victims(Lane lane, MessageSize more, Entry replaced) {
    if (lane.policy.whenFull() != WhenFull.DROP_OLDEST) {
      return List.of();
    }
    Plan plan = new Plan(lane, more, replaced);
    if (plan.takes(lane, 0, 0)) {
      return plan.victims;
    }
    List<Lane> lower = new ArrayList<>();
    for (Lane other : scheduler.lanes) {
      if (other.policy.priority() < lane.policy.priority()) {
        lower.add(other);
      }
    }
    lower.sort(Comparator.comparingInt(other -> other.policy.priority()));
    for (Lane other : lower) {
      Space space = other.policy.space();
      if (plan.takes(other, space.reserve(), space.reserveBytes())) {
        return plan.victims;
      }
    }
    return List.of();
  }

  /** What has been found so far. */
  private final class Plan {
    private final Lane lane;
    private final MessageSize more;
    private final Entry replaced;
    private final List<Victim> victims = new ArrayList<>();
    private int own;
    private long ownBytes;
    private int others;
    private long othersBytes;

    Plan(Lane lane, MessageSize more, Entry replaced) {
      this.lane = lane;
      this.more = more;
      this.replaced = replaced;
    }

    /**
     * Takes messages of a lane that are not sent, the oldest first, as many as are needed and as
     * may be taken; returns whether they are enough.
     */
    boolean takes(Lane from, int reserve, long reserveBytes) {
      int left = from.messages() - reserve;
      long leftBytes = from.bytes() - reserveBytes;
      Entry entry = waiting(from.entries.oldest());
      long disk = from.disk.lowest();
      while (entry != null || disk != Long.MAX_VALUE) {
        boolean inMemory = entry != null && entry.sequence() < disk;
        int size = inMemory ? entry.size : from.disk.leastSize(disk);
        if (left < 1 || leftBytes < size) {
          return false;
        }
        left--;
        leftBytes -= size;
        victims.add(new Victim(from, inMemory ? entry.sequence() : disk));
        if (from == lane) {
          own++;
          ownBytes += size;
        } else {
          others++;
          othersBytes += size;
        }
        if (fits()) {
          return true;
        }
        if (inMemory) {
          entry = waiting(entry.newer);
        } else {
          disk = from.disk.next(disk + 1);
        }
      }
      return false;
    }

    /** Returns this one if it waits, else the next that does, or null. */
    private Entry waiting(Entry from) {
      Entry entry = from;
      while (entry != null && (entry.state != Entry.State.WAITING || entry == replaced)) {
        entry = entry.newer;
      }
      return entry;
    }

    private boolean fits() {
      return refusal(lane, more, replaced, own, ownBytes, others, othersBytes).isEmpty();
    }
  }
}
