package org.robustmqtt.client.outbox;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.robustmqtt.QoS;

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
  private final TreeMap<Long, TopicQueue> unacknowledged = new TreeMap<>();

  /** Topics whose turn is a message of QoS 1 or 2, by the sequence of that message. */
  private final TreeMap<Long, TopicQueue> acknowledged = new TreeMap<>();

  private final TreeSet<Entry> deadlines = new TreeSet<>(BY_DEADLINE);

  /** Adds a message: waiting, or out if its state says so. */
  void add(Entry entry) {
    entry.queue = topics.computeIfAbsent(entry.message().topic(), topic -> new TopicQueue());
    entry.queue.enter();
    if (entry.state == Entry.State.OUT) {
      entry.queue.out(entry);
      refresh(entry.queue);
    } else {
      enqueue(entry);
    }
  }

  /** Returns the message whose turn it is; with QoS 0 if acknowledged ones cannot go. */
  Optional<Entry> first(boolean acknowledgedToo) {
    Map.Entry<Long, TopicQueue> zero = unacknowledged.firstEntry();
    Map.Entry<Long, TopicQueue> other = acknowledgedToo ? acknowledged.firstEntry() : null;
    if (zero == null) {
      return other == null ? Optional.empty() : Optional.of(other.getValue().head());
    }
    if (other == null || zero.getKey() < other.getKey()) {
      return Optional.of(zero.getValue().head());
    }
    return Optional.of(other.getValue().head());
  }

  /** Returns the waiting message with the earliest deadline. */
  Optional<Entry> earliestDeadline() {
    return deadlines.isEmpty() ? Optional.empty() : Optional.of(deadlines.first());
  }

  /** A waiting message goes out. */
  void take(Entry entry) {
    dequeue(entry);
    entry.state = Entry.State.OUT;
    entry.queue.out(entry);
    refresh(entry.queue);
  }

  /** A message that was out goes back to its place. */
  void putBack(Entry entry) {
    entry.queue.in(entry);
    entry.state = Entry.State.WAITING;
    enqueue(entry);
  }

  /** A message leaves for good, whether it waits or is out. */
  void remove(Entry entry) {
    if (entry.state == Entry.State.WAITING) {
      dequeue(entry);
    } else {
      entry.queue.in(entry);
    }
    entry.state = Entry.State.SETTLED;
    refresh(entry.queue);
    if (entry.queue.leave()) {
      topics.remove(entry.message().topic());
    }
  }

  private void enqueue(Entry entry) {
    entry.queue.insert(entry);
    if (entry.hasDeadline) {
      deadlines.add(entry);
    }
    refresh(entry.queue);
  }

  private void dequeue(Entry entry) {
    entry.queue.unlink(entry);
    if (entry.hasDeadline) {
      deadlines.remove(entry);
    }
  }

  /** Brings a topic to its place among the ready ones. */
  private void refresh(TopicQueue queue) {
    Entry head = queue.head();
    boolean ready = head != null && !queue.heldBack();
    long key = ready ? head.sequence() : 0;
    if (key == queue.readyKey) {
      return;
    }
    if (queue.readyKey != 0) {
      (queue.readyUnacknowledged ? unacknowledged : acknowledged).remove(queue.readyKey);
    }
    queue.readyKey = key;
    if (ready) {
      queue.readyUnacknowledged = head.message().qos() == QoS.AT_MOST_ONCE;
      (queue.readyUnacknowledged ? unacknowledged : acknowledged).put(key, queue);
    }
  }
}
