package org.robustmqtt.client.outbox;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.robustmqtt.DropReason;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.policy.DeliveryPolicy;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.StoredBlock;
import org.robustmqtt.journal.StoredMessage;

/**
 * The way of messages out of memory and back, as the {@link Lane}s want it: what is on disk is left
 * there alone, and read back before it is needed, one request at a time. Tickets of such messages
 * are kept only as long as their publishers have them, or wait for a future of theirs.
 *
 * <p>Any thread, except where it says otherwise.
 */
final class Paging {
  private static final long RETRY_NANOS = 1_000_000_000L;
  private static final long[] NOTHING = {};

  private final Queue queue;
  private final Journal journal;
  private final Clock clock;
  private final EntryMaker maker;
  private final ClockDoubt doubt;
  private final Quarantine quarantine;
  private final Tickets tickets;
  private final PolicyNames names;

  // guarded by the lock of the queue
  private boolean reading;

  /** When to read again what is dropped, after nothing of it could be read. */
  private OptionalLong doomedRetryAt = OptionalLong.empty();

  /** The topics of which all that is on disk only is looked for in their lane, by now. */
  private Map<String, Lane> lifting = Map.of();

  /** Up to where that lane was looked through, and has to be. */
  private long liftedTo;

  private long liftTo;

  /** Whether what was asked for last is to be looked through for topics. */
  private boolean looksThrough;

  /** The lane of which a block is looked through for what is due, by now. */
  private Optional<Lane> expiring = Optional.empty();

  /** The last of that block that was looked at, and the last of it. */
  private long expiredTo;

  private long expireTo;

  /** Whether what was asked for last is to be looked through for what is due. */
  private boolean looksForDue;

  /** Made once: it is asked for with every message that goes while something is on disk only. */
  private final Supplier<long[]> wanted = this::wanted;

  /** Whether anything is on disk only. Written under the lock. */
  private volatile boolean any;

  Paging(
      Queue queue,
      Journal journal,
      Clock clock,
      EntryMaker maker,
      ClockDoubt doubt,
      Quarantine quarantine,
      Tickets tickets,
      PolicyNames names) {
    this.names = names;
    this.queue = queue;
    this.journal = journal;
    this.clock = clock;
    this.maker = maker;
    this.doubt = doubt;
    this.quarantine = quarantine;
    this.tickets = tickets;
  }

  /** Takes over what was found and stays on disk; under the lock. */
  void found(List<StoredBlock> waiting) {
    queue.found(waiting, doubt::due);
    any = queue.scheduler.isAnyOnDisk();
  }

  /** A message is on disk: it stays there alone if it is far behind. Under the lock. */
  void onDisk(Entry entry) {
    if (entry.lane.canPageOut(entry)) {
      doubt.pageOut(entry.sequence());
      queue.pageOut(entry);
      any = true;
      tickets.keep(entry.promise());
    }
  }

  /** A message that is on disk only is not wanted any more; false if it is none. Under the lock. */
  boolean cancel(long sequence) {
    Optional<Lane> lane = queue.scheduler.laneOnDisk(sequence);
    lane.ifPresent(from -> queue.doom(from, sequence, DropReason.CANCELLED));
    return lane.isPresent();
  }

  /** Nothing of what is on disk only is wanted any more; returns how many these are. */
  int purge() {
    return queue.doomAll(DropReason.CANCELLED);
  }

  /** Asks for what is needed next, if something is; not under the lock. */
  void look() {
    if (!any) {
      return;
    }
    long[] asked = queue.ask(wanted);
    if (asked.length > 0) {
      journal.read(
          asked,
          queue.scheduler.window.bytes(),
          (found, answered, unreadable) -> {
            found.forEach(each -> names.found(each.message()));
            queue.change(() -> page(asked, found, answered, unreadable.isPresent()));
            if (answered == 0) {
              queue.wakeLoop();
            } else {
              look();
            }
          });
    }
  }

  /** Returns in how many nanoseconds to look again; under the lock. */
  OptionalLong nextLook() {
    long first = Long.MAX_VALUE;
    for (Lane lane : queue.scheduler.lanesWithUnsorted()) {
      if (!lane.disk.isEmpty()) {
        first = Math.min(first, left(lane.retryAt));
        // what cannot be read now is looked for when it is read again
        first = Math.min(first, reading || !isReadable(lane) ? Long.MAX_VALUE : untilDue(lane));
      }
    }
    first = Math.min(first, left(doomedRetryAt));
    return first == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(first);
  }

  private long untilDue(Lane lane) {
    return doubt.isDoubtful() || lane.retryAt.isPresent()
        ? Long.MAX_VALUE
        : lane.disk.untilDue(clock.nanos());
  }

