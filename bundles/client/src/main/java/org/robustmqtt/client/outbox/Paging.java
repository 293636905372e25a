package org.robustmqtt.client.outbox;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.robustmqtt.Durability;
import org.robustmqtt.journal.StoredBlock;

/**
 * What of a long queue is in memory. In front are the oldest, at least {@link
 * Outbox.Window#messages} of them; behind the frontier a message is paged out as soon as it is on
 * disk, and read back when most of those in front are gone. Nothing is sent that is behind one that
 * is paged out, so order is kept.
 *
 * <p>What is retained, has a deadline or was sent before stays in memory: others depend on it, or a
 * point in time does. Guarded by the lock of the outbox, except where it says otherwise.
 */
final class Paging {
  /** How much more than a window is read while nothing of it can be sent. */
  private static final int MOST_STUCK = 8;

  final PagedOut out = new PagedOut();
  final Tickets tickets;
  private final Outbox.Window window;
  private final Set<Long> cancelled = new HashSet<>();

  /** What was found is up to here. */
  private long foundUpTo;

  /** What is paged out up to here is not wanted any more. */
  private long purgedUpTo;

  /** Messages behind it may be paged out. Also read without the lock. */
  private volatile long frontier = Long.MAX_VALUE;

  /** Whether anything is paged out. Also read without the lock. */
  private volatile boolean any;

  private int front;
  private long frontBytes;
  private boolean reading;

  /** Whether the disk could not read what was wanted last. */
  private boolean failing;

  Paging(Outbox.Window window, Tickets tickets) {
    this.window = window;
    this.tickets = tickets;
  }

  Outbox.Window window() {
    return window;
  }

  void found(List<StoredBlock> waiting) {
    out.found(waiting);
    if (!out.isEmpty()) {
      foundUpTo = out.highest();
      frontier = out.lowest() - 1;
      any = true;
    }
  }

  /** Returns whether {@link #wanted} may be true. Any thread. */
  boolean mayWant() {
    return any;
  }

  /** Returns whether a message may be paged out as soon as it is on disk. Any thread. */
  boolean isBehind(Entry entry) {
    return entry.sequence() > frontier;
  }

  /** Returns whether a message was found, not accepted in this run. */
  boolean wasFound(long sequence) {
    return sequence <= foundUpTo;
  }

  /**
   * A message of now is about to be in.
   *
   * @param waiting how many wait in memory
   */
  void accept(long sequence, int waiting) {
    if (frontier == Long.MAX_VALUE) {
      if (front >= window.messages() || frontBytes >= window.bytes()) {
        frontier = sequence - 1;
      }
    } else if (out.isEmpty() && waiting <= window.messages() / 2) {
      frontier = Long.MAX_VALUE;
    }
  }

  /** A message waits in memory from now on. */
  void in(Entry entry) {
    if (entry.sequence() <= frontier) {
      entry.front = true;
      front++;
      frontBytes += entry.size;
    }
  }

  /** A message does not wait in memory any more. */
  void gone(Entry entry) {
    if (entry.front) {
      entry.front = false;
      front--;
      frontBytes -= entry.size;
    }
  }

  /**
   * Returns whether a message that is on disk can be left there alone. Not while the disk cannot be
   * read, if there are not very many.
   *
   * @param inMemory how many messages are in memory
   * @param bytes how many bytes they have
   */
  boolean canGo(Entry entry, int inMemory, long bytes) {
    boolean many =
        inMemory > MOST_STUCK * window.messages() || bytes > (long) MOST_STUCK * window.bytes();
    return (!failing || many)
        && entry.state == Entry.State.WAITING
        && isBehind(entry)
        && !entry.front
        && !entry.message().retain()
        && !entry.hasDeadline
        && !entry.sentBefore
        && entry.durability() != Durability.MEMORY;
  }

  void pageOut(Entry entry) {
    entry.state = Entry.State.PAGED_OUT;
    out.add(entry.sequence(), entry.size, entry.acceptedAt());
    any = true;
    tickets.keep(entry.promise());
  }

  /** A message that is paged out is not wanted any more; false if that was known. */
  boolean cancel(long sequence) {
    return out.contains(sequence) && sequence > purgedUpTo && cancelled.add(sequence);
  }

  /** Nothing of what is paged out is wanted any more; returns how many were wanted until now. */
  int purge() {
    if (out.isEmpty()) {
      return 0;
    }
    int count = 0;
    if (purgedUpTo < out.lowest()) {
      count = out.count() - cancelled.size();
      cancelled.clear();
    } else {
      for (long sequence : out.lowest(out.count())) {
        count += sequence > purgedUpTo && !cancelled.remove(sequence) ? 1 : 0;
      }
    }
    purgedUpTo = out.highest();
    return count;
  }

  /** Returns whether a message is not wanted any more, and forgets that. */
  boolean isUnwanted(long sequence) {
    return cancelled.remove(sequence) || sequence <= purgedUpTo;
  }

  /**
   * Returns what to read now, ascending; nothing if nothing is needed, or is being read.
   *
   * @param stuck whether nothing of what is in memory can be sent now
   */
  long[] wanted(boolean stuck) {
    if (reading || out.isEmpty()) {
      return new long[0];
    }
    if (!cancelled.isEmpty()) {
      reading = true;
      return cancelled.stream()
          .mapToLong(Long::longValue)
          .sorted()
          .limit(StoredBlock.SIZE)
          .toArray();
    }
    boolean low = front <= window.messages() / 2 && frontBytes <= window.bytes() / 2;
    boolean more =
        stuck
            && front < MOST_STUCK * window.messages()
            && frontBytes < (long) MOST_STUCK * window.bytes();
    if (!low && !more && out.lowest() > purgedUpTo) {
      return new long[0];
    }
    reading = true;
    return out.lowest(Math.max(1, window.messages() / 2));
  }

  /** What was wanted was read, or could not be. */
  void read(boolean failed) {
    reading = false;
    failing = failed;
  }

  /** A message is in memory again, or there is nothing of it; it is in front. */
  void pagedIn(long sequence, int size) {
    if (sequence == out.lowest()) {
      frontier = Math.max(frontier, sequence);
    }
    out.remove(sequence, size);
    any = !out.isEmpty();
  }
}
