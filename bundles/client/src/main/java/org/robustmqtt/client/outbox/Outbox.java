package org.robustmqtt.client.outbox;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.robustmqtt.DropReason;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Outcome;
import org.robustmqtt.PendingMessage;
import org.robustmqtt.Problem;
import org.robustmqtt.QoS;
import org.robustmqtt.QueueStatus;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.door.Lanes;
import org.robustmqtt.client.policy.ClockRules;
import org.robustmqtt.client.policy.Gate;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.StoredBlock;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.spi.Admission;
import org.robustmqtt.spi.WaitingMessages;

/**
 * What is accepted and not settled. {@code publish}, {@code cancel} and what only looks are safe
 * for several threads; the rest is for the loop. The lock is never held during I/O or foreign code.
 *
 * <p>A message is pending from its acceptance until its outcome is decided, which is one step under
 * the lock with the counting of the outcome; the outcome is announced after that, as soon as the
 * journal has it. So {@link #totals()} always satisfies: accepted + recovered = outcomes + pending.
 *
 * <p>A message that is with the session can have its outcome before its exchange is at its end: it
 * is <i>abandoned</i> (delivery-rules 5). The loop takes what is abandoned with {@link
 * #takeGivenUp()}, and says with {@link #freed} and {@link #ended} what became of it.
 */
public final class Outbox implements Known {
  private static final int EXPIRED_AT_ONCE = 256;

  private final Clock clock;
  private final Journal journal;
  private final Lanes lanes;
  private final Queue queue;
  private final EntryMaker maker;
  private final Entrance entrance;
  private final Paging paging;
  private final Quarantine quarantine;
  private final Tickets tickets;
  private final PolicyNames names;
  private volatile Gate gate = Gate.OPEN;

  /** Guarded by the lock. */
  private final ClockDoubt doubt;

  /**
   * Makes an outbox that continues what was found on disk.
   *
   * @param connection the name of the connection, for messages to people
   * @param journal where messages are staged, and where sequences come from
   * @param found messages found on disk, by sequence; those that had been sent are out until they
   *     are settled or {@linkplain #requeue returned}. Of the retained messages of a topic only the
   *     newest, and what is behind its PUBREC, is still wanted; the older ones are replaced
   * @param policies which lane a topic has
   * @param window how much of a long queue is in memory
   * @param settlements told each outcome, once, from the thread that caused it
   * @param lanes where what depends on tickets runs
   */
  public Outbox(
      String connection,
      Clock clock,
      Journal journal,
      Limits limits,
      Found found,
      PolicyTable policies,
      Window window,
      Settlements settlements,
      Lanes lanes) {
    this.clock = clock;
    this.journal = journal;
    this.lanes = lanes;
    queue = new Queue(connection, journal, limits, window, policies, clock, settlements);
    maker = new EntryMaker(clock, lanes.pool(), queue.scheduler::laneOf);
    quarantine = new Quarantine(queue, journal, maker);
    tickets = found.left().tickets;
    names = new PolicyNames(connection, queue.scheduler::table);
    long lastSeen = found.lastWallMillis();
    for (RecoveredMessage message : found.messages()) {
      lastSeen = Math.max(lastSeen, message.stored().acceptedAt());
      names.found(message.stored().message());
    }
    doubt = new ClockDoubt(clock, found.clock(), lastSeen);
    paging = new Paging(queue, journal, clock, maker, doubt, quarantine, tickets, names);
    entrance = new Entrance(queue, journal, maker, paging, lanes, clock);
    queue.change(
        () -> {
          paging.found(found.waiting());
          Deque<Entry> left = new ArrayDeque<>(found.left().inMemory);
          for (RecoveredMessage message : found.messages()) {
            inherit(left, message.stored().sequence());
            recover(message, found);
          }
          inherit(left, Long.MAX_VALUE);
          supersede(found);
        });
  }

  /**
   * What was found on disk.
   *
   * @param messages the messages, by sequence
   * @param waiting further ones, which stay on disk until they are needed
   * @param lastWallMillis the last wall time seen before; 0 if none is known
   * @param clock what is believed of the clock
   * @param aliases of messages that have another number than before
   * @param left what the outbox before has left
   */
  public record Found(
      List<RecoveredMessage> messages,
      List<StoredBlock> waiting,
      long lastWallMillis,
      ClockRules clock,
      Map<Long, Long> aliases,
      Handover left) {}

