package org.robustmqtt.client.outbox;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.robustmqtt.Message;
import org.robustmqtt.client.policy.DeliveryPolicy;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.journal.StoredBlock;

/**
 * Whose turn it is. Over lanes the highest priority first, then the oldest; over the topics of a
 * lane the oldest first; in each topic first in, first out over every quality of service. A topic
 * stands still while an earlier message of it with QoS 2 is unfinished (delivery-rules 3). Every
 * operation takes at most logarithmic time in the number of topics, or of messages with a deadline;
 * whose turn it is, takes a step for each lane. Guarded by the lock of the {@link Queue}.
 */
final class Scheduler {
  private static final Comparator<Entry> BY_DEADLINE =
      (a, b) -> {
        long difference = a.due - b.due;
        return difference != 0 ? Long.signum(difference) : Long.compare(a.sequence(), b.sequence());
      };

  private final Map<String, TopicQueue> topics = new HashMap<>();

  /** For each policy; the first is for what no policy names. */
  final List<Lane> lanes;

  /** How much of the lanes of one priority is in memory. */
  final Outbox.Window window;

  private final Map<String, Lane> byPolicy = new LinkedHashMap<>();
  private final PolicyTable policies;

  /** What was found, and stays on disk, is up to here; it is in the first lane until it is read. */
  private long foundUpTo;

  /** Messages that are waiting or out, and have a deadline that is known. */
  private final TreeSet<Entry> deadlines = new TreeSet<>(BY_DEADLINE);

  private final Consumer<Entry> hurry = this::hurry;

  /** Sequences that have to be on disk before they can go. */
  private List<Long> hurries = List.of();

  /**
   * Makes one without messages.
   *
   * @param all how much is in memory: priorities share it evenly
   */
  Scheduler(PolicyTable policies, Outbox.Window all) {
    this.policies = policies;
    Map<Integer, Lane.Loaded> loaded = new HashMap<>();
    int priorities =
        (int) policies.policies().stream().mapToInt(DeliveryPolicy::priority).distinct().count();
    window =
        new Outbox.Window(
            Math.max(1, all.messages() / priorities), Math.max(1, all.bytes() / priorities));
    for (DeliveryPolicy policy : policies.policies()) {
      Lane.Loaded shared =
          loaded.computeIfAbsent(policy.priority(), priority -> new Lane.Loaded(window));
      byPolicy.put(policy.name(), new Lane(policy, shared));
    }
    lanes = List.copyOf(byPolicy.values());
  }

  /** Returns how many messages have no outcome. */
  int count() {
    int count = 0;
    for (Lane lane : lanes) {
      count += lane.messages();
    }
    return count;
  }

  /** Returns the bytes of their topics and payloads. */
  long bytes() {
    long bytes = 0;
    for (Lane lane : lanes) {
      bytes += lane.bytes();
    }
    return bytes;
  }

  /** Returns the lane of a message. Any thread. */
  Lane laneOf(Message message) {
    return lanes.size() == 1 ? lanes.get(0) : byPolicy.get(policies.of(message).name());
  }

  /** Returns the lane that has a message on disk only. */
  Optional<Lane> laneOnDisk(long sequence) {
    for (Lane lane : lanes) {
      if (lane.disk.contains(sequence)) {
        return Optional.of(lane);
      }
    }
    return Optional.empty();
  }

  boolean isAnyOnDisk() {
    for (Lane lane : lanes) {
      if (!lane.disk.isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** Returns how many messages are out. */
  int out() {
    return lanes.stream().mapToInt(Lane::out).sum();
  }

  /** Returns for each lane when about the first that is on disk only was accepted. */
  LongStream oldestOnDisk() {
    return lanes.stream().flatMapToLong(lane -> lane.disk.oldest().stream());
  }

  /** Takes over what was found and stays on disk; returns how many these are. */
  int found(List<StoredBlock> waiting) {
    Lane first = lanes.get(0);
    first.found(waiting);
    foundUpTo = first.disk.isEmpty() ? 0 : first.disk.highest();
    return first.disk.count();
  }

  /** Returns whether a message was found, not accepted in this run. */
  boolean wasFound(long sequence) {
    return sequence <= foundUpTo;
  }

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
   * Returns the message whose turn it is. What was found is in the first lane until it is read: its
   * topics are not known, so that none goes before it.
   *
   * @param acknowledgedToo whether one of QoS 1 or 2 can go
   * @param recordedToo whether among these one can go whose steps have to be recorded
   */
  Optional<Entry> first(boolean acknowledgedToo, boolean recordedToo) {
    long lowest = lanes.get(0).disk.lowest();
    long lowestFound = lowest <= foundUpTo ? lowest : Long.MAX_VALUE;
    Entry first = null;
    for (Lane lane : lanes) {
      TopicQueue topic = lane.first(acknowledgedToo, recordedToo);
      if (topic != null
          && topic.readyKey < lowestFound
          && (first == null || isBefore(topic.head(), first))) {
        first = topic.head();
      }
    }
    return Optional.ofNullable(first);
  }

  private static boolean isBefore(Entry one, Entry other) {
    int difference = one.lane.policy.priority() - other.lane.policy.priority();
    return difference != 0 ? difference > 0 : one.sequence() < other.sequence();
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
    queue.readyAmong = ready ? head.lane.among(head) : null;
    if (ready) {
      queue.readyAmong.add(queue);
    }
  }
}
