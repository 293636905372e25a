package org.robustmqtt.client.outbox;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.robustmqtt.Message;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.policy.DeliveryPolicy;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.journal.StoredBlock;

/**
 * Whose turn it is. Over topics the highest priority of what waits in them, then the oldest; in
 * each topic first in, first out over every quality of service. A topic stands still while an
 * earlier message of it with QoS 2 is unfinished (delivery-rules 3). Every operation takes at most
 * logarithmic time in the number of topics, or of messages with a deadline; whose turn it is, takes
 * a step for each lane. Guarded by the lock of the {@link Queue}.
 */
final class Scheduler {
  private static final Comparator<Entry> BY_DEADLINE =
      (a, b) -> {
        long difference = a.due - b.due;
        return difference != 0 ? Long.signum(difference) : Long.compare(a.sequence(), b.sequence());
      };

  private final Map<String, TopicQueue> topics = new HashMap<>();

  /** Which lane a message has; does not change. */
  private record Routes(PolicyTable table, Map<String, Lane> byPolicy, Lane otherwise) {
    Lane of(Message message) {
      if (message.policy().isPresent()) {
        Lane named = byPolicy.get(message.policy().get());
        if (named != null) {
          return named;
        }
      }
      return of(message.topic());
    }

    Lane of(String topic) {
      return byPolicy.size() == 1 ? otherwise : byPolicy.get(table.of(topic).name());
    }
  }

  private final Clock clock;

  /** How much is in memory: priorities share it evenly. */
  private final Outbox.Window all;

  /** Written under the lock. */
  private volatile Routes routes;

  /** For each policy; the first is for what no policy names. */
  List<Lane> lanes;

  /** The same, the highest priority first. */
  private List<Lane> byPriority;

  /** How much of the lanes of one priority is in memory. */
  Outbox.Window window;

  /** What is on disk only and nobody knows of which lane. It is read in order, and sorted. */
  Lane unsorted;

  /** What was found, and stays on disk, is up to here. */
  private long foundUpTo;

  /** Topics with messages in several lanes, of which some may be on disk only. */
  private final Set<String> unlifted = new LinkedHashSet<>();

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
  Scheduler(PolicyTable policies, Outbox.Window all, Clock clock) {
    this.clock = clock;
    this.all = all;
    makeLanes(policies);
  }

  private void makeLanes(PolicyTable policies) {
    int priorities =
        (int) policies.policies().stream().mapToInt(DeliveryPolicy::priority).distinct().count();
    window =
        new Outbox.Window(
            Math.max(1, all.messages() / priorities), Math.max(1, all.bytes() / priorities));
    Map<Integer, Lane.Loaded> loaded = new HashMap<>();
    Map<String, Lane> made = new LinkedHashMap<>();
    for (DeliveryPolicy policy : policies.policies()) {
      Lane.Loaded shared =
          loaded.computeIfAbsent(policy.priority(), priority -> new Lane.Loaded(window));
      made.put(policy.name(), new Lane(policy, shared));
    }
    lanes = List.copyOf(made.values());
    byPriority = new ArrayList<>(lanes);
    byPriority.sort((a, b) -> b.policy.priority() - a.policy.priority());
    unsorted = new Lane(DeliveryPolicy.DEFAULT, new Lane.Loaded(window));
    routes = new Routes(policies, made, lanes.get(0));
  }

  /**
   * Goes by other policies from now on: what is in memory changes its lanes, what is on disk only
   * stays in those that have kept their topics, and is sorted anew else.
   */
  void policies(PolicyTable policies) {
    List<Entry> inMemory = new ArrayList<>();
    lanes.forEach(lane -> inMemory.addAll(lane.entries.list(any -> true, Integer.MAX_VALUE)));
    inMemory.sort(Comparator.comparingLong(Entry::sequence));
    final List<Lane> before = lanes;
    final Lane unsortedBefore = unsorted;
    boolean sameTopics = table().isSameButSettings(policies);
    makeLanes(policies);
    unlifted.clear();
    topics.values().forEach(TopicQueue::forgetLanes);
    unsorted.takeDisk(unsortedBefore);
    for (Lane lane : before) {
      Lane now = routes.byPolicy.get(lane.policy.name());
      if (now != null) {
        now.pacedAs(lane);
      }
      (sameTopics ? now : lanes.size() == 1 ? lanes.get(0) : unsorted).takeDisk(lane);
    }
    for (Entry entry : inMemory) {
      entry.front = false;
      entry.lane = laneOf(entry.message());
      entry.older = null;
      entry.newer = null;
      entry.samePlace = null;
      entry.lane.loaded.accept(entry.sequence());
      entry.lane.enter(entry);
      entry.stray = isStray(entry);
      entry.queue.enterLane(entry);
      lift(entry);
    }
    topics.values().forEach(this::refresh);
  }

  /** Returns what has messages on disk only. */
  List<Lane> lanesWithUnsorted() {
    if (unsorted.disk.isEmpty()) {
      return lanes;
    }
    List<Lane> both = new ArrayList<>(lanes);
    both.add(unsorted);
    return both;
  }

  /** Returns how many messages have no outcome. */
  int count() {
    int count = unsorted.messages();
    for (Lane lane : lanes) {
      count += lane.messages();
    }
    return count;
  }

  /** Returns the bytes of their topics and payloads. */
  long bytes() {
    long bytes = unsorted.bytes();
    for (Lane lane : lanes) {
      bytes += lane.bytes();
    }
    return bytes;
  }

  /** Returns the policies. Any thread. */
  PolicyTable table() {
    return routes.table;
  }

  /** Returns the lane of a message: it may name its policy, else its topic decides. Any thread. */
  Lane laneOf(Message message) {
    return routes.of(message);
  }