  private long left(OptionalLong retryAt) {
    return retryAt.isEmpty() ? Long.MAX_VALUE : Math.max(0, retryAt.getAsLong() - clock.nanos());
  }

  /** From then on the answer is waited for, or there is nothing to ask: not a time. */
  private OptionalLong unlessNow(OptionalLong retryAt) {
    return left(retryAt) == 0 ? OptionalLong.empty() : retryAt;
  }

  /** Returns what to read now, ascending; nothing if nothing is needed, or is being read. */
  private long[] wanted() {
    doomedRetryAt = unlessNow(doomedRetryAt);
    for (Lane lane : queue.scheduler.lanesWithUnsorted()) {
      lane.retryAt = unlessNow(lane.retryAt);
    }
    if (reading || queue.isClosed()) {
      return NOTHING;
    }
    long[] asked = doomed();
    if (asked.length == 0) {
      asked = nextUnsorted();
    }
    looksForDue = false;
    if (asked.length == 0) {
      asked = nextDue();
    }
    // what is looked through and what is needed next have their turns
    boolean looked = looksThrough;
    looksThrough = false;
    if (asked.length == 0 && !looked) {
      asked = nextToLift();
    }
    if (asked.length == 0) {
      asked = wantedBack();
    }
    if (asked.length == 0 && looked) {
      asked = nextToLift();
    }
    reading = asked.length > 0;
    return asked;
  }

  private static boolean isReadable(Lane lane) {
    return !lane.disk.isEmpty() && lane.retryAt.isEmpty();
  }

  private long[] doomed() {
    return queue.doomed.isEmpty() || doomedRetryAt.isPresent()
        ? NOTHING
        : queue.doomed.values().iterator().next().lowest(StoredBlock.SIZE);
  }

  private long[] nextUnsorted() {
    Lane unsorted = queue.scheduler.unsorted;
    return isReadable(unsorted) ? unsorted.disk.lowest(unsorted.loaded.page()) : NOTHING;
  }

  /** The policies are other ones: what is on disk only may have other deadlines. */
  void policies() {
    lifting = Map.of();
    expiring = Optional.empty();
    for (Lane lane : queue.scheduler.lanes) {
      lane.policy
          .deadlineMillis()
          .ifPresent(
              deadline ->
                  lane.disk.expireAll(
                      acceptedAt -> doubt.due(lane.disk.lowest(), acceptedAt, deadline, false)));
    }
  }

  /** Returns what to look through next for what is due. */
  private long[] nextDue() {
    if (expiring.isEmpty() && !doubt.isDoubtful()) {
      for (Lane lane : queue.scheduler.lanes) {
        OptionalLong block =
            isReadable(lane) ? lane.disk.takeDue(clock.nanos()) : OptionalLong.empty();
        if (block.isPresent()) {
          expiring = Optional.of(lane);
          expiredTo = block.getAsLong() - 1;
          expireTo = block.getAsLong() + StoredBlock.SIZE - 1;
          break;
        }
      }
    }
    if (expiring.isEmpty()) {
      return NOTHING;
    }
    Lane lane = expiring.get();
    long[] asked = lane.disk.from(expiredTo + 1, StoredBlock.SIZE, expireTo);
    looksForDue = asked.length > 0 && isReadable(lane);
    if (looksForDue) {
      return asked;
    }
    if (asked.length > 0) {
      // its turn comes again, and others do not wait for it
      lane.disk.expires(asked[0], clock.nanos());
    }
    expiring = Optional.empty();
    return nextDue();
  }

  /** Returns what to look through next for messages of certain topics. */
  private long[] nextToLift() {
    Scheduler scheduler = queue.scheduler;
    if (lifting.isEmpty() && scheduler.isAnyUnlifted() && scheduler.unsorted.disk.isEmpty()) {
      lifting = scheduler.takeUnlifted();
      liftedTo = 0;
      Lane lane = lifting.values().iterator().next();
      liftTo = lane.disk.isEmpty() ? 0 : lane.disk.highest();
    }
    if (lifting.isEmpty()) {
      return NOTHING;
    }
    Lane lane = lifting.values().iterator().next();
    long[] asked = lane.disk.from(liftedTo + 1, lane.loaded.page(), liftTo);
    if (asked.length == 0) {
      Map<String, Lane> done = lifting;
      lifting = Map.of();
      done.keySet().forEach(scheduler::lifted);
      return nextToLift();
    }
    looksThrough = isReadable(lane);
    return looksThrough ? asked : NOTHING;
  }

  /** The highest priority first, and the lanes that have it together, in order. */
  private long[] wantedBack() {
    boolean stuck = queue.isStuck();
    Lane first = null;
    for (Lane lane : queue.scheduler.lanes) {
      if (isReadable(lane)
          && (lane.loaded.wantsMore(stuck) || lane.policy.keep() != DeliveryPolicy.Keep.ALL)
          && (first == null || lane.policy.priority() > first.policy.priority())) {
        first = lane;
      }
    }
    return first == null ? NOTHING : lowest(first.loaded);
  }

