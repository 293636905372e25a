package org.robustmqtt.client.link;

import java.net.InetAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongConsumer;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.ReasonCode;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.policy.AttemptBudget;
import org.robustmqtt.client.policy.Backoff;

/** Keeps the state of the waits between attempts, and asks the policy. On the loop only. */
final class Retries {
  private static final long MAX_NEAR = 4_000_000_000L;
  private static final long MAX_FAR = 60_000_000_000L;
  private static final long MAX_PATIENT = 1_800_000_000_000L;

  /** The broker has too much to do, or had enough of us for now. */
  private static final Set<ReasonCode> BUSY =
      EnumSet.of(
          ReasonCode.SERVER_BUSY,
          ReasonCode.MESSAGE_RATE_TOO_HIGH,
          ReasonCode.QUOTA_EXCEEDED,
          ReasonCode.ADMINISTRATIVE_ACTION,
          ReasonCode.CONNECTION_RATE_EXCEEDED);

  /** With these a broker that had accepted us does not want us back. */
  private static final Set<ReasonCode> FOR_GOOD =
      EnumSet.of(
          ReasonCode.NOT_AUTHORIZED,
          ReasonCode.BAD_AUTHENTICATION_METHOD,
          ReasonCode.USE_ANOTHER_SERVER,
          ReasonCode.SERVER_MOVED);

  /** So often in a row a broker hangs up on one of two clients that throw each other out. */
  private static final int RIVAL = 5;

  /** The broker is away, or the way to it: other connections would not fare better. */
  private static final Set<ProblemKind> AWAY =
      EnumSet.of(
          ProblemKind.HOST_UNKNOWN,
          ProblemKind.CONNECTION_REFUSED,
          ProblemKind.CONNECT_TIMEOUT,
          ProblemKind.NETWORK_UNREACHABLE,
          ProblemKind.CONNECTION_LOST,
          ProblemKind.CONNACK_TIMEOUT,
          ProblemKind.BROKER_UNAVAILABLE,
          ProblemKind.KEEP_ALIVE_TIMEOUT,
          ProblemKind.DISCONNECTED_BY_BROKER);

  private final Doors doors;
  private final Pacing pacing;
  private final LongConsumer back;
  private final AttemptBudget budget = new AttemptBudget();
  private Backoff backoff = Backoff.FRESH;
  private boolean near = true;
  private int failed;
  private int hungUp;
  private boolean away;

  /** The broker that is waited for with others; empty: none is. */
  private Optional<String> shared = Optional.empty();

  /**
   * Remembers nothing yet.
   *
   * @param back told in how many nanoseconds to try, when another connection has met the broker
   */
  Retries(Doors doors, Pacing pacing, LongConsumer back) {
    this.doors = doors;
    this.pacing = pacing;
    this.back = back;
  }

  /** What the name was resolved to; before that, only the resolver is asked, which is near. */
  void resolved(List<InetAddress> addresses) {
    near = addresses.stream().allMatch(Retries::near);
  }

  /**
   * Whether an address is in the local network: loopback, link-local, the private ranges of RFC
   * 1918, and the unique local ones of RFC 4193. A name counts by what it stands for.
   */
  static boolean near(InetAddress address) {
    boolean uniqueLocal =
        address.getAddress().length == 16 && (address.getAddress()[0] & 0xFE) == 0xFC;
    return address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || uniqueLocal;
  }

  /** An attempt begins. */
  void attempting() {
    budget.attempted(doors.clock().nanos());
  }

  /** An attempt failed before it was online. */
  void attemptFailed(ProblemKind kind, int reasonCode) {
    hungUp = 0;
    failed++;
    away = AWAY.contains(kind);
    backoff = backoff.withFailure(schedule(kind, reasonCode), doors.clock().nanos());
  }

  /**
   * The broker is closing a link that was online, but not for long enough to be stable, without a
   * word and though it owed us nothing. Returns whether this is probably for another client with
   * our identifier: a broker that is away refuses an attempt in between.
   */
  boolean hungUp() {
    hungUp++;
    return hungUp >= RIVAL;
  }

  /**
   * A link that was online is lost.
   *
   * @param lived nanoseconds from then to now
   */
  void linkLost(ProblemKind kind, int reasonCode, long lived, RetrySettings settings) {
    boolean hurries =
        settings.strategy() == RetrySettings.Strategy.EXPONENTIAL && (near || settings.jitter());
    long now = doors.clock().nanos();
    away = AWAY.contains(kind);
    Backoff.Schedule schedule = schedule(kind, reasonCode);
    if (lived >= settings.stableNanos()) {
      hungUp = 0;
      failed = 1;
      backoff = backoff.withStableLink(schedule, now, hurries);
    } else {
      failed++;
      backoff = backoff.withShortLink(schedule, lived, now, hurries);
    }
  }

  /** It does not wait any more. */
  void waited() {
    shared.ifPresent(broker -> pacing.leave(broker, back));
    shared = Optional.empty();
  }

  /** The broker has accepted us, and perhaps others wait for that. */
  void accepted(String broker) {
    budget.met();
    pacing.back(broker);
  }

  /** The link is stable: the status shows no failed attempts any more. */
  void stable() {
    failed = 0;
  }

  /** All is forgotten: other settings, or told to by a person. */
  void reset() {
    hungUp = 0;
    failed = 0;
    backoff = Backoff.FRESH;
  }

  int failed() {
    return failed;
  }

  /** Whether the last failure will not heal by itself. */
  boolean refused() {
    return backoff.last() == Backoff.Schedule.REFUSED;
  }

