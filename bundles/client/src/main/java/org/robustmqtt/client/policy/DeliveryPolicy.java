package org.robustmqtt.client.policy;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.robustmqtt.Durability;

/**
 * What is done for the messages of a policy.
 *
 * @param name the label, unique in its {@link PolicyTable}
 * @param keep what is kept while nothing can be sent
 * @param durability how safely a message is stored that says nothing of it itself
 * @param deadlineMillis the deadline of a message that has none itself, from its acceptance; empty:
 *     never
 * @param priority 0 to 9; what has more goes first
 * @param space the limits of its lane
 * @param whenFull what happens to a message that finds no room
 * @param dedupe whether a message is dropped that equals the newest waiting one of its topic
 * @param maxAttempts how often the link may be lost while a message of it alone waits for its
 *     acknowledgement; empty: as the connection says
 * @param pace how fast and in which order its messages go
 * @param wake whether a message of it opens a link that is closed to save energy
 * @param stripRetain whether its retained messages go without the flag to a broker that retains
 *     nothing; else they are refused
 * @param admission the name of the service that decides of its messages before they are accepted;
 *     empty: the connection's
 */
public record DeliveryPolicy(
    String name,
    Keep keep,
    Durability durability,
    OptionalLong deadlineMillis,
    int priority,
    Space space,
    WhenFull whenFull,
    boolean dedupe,
    OptionalInt maxAttempts,
    Pace pace,
    boolean wake,
    boolean stripRetain,
    Optional<String> admission) {
  /** The label of what no policy names. */
  public static final String DEFAULT_NAME = "default";

  /** Of what no policy names, unless it is configured. */
  public static final DeliveryPolicy DEFAULT = of(DEFAULT_NAME, Optional.empty(), draft -> {});

  /** What is kept of messages that cannot be sent now. */
  public enum Keep {
    /** All, in order. */
    ALL,
    /** The newest of each topic. */
    LATEST,
    /** None: dropped as {@link org.robustmqtt.DropReason#OFFLINE}. */
    NONE
  }

  /** What happens to a message that finds its lane full, or the connection. */
  public enum WhenFull {
    /** The oldest message that may be dropped makes room (delivery-rules 1). */
    DROP_OLDEST,
    /** It is accepted and dropped at once. */
    DROP_NEWEST,
    /** It is not accepted. */
    REFUSE
  }

  /** In which order the topics of a backlog go; the messages of a topic always in their order. */
  public enum Drain {
    /** The topic that has waited longest. */
    OLDEST_FIRST,
    /** The topic whose newest message is the newest. */
    NEWEST_FIRST
  }

  /**
   * The limits of a lane, over what is queued and in flight.
   *
   * @param maxMessages 1 and more; empty: the connection's alone
   * @param maxBytes bytes of topics and payloads, 1 and more; empty: the connection's alone
   * @param reserve how many messages no other policy takes the room of
   * @param reserveBytes how many bytes no other policy takes the room of
   */
  public record Space(
      OptionalInt maxMessages, OptionalLong maxBytes, int reserve, long reserveBytes) {
    static final Space CONNECTION = new Space(OptionalInt.empty(), OptionalLong.empty(), 0, 0);
  }

  /**
   * How fast messages go. Zero is no limit.
   *
   * @param drain the order of topics
   * @param drainRate messages a second that were accepted before the link was there
   * @param rate messages a second
   * @param rateBytes bytes of topics and payloads a second
   */
  public record Pace(Drain drain, int drainRate, int rate, long rateBytes) {
    static final Pace FREE = new Pace(Drain.OLDEST_FIRST, 0, 0, 0);
  }

  /** The three scenarios. */
  public enum Preset {
    /** A reading that the next one replaces: latest, in memory, drop-oldest, no wake. */
    TELEMETRY,
    /** Something that happened, worthless after 15 s. */
    EVENT,
    /** What must arrive: synced, priority 9, with space of its own. */
    ALARM;

    /** Returns the name as it is configured. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    private void into(Draft draft) {
      switch (this) {
        case TELEMETRY -> {
          draft.keep = Keep.LATEST;
          draft.durability = Durability.MEMORY;
          draft.whenFull = WhenFull.DROP_OLDEST;
          draft.wake = false;
        }
        case EVENT -> draft.deadlineMillis = OptionalLong.of(Duration.ofSeconds(15).toMillis());
        case ALARM -> {
          draft.durability = Durability.SYNC;
          draft.priority = 9;
          draft.space = new Space(OptionalInt.empty(), OptionalLong.empty(), 500, 2 << 20);
        }
      }
    }
  }

  /** A policy in the making; one thread. */
  public static final class Draft {
    public Keep keep = Keep.ALL;
    public Durability durability = Durability.GROUP;
    public OptionalLong deadlineMillis = OptionalLong.empty();
    public int priority = 5;
    public Space space = Space.CONNECTION;
    public WhenFull whenFull = WhenFull.REFUSE;
    public boolean dedupe;
    public OptionalInt maxAttempts = OptionalInt.empty();
    public Pace pace = Pace.FREE;
    public boolean wake = true;
    public boolean stripRetain;
    public Optional<String> admission = Optional.empty();

    private Draft() {}
  }

  /**
   * Makes a policy.
   *
   * @param preset what it begins with
   * @param changes what is different
   */
  public static DeliveryPolicy of(
      String name, Optional<Preset> preset, Consumer<? super Draft> changes) {
    Draft draft = new Draft();
    preset.ifPresent(scenario -> scenario.into(draft));
    changes.accept(draft);
    return new DeliveryPolicy(
        name,
        draft.keep,
        draft.durability,
        draft.deadlineMillis,
        draft.priority,
        draft.space,
        draft.whenFull,
        draft.dedupe,
        draft.maxAttempts,
        draft.pace,
        draft.wake,
        draft.stripRetain,
        draft.admission);
  }

  /** Checks the values. */
  public DeliveryPolicy {
    if (priority < 0 || priority > 9) {
      throw new IllegalArgumentException("priority " + priority + ": must be 0 to 9");
    }
  }
}
