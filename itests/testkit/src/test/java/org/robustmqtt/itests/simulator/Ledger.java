package org.robustmqtt.itests.simulator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.Stored;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.StoredBlock;

/**
 * What was promised to the publishing applications, and what arrived: the memory that survives
 * every crash. Each method that learns something checks what the rules say of it.
 */
final class Ledger {
  /** Numbers that go by the time are above. */
  private static final long BY_TIME = 1L << 40;

  private final World world;
  private final Map<String, Sent> byKey = new HashMap<>();
  private final TreeMap<Long, Sent> byId = new TreeMap<>();
  private final Map<String, Long> lastRead = new LinkedHashMap<>();
  private final Map<String, Long> lastRetained = new LinkedHashMap<>();
  private final Map<Long, Optional<Boolean>> settledEarly = new HashMap<>();
  private long highestId;
  private long newest;
  private long order;
  private final Set<Long> given = new HashSet<>();
  private int run;
  private int recovered;
  private int accepted;
  private int sessionRecords;
  private long withinNanos;
  private long retainedLostAt = -1;
  private long endedAt;

  /** Those of other connections of the same process. */
  private final List<Ledger> followers = new ArrayList<>();

  /** Whether the disk did what it was told since the process began. */
  private boolean diskFailed;

  private boolean hiding;

  /** Whether the broker got a filter that a store which failed has no record of. */
  boolean filterUnrecorded;

  /** What was being published when the machine stopped. */
  private final Map<Long, Sent> unannounced = new HashMap<>();

  /** What was found by a recovery that could not force it. */
  private final List<Sent> unforced = new ArrayList<>();

  Ledger(World world) {
    this.world = world;
  }

  Iterable<Sent> all() {
    return byId.values();
  }

  int size() {
    return byId.size();
  }

  Optional<Sent> byKey(String key) {
    return Optional.ofNullable(byKey.get(key));
  }

  Optional<Sent> byId(long id) {
    return Optional.ofNullable(byId.get(id));
  }

  int run() {
    return run;
  }

  int recovered() {
    return recovered;
  }

  /** Returns the newest id that was accepted. */
  long newestId() {
    return newest;
  }

  int accepted() {
    return accepted;
  }

  /** Another one hears of what befalls the disk, too. */
  void follow(Ledger follower) {
    followers.add(follower);
  }

  void diskFailed() {
    diskFailed = true;
    followers.forEach(Ledger::diskFailed);
  }

  // The life of processes.

  /**
   * A process found this on disk.
   *
   * @param forced whether the recovery could force what it found, else that may be gone after a
   *     power cut, unless it was told ON_DISK before
   * @param hiding whether the disk cannot read one of the segments: what is not found may be there
   */
  void begins(Recovery found, boolean forced, boolean hiding, SimDisk.Crash after, boolean clean) {
    unforced.clear();
    run++;
    recovered = 0;
    accepted = 0;
    // while a disk takes no lease, numbers go by the time: the next run begins with lower ones
    highestId = 0;
    TreeSet<Long> ids = new TreeSet<>();
    for (RecoveredMessage message : found.messages()) {
      long id = message.stored().sequence();
      Sent sent = known(id, Optional.of(Tap.key(message.stored().message().payload())));
      if (sent == null) {
        world.broken(Sentence.RECOVERED, "id " + id + " was found, and never accepted");
        return;
      }
      boolean decided =
          message.stage() == RecoveredMessage.Stage.ABANDONED
              || message.stage() == RecoveredMessage.Stage.QUARANTINED;
      if (!decided) {
        ids.add(id);
        recovered++;
        found(sent, after, hiding);
      }
    }
    for (StoredBlock block : found.waiting()) {
      for (int i = 0; i < StoredBlock.SIZE; i++) {
        if ((block.present()[i / Long.SIZE] & 1L << i) != 0) {
          long id = block.first() + i;
          Sent sent = known(id, Optional.empty());
          if (sent == null) {
            world.broken(Sentence.RECOVERED, "id " + id + " was found, and never accepted");
            return;
          }
          ids.add(id);
          recovered++;
          found(sent, after, hiding);
        }
      }
    }
    boolean hidBefore = this.hiding;
    this.hiding = hiding;
    unannounced.clear();
    boolean whole = clean && !diskFailed;
    for (Sent sent : byId.values()) {
      if (ids.contains(sent.id)) {
        sent.late |= sent.hidden;
        sent.hidden = false;
      } else if (sent.pendingRun == run - 1 && run > 1 || sent.hidden) {
        missing(sent, after, whole, hiding, hidBefore);
      }
      sent.unseen = hiding && !ids.contains(sent.id);
      // what became of it may be said where the disk cannot read it
      sent.recordFailed |= hiding;
    }
    for (long id : ids) {
      highestId = Math.max(highestId, id);
      byId.get(id).pendingRun = run;
      unforced.add(byId.get(id));
    }
    if (forced) {
      foundIsForced();
    }
    diskFailed = !forced;
  }

