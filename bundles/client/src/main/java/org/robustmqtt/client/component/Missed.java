package org.robustmqtt.client.component;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredBlock;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.journal.WrittenCallback;

/**
 * What was said while there was no journal, only the newest of each thing, so that it does not grow
 * with the time: at most a few records for each message without an outcome, key and packet id.
 * Guarded by its {@link SwitchableJournal}.
 */
final class Missed {
  private static final byte[] NOTHING = {};

  /** What is said of a thing. */
  enum Kind {
    FORGET,
    ID,
    VALUE,
    UNSENT,
    SENT,
    RELEASED,
    ABANDONED,
    QUARANTINED
  }

  private record Key(Kind kind, Object thing) {}

  private record Said(BiConsumer<Journal, WrittenCallback> record, WrittenCallback callback) {}

  /** In the order in which they are to be said. */
  private final Map<Key, Said> records = new LinkedHashMap<>();

  private final TreeMap<Long, StoredMessage> offered = new TreeMap<>();
  private long bytes;

  /** Messages that may be on disk and are at their end. */
  private final Set<Long> ended = new HashSet<>();

  /** A message came; it is in memory only. */
  void offered(StoredMessage message) {
    if (offered.put(message.sequence(), message) == null) {
      bytes += size(message);
    }
  }

  private static long size(StoredMessage stored) {
    return stored.message().topic().length() + stored.message().payload().length;
  }

  int messages() {
    return offered.size();
  }

  /** Returns the bytes of their topics and payloads. */
  long bytes() {
    return bytes;
  }

  /** Returns how many things are kept. */
  int size() {
    return records.size() + offered.size() + ended.size();
  }

  int ended() {
    return ended.size();
  }

  /**
   * Something is to be said to the next journal, instead of what was to be said of the same.
   *
   * @param callback who waits until it is said, or NONE
   * @return who waited for what is not said now
   */
  WrittenCallback say(
      Kind kind,
      Object thing,
      BiConsumer<Journal, WrittenCallback> record,
      WrittenCallback callback) {
    Key key = new Key(kind, thing);
    Said before = records.remove(key);
    boolean waits = before != null && callback == WrittenCallback.NONE;
    records.put(key, new Said(record, waits ? before.callback() : callback));
    return before == null || waits ? WrittenCallback.NONE : before.callback();
  }

  /** A message is in no session any more. */
  void unsent(long sequence) {
    records.remove(new Key(Kind.SENT, sequence));
    records.remove(new Key(Kind.RELEASED, sequence));
    say(Kind.UNSENT, sequence, (to, told) -> to.unsent(sequence), WrittenCallback.NONE);
  }

  /** No exchange of received messages is open any more. */
  void forgetReceived() {
    records.keySet().removeIf(key -> key.kind() == Kind.ID);
    say(Kind.FORGET, "", (to, told) -> to.forgetReceived(), WrittenCallback.NONE);
  }

  /**
   * A message is at its end.
   *
   * @param mayBeOnDisk whether a journal may have it
   */
  void settled(long sequence, boolean mayBeOnDisk) {
    StoredMessage message = offered.remove(sequence);
    bytes -= message == null ? 0 : size(message);
    for (Kind kind : Kind.values()) {
      records.remove(new Key(kind, sequence));
    }
    if (mayBeOnDisk) {
      ended.add(sequence);
    }
  }

  /** Returns who waits. */
  List<WrittenCallback> waiting() {
    return records.values().stream().map(Said::callback).toList();
  }

  /**
   * Says all but the messages to a journal.
   *
   * @param found what was found in it, of which the rest is to be as we have it
   */
  void sayTo(Journal next, Recovery found, Small small, Callbacks callbacks) {
    Set<String> keys = new TreeSet<>(small.values.keySet());
    keys.addAll(found.values().keySet());
    for (String key : keys) {
      byte[] value = small.values.getOrDefault(key, NOTHING);
      boolean same = Arrays.equals(value, found.values().getOrDefault(key, NOTHING));
      if (!same && !records.containsKey(new Key(Kind.VALUE, key))) {
        next.put(key, value, Level.FORCED, WrittenCallback.NONE);
      }
    }
    Set<Integer> ids = new TreeSet<>(small.received);
    ids.addAll(found.received());
    ids.removeIf(id -> records.containsKey(new Key(Kind.ID, id)));
    for (int id : ids) {
      if (!found.received().contains(id)) {
        next.received(id, WrittenCallback.NONE);
      } else if (!small.received.contains(id)) {
        next.completed(id, WrittenCallback.NONE);
      }
    }
    records.forEach((key, said) -> said.record().accept(next, callbacks.later(said.callback())));
    ended.forEach(sequence -> next.settled(sequence, WrittenCallback.NONE));
  }