  /**
   * How much of a long queue is in memory.
   *
   * @param messages at least so many of the oldest, before any is left on disk only
   * @param bytes or so many bytes of topics and payloads
   */
  public record Window(int messages, int bytes) {
    /** The one of a hub. */
    public static final Window STANDARD = new Window(2_048, 1 << 20);
  }

  private void inherit(Deque<Entry> left, long below) {
    while (!left.isEmpty() && left.peek().sequence() < below) {
      queue.recover(maker.inherited(left.remove()));
    }
  }

  private void recover(RecoveredMessage message, Found found) {
    long sequence = message.stored().sequence();
    Entry entry = maker.recovered(message, found.left().ticket(sequence, found.aliases()));
    entry.sentBefore |= found.left().mayHaveBeenSent(sequence);
    switch (message.stage()) {
      case WAITING, SENT, RELEASED -> {
        if (entry.hasDeadline) {
          doubt.found(entry, EntryMaker.deadline(message.stored(), entry.lane));
        }
        queue.recover(entry);
      }
      case QUARANTINED -> quarantine.recover(entry);
      case ABANDONED -> {
        // It has its outcome; only the session has to know of its packet id.
      }
    }
  }

  /** The newest retained message of a topic supersedes the lower ones (delivery-rules 4 a). */
  private void supersede(Found found) {
    Map<String, Long> newest = new HashMap<>();
    for (Entry entry : found.left().inMemory) {
      if (entry.message().retain()) {
        newest.merge(entry.message().topic(), entry.sequence(), Math::max);
      }
    }
    for (RecoveredMessage message : found.messages()) {
      if (message.stored().message().retain()) {
        newest.merge(message.stored().message().topic(), message.stored().sequence(), Math::max);
      }
    }
    for (RecoveredMessage message : found.messages()) {
      boolean older =
          message.stored().message().retain()
              && message.stored().sequence() < newest.get(message.stored().message().topic());
      if (older && message.stage() != RecoveredMessage.Stage.RELEASED) {
        queue
            .find(message.stored().sequence())
            .ifPresent(entry -> queue.drop(entry, DropReason.REPLACED));
      }
    }
  }

  /**
   * Says who is told that there is something for the loop to do: a message was accepted, or became
   * free, while none was known to wait, an earlier deadline than before came in, a message was
   * abandoned, or the outbox became empty. Called outside the lock by any thread; must not block.
   */
  public void onWork(Runnable wake) {
    queue.onWork(wake);
  }

  /**
   * Says whether who is told of work is told of each message that comes in from now on, also if
   * nothing can be sent. On the loop.
   */
  public void tellEach(boolean wanted) {
    queue.tellEach(wanted);
  }

  /** Returns whether the policy of a message lets it go without the retain flag. */
  public boolean stripsRetain(long sequence) {
    return queue.ask(
        () -> queue.find(sequence).filter(entry -> entry.lane.policy.stripRetain()).isPresent());
  }

  /** Returns whether a message waits whose policy has {@code wake}. */
  public boolean isUrgent() {
    return queue.ask(
        () ->
            queue.scheduler.lanes.stream()
                .anyMatch(lane -> lane.policy.wake() && lane.messages() > 0));
  }

  /** Returns what waits, for each policy. */
  public List<WaitingMessages> waitingByPolicy() {
    return queue.ask(queue::waitingByPolicy);
  }