  private boolean isStray(Entry entry) {
    return entry.message().policy().isPresent() && entry.lane != routes.of(entry.message().topic());
  }

  /**
   * Takes out topics whose messages on disk only have to be found, all of one lane; none or more.
   */
  Map<String, Lane> takeUnlifted() {
    Map<String, Lane> taken = new LinkedHashMap<>();
    Lane lane = null;
    for (String topic : unlifted) {
      Lane home = routes.of(topic);
      lane = lane == null ? home : lane;
      if (home == lane) {
        taken.put(topic, home);
      }
    }
    unlifted.removeAll(taken.keySet());
    return taken;
  }

  /** Returns the lane that has a message on disk only. */
  Optional<Lane> laneOnDisk(long sequence) {
    for (Lane lane : lanesWithUnsorted()) {
      if (lane.disk.contains(sequence)) {
        return Optional.of(lane);
      }
    }
    return Optional.empty();
  }

  boolean isAnyOnDisk() {
    for (Lane lane : lanesWithUnsorted()) {
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
    return lanesWithUnsorted().stream().flatMapToLong(lane -> lane.disk.oldest().stream());
  }

  /**
   * Takes over what was found and stays on disk; returns how many these are.
   *
   * @param due says when the earliest deadline of a block of a lane passes
   */
  int found(List<StoredBlock> waiting, BiFunction<StoredBlock, Lane, OptionalLong> due) {
    Map<Lane, List<StoredBlock>> byLane = new LinkedHashMap<>();
    for (StoredBlock block : waiting) {
      Lane lane =
          lanes.size() == 1 ? lanes.get(0) : routes.byPolicy.getOrDefault(block.policy(), unsorted);
      byLane.computeIfAbsent(lane, none -> new ArrayList<>()).add(block);
    }
    int count = 0;
    for (Map.Entry<Lane, List<StoredBlock>> each : byLane.entrySet()) {
      Lane lane = each.getKey();
      lane.found(each.getValue(), block -> due.apply(block, lane));
      foundUpTo = Math.max(foundUpTo, lane.disk.highest());
      count += lane.disk.count();
    }
    return count;
  }

  /** Returns whether a message was found, not accepted in this run. */
  boolean wasFound(long sequence) {
    return sequence <= foundUpTo;
  }

  /** Adds a message: waiting, or out if its state says so. */
  void add(Entry entry) {
    entry.queue = topics.computeIfAbsent(entry.message().topic(), topic -> new TopicQueue());
    entry.stray = isStray(entry);
    entry.queue.enter(entry);
    lift(entry);
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

  /**
   * A topic with messages in several lanes waits until it is known that none of them, older than
   * the newest, is on disk only.
   */
  private void lift(Entry entry) {
    TopicQueue queue = entry.queue;
    if (!entry.stray || queue.lifted) {
      return;
    }
    String topic = entry.message().topic();
    queue.lifted = unsorted.disk.isEmpty() && routes.of(topic).disk.lowest() > entry.sequence();
    if (!queue.lifted) {
      unlifted.add(topic);
    }
  }

  /** No message of a topic is on disk only, unless that is asked for again. */
  void lifted(String topic) {
    TopicQueue queue = topics.get(topic);
    if (!unlifted.contains(topic) && queue != null && queue.isMixed()) {
      queue.lifted = true;
      refresh(queue);
    }
  }

  boolean isAnyUnlifted() {
    return !unlifted.isEmpty();
  }

  /** Returns the queue of a topic, or null. */
  TopicQueue topic(String topic) {
    return topics.get(topic);
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
   * Returns the message whose turn it is. None goes before an older one of which nobody knows the
   * topic.
   *
   * @param acknowledgedToo whether one of QoS 1 or 2 can go
   * @param recordedToo whether among these one can go whose steps have to be recorded
   */
  Optional<Entry> first(boolean acknowledgedToo, boolean recordedToo) {
    long passable = unsorted.disk.lowest();
    TopicQueue first = null;
    int priority = 0;
    for (Lane lane : byPriority) {
      if (first != null && lane.policy.priority() < priority) {
        break;
      }
      TopicQueue topic = lane.first(acknowledgedToo, recordedToo);
      if (topic != null
          && topic.readyKey < passable
          && lane.paceNanos(clock) == 0
          && (first == null || topic.readyKey < first.readyKey)) {
        first = topic;
        priority = lane.policy.priority();
      }
    }
    return first == null ? Optional.empty() : Optional.of(first.head());
  }

  /** Returns when a lane may go on that waits because of its rate, in nanoseconds. */
  OptionalLong nextPaced() {
    return lanes.stream()
        .filter(Lane::isReady)
        .mapToLong(lane -> lane.paceNanos(clock))
        .filter(nanos -> nanos > 0)
        .min();
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
    if (entry.hasDeadline) {
      deadlines.remove(entry);
    }
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
    if (!entry.lasting) {
      entry.queue.lasts(entry);
      refresh(entry.queue);
    }
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

  /** The deadline of a message may change. */
  void redue(Entry entry, Runnable change) {
    if (entry.hasDeadline && !entry.ageUnknown) {
      deadlines.remove(entry);
    }
    change.run();
    if (entry.hasDeadline && !entry.ageUnknown) {
      deadlines.add(entry);
    }
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
    ReadyTopics among = ready ? queue.lane().among(head) : null;
    if (key == queue.readyKey && among == queue.readyAmong) {
      return;
    }
    if (queue.readyKey != 0) {
      queue.readyAmong.remove(queue);
    }
    queue.readyKey = key;
    queue.readyAmong = among;
    if (ready) {
      queue.readyAmong.add(queue);
    }
  }
}