  private long[] lowest(Lane.Loaded loaded) {
    List<Lane> lanes =
        queue.scheduler.lanes.stream()
            .filter(lane -> lane.loaded == loaded && isReadable(lane))
            .toList();
    if (lanes.size() == 1) {
      return lanes.get(0).disk.lowest(loaded.page());
    }
    long[] next = lanes.stream().mapToLong(lane -> lane.disk.lowest()).toArray();
    long[] found = new long[loaded.page()];
    for (int count = 0; count < found.length; count++) {
      int lowest = 0;
      for (int i = 1; i < next.length; i++) {
        lowest = next[i] < next[lowest] ? i : lowest;
      }
      if (next[lowest] == Long.MAX_VALUE) {
        return Arrays.copyOf(found, count);
      }
      found[count] = next[lowest];
      next[lowest] = lanes.get(lowest).disk.next(next[lowest] + 1);
    }
    return found;
  }

  /**
   * Takes in what was read back; under the lock.
   *
   * @param answered how many of those asked for this is the answer to; 0: the disk could not read
   *     the first, so its lane waits, and the others go on
   * @param keeps whether those that are not found may be read another time: they are put aside
   */
  private void page(long[] asked, List<StoredMessage> found, int answered, boolean keeps) {
    reading = false;
    if (answered == 0) {
      failed(asked[0]);
    }
    int at = 0;
    for (int i = 0; i < answered && !queue.isClosed(); i++) {
      boolean there = at < found.size() && found.get(at).sequence() == asked[i];
      Optional<StoredMessage> message = there ? Optional.of(found.get(at++)) : Optional.empty();
      page(asked[i], message, keeps);
      liftedTo = looksThrough ? asked[i] : liftedTo;
      expiredTo = looksForDue ? asked[i] : expiredTo;
    }
    any =
        queue.scheduler.isAnyOnDisk()
            || !queue.doomed.isEmpty()
            || !lifting.isEmpty()
            || queue.scheduler.isAnyUnlifted();
  }

  private void failed(long sequence) {
    OptionalLong then = OptionalLong.of(clock.nanos() + RETRY_NANOS);
    Optional<Lane> lane = queue.scheduler.laneOnDisk(sequence);
    if (lane.isPresent()) {
      lane.get().failing = true;
      lane.get().retryAt = then;
    } else {
      doomedRetryAt = then;
    }
  }

  private void page(long sequence, Optional<StoredMessage> found, boolean keeps) {
    boolean old = queue.scheduler.wasFound(sequence);
    StoredMessage message = found.orElseGet(() -> maker.unreadable(sequence));
    Optional<DropReason> doomed = queue.doomedBy(sequence);
    if (doomed.isPresent()) {
      Lane any = queue.scheduler.lanes.get(0);
      Entry entry = maker.pagedIn(message, tickets.take(sequence), old, any);
      queue.tellDoomed(entry, doomed.get());
      return;
    }
    Lane from = queue.scheduler.laneOnDisk(sequence).orElseThrow();
    from.failing = keeps;
    Lane to = queue.scheduler.laneOf(message.message());
    Optional<Promise> kept = tickets.take(sequence);
    Entry entry = maker.pagedIn(message, kept, old, to);
    if (entry.hasDeadline) {
      doubt.date(entry, EntryMaker.deadline(message, to));
    }
    if (found.isPresent() && isLeft(from, entry)) {
      kept.ifPresent(tickets::keep);
      if (to != from) {
        from.pageIn(sequence, entry.size);
        to.keepOnDisk(entry);
      } else if (looksForDue && entry.hasDeadline) {
        to.disk.expires(sequence, entry.due);
      }
      return;
    }
    doubt.hold(entry);
    queue.pageIn(entry, from);
    if (entry.isPending() && found.isEmpty()) {
      lost(entry, keeps);
    } else if (entry.isPending() && entry.isDue(clock.nanos())) {
      queue.drop(entry, DropReason.EXPIRED);
    }
  }

  /** Returns whether a message that was read stays on disk only. */
  private boolean isLeft(Lane from, Entry entry) {
    if (looksForDue) {
      return entry.lane == from && !entry.isDue(clock.nanos());
    }
    if (looksThrough) {
      return entry.lane == from && !lifting.containsKey(entry.message().topic());
    }
    return entry.lane != from && entry.message().policy().isEmpty() && entry.lane.keepsOnDisk(from);
  }

  private void lost(Entry entry, boolean keeps) {
    queue.drop(entry, keeps ? DropReason.QUARANTINED : DropReason.STORE_FAILED);
    if (keeps) {
      quarantine.addUnreadable(entry);
    }
  }
}