  /** What was found is on disk. */
  private void foundIsForced() {
    unforced.forEach(sent -> sent.stored = Optional.of(Stored.ON_DISK));
    unforced.clear();
  }

  private void found(Sent sent, SimDisk.Crash after, boolean hiding) {
    world.check(
        // one that takes the place of another one takes over its durability
        sent.durability != Durability.MEMORY || sent.retain || world.hasHappened(Fault.POLICIES),
        Sentence.RECOVERED,
        () -> "a memory message is on disk: " + sent);
    world.check(
        !sent.vanished, Sentence.AT_RISK_ONLY, () -> "it had vanished and is back: " + sent);
    // What a failing disk may hold of a message is made true when it is back, unless the process
    // ends before: that is rule 9, DEGRADED.
    boolean settled = sent.settledRun > 0 && sent.settleWritten.equals(Optional.of(true));
    world.check(
        !settled
            || after != SimDisk.Crash.KILL
            || sent.inMemory()
            || hiding
            || sent.unseen && sent.powerCut
            // what the disk did not take was in memory that somebody has deleted
            || diskFailed && world.hasHappened(Fault.MEMORY_DELETED),
        Sentence.REPEATED,
        () -> "its settlement was appended, and it is back after a kill: " + sent);
    if (sent.settledRun > 0) {
      sent.repeated = true;
    }
    if (after == SimDisk.Crash.KILL && sent.stored.isEmpty()) {
      world.happened(Fault.SAVED_BY_STAGING);
    }
    sent.settledRun = 0;
    sent.settleWritten = Optional.empty();
  }

  private void missing(
      Sent sent, SimDisk.Crash after, boolean stopped, boolean hiding, boolean hidBefore) {
    sent.pendingRun = 0;
    // its settlement may have been where the last run could not read it
    boolean ended =
        sent.outcome.isPresent() && sent.outcomeRun == run - 1
            || (sent.outcome.isPresent() || sent.repeated) && (sent.hidden || hidBefore);
    if (sent.settledRun > 0 || ended) {
      sent.hidden = false;
      sent.settledRun = Math.max(sent.settledRun, run - 1);
      return;
    }
    boolean whole = sent.hidden ? sent.hiddenWhole : stopped;
    boolean cutMeanwhile = sent.hidden && sent.powerCut;
    sent.hidden = hiding;
    if (hiding) {
      sent.hiddenWhole = whole;
      world.trace(() -> "hidden: " + sent);
      return;
    }
    world.check(!sent.onDisk(), Sentence.RECOVERED, () -> "it was on disk and is lost: " + sent);
    world.check(
        !whole || sent.durability == Durability.MEMORY || sent.droppedAtOnce,
        Sentence.AT_RISK_ONLY,
        () -> "it vanished at a clean stop: " + sent);
    world.check(
        after != SimDisk.Crash.KILL
            || cutMeanwhile
            || !sent.staged
            || sent.durability == Durability.MEMORY
            || sent.inMemory()
            // one that fails leaves the buffer just before its owner hears of it
            || sent.durability == Durability.SYNC && diskFailed
            || world.hasHappened(Fault.MEMORY_DELETED),
        Sentence.AT_RISK_ONLY,
        () -> "it was in a staging buffer and is lost by the end of the process: " + sent);
    world.check(
        diskFailed
            || sent.durability == Durability.MEMORY
            || sent.acceptedRun != run - 1
            || endedAt - sent.acceptedAt <= withinNanos,
        Sentence.WITHIN_DELAY,
        () -> "not on disk " + (endedAt - sent.acceptedAt) / 1e9 + " s after: " + sent);
    sent.vanished = true;
    world.happened(Fault.AT_RISK_VANISHED);
    world.trace(() -> "vanished: " + sent);
  }

