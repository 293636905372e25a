package org.robustmqtt.client.outbox;

import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import org.robustmqtt.Durability;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.policy.DeliveryPolicy;
import org.robustmqtt.client.policy.TokenBucket;
import org.robustmqtt.journal.StoredBlock;

/**
 * What the queue holds for one policy: how much that is, which topics have their turn, and what of
 * it is on disk only. Guarded by the lock of the {@link Queue}, except where it says otherwise.
 */
final class Lane {
  final DeliveryPolicy policy;

  /** What is in memory of it, waiting or out. */
  final PendingEntries entries = new PendingEntries();

  /** What of this lane, and of others with its priority, is in memory. */
  final Loaded loaded;

  /** Messages that are on disk and not in memory. */
  final SequenceSet disk = new SequenceSet();

  /** Whether the disk could not read what was wanted last. */
  boolean failing;

  /** When to read again after nothing could be read, nanoseconds of the monotonic clock. */
  OptionalLong retryAt = OptionalLong.empty();

  /** Topics whose turn is a message of QoS 0, by the sequence of that message. */
  private final ReadyTopics unacknowledged = new ReadyTopics();

  /** Topics whose turn is a message that is acknowledged, by the sequence of that message. */
  private final ReadyTopics acknowledged = new ReadyTopics();

  /** Topics whose turn is a message of QoS 2 whose steps have to be recorded, in the same way. */
  private final ReadyTopics recorded = new ReadyTopics();

  /** How fast its messages go; guarded as all of it. */
  private TokenBucket rate;

  private TokenBucket rateBytes;

  private boolean paceBegun;

  // in memory
  private long bytes;
  private int out;

  Lane(DeliveryPolicy policy, Loaded loaded) {
    this.policy = policy;
    this.loaded = loaded;
    rate = new TokenBucket(policy.pace().rate(), 0);
    rateBytes = new TokenBucket(policy.pace().rateBytes(), 0);
  }

  private boolean isPaced() {
    return rate.perSecond() > 0 || rateBytes.perSecond() > 0;
  }

  /** Returns how long none of its messages goes because of its rate; 0: they go. */
  long paceNanos(Clock clock) {
    if (!isPaced()) {
      return 0;
    }
    long now = clock.nanos();
    if (!paceBegun) {
      paceBegun = true;
      rate = TokenBucket.full(rate.perSecond(), now);
      rateBytes = TokenBucket.full(rateBytes.perSecond(), now);
    }
    return Math.max(rate.waitNanos(now), rateBytes.waitNanos(now));
  }

  /** Goes on with the rates of a lane that had the same policy, or another one of its name. */
  void pacedAs(Lane other) {
    paceBegun = other.paceBegun;
    rate = new TokenBucket(rate.perSecond(), other.rate.paidAt());
    rateBytes = new TokenBucket(rateBytes.perSecond(), other.rateBytes.paidAt());
  }

  /** Returns whether a topic waits for nothing but its turn. */
  boolean isReady() {
    return unacknowledged.first() != null
        || acknowledged.first() != null
        || recorded.first() != null;
  }

  /**
   * Takes over what was found and stays on disk.
   *
   * @param due says when the earliest deadline of a block passes
   */
  void found(List<StoredBlock> waiting, Function<StoredBlock, OptionalLong> due) {
    disk.found(waiting, due);
    lookAtDisk();
  }

  /** Takes over what another lane has on disk only. */
  void takeDisk(Lane other) {
    disk.takeAll(other.disk);
    lookAtDisk();
  }

  private void lookAtDisk() {
    if (!disk.isEmpty()) {
      loaded.onDisk += disk.count();
      loaded.frontier = Math.min(loaded.frontier, disk.lowest() - 1);
    }
  }

  /** Returns how many messages have no outcome. */
  int messages() {
    return entries.size() + disk.count();
  }

  /** Returns the bytes of their topics and payloads. */
  long bytes() {
    return bytes + disk.bytes();
  }

