package org.robustmqtt.client.outbox;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.robustmqtt.PendingMessage;

/**
 * Messages that were quarantined: they have their outcome, and are kept until they are sent again
 * or thrown away by hand. Guarded by the lock of the outbox.
 */
final class PutAside {
  /** More are not kept; each costs a dozen losses of the link, so that it takes long to be here. */
  static final int MOST = 1_000;

  private final Map<Long, Entry> entries = new LinkedHashMap<>();

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

  boolean contains(long sequence) {
    return entries.containsKey(sequence);
  }

  /** Takes a message out. */
  Optional<Entry> take(long sequence) {
    return Optional.ofNullable(entries.remove(sequence));
  }

  /** Takes all out. */
  List<Entry> takeAll() {
    List<Entry> all = new ArrayList<>(entries.values());
    entries.clear();
    return all;
  }

  int size() {
    return entries.size();
  }

  /** Returns them as others see them, oldest first. */
  List<PendingMessage> browse(int limit) {
    return entries.values().stream().limit(limit).map(Contents::shown).toList();
  }
}