  /** Returns whether the last start could not read all: a later one may find more. */
  boolean hides() {
    return hiding;
  }

  /** The disk could not read a message that was to be sent. */
  void unreadable(long id) {
    byId(id).ifPresent(sent -> sent.unreadable = true);
  }

  /** A process begins to write, and has to have written a message within this time. */
  void writesWithin(long nanos) {
    withinNanos = nanos;
  }

  /** The journal thread does not begin for so long. */
  void late(long nanos) {
    withinNanos += nanos;
    followers.forEach(follower -> follower.late(nanos));
  }

  /** The process ended. */
  void ends() {
    endedAt = world.now();
  }

  /** A power cut: what was not forced may be gone. */
  void powerCut() {
    byId.values().forEach(sent -> sent.powerCut = true);
    followers.forEach(Ledger::powerCut);
  }

  /** A session record was forced. */
  void sessionRecorded() {
    sessionRecords++;
  }

  /** Returns how many session records were forced. */
  int sessionRecords() {
    return sessionRecords;
  }

  // What the application and the journal say.

  void accepted(Sent sent) {
    world.check(
        !byId.containsKey(sent.id) || repeatsByTime(sent.id) && !byId.get(sent.id).onDisk(),
        Sentence.SEQUENCE_UNIQUE,
        () -> "given out twice: " + sent);
    accepted++;
    byKey.put(sent.key, sent);
    byId.put(sent.id, sent);
    sent.order = ++order;
    newest = sent.id;
    Optional<Boolean> early = settledEarly.remove(sent.id);
    if (early != null) {
      sent.settledRun = run;
      sent.settleWritten = early;
    }
  }

  /**
   * Whether an id may come again: with a clock that is behind, two runs whose disk takes no lease
   * begin with the same number (seed 2217). It is that of a message that was in memory only.
   */
  private boolean repeatsByTime(long id) {
    return id > BY_TIME
        && (world.hasHappened(Fault.CLOCK_BOOT_IN_THE_PAST)
            || world.hasHappened(Fault.CLOCK_JUMP_BACK));
  }

  /** A sequence was given out. */
  void sequence(long id) {
    world.check(
        id == 0 || id > highestId && (given.add(id) || repeatsByTime(id)),
        Sentence.SEQUENCE_UNIQUE,
        () -> id + " after " + highestId);
    highestId = Math.max(highestId, id);
  }

  void stored(Sent sent, Stored stored) {
    world.trace(() -> "stored " + sent.key + " " + stored);
    world.check(
        sent.stored.isEmpty(),
        Sentence.STORED_ONCE,
        () -> "told " + stored + " after all: " + sent);
    sent.stored = Optional.of(stored);
    sent.notStored |= sent.inMemory();
    if (stored == Stored.ON_DISK) {
      // a journal writes only after it has forced what it found
      foundIsForced();
    }
  }

  /** The machine stopped within publish: the message may be found, or not. */
  void within(long id, String key, Message message) {
    unannounced.put(
        id,
        new Sent(
            key,
            id,
            message.topic(),
            message.qos().level(),
            message.retain(),
            message.durability().orElse(Durability.GROUP),
            world.now(),
            run));
  }

  /**
   * A message was found.
   *
   * @param key what its payload says; empty if that was not read
   */
  private Sent known(long id, Optional<String> key) {
    Sent within = unannounced.get(id);
    if (within == null || !key.orElse(within.key).equals(within.key)) {
      return byId.get(id);
    }
    unannounced.remove(id);
    within.order = ++order;
    newest = id;
    byKey.put(within.key, within);
    byId.put(id, within);
    world.happened(Fault.UNANNOUNCED);
    return within;
  }