  /** Returns how many of them are out. */
  int out() {
    return out;
  }

  /** A message is in memory from now on, waiting or out. */
  void enter(Entry entry) {
    entries.add(entry);
    count(entry);
  }

  /** A message that was on disk only is in memory from now on. */
  void insert(Entry entry) {
    entries.insert(entry);
    count(entry);
  }

  private void count(Entry entry) {
    bytes += entry.size;
    if (entry.state == Entry.State.OUT) {
      out++;
    } else {
      loaded.enter(entry);
    }
  }

  /** A waiting message goes out. */
  void take(Entry entry, long now) {
    if (isPaced()) {
      rate = rate.take(1, now);
      rateBytes = rateBytes.take(entry.size, now);
    }
    loaded.leave(entry);
    out++;
  }

  /** A message that was out waits again. */
  void putBack(Entry entry) {
    out--;
    loaded.putBack(entry);
  }

  /** A message has its outcome; it waits or is out. */
  void leave(Entry entry) {
    entries.remove(entry);
    bytes -= entry.size;
    if (entry.state == Entry.State.OUT) {
      out--;
    } else {
      loaded.leave(entry);
    }
  }

  /**
   * Returns whether a message that is on disk can be left there alone. What is retained, was sent
   * before, is lifted by others of its topic or may be replaced stays in memory: others depend on
   * it. Not while the disk cannot be read, if there are not very many.
   */
  boolean canPageOut(Entry entry) {
    return (!failing || loaded.isMany())
        && entry.state == Entry.State.WAITING
        && isBehind(entry)
        && policy.keep() == DeliveryPolicy.Keep.ALL
        && !entry.queue.isMixed()
        && !entry.front
        && !entry.message().retain()
        && !entry.ageUnknown
        && !entry.sentBefore
        && entry.durability() != Durability.MEMORY;
  }

  /** A waiting message is on disk only from now on. */
  void pageOut(Entry entry) {
    leave(entry);
    entry.state = Entry.State.PAGED_OUT;
    disk.add(entry.sequence(), entry.size, entry.acceptedAt());
    if (entry.hasDeadline) {
      disk.expires(entry.sequence(), entry.due);
    }
    loaded.onDisk++;
  }

  /** A message that is on disk only has its outcome; returns how large it is at least. */
  int evict(long sequence) {
    int size = disk.leastSize(sequence);
    disk.remove(sequence, size);
    loaded.onDisk--;
    return size;
  }

  /** All that is on disk only has its outcome. */
  void evictAll(SequenceSet into) {
    loaded.onDisk -= disk.count();
    into.takeAll(disk);
  }

  /** A message that was on disk only was read, or there is nothing of it. */
  void pageIn(long sequence, int size) {
    if (sequence == disk.lowest()) {
      loaded.frontier = Math.max(loaded.frontier, sequence);
    }
    disk.remove(sequence, size);
    loaded.onDisk--;
  }

  /**
   * Returns whether a message that was found, and read in another lane, has to stay on disk: that
   * lane reads on whatever is in memory of this one.
   */
  boolean keepsOnDisk(Lane from) {
    return loaded != from.loaded
        && policy.keep() == DeliveryPolicy.Keep.ALL
        && (loaded.onDisk > 0 || loaded.isFull());
  }

  /** A message that was found in another lane stays on disk in this one. */
  void keepOnDisk(Entry entry) {
    long sequence = entry.sequence();
    disk.add(sequence, entry.size, entry.acceptedAt());
    if (entry.hasDeadline) {
      disk.expires(sequence, entry.due);
    }
    loaded.onDisk++;
    loaded.frontier = Math.min(loaded.frontier, sequence - 1);
  }

  /** Returns whether a message may be paged out as soon as it is on disk. Any thread. */
  boolean isBehind(Entry entry) {
    return entry.sequence() > loaded.frontier;
  }

