package org.robustmqtt.client.outbox;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.robustmqtt.DropReason;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.policy.MessageSize;
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
  private final Quarantine quarantine;
  private final Tickets tickets;
  private final PolicyNames names;

  // guarded by the lock of the queue
  private final Set<Long> cancelled = new HashSet<>();

  /** What is on disk only up to here is not wanted any more. */
  private long purgedUpTo;

  private boolean reading;

  /** Made once: it is asked for with every message that goes while something is on disk only. */
  private final Supplier<long[]> wanted = this::wanted;

  /** Whether anything is on disk only. Written under the lock. */
  private volatile boolean any;

  Paging(
      Queue queue,
      Journal journal,
      Clock clock,
      EntryMaker maker,
      Quarantine quarantine,
      Tickets tickets,
      PolicyNames names) {
    this.names = names;
    this.queue = queue;
    this.journal = journal;
    this.clock = clock;
    this.maker = maker;
    this.quarantine = quarantine;
    this.tickets = tickets;
  }

  /** Takes over what was found and stays on disk; under the lock. */
  void found(List<StoredBlock> waiting) {
    queue.found(waiting);
    any = queue.scheduler.isAnyOnDisk();
  }

  /** A message is on disk: it stays there alone if it is far behind. Under the lock. */
  void onDisk(Entry entry) {
    if (entry.lane.canPageOut(entry)) {
      queue.pageOut(entry);
      any = true;
      tickets.keep(entry.promise());
    }
  }

  /** A message that is on disk only is not wanted any more; false if it is none. Under the lock. */
  boolean cancel(long sequence) {
    return queue.scheduler.laneOnDisk(sequence).isPresent()
        && sequence > purgedUpTo
        && cancelled.add(sequence);
  }

  /**
   * Nothing of what is on disk only is wanted any more; returns how many were wanted until now.
   * Under the lock.
   */
  int purge() {
    int count = 0;
    long upTo = purgedUpTo;
    for (Lane lane : queue.scheduler.lanes) {
      if (!lane.disk.isEmpty()) {
        count += lane.disk.countFrom(purgedUpTo + 1);
        upTo = Math.max(upTo, lane.disk.highest());
      }
    }
    count -= cancelled.size();
    cancelled.clear();
    purgedUpTo = upTo;
    return count;
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
    for (Lane lane : queue.scheduler.lanes) {
      if (!lane.disk.isEmpty() && lane.retryAt.isPresent()) {
        first = Math.min(first, Math.max(0, lane.retryAt.getAsLong() - clock.nanos()));
      }
    }
    return first == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(first);
  }

  /** Returns what to read now, ascending; nothing if nothing is needed, or is being read. */
  private long[] wanted() {
    long now = clock.nanos();
    for (Lane lane : queue.scheduler.lanes) {
      if (lane.retryAt.isPresent() && now - lane.retryAt.getAsLong() >= 0) {
        // From now on the answer is waited for, or there is nothing to ask: not a time.
        lane.retryAt = OptionalLong.empty();
      }
    }
    if (reading || queue.isClosed()) {
      return NOTHING;
    }
    long[] asked = cancelled.isEmpty() ? NOTHING : unwanted();
    if (asked.length == 0) {
      asked = wantedBack();
    }
    reading = asked.length > 0;
    return asked;
  }

  private static boolean isReadable(Lane lane) {
    return !lane.disk.isEmpty() && lane.retryAt.isEmpty();
  }

  private long[] unwanted() {
    return cancelled.stream()
        .filter(
            sequence -> queue.scheduler.laneOnDisk(sequence).filter(Paging::isReadable).isPresent())
        .mapToLong(Long::longValue)
        .sorted()
        .limit(StoredBlock.SIZE)
        .toArray();
  }

  /** The highest priority first, and the lanes that have it together, in order. */
  private long[] wantedBack() {
    boolean stuck = queue.isStuck();
    Lane first = null;
    for (Lane lane : queue.scheduler.lanes) {
      if (isReadable(lane)
          && (lane.loaded.wantsMore(stuck) || lane.disk.lowest() <= purgedUpTo)
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
      Lane lane = queue.scheduler.laneOnDisk(asked[0]).orElseThrow();
      lane.failing = true;
      lane.retryAt = OptionalLong.of(clock.nanos() + RETRY_NANOS);
    }
    int at = 0;
    for (int i = 0; i < answered && !queue.isClosed(); i++) {
      boolean there = at < found.size() && found.get(at).sequence() == asked[i];
      page(asked[i], there ? Optional.of(found.get(at++)) : Optional.empty(), keeps);
    }
    any = queue.scheduler.isAnyOnDisk();
  }

  private void page(long sequence, Optional<StoredMessage> found, boolean keeps) {
    Lane from = queue.scheduler.laneOnDisk(sequence).orElseThrow();
    from.failing = keeps;
    boolean old = queue.scheduler.wasFound(sequence);
    StoredMessage message = found.orElseGet(() -> maker.unreadable(sequence));
    Lane to = old && found.isPresent() ? queue.scheduler.laneOf(message.message()) : from;
    boolean unwanted = cancelled.remove(sequence) || sequence <= purgedUpTo;
    if (to != from && !unwanted && to.keepsOnDisk(from)) {
      int size = MessageSize.of(message.message()).queued();
      from.pageIn(sequence, size);
      to.keepOnDisk(sequence, size, message.acceptedAt());
      return;
    }
    Entry entry = maker.pagedIn(message, tickets.take(sequence), old, to);
    queue.pageIn(entry, from);
    if (found.isEmpty() && !keeps) {
      queue.drop(entry, DropReason.STORE_FAILED);
    } else if (unwanted) {
      queue.drop(entry, DropReason.CANCELLED);
    } else if (found.isEmpty()) {
      queue.drop(entry, DropReason.QUARANTINED);
      quarantine.addUnreadable(entry);
    }
  }
}