  void settling(long id) {
    Sent sent = byId.get(id);
    if (sent == null) {
      // Within publish, which has not returned yet.
      settledEarly.put(id, Optional.empty());
      return;
    }
    world.trace(() -> "settled " + sent.key);
    if (sent.durability == Durability.MEMORY) {
      // Only its record, if it has one.
      sent.settledRun = run;
      return;
    }
    world.check(
        sent.settledRun != run || sent.decidedEarly,
        Sentence.ONE_OUTCOME,
        () -> "settled twice in a run: " + sent);
    sent.settledRun = run;
  }

  /** Abandoned or quarantined: it has its outcome, and its record stays for a while. */
  void deciding(long id, String how) {
    settling(id);
    byId(id)
        .ifPresent(
            sent -> {
              world.trace(() -> how + " " + sent.key);
              sent.decidedEarly = true;
            });
  }

  void settleWritten(long id, boolean written) {
    settledEarly.computeIfPresent(id, (key, none) -> Optional.of(written));
    byId(id).ifPresent(sent -> sent.settleWritten = Optional.of(written));
  }

  void outcome(long id, Outcome outcome) {
    Sent sent = byId.get(id);
    if (sent == null) {
      world.broken(Sentence.ONE_OUTCOME, "an outcome of what was never accepted: " + id);
      return;
    }
    world.trace(() -> "outcome " + sent.key + " " + outcome);
    world.check(
        sent.outcomeRun != run,
        Sentence.ONE_OUTCOME,
        () -> "a second outcome in this run: " + outcome + " of " + sent);
    world.check(
        sent.outcome.isEmpty() || sent.powerCut || sent.repeated,
        Sentence.REPEATED,
        () -> "a second outcome without a power cut: " + outcome + " of " + sent);
    world.check(
        !sent.vanished, Sentence.AT_RISK_ONLY, () -> "an outcome of what had vanished: " + sent);
    sent.outcome = Optional.of(outcome);
    sent.outcomeRun = run;
    sent.pendingRun = 0;
    judge(sent, outcome);
    if (outcome instanceof Outcome.Dropped dropped
        && dropped.reason() == org.robustmqtt.DropReason.QUARANTINED) {
      world.happened(Fault.QUARANTINED);
      world.check(
          sent.refused || sent.unreadable,
          Sentence.POISON,
          () -> "the broker takes it, and the disk can read it: " + sent);
    }
  }

  private void judge(Sent sent, Outcome outcome) {
    if (outcome instanceof Outcome.Acknowledged acknowledged) {
      world.check(
          !sent.arrivals.isEmpty(),
          Sentence.ACKNOWLEDGED_ARRIVED,
          () -> "the broker never got " + sent);
      world.check(
          acknowledged.mayBeDuplicate() || sessions(sent) < 2 || sent.powerCut || sent.recordFailed,
          Sentence.MAY_BE_DUPLICATE,
          () -> "it arrived in several sessions: " + sent);
    } else if (outcome instanceof Outcome.Dropped dropped) {
      world.check(
          dropped.mayHaveArrived()
              || lowered(sent)
              || sent.notStored
              || sent.arrivals.isEmpty()
              || sent.powerCut
              || sent.recordFailed,
          Sentence.NOT_ARRIVED,
          () -> "it had arrived: " + sent);
    }
  }

  /**
   * Whether it arrived with QoS 0 only, lowered for this broker: no record says that it was sent.
   */
  private static boolean lowered(Sent sent) {
    return sent.qos > 0 && sent.arrivals.stream().allMatch(arrival -> arrival.qos() == 0);
  }

  /**
   * Returns in how many sessions it arrived in this run. What came before a restart does not count:
   * with the record of a message that is sent as new, the journal forgets that it had been sent in
   * a session before.
   */
  private long sessions(Sent sent) {
    return sent.arrivals.stream()
        .filter(arrival -> arrival.run() == run)
        .mapToInt(Sent.Arrival::session)
        .distinct()
        .count();
  }

  // What the broker sees.

  /** A PUBLISH of it was written. */
  void written(Sent sent) {
    if (sent.writtenRun != run) {
      sent.writtenBefore |= sent.writtenRun > 0;
      sent.writtenRun = run;
      sent.writtenTimes = 0;
    }
    sent.writtenTimes++;
    world.check(
        sent.qos > 0 || sent.writtenTimes == 1,
        Sentence.AT_MOST_ONCE,
        () -> "written " + sent.writtenTimes + " times in a run: " + sent);
  }