  /** Returns where a topic waits whose oldest message is this one, if it may go. */
  ReadyTopics among(Entry head) {
    return switch (head.message().qos()) {
      case AT_MOST_ONCE -> unacknowledged;
      case AT_LEAST_ONCE -> acknowledged;
      case EXACTLY_ONCE -> head.durability() == Durability.MEMORY ? acknowledged : recorded;
    };
  }

  /**
   * Returns the topic whose turn it is, or null. None is sent before an older message of the lane
   * that is on disk only: that may have the same topic. Only of a topic with messages in several
   * lanes is known that it has none there. Where the newest counts, all of it is read first.
   *
   * @param acknowledgedToo whether a message of QoS 1 or 2 can go
   * @param recordedToo whether among these one can go whose steps have to be recorded
   */
  TopicQueue first(boolean acknowledgedToo, boolean recordedToo) {
    final long passable = passable();
    TopicQueue first = unacknowledged.first();
    if (acknowledgedToo) {
      first = earlier(first, acknowledged.first());
    }
    if (acknowledgedToo && recordedToo) {
      first = earlier(first, recorded.first());
    }
    return first == null || first.readyKey > passable && !first.isMixed() ? null : first;
  }

  /** Returns up to which sequence something may go while others are on disk only. */
  private long passable() {
    boolean replaces = policy.keep() == DeliveryPolicy.Keep.LATEST && !disk.isEmpty();
    return replaces ? 0 : disk.lowest();
  }

  private static TopicQueue earlier(TopicQueue one, TopicQueue other) {
    return one == null || other != null && other.readyKey < one.readyKey ? other : one;
  }

  /**
   * How much of the lanes of one priority is in memory. In front are the oldest, at least a window
   * of them; behind the frontier a message is paged out as soon as it is on disk, and read back
   * when most of those in front are gone. Lanes of one priority share it: their messages leave in
   * the order of their sequences, so they are read in that order too, in one pass over the
   * segments.
   */
  static final class Loaded {
    /** How much more than a window is read while nothing of it can be sent. */
    private static final int MOST_STUCK = 8;

    private final Outbox.Window window;

    /** Messages behind it may be paged out. Also read without the lock. */
    private volatile long frontier = Long.MAX_VALUE;

    private int front;
    private long frontBytes;
    private int waiting;
    private long waitingBytes;
    private int onDisk;

    Loaded(Outbox.Window window) {
      this.window = window;
    }

    /** A message of now is about to be in. */
    void accept(long sequence) {
      if (frontier == Long.MAX_VALUE) {
        if (isFull()) {
          frontier = sequence - 1;
        }
      } else if (onDisk == 0 && waiting <= window.messages() / 2) {
        frontier = Long.MAX_VALUE;
      }
    }

    private void enter(Entry entry) {
      putBack(entry);
      if (entry.sequence() <= frontier) {
        entry.front = true;
        front++;
        frontBytes += entry.size;
      }
    }

    private void putBack(Entry entry) {
      waiting++;
      waitingBytes += entry.size;
    }

    private void leave(Entry entry) {
      waiting--;
      waitingBytes -= entry.size;
      if (entry.front) {
        entry.front = false;
        front--;
        frontBytes -= entry.size;
      }
    }

    private boolean isFull() {
      return front >= window.messages() || frontBytes >= window.bytes();
    }

    private boolean isMany() {
      return waiting > MOST_STUCK * window.messages()
          || waitingBytes > (long) MOST_STUCK * window.bytes();
    }

    /**
     * Returns whether more is to be read.
     *
     * @param stuck whether nothing of what is in memory can be sent now
     */
    boolean wantsMore(boolean stuck) {
      boolean low = front <= window.messages() / 2 && frontBytes <= window.bytes() / 2;
      boolean more =
          stuck
              && front < MOST_STUCK * window.messages()
              && frontBytes < (long) MOST_STUCK * window.bytes();
      return low || more;
    }

    /** Returns how many messages are read at once. */
    int page() {
      return Math.max(1, window.messages() / 2);
    }
  }
}
