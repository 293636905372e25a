package org.robustmqtt.client.outbox;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.robustmqtt.Message;
import org.robustmqtt.PendingMessage;

/**
 * Messages that were quarantined: they have their outcome, and are kept until they are sent again
 * or thrown away by hand. Guarded by the lock of the outbox.
 */
final class PutAside {
  /** More are not kept; each costs a dozen losses of the link, so that it takes long to be here. */
  static final int MOST = 1_000;

  private final Map<Long, Entry> entries = new LinkedHashMap<>();

  /** Those that the disk could not read: there may be very many. */
  private final PagedOut unreadable = new PagedOut();

  /** Adds a message; returns the oldest, which is given up, if there are too many. */
  Optional<Entry> add(Entry entry) {
    entries.put(entry.sequence(), entry);
    if (entries.size() <= MOST) {
      return Optional.empty();
    }
    Entry oldest = entries.values().iterator().next();
    entries.remove(oldest.sequence());
    return Optional.of(oldest);
  }

  /** Adds a message of which only the number is known. */
  void addUnreadable(Entry entry) {
    unreadable.add(entry.sequence(), 0, entry.acceptedAt());
  }

  /** Returns whether a message is here of which only the number is known. */
  boolean isUnreadable(long sequence) {
    return unreadable.contains(sequence);
  }

  /** A message that could not be read before was read. */
  void readable(Entry entry) {
    if (isUnreadable(entry.sequence())) {
      unreadable.remove(entry.sequence(), 0);
      entries.put(entry.sequence(), entry);
    }
  }

  boolean contains(long sequence) {
    return entries.containsKey(sequence) || isUnreadable(sequence);
  }

  /** Returns a message that can be read. */
  Optional<Entry> find(long sequence) {
    return Optional.ofNullable(entries.get(sequence));
  }

  /** Takes a message out that can be read. */
  Optional<Entry> take(long sequence) {
    return Optional.ofNullable(entries.remove(sequence));
  }

  /** Takes a message out; returns whether it was here. */
  boolean remove(long sequence) {
    boolean there = contains(sequence);
    entries.remove(sequence);
    if (isUnreadable(sequence)) {
      unreadable.remove(sequence, 0);
    }
    return there;
  }

  /** Returns the numbers of all. */
  List<Long> sequences() {
    return LongStream.concat(
            entries.keySet().stream().mapToLong(Long::longValue),
            LongStream.of(unreadable.lowest(unreadable.count())))
        .boxed()
        .toList();
  }

  int size() {
    return entries.size() + unreadable.count();
  }

  /** Returns them as others see them, oldest first; what cannot be read comes last. */
  List<PendingMessage> browse(int limit) {
    Stream<PendingMessage> unknown =
        LongStream.of(unreadable.lowest(Math.max(0, limit - entries.size())))
            .mapToObj(PutAside::unknown);
    return Stream.concat(entries.values().stream().map(Contents::shown), unknown)
        .limit(limit)
        .toList();
  }

  private static PendingMessage unknown(long sequence) {
    return new PendingMessage(
        sequence,
        Message.of(EntryMaker.UNREADABLE, new byte[0]),
        Instant.EPOCH,
        false,
        true,
        0,
        Optional.empty());
  }
}