  /** The broker read a PUBLISH of it. */
  void read(Sent sent) {
    if (sent.read) {
      return;
    }
    sent.read = true;
    long last = lastRead.getOrDefault(sent.topic, 0L);
    world.check(
        // What was written before, or had its outcome before, and is back, is a duplicate. That it
        // was replaced is not forced when its successor is sent.
        sent.order > last
            || sent.writtenBefore
            || sent.repeated
            || sent.late
            || sent.powerCut && world.hasHappened(Fault.POLICIES),
        Sentence.FIFO,
        () -> "after number " + last + " of its topic came the first PUBLISH of " + sent);
    lastRead.put(sent.topic, Math.max(last, sent.order));
  }

  /** The broker passed it on. */
  void arrived(Sent sent, Sent.Arrival arrival) {
    world.trace(() -> "arrived " + sent.key);
    world.check(
        sent.outcome.isEmpty()
            || !(sent.outcome.get() instanceof Outcome.Dropped dropped)
            || dropped.mayHaveArrived()
            || sent.powerCut
            || sent.recordFailed
            || sent.notStored
            || sent.repeated
            || arrival.qos() < sent.qos,
        Sentence.NOT_ARRIVED,
        () -> "it arrives after all: " + sent);
    for (Sent.Arrival before : sent.arrivals) {
      boolean excused =
          sent.powerCut && sent.durability != Durability.SYNC
              || sent.recordFailed
              || sent.notStored;
      world.check(
          before.qos() < 2 || arrival.qos() < 2 || before.session() != arrival.session() || excused,
          Sentence.EXACTLY_ONCE,
          () -> "again in the same session: " + sent);
    }
    sent.arrivals.add(arrival);
    if (sent.retain) {
      long last = lastRetained.getOrDefault(sent.topic, 0L);
      Sent newer = byId.values().stream().filter(one -> one.order == last).findAny().orElse(sent);
      // What is in flight with the same QoS is sent again together, in order.
      world.check(
          sent.order >= last || forgotten(sent) || newer.pendingRun == run && newer.settledRun == 0,
          Sentence.RETAINED,
          () -> "it comes after " + newer + ": " + sent);
      lastRetained.put(sent.topic, Math.max(last, sent.order));
    }
  }

  /** The broker lost what it had retained. */
  void retainedLost() {
    lastRetained.clear();
    retainedLostAt = world.now();
  }

  /** In the end the broker has the newest retained message that was not dropped. */
  private void endRetained(Map<String, Publish> retained) {
    for (Sent sent : byId.values()) {
      boolean there =
          sent.retain
              && sent.outcome.filter(one -> one.kind() != Outcome.Kind.DROPPED).isPresent()
              && sent.arrivals.stream().anyMatch(arrival -> arrival.at() > retainedLostAt);
      if (there) {
        Publish publish = retained.get(sent.topic);
        Sent found = publish == null ? null : byKey.get(Tap.key(publish.payload()));
        world.check(
            found != null && (found.order >= sent.order || forgotten(found)),
            Sentence.RETAINED,
            () -> "the broker has " + found + " instead of " + sent);
      }
    }
  }

  /**
   * Whether the client may know nothing of it while the broker has its first half, or a record of
   * it says what is not true any more: after a power cut, and while the store fails.
   */
  private static boolean forgotten(Sent sent) {
    boolean dropped = sent.outcome.filter(one -> one.kind() == Outcome.Kind.DROPPED).isPresent();
    return dropped
        || sent.late
        || sent.vanished
        || sent.recordFailed
        || sent.notStored
        || sent.powerCut && sent.qos == 2;
  }

  /** Everything was left alone long enough. */
  void end(Map<String, Publish> retained) {
    endRetained(retained);
    for (Sent sent : byId.values()) {
      boolean ended = sent.outcome.isPresent() || sent.settledRun > 0 || sent.vanished;
      world.check(ended, Sentence.EVERY_OUTCOME, () -> "no outcome: " + sent);
      world.check(
          !sent.vanished || !sent.onDisk(),
          Sentence.EVERY_OUTCOME,
          () -> "it was on disk and vanished: " + sent);
    }
  }
}