  /** Tells callbacks when no lock is held. */
  interface Callbacks {
    WrittenCallback later(WrittenCallback callback);
  }

  /** What is in a journal besides messages, as it is to be. Safe for several threads. */
  static final class Small {
    final Map<String, byte[]> values = new ConcurrentHashMap<>();
    final Set<Integer> received = ConcurrentHashMap.newKeySet();
  }

  /**
   * The messages that earlier runs had left when the first journal was opened. If its disk could
   * not read all of it, others of theirs may be found later, which nobody has told of here.
   *
   * @param some which, if it is known
   */
  record Inherited(Optional<Found> some) {
    /** Of a journal that was read in full: whatever is found later was there, or is ours. */
    static Inherited whole() {
      return new Inherited(Optional.empty());
    }

    /** Of one that was not. */
    static Inherited only(Recovery found) {
      return new Inherited(Optional.of(new Found(found)));
    }

    boolean holds(long sequence) {
      return some.map(found -> found.holds(sequence)).orElse(true);
    }
  }

  /** The numbers of what was found in a journal. */
  private static final class Found {
    private final Set<Long> messages = new HashSet<>();
    private final Map<Long, StoredBlock> blocks = new HashMap<>();

    Found(Recovery found) {
      found.messages().forEach(message -> messages.add(message.stored().sequence()));
      found.waiting().forEach(block -> blocks.put(block.first(), block));
    }

    boolean holds(long sequence) {
      int index = (int) (sequence % StoredBlock.SIZE);
      StoredBlock block = blocks.get(sequence - index);
      return messages.contains(sequence) || block != null && has(block, index);
    }
  }

  /** Puts into a journal the messages that it does not have. On the component lane. */
  static final class Offering {
    /** A journal that is closed answers at once, one that writes slowly after a second. */
    private static final int PATIENCE = 10;

    private final Journal next;
    private final Found found;
    private final Set<Long> there = new HashSet<>();

    Offering(Journal next, Recovery recovery) {
      this.next = next;
      found = new Found(recovery);
      there.addAll(recovery.aliases().values());
    }

    private boolean isThere(long sequence) {
      return there.contains(sequence) || found.holds(sequence);
    }

    /** Offers them, and waits for room; returns whether all were taken. */
    boolean all(List<StoredMessage> messages) throws InterruptedException {
      for (StoredMessage message : messages) {
        while (!offer(message)) {
          if (!awaitRoom()) {
            return false;
          }
        }
      }
      return true;
    }

    /** Offers what came since, by sequence; returns whether all were taken. */
    boolean rest(Missed missed) {
      return missed.offered.values().stream().allMatch(this::offer);
    }

    private boolean offer(StoredMessage message) {
      long sequence = message.sequence();
      return isThere(sequence) || next.offer(message, stored -> {}) && there.add(sequence);
    }

    boolean awaitRoom() throws InterruptedException {
      for (int i = 0; i < PATIENCE; i++) {
        if (next.awaitRoom(Duration.ofSeconds(1))) {
          return true;
        }
      }
      return false;
    }
  }

  private static boolean has(StoredBlock block, int index) {
    return (block.present()[index / Long.SIZE] & 1L << index) != 0;
  }

  /** Does something with the number of each message that was found. */
  static void each(Recovery found, LongConsumer action) {
    found.messages().forEach(message -> action.accept(message.stored().sequence()));
    eachWaiting(found, action);
  }

  private static void eachWaiting(Recovery found, LongConsumer action) {
    for (StoredBlock block : found.waiting()) {
      for (int i = 0; i < StoredBlock.SIZE; i++) {
        if (has(block, i)) {
          action.accept(block.first() + i);
        }
      }
    }
  }

  /** Returns the numbers of the messages that were found without an outcome. */
  static List<Long> undecided(Recovery found) {
    List<Long> all = new ArrayList<>();
    found.messages().stream()
        .filter(
            message ->
                switch (message.stage()) {
                  case WAITING, SENT, RELEASED -> true;
                  case ABANDONED, QUARANTINED -> false;
                })
        .forEach(message -> all.add(message.stored().sequence()));
    eachWaiting(found, all::add);
    return all;
  }
}
