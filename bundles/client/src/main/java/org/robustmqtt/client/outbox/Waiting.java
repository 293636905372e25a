package org.robustmqtt.client.outbox;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.robustmqtt.Durability;

/**
 * Whose turn it is. First in, first out in each topic over every quality of service; over topics
 * the oldest first; a topic stands still while an earlier message of it with QoS 2 is unfinished
 * (delivery-rules 3). Every operation takes at most logarithmic time in the number of topics, or of
 * messages with a deadline. Guarded by the lock of the outbox.
 */
final class Waiting {
  private static final Comparator<Entry> BY_DEADLINE =
      (a, b) -> {
        long difference = a.due - b.due;
        return difference != 0 ? Long.signum(difference) : Long.compare(a.sequence(), b.sequence());
      };

  private final Map<String, TopicQueue> topics = new HashMap<>();

  /** Topics whose turn is a message of QoS 0, by the sequence of that message. */
  private final ReadyTopics unacknowledged = new ReadyTopics();

  /** Topics whose turn is a message that is acknowledged, by the sequence of that message. */
  private final ReadyTopics acknowledged = new ReadyTopics();

  /** Topics whose turn is a message of QoS 2 whose steps have to be recorded, in the same way. */
  private final ReadyTopics recorded = new ReadyTopics();

  /** Messages that are waiting or out, and have a deadline that is known. */
  private final TreeSet<Entry> deadlines = new TreeSet<>(BY_DEADLINE);

  private final Consumer<Entry> hurry = this::hurry;

  /** Sequences that have to be on disk before they can go. */
  private List<Long> hurries = List.of();

  /** Adds a message: waiting, or out if its state says so. */
  void add(Entry entry) {
    entry.queue = topics.computeIfAbsent(entry.message().topic(), topic -> new TopicQueue());
    entry.queue.enter(entry);
    if (entry.hasDeadline && !entry.ageUnknown) {
      deadlines.add(entry);
    }
    if (entry.state == Entry.State.OUT) {
      entry.queue.out(entry);
    } else {
      entry.queue.insert(entry);
    }
    refresh(entry.queue);
  }

  /** Returns whether a retained message of this topic that comes now needs a record. */
  boolean needsRecord(String topic) {
    TopicQueue queue = topics.get(topic);
    return queue != null && queue.needsRecord();
  }

  /** Takes out the sequences that have to be on disk soon, each once. */
  List<Long> takeHurries() {
    List<Long> taken = hurries;
    hurries = List.of();
    return taken;
  }

  /**
   * Returns the message whose turn it is.
   *
   * @param acknowledgedToo whether one of QoS 1 or 2 can go
   * @param recordedToo whether among these one can go whose steps have to be recorded
   */
  Optional<Entry> first(boolean acknowledgedToo, boolean recordedToo) {
    TopicQueue first = unacknowledged.first();
    if (acknowledgedToo) {
      first = earlier(first, acknowledged.first());
    }
    if (acknowledgedToo && recordedToo) {
      first = earlier(first, recorded.first());
    }
    return first == null ? Optional.empty() : Optional.of(first.head());
  }

  private static TopicQueue earlier(TopicQueue one, TopicQueue other) {
    return one == null || other != null && other.readyKey < one.readyKey ? other : one;
  }

  /** Returns the message with the earliest deadline, waiting or out. */
  Optional<Entry> earliestDeadline() {
    return deadlines.isEmpty() ? Optional.empty() : Optional.of(deadlines.first());
  }

  /** A waiting message goes out. */
  void take(Entry entry) {
    entry.queue.unlink(entry);
    entry.state = Entry.State.OUT;
    entry.queue.out(entry);
    refresh(entry.queue);
  }

  /** A message that was out goes back to its place. */
  void putBack(Entry entry) {
    entry.queue.in(entry);
    entry.state = Entry.State.WAITING;
    entry.queue.insert(entry);
    refresh(entry.queue);
  }

  /** A waiting message is not in memory any more. */
  void pageOut(Entry entry) {
    entry.queue.unlink(entry);
    leave(entry.queue, entry);
  }

  /** A message leaves for good, whether it waits or is out. */
  void remove(Entry entry) {
    decided(entry);
    if (entry.state == Entry.State.WAITING) {
      entry.queue.unlink(entry);
    } else {
      entry.queue.in(entry);
    }
    entry.state = Entry.State.SETTLED;
    leave(entry.queue, entry);
  }

  /** A message that is out has its outcome, and is not at its end in the session. */
  void abandon(Entry entry) {
    decided(entry);
    entry.state = Entry.State.ABANDONED;
    refresh(entry.queue);
  }

  /** An abandoned message is at its end in the session. */
  void free(Entry entry) {
    entry.queue.in(entry);
    entry.state = Entry.State.SETTLED;
    leave(entry.queue, entry);
  }

  /** A retained message with an outcome has a record that says otherwise. */
  void lasts(Entry entry) {
    entry.queue.lasts(entry);
    refresh(entry.queue);
  }

  /** That a retained message has its outcome is forced. */
  void forced(Entry entry) {
    boolean over = entry.queue.forced(entry);
    refresh(entry.queue);
    if (over) {
      topics.remove(entry.message().topic());
    }
  }

  /** The deadline of a message is known from now on. */
  void due(Entry entry, long due) {
    entry.ageUnknown = false;
    entry.due = due;
    deadlines.add(entry);
    refresh(entry.queue);
  }

  /** Something about a message has changed that decides whether its topic waits. */
  void look(Entry entry) {
    refresh(entry.queue);
  }

  private void decided(Entry entry) {
    if (entry.hasDeadline && !entry.ageUnknown) {
      deadlines.remove(entry);
    }
    entry.queue.decided(entry);
  }

  private void leave(TopicQueue queue, Entry entry) {
    refresh(queue);
    if (queue.leave()) {
      topics.remove(entry.message().topic());
    }
  }

  private void hurry(Entry entry) {
    if (!entry.hurried) {
      entry.hurried = true;
      if (hurries.isEmpty()) {
        hurries = new ArrayList<>(1);
      }
      hurries.add(entry.sequence());
    }
  }

  /** Brings a topic to its place among the ready ones. */
  private void refresh(TopicQueue queue) {
    Entry head = queue.head();
    boolean ready = head != null && !queue.heldBack(hurry);
    long key = ready ? head.sequence() : 0;
    if (key == queue.readyKey) {
      return;
    }
    if (queue.readyKey != 0) {
      queue.readyAmong.remove(queue);
    }
    queue.readyKey = key;
    queue.readyAmong = ready ? among(head) : null;
    if (ready) {
      queue.readyAmong.add(queue);
    }
  }

  private ReadyTopics among(Entry head) {
    return switch (head.message().qos()) {
      case AT_MOST_ONCE -> unacknowledged;
      case AT_LEAST_ONCE -> acknowledged;
      case EXACTLY_ONCE -> head.durability() == Durability.MEMORY ? acknowledged : recorded;
    };
  }
}