  /**
   * Decides the wait before the next attempt.
   *
   * @param broker which one is to be tried
   * @param urgent whether a message waits that may not
   * @return nanoseconds; empty: there is no attempt
   */
  OptionalLong waitNanos(RetrySettings settings, String broker, boolean urgent) {
    waited();
    return switch (settings.strategy()) {
      case NONE -> OptionalLong.empty();
      case FIXED -> OptionalLong.of(withinBudget(settings, drawn(settings)));
      case EXPONENTIAL, SERVICE ->
          OptionalLong.of(withinBudget(settings, withOthers(broker, drawn(settings))));
      case PATIENT -> {
        long wait = withinBudget(settings, withOthers(broker, drawn(settings)));
        yield OptionalLong.of(urgent ? Math.min(wait, urgentNanos(settings)) : wait);
      }
    };
  }

  /**
   * Returns how long a patient link waits at the most while an urgent message waits: until an
   * attempt is free, of those that an hour has if they come evenly.
   */
  long urgentNanos(RetrySettings settings) {
    if (backoff.last() != Backoff.Schedule.HEALING) {
      return Long.MAX_VALUE;
    }
    long even = budget.untilEven(settings.attemptsPerHour(), doors.clock().nanos());
    return withinBudget(settings, even);
  }

  private long withOthers(String broker, long own) {
    if (!away || backoff.last() != Backoff.Schedule.HEALING) {
      return own;
    }
    shared = Optional.of(broker);
    return pacing.plan(broker, back, doors.clock().nanos(), own);
  }

  /** Returns how long to wait, at least so long, until an attempt is free. */
  long withinBudget(RetrySettings settings, long wait) {
    return settings.attemptsPerHour() == 0
        ? wait
        : Math.max(wait, budget.untilFree(settings.attemptsPerHour(), doors.clock().nanos()));
  }

  private long drawn(RetrySettings settings) {
    boolean patient = settings.strategy() == RetrySettings.Strategy.PATIENT;
    boolean fixed = settings.strategy() == RetrySettings.Strategy.FIXED;
    long absent = patient ? MAX_PATIENT : near ? MAX_NEAR : MAX_FAR;
    long max = settings.maxNanos() > 0 ? settings.maxNanos() : absent;
    Backoff.Jitter jitter = patient ? Backoff.Jitter.HALF : Backoff.Jitter.FULL;
    Backoff.Rules rules =
        new Backoff.Rules(
            fixed ? Backoff.Growth.FIXED : Backoff.Growth.DOUBLING,
            settings.minNanos(),
            Math.max(max, settings.minNanos()),
            settings.jitter() ? jitter : Backoff.Jitter.NONE,
            near);
    return backoff.waitNanos(rules, doors.clock().nanos(), doors.entropy().nextDouble());
  }

  /**
   * Which failures heal by themselves: what the broker gave as its reason decides, else the kind.
   * The table is {@code docs/reason-codes.md}.
   */
  static Backoff.Schedule schedule(ProblemKind kind, int reasonCode) {
    boolean brokers =
        kind == ProblemKind.DISCONNECTED_BY_BROKER || kind == ProblemKind.BROKER_UNAVAILABLE;
    return brokers
        ? ReasonCode.of(reasonCode).map(Retries::schedule).orElseGet(() -> schedule(kind))
        : schedule(kind);
  }

  private static Backoff.Schedule schedule(ReasonCode code) {
    if (BUSY.contains(code)) {
      return Backoff.Schedule.BUSY;
    }
    return FOR_GOOD.contains(code) ? Backoff.Schedule.REFUSED : Backoff.Schedule.HEALING;
  }

  private static Backoff.Schedule schedule(ProblemKind kind) {
    return switch (kind) {
      case VERSION_REFUSED,
          IDENTIFIER_REFUSED,
          BAD_CREDENTIALS,
          NOT_AUTHORIZED,
          CONNECT_DENIED,
          TLS_UNTRUSTED,
          TLS_EXPIRED,
          TLS_WRONG_HOST,
          TLS_CLIENT_REFUSED,
          TLS_VERSION,
          TLS_NOT_SPOKEN,
          DEFECT ->
          Backoff.Schedule.REFUSED;
      case SESSION_TAKEN_OVER -> Backoff.Schedule.TAKEN_OVER;
      case SETTINGS_FAULTY,
          NAME_TAKEN,
          CREDENTIALS_UNREADABLE,
          STORE_MISSING,
          STORE_LOCKED,
          STORE_UNREADABLE,
          STORE_DEGRADED,
          STORE_DAMAGED,
          HOST_UNKNOWN,
          CONNECTION_REFUSED,
          CONNECT_TIMEOUT,
          NETWORK_UNREACHABLE,
          CONNECTION_LOST,
          TLS_FAILED,
          TLS_FILE,
          TLS_NOT_YET_VALID,
          TLS_STALLED,
          CONNACK_TIMEOUT,
          CONNACK_MALFORMED,
          PROTOCOL_ERROR,
          BROKER_UNAVAILABLE,
          KEEP_ALIVE_TIMEOUT,
          ACK_TIMEOUT,
          WRITE_STALLED,
          DISCONNECTED_BY_BROKER,
          SESSION_UNKNOWN,
          SUBSCRIPTION_REFUSED,
          SUBACK_MALFORMED,
          LISTENER_FAILED,
          HANDLER_TIMEOUT,
          LISTENER_FAULTY,
          EXTENSION_FAILED ->
          Backoff.Schedule.HEALING;
    };
  }
}