  /** Hears that a message has its outcome; called outside the lock. */
  @FunctionalInterface
  public interface Settlements {
    /** The entry was removed from the outbox; its limits are free. */
    void settled(Entry entry, Outcome outcome);
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#publish(Message)}. */
  public Ticket publish(Message message) {
    Admission.Kind admitted = admit(message);
    Optional<DropReason> unwanted = unwanted(admitted);
    return unwanted.isPresent()
        ? entrance.drop(message, unwanted.get())
        : entered(admitted, entrance.accept(message));
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#publish(Message, Duration)}. */
  public Ticket publish(Message message, Duration maxWait) throws InterruptedException {
    if (lanes.isCurrent()) {
      throw new IllegalStateException(
          "publish with a wait must not be called on a listener thread: it could wait for itself");
    }
    Admission.Kind admitted = admit(message);
    Optional<DropReason> unwanted = unwanted(admitted);
    return unwanted.isPresent()
        ? entrance.drop(message, unwanted.get())
        : entered(admitted, entrance.accept(message, EntryMaker.nanos(maxWait)));
  }

  /** Asks this one of each message that is published from now on. */
  public void gate(Gate other) {
    gate = other;
  }

  private Admission.Kind admit(Message message) {
    entrance.checkPolicy(message);
    String policy =
        message.policy().orElseGet(() -> queue.scheduler.table().of(message.topic()).name());
    Admission admission = gate.admit(message, policy);
    if (admission.kind() == Admission.Kind.REFUSE) {
      throw queue.refused(NotAcceptedException.Reason.NOT_ADMITTED, admission.why());
    }
    return admission.kind();
  }

  private Optional<DropReason> unwanted(Admission.Kind admitted) {
    return switch (admitted) {
      case SEND -> gate.isOnline() ? Optional.empty() : Optional.of(DropReason.OFFLINE);
      case DROP -> Optional.of(DropReason.NOT_ADMITTED);
      case KEEP, KEEP_LATEST, REFUSE -> Optional.empty();
    };
  }

  /** The newest of its topic takes the place of the older ones that wait in memory. */
  private Promise entered(Admission.Kind admitted, Promise promise) {
    if (admitted == Admission.Kind.KEEP_LATEST) {
      queue.change(() -> queue.find(promise.id()).ifPresent(this::replaceOlder));
    }
    return promise;
  }

  private void replaceOlder(Entry newest) {
    queue.dropAll(
        entry ->
            entry.state == Entry.State.WAITING
                && entry.sequence() < newest.sequence()
                && entry.message().topic().equals(newest.message().topic()),
        DropReason.REPLACED,
        false);
  }

  /**
   * Says whether messages of QoS 2 whose steps have to be recorded can go from now on. While they
   * cannot, others pass them, but none of their topic. On the loop, before {@link #next}.
   */
  public void recordedToo(boolean can) {
    queue.change(() -> queue.recordedToo(can));
  }

  /**
   * Takes the next message to be sent: the oldest whose turn it is in its topic, whose deadline has
   * not passed, and, if acknowledged ones cannot be sent now, with QoS 0. It is out until it is
   * settled or returned. Messages found to be expired on the way are settled. On the loop.
   *
   * @param acknowledged whether messages of QoS 1 and 2 can be sent now
   */
  public Optional<Entry> next(boolean acknowledged) {
    Optional<Entry> turn;
    queue.begin();
    try {
      turn = queue.take(acknowledged, clock.nanos());
    } finally {
      queue.end();
    }
    paging.look();
    return turn;
  }

  /**
   * Returns a message that is out to its place by sequence; it was sent as new before. If it has
   * its outcome, it is at its end. On the loop.
   */
  public void requeue(long sequence) {
    boolean late =
        queue.ask(
            () -> {
              queue
                  .find(sequence)
                  .filter(entry -> entry.state == Entry.State.OUT)
                  .ifPresent(queue::putBack);
              return queue.isAbandoned(sequence);
            });
    if (late) {
      ended(sequence, false);
    }
  }

  /** Returns whether the message was sent as new before, see {@link #requeue}. On the loop. */
  public boolean sentBefore(Entry entry) {
    return entry.sentBefore;
  }

  /**
   * Returns how many seconds are left until the entry's deadline, rounded up, at least 1; 0 if it
   * has none.
   */
  public long secondsLeft(Entry entry) {
    if (!entry.hasDeadline) {
      return 0;
    }
    return Math.max(1, -Math.floorDiv(-(entry.due - clock.nanos()), 1_000_000_000L));
  }

  /**
   * Ends a message with its outcome; nothing of it is left in the session. If it has an outcome
   * already, this one only says that it is at its end. Any thread.
   */
  public void settle(long sequence, Outcome outcome) {
    boolean late;
    queue.begin();
    try {
      late = queue.settle(sequence, outcome);
    } finally {
      queue.end();
    }
    if (late) {
      ended(sequence, true);
    }
  }

  /**
   * Takes out, in order, the messages that have their outcome and that the session, or whoever has
   * them, has to give up. On the loop.
   */
  public List<Long> takeGivenUp() {
    return queue.ask(queue::takeGivenUp);
  }

  /** An abandoned message is sent no more in this session: its topic does not wait for it. */
  public void freed(long sequence) {
    freed(sequence, false);
  }

  /**
   * An abandoned message is at its end: nothing needs to be known of it any more, unless it is kept
   * in quarantine.
   *
   * @param acknowledged whether that is because the broker has acknowledged it, too late
   */
  public void ended(long sequence, boolean acknowledged) {
    if (!freed(sequence, acknowledged)) {
      journal.settled(sequence, written -> {});
    }
  }

  /** All that is abandoned is at its end: the session that knew of it is replaced. */
  public void endAbandoned() {
    queue.ask(queue::abandoned).forEach(sequence -> ended(sequence, false));
  }

  /** Returns whether the message is kept. */
  private boolean freed(long sequence, boolean acknowledged) {
    return queue.ask(
        () -> {
          queue.free(sequence, acknowledged);
          return quarantine.contains(sequence);
        });
  }

  /**
   * Settles what is past its deadline, waiting or sent. On the loop.
   *
   * @return in how many nanoseconds to look again; empty if there is no deadline
   */
  public OptionalLong expire() {
    queue.askAgain();
    while (queue.ask(this::expireSome)) {
      // each time some have their outcome told
    }
    paging.look();
    return queue.ask(this::nextLook);
  }

  private boolean expireSome() {
    queue.look(doubt);
    return queue.expire(clock.nanos(), EXPIRED_AT_ONCE);
  }

  private OptionalLong nextLook() {
    OptionalLong look = earlier(doubt.nextLook(), paging.nextLook());
    look = earlier(look, queue.scheduler.nextPaced());
    Optional<Entry> first = queue.earliestDeadline();
    return first.isEmpty()
        ? look
        : earlier(look, OptionalLong.of(Math.max(0, first.get().due - clock.nanos())));
  }

  private static OptionalLong earlier(OptionalLong one, OptionalLong other) {
    return LongStream.concat(one.stream(), other.stream()).min();
  }

  /** Returns whether this message is held, sent or not, because nobody knows how old it is. */
  public boolean isHeld(long sequence) {
    return queue.ask(() -> queue.find(sequence).filter(entry -> entry.ageUnknown).isPresent());
  }

  /** Returns whether this message is accepted and has no outcome. */
  public boolean isPending(long sequence) {
    return queue.ask(
        () -> queue.find(sequence).isPresent() || queue.scheduler.laneOnDisk(sequence).isPresent());
  }

  /** Returns whether messages are held because the clock cannot be believed yet. */
  public boolean isHolding() {
    return queue.ask(doubt::holds);
  }

  /**
   * A link was lost while this message was the oldest that the broker had to acknowledge: puts an
   * attempt down to it. On the loop.
   *
   * @param alone whether it was the only one; {@code maxAttempts} of these quarantine it
   */
  public void charge(long sequence, Problem problem, boolean alone) {
    quarantine.charge(sequence, problem, alone);
  }

  /** Returns how many messages are put aside. */
  public int putAside() {
    return queue.ask(quarantine::size);
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#quarantined(int)}. */
  public List<PendingMessage> quarantined(int limit) {
    checkLimit(limit);
    return quarantine.browse(limit);
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#retry(long)}. */
  public Optional<Ticket> retry(long id) {
    return quarantine.retry(id, entrance);
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#purgeQuarantined()}. */
  public int purgeQuarantined() {
    return quarantine.purge();
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#cancel(long)}. */
  public boolean cancel(long sequence) {
    boolean there =
        queue.ask(
            () -> {
              if (queue.isHandedOver()) {
                return false;
              }
              Optional<Entry> entry = queue.find(sequence);
              entry.ifPresent(found -> queue.drop(found, DropReason.CANCELLED));
              return entry.isPresent() || paging.cancel(sequence);
            });
    paging.look();
    return there || quarantine.purge(sequence);
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#purge()}. */
  public int purge() {
    int count =
        queue.ask(
            () ->
                queue.isHandedOver()
                    ? 0
                    : paging.purge()
                        + queue.dropAll(
                            entry -> entry.state == Entry.State.WAITING,
                            DropReason.CANCELLED,
                            false));
    paging.look();
    return count;
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#browse(int)}. */
  public List<PendingMessage> browse(int limit) {
    checkLimit(limit);
    return queue.ask(() -> queue.browse(limit));
  }

  private static void checkLimit(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit " + limit + ": must be more than 0");
    }
  }

  /** Returns the numbers of this moment. */
  public QueueStatus status() {
    return totals().queue();
  }

  /** Returns all numbers of one moment: accepted + recovered = outcomes + queue, exactly. */
  public Totals totals() {
    return queue.ask(() -> queue.totals(quarantine.size()));
  }

  /**
   * What was counted at the door.
   *
   * @param accepted messages accepted
   * @param recovered messages found on disk
   * @param refused messages not accepted
   */
  public record Accepted(long accepted, long recovered, long refused) {}

  /**
   * The outcomes that were decided.
   *
   * @param acknowledged outcomes of this kind
   * @param sent outcomes of this kind
   * @param dropped outcomes of this kind, by reason; every reason is there
   * @param late acknowledgements of messages that had their outcome already
   */
  public record Ended(long acknowledged, long sent, Map<DropReason, Long> dropped, long late) {
    /** Returns the number of outcomes. */
    public long outcomes() {
      long sum = acknowledged + sent;
      for (long count : dropped.values()) {
        sum += count;
      }
      return sum;
    }
  }

  /**
   * All numbers of one moment.
   *
   * @param queue what is pending
   * @param accepted what came in
   * @param ended what left
   */
  public record Totals(QueueStatus queue, Accepted accepted, Ended ended) {}

  /** Applies other limits; what is in stays in. */
  public void limits(Limits other) {
    queue.change(() -> queue.limits(other));
  }

  /**
   * Goes by other policies from now on, also for what waits: nothing of it is thrown away because
   * of other limits, and no outcome is lost. Any thread.
   */
  public void policies(PolicyTable table) {
    queue.change(
        () -> {
          queue.policies(table, this::deadlineAgain);
          paging.policies();
        });
    paging.look();
  }

  /** Gives a message the deadline of its policy, if it has none of its own. */
  private void deadlineAgain(Entry entry) {
    if (entry.message().deadline().isPresent()) {
      return;
    }
    long deadline = EntryMaker.deadline(entry.message(), entry.lane);
    entry.hasDeadline = deadline > 0;
    entry.ageUnknown = false;
    if (entry.hasDeadline && entry.found) {
      doubt.found(entry, deadline);
    } else if (entry.hasDeadline) {
      entry.due = doubt.due(entry.sequence(), entry.acceptedAt(), deadline, false);
    }
  }

  /**
   * Says whether a session can send from now on. What a policy does not keep offline is dropped
   * when it cannot, also what is in flight. On the loop.
   */
  public void online(boolean can) {
    queue.change(() -> queue.online(can));
  }

  /** Applies other rules for a clock that is behind, also to what is held by now. */
  public void clock(ClockRules rules) {
    queue.change(() -> doubt.rules(rules));
  }

  @Override
  public boolean holds(long sequence) {
    return queue.ask(
        () ->
            inMemory(sequence).isPresent()
                || queue.scheduler.laneOnDisk(sequence).isPresent()
                // it is read for the sake of its outcome
                || queue.doomedBy(sequence).isPresent()
                || quarantine.contains(sequence));
  }

  @Override
  public Optional<QoS> recordedQos(long sequence) {
    return queue.ask(
        () ->
            inMemory(sequence)
                .filter(RetainedRule::leavesRecord)
                .map(entry -> entry.message().qos()));
  }

  /** Returns a message that is pending, or needs its record although it has its outcome. */
  private Optional<Entry> inMemory(long sequence) {
    return queue.findWithAbandoned(sequence).or(() -> quarantine.find(sequence));
  }

  @Override
  public List<StoredMessage> recorded() {
    return queue.ask(() -> queue.recorded().stream().map(maker::record).toList());
  }

  /**
   * Accepts nothing any more, and leaves what is pending to the outbox that begins anew with
   * another journal. The link must have ended. Any thread.
   */
  public Handover handOver() {
    return queue.ask(() -> queue.handOver(tickets));
  }

  /**
   * Accepts nothing any more. What is on disk, or will be when the journal is closed, stays there
   * without an outcome in this run; what is in memory only, is settled as SHUT_DOWN.
   */
  public void close() {
    queue.change(
        () -> {
          queue.close();
          queue.dropAll(Entry::inMemoryOnly, DropReason.SHUT_DOWN, true);
        });
  }
}
