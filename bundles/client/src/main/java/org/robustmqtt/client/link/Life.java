package org.robustmqtt.client.link;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.robustmqtt.BrokerCapabilities;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Outcome;
import org.robustmqtt.Place;
import org.robustmqtt.Problem;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.door.Log;
import org.robustmqtt.client.link.RetrySettings.Strategy;
import org.robustmqtt.client.transport.Transport;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.spi.RetrySituation;

/**
 * The state machine of a link, as drawn at {@link ConnectionState}. Every state but FAULTED and
 * CLOSED has an alarm: WAITING the wait, CONNECTING and HANDSHAKING together that of {@link
 * Dialing}, ONLINE the {@link Watch}, CLOSING the {@link Goodbye}. What people want is in {@link
 * Orders}, what flows in {@link Wire}. On the loop only.
 */
final class Life implements Dialing.Host, Watch.Host, Goodbye.Host {
  private static final Log LOG = Log.of(Link.class);
  private static final long AFTER_DEFECT_NANOS = 60_000_000_000L;
  private static final long LEAST_WAIT_NANOS = 100_000_000L;
  private static final Duration LONGEST_WAIT = Duration.ofDays(365);
  private static final long LOOK_AGAIN_NANOS = 1_000_000_000L;

  private final String name;
  private final Doors doors;
  private final Link.Rooms rooms;
  private final StatusBoard board;
  private final Sessions sessions;
  private final Pump pump;
  private final Watch watch;
  private final Retries retries;
  private final Outage outage;
  private final Idle idle;
  private final EnergySaver saver;
  private final Wire wire;
  private final Dialing dialing;
  private final CertificateWatch certificates;
  private final StartGate gate;
  private final Alarm wait;
  private final Consultation consultation;
  private final Alarm expiry;
  private final PresenceTrial trial = new PresenceTrial();
  private final PresenceAnswers answers;
  private final StoreWatch storeWatch;

  private Optional<LinkSettings> settings = Optional.empty();
  private ConnectionState state;
  private Optional<Goodbye> goodbye = Optional.empty();
  private Runnable afterGoodbye = () -> {};
  private OptionalLong onlineSince = OptionalLong.empty();
  private Optional<ProblemKind> lastKind = Optional.empty();
  private boolean settling;

  /** Whether the broker of the settings was met once: only then nothing to do is a reason. */
  private boolean met;

  /** Why there is no link; empty before the first attempt. */
  private Optional<Problem> lost = Optional.empty();

  /** Whether something urgent waited when the strategy was asked last. */
  private boolean askedUrgent;

  /** Whether the next state is on its way to a connection, also if a defect comes before it. */
  private boolean opening;

  /** Whether messages are held until it is known how old they are. */
  private boolean holding;

  private boolean over;
  private BooleanSupplier wanted = () -> true;

  Life(
      String name,
      Doors doors,
      Link.Rooms rooms,
      Link.Hub hub,
      StatusBoard board,
      Sessions sessions) {
    this.name = name;
    this.doors = doors;
    this.rooms = rooms;
    this.board = board;
    this.sessions = sessions;
    state = board.state();
    holding = rooms.outbox().isHolding();
    pump = new Pump(rooms.outbox());
    watch = new Watch(doors, this::guarded, this);
    retries = new Retries(doors, hub.pacing(), this::brokerIsBack);
    answers = new PresenceAnswers(name, board);
    storeWatch = new StoreWatch(name);
    outage = new Outage(name, doors, this::guarded);
    idle = new Idle(doors, board);
    saver = new EnergySaver(doors, this::guarded, rooms, board, idle, this::rest);
    wire = new Wire(name, doors, rooms, board, sessions, pump, watch, idle, this);
    dialing = new Dialing(doors, this::guarded, retries, this);
    certificates = new CertificateWatch(name, doors, this::guarded, board);
    gate = new StartGate(doors.clock());
    consultation = new Consultation(doors, this::guarded, hub.strategies());
    wait = new Alarm(doors, this::guarded, this::waited);
    expiry = new Alarm(doors, this::guarded, this::expire);
  }

  /** Says who knows whether it is to be connected. */
  void wantedIf(BooleanSupplier orders) {
    wanted = orders;
  }

  /** Runs what comes from outside; a defect costs the connection, not the loop. */
  void guarded(Runnable task) {
    assert doors.loop().isCurrent() : "not on the loop";
    if (over) {
      return;
    }
    try {
      task.run();
    } catch (Throwable thrown) {
      defect(thrown);
    }
  }

  ConnectionState state() {
    return state;
  }

  /** Returns whether something is set that ends this state, if it has to end. */
  boolean hasDeadline() {
    return switch (state) {
      case WAITING -> wait.isSet();
      case CONNECTING, HANDSHAKING -> dialing.hasDeadline();
      case ONLINE -> watch.hasDeadline();
      case CLOSING -> goodbye.isPresent();
      case FAULTED, IDLE, CLOSED -> true;
    };
  }

  Wire wire() {
    return wire;
  }

  Watch watch() {
    return watch;
  }

  Idle idle() {
    return idle;
  }

  /** Returns whether this is the time before the first dial. */
  boolean settling() {
    return settling;
  }

  /** Returns whether it has ended for good. */
  boolean over() {
    return over;
  }

  /** These settings are in force from now on; what they change is the caller's matter. */
  void settings(LinkSettings now) {
    if (settings.filter(before -> before.presence().equals(now.presence())).isEmpty()) {
      trial.reset();
      answers.forget();
    }
    settings = Optional.of(now);
    board.settings(now.broker().uri(), now.session().clientId());
    outage.warnAfter(now.outageWarnAfterNanos());
    watch.timeouts(now);
    saver.settings(now.energy());
  }

  /** What was learnt about the broker and its failures, is forgotten. */
  void forget() {
    met = false;
    dialing.forget();
    wire.forget();
    retries.reset();
    trial.reset();
    sessions.ifPresent(Carrier::pardon);
  }

  // Waiting and connecting.

  /** The hub is starting: nothing is dialled before {@link #hubStarted}, for a limited time. */
  void hubStarting(String what, long atMostNanos) {
    gate.close(what, atMostNanos);
  }

  /** The hub has started: the settle time begins. */
  void hubStarted() {
    if (gate.open() && state == ConnectionState.WAITING) {
      settle();
    }
  }

  /** The way out of CLOSED by hand. */
  void open() {
    opening = true;
    forget();
    dialNow();
  }

  /** Waits for the hub and the settle time, then dials. */
  void settle() {
    opening = true;
    outage.begin();
    settling = true;
    waitFor(gate.isClosed() ? gate.nanosLeft() : settings.orElseThrow().connectDelayNanos());
  }

  private void waited() {
    if (state == ConnectionState.IDLE) {
      saveEnergy();
      return;
    }
    if (!gate.isClosed()) {
      if (met && !saver.needed()) {
        rest();
      } else if (settling && service().isPresent()) {
        settling = false;
        waitAfterFailure();
      } else {
        dial();
      }
      return;
    }
    if (gate.nanosLeft() == 0) {
      LOG.info("{}: waited long enough for {}; connects all the same", name, gate.awaited().get());
      gate.open();
    }
    settle();
  }

  /**
   * Nothing needs a link: it is closed until something does. What is said at a stop is not said.
   */
  private void rest() {
    if (state == ConnectionState.ONLINE) {
      wire.sayDisconnect(0);
      retries.reset();
    }
    tearDown();
    settling = false;
    outage.rests();
    enter(ConnectionState.IDLE);
    saveEnergy();
    idle.check();
  }

  /** Something may have happened: a link that saves energy opens, or closes soon. */
  void saveEnergy() {
    if (state == ConnectionState.ONLINE) {
      saver.look();
    } else if (state == ConnectionState.IDLE && saver.needed()) {
      outage.begin();
      open(retries.withinBudget(settings.orElseThrow().retry(), 0));
    } else if (state == ConnectionState.IDLE) {
      saver.untilOld().ifPresentOrElse(wait::in, wait::cancel);
    }
  }

  private void open(long nanos) {
    if (service().isPresent()) {
      waitAfterFailure();
    } else if (nanos > 0) {
      waitFor(nanos);
    } else {
      dial();
    }
  }

  /** Dials now, or as soon as the hub has started; when online, says goodbye to it. */
  void dialNow() {
    if (gate.isClosed()) {
      settle();
      return;
    }
    if (state == ConnectionState.ONLINE) {
      wire.sayDisconnect(0);
    }
    outage.begin();
    dial();
  }

  private void dial() {
    tearDown();
    settling = false;
    LinkSettings now = settings.orElseThrow();
    sessions.prepare(trial.session(now.session()), wire);
    enter(ConnectionState.CONNECTING);
    retries.attempting();
    dialing.begin(now, wire);
  }

  @Override
  public void opened(Transport opened, ProtocolVersion version, LinkSettings used) {
    wire.open(opened, version);
    enter(ConnectionState.HANDSHAKING);
    lookAtStore(carrier());
    wire.write(carrier().connect(version, used.username(), used.password()));
  }

  @Override
  public boolean preparing() {
    return carrier().preparing();
  }

  /**
   * The session has to begin anew: says goodbye, and is back at once. A link that closes is closed
   * then, and without DISCONNECT, as if it were lost: the will may speak for the last word.
   */
  void again() {
    if (state == ConnectionState.CLOSING) {
      closed();
      return;
    }
    dialing.accepted();
    wire.sayDisconnect(0);
    dial();
  }

  /** The broker accepted us; within an effect of the session. */
  void established(boolean sessionPresent, BrokerCapabilities capabilities) {
    LinkSettings now = settings.orElseThrow();
    dialing.accepted();
    retries.accepted(broker());
    lost = Optional.empty();
    met = true;
    lastKind = Optional.empty();
    onlineSince = OptionalLong.of(doors.clock().nanos());
    rooms.outbox().online(true);
    String version = dialing.version();
    board.connected(version, sessionPresent, capabilities);
    board.tls(wire.transport().tls());
    certificates.online(wire.transport().tls());
    outage.online(
        String.format(
            "connected to %s as %s (MQTT %s, %s)",
            now.broker().uri(),
            now.session().clientId(),
            version,
            sessionPresent ? "session resumed" : "new session"));
    watch.start(wire.transport(), capabilities.keepAliveSeconds(), now);
    pump.birth(trial.birth(now.presence()));
    trial
        .accepted(now.session())
        .ifPresent(text -> problem(Place.CONNECT, ProblemKind.CONNECT_DENIED, 0, text));
    enter(ConnectionState.ONLINE);
    rooms
        .dispatcher()
        .mayStopReading(
            Watch.longestStop(capabilities.keepAliveSeconds(), now.ackTimeoutNanos()),
            dialing.spoken() == ProtocolVersion.MQTT_3_1_1);
    rooms.dispatcher().online(sessionPresent, now.session().resubscribe());
  }

  // Losing.

  /** The broker hangs up; returns whether that is probably for another client like us. */
  boolean replaced() {
    return onlineSince.isPresent()
        && doors.clock().nanos() - onlineSince.getAsLong()
            < settings.orElseThrow().retry().stableNanos()
        && answered()
        && !wire.unacknowledged()
        && !(pump.birthSaid() && trial.suspectsBirth(settings.orElseThrow().presence()))
        && retries.hungUp();
  }

  private boolean answered() {
    return carrier().inFlight() == 0 && carrier().oldestUnacknowledged() == 0;
  }

  /** The link is being lost, perhaps for what we sent: finds out what that is. */
  private Problem blamed(Problem problem, long lived) {
    Optional<String> filter =
        Blame.answerable(problem.kind()) ? carrier().blameFilter() : Optional.empty();
    boolean silent = carrier().silent();
    boolean presence = sessions.blame(problem);
    if (filter.isPresent()) {
      return Blame.filter(problem, filter.get());
    }
    LinkSettings now = settings.orElseThrow();
    boolean said = pump.birthSaid() && trial.suspectsBirth(now.presence());
    Optional<String> birth = Optional.empty();
    if (presence && state == ConnectionState.ONLINE) {
      birth = trial.lostWithBirth(now.presence());
    } else if (!silent) {
      trial.birthTaken();
    } else if (lived < now.retry().stableNanos() && Blame.answerable(problem.kind())) {
      birth = trial.lostInSilence(now.presence(), said);
    }
    return birth.map(text -> Blame.birth(problem, text)).orElse(problem);
  }

  @Override
  public void lose(Place place, ProblemKind kind, int reasonCode, String text) {
    boolean handshaking = state == ConnectionState.HANDSHAKING;
    OptionalLong since = onlineSince;
    Problem problem = made(place, kind, reasonCode, text);
    if (since.isPresent() && Blame.may(kind, reasonCode)) {
      problem = blamed(problem, doors.clock().nanos() - since.getAsLong());
    }
    tearDown();
    board.problem(problem);
    lost = Optional.of(problem);
    if (state == ConnectionState.CLOSING) {
      closed();
      return;
    }
    LinkSettings now = settings.orElseThrow();
    boolean other =
        handshaking
            && (dialing.tryOtherVersion(kind) || trial.refused(now.session(), kind, reasonCode));
    boolean again = kind == ProblemKind.SESSION_UNKNOWN && !lastKind.equals(Optional.of(kind));
    lastKind = Optional.of(kind);
    if (other || again) {
      LOG.debug("{}: {}; at once again", name, text);
      dial();
      return;
    }
    if (since.isPresent()) {
      long lived = doors.clock().nanos() - since.getAsLong();
      retries.linkLost(kind, reasonCode, lived, now.retry());
    } else {
      retries.attemptFailed(kind, reasonCode);
    }
    waitAfterFailure();
  }

  private Optional<String> service() {
    return settings.flatMap(now -> now.retry().service());
  }

  /** Waits as the retry settings and what failed ask for, before the first attempt as well. */
  void waitAfterFailure() {
    RetrySettings retry = settings.orElseThrow().retry();
    rooms.outbox().tellEach(retry.strategy() == Strategy.PATIENT || service().isPresent());
    askedUrgent = rooms.outbox().isUrgent();
    OptionalLong nanos = retries.waitNanos(retry, broker(), askedUrgent);
    if (service().isPresent()) {
      consult(service().get(), nanos);
    } else {
      wait(nanos);
    }
  }

  /** Asks the strategy of another bundle; without an answer it is as if there were none. */
  private void consult(String name, OptionalLong own) {
    waitFor(own.orElse(0) + Consultation.MOST_NANOS);
    RetrySituation situation =
        new RetrySituation(
            this.name,
            now(),
            retries.failed(),
            lost,
            rooms.outbox().waitingByPolicy(),
            settings.orElseThrow().energy().energy());
    consultation.ask(
        name,
        situation,
        answer -> {
          extension(Place.RECONNECT, Optional.empty());
          long least = lost.isPresent() ? LEAST_WAIT_NANOS : 0;
          wait(
              answer
                  .map(wait -> OptionalLong.of(Math.max(least, nanos(wait))))
                  .orElse(OptionalLong.empty()));
        },
        why -> {
          String text = "retry = " + name + ": " + why + "; exponential decides in its place";
          extension(Place.RECONNECT, Optional.of(text));
          wait(own);
        });
  }

  /** What is wrong with a service of another bundle; each line is told once. */
  void extension(Place place, Optional<String> line) {
    if (board.extension(place, line) && line.isPresent()) {
      LOG.warn("{}: {}", name, line.get());
      problem(place, ProblemKind.EXTENSION_FAILED, 0, line.get());
    }
  }

  private static long nanos(Duration wait) {
    return wait.compareTo(LONGEST_WAIT) < 0 ? wait.toNanos() : LONGEST_WAIT.toNanos();
  }

  /** Strategies of other bundles came or went: the one that decides may be among them. */
  void strategiesChanged() {
    if (state == ConnectionState.WAITING && !settling && service().isPresent()) {
      waitAfterFailure();
    }
  }

  private void wait(OptionalLong nanos) {
    lost.ifPresent(problem -> outage.failed(problem, retries.refused(), nanos));
    if (nanos.isPresent()) {
      waitFor(nanos.getAsLong());
    } else {
      wait.cancel();
      enter(ConnectionState.CLOSED);
    }
  }

  /** A patient link does not let an urgent message wait as long; a strategy is asked once more. */
  private void hurry() {
    if (state != ConnectionState.WAITING || settling || !rooms.outbox().isUrgent()) {
      return;
    }
    RetrySettings retry = settings.orElseThrow().retry();
    if (service().isPresent() && !askedUrgent) {
      waitAfterFailure();
    }
    if (retry.strategy() != Strategy.PATIENT) {
      return;
    }
    long left = retries.urgentNanos(retry);
    if (left < wait.due() - doors.clock().nanos()) {
      waitFor(left);
    }
  }

  /** Another connection has met the broker that this one waits for. */
  private void brokerIsBack(long inNanos) {
    guarded(
        () -> {
          long nanos = retries.withinBudget(settings.orElseThrow().retry(), inNanos);
          if (state == ConnectionState.WAITING && nanos < wait.due() - doors.clock().nanos()) {
            waitFor(nanos);
          }
        });
  }

  private void waitFor(long nanos) {
    wait.in(nanos);
    enter(ConnectionState.WAITING);
  }

  /** Back to where nothing of a connection is left; in flight stays in the session. */
  private void tearDown() {
    wait.cancel();
    dialing.cancel();
    watch.stop();
    saver.offline();
    certificates.offline();
    goodbye.ifPresent(Goodbye::cancel);
    goodbye = Optional.empty();
    boolean online = onlineSince.isPresent();
    onlineSince = OptionalLong.empty();
    if (online) {
      rooms.outbox().online(false);
    }
    try {
      wire.close();
    } finally {
      if (online) {
        lostToListeners();
      }
    }
  }

  private void lostToListeners() {
    try {
      rooms.dispatcher().offline(watch.heardNanos(), watch.heardMillis());
    } finally {
      rooms.dispatcher().lost();
    }
  }

  /** A defect of this program: the connection begins anew, with a session object of its own. */
  void defect(Throwable cause) {
    if (!doors.loop().isCurrent()) {
      // The loop went on without this thread, and the connection began anew there.
      return;
    }
    LOG.error("{}: defect, please report; the connection begins anew", name, cause);
    if (over) {
      return;
    }
    if (settings.isEmpty() || state == ConnectionState.CLOSED && !opening) {
      lookAgain();
      return;
    }
    boolean closing = state == ConnectionState.CLOSING;
    sessions.outdated();
    try {
      lookAgain();
      lose(Place.UNKNOWN, ProblemKind.DEFECT, 0, "defect: " + cause);
    } catch (Throwable again) {
      if (!doors.loop().isCurrent()) {
        // as above, since a moment ago: what is half done is not this thread's any more
        return;
      }
      cause.addSuppressed(again);
      tearDownAfter(cause);
      if (!closing) {
        waitFor(AFTER_DEFECT_NANOS);
      } else if (state == ConnectionState.CLOSING) {
        closed();
      }
    }
    if (state == ConnectionState.WAITING && !wanted.getAsBoolean()) {
      // the order to close was what was half done
      close("it is not to be connected", 0, false, () -> {});
    }
  }

  /** What is half done may not be undone either; whatever can be given back is. */
  private void tearDownAfter(Throwable defect) {
    try {
      tearDown();
    } catch (Throwable third) {
      defect.addSuppressed(third);
    }
  }

  /** The defect may have come before the next look at deadlines and listeners was set. */
  private void lookAgain() {
    expiry.noLaterThan(doors.clock().nanos() + LOOK_AGAIN_NANOS);
    rooms.dispatcher().lookAgain();
  }

  // Closing.

  /**
   * Closes cleanly.
   *
   * @param why for the log
   * @param drainNanos how long it may take
   * @param queueToo whether what is queued is sent too, or only what is in flight is awaited
   * @param then what follows when it is closed
   */
  void close(String why, long drainNanos, boolean queueToo, Runnable then) {
    afterGoodbye =
        () -> {
          outage.closed(why);
          then.run();
        };
    if (state != ConnectionState.ONLINE && state != ConnectionState.CLOSING) {
      closed();
      return;
    }
    goodbye.ifPresent(Goodbye::cancel);
    // first of all: a defect on the way closes it, and does not forget that it is to close
    enter(ConnectionState.CLOSING);
    goodbye =
        Optional.of(
            new Goodbye(
                doors,
                this::guarded,
                this,
                pump,
                settings.orElseThrow().presence().shutdown(),
                queueToo,
                drainNanos));
    wire.turned();
  }

  /** What follows when it is closed, instead of what was to follow. */
  void afterClosing(Runnable then) {
    afterGoodbye = then;
  }

  private void closed() {
    tearDown();
    Runnable then = afterGoodbye;
    afterGoodbye = () -> {};
    try {
      enter(settings.isEmpty() ? ConnectionState.FAULTED : ConnectionState.CLOSED);
    } finally {
      then.run();
    }
  }

  @Override
  public void goodbyeSaid() {
    closed();
  }

  /** Nothing happens any more. */
  void end() {
    over = true;
    wait.cancel();
    dialing.cancel();
    expiry.cancel();
    certificates.offline();
    outage.cancel();
    idle.end();
  }

  // What the others ask.

  /** Returns whether messages are taken out of the queue. */
  boolean sending() {
    return state == ConnectionState.ONLINE || goodbye.map(Goodbye::pumping).orElse(false);
  }

  /** Something happened on the wire. */
  void progressed() {
    goodbye.ifPresent(Goodbye::step);
  }

  /** A message of presence has its end. */
  void presenceSettled(long sequence, Outcome outcome) {
    if (pump.isBirth(sequence)) {
      answers.birth(settings.orElseThrow().presence(), outcome);
    } else {
      answers.shutdown(settings.orElseThrow().presence(), outcome);
    }
    if (!trial.suspectsBirth(settings.orElseThrow().presence())) {
      trial.birthTaken();
    }
    goodbye.ifPresent(saying -> saying.presenceSettled(sequence));
  }

  @Override
  public void write(Packet packet) {
    wire.write(packet);
  }

  @Override
  public Transport transport() {
    return wire.transport();
  }

  @Override
  public Carrier carrier() {
    return sessions.carrier();
  }

  @Override
  public long oldestUnacknowledged() {
    return carrier().oldestUnacknowledged();
  }

  @Override
  public boolean drained(boolean queueToo) {
    return carrier().inFlight() == 0
        && wire.waiting() == 0
        && (!queueToo || (pump.isEmpty() && rooms.outbox().status().messages() == 0));
  }

  @Override
  public String broker() {
    return settings.map(now -> now.broker().host() + ":" + now.broker().port()).orElse("");
  }

  @Override
  public void stable() {
    trial.birthTaken();
    retries.stable();
    board.state(state, now(), 0, Optional.empty());
  }

  /** The journal's status may have changed. */
  void journalChanged() {
    storeWatch.look(rooms.journal().status());
    work();
  }

  private void lookAtStore(Carrier carrier) {
    if (state == ConnectionState.CLOSING && rooms.journal().takesRecords()) {
      // A session that lasts would begin now, on a connection of its own.
      return;
    }
    if (carrier.lookAtStore()) {
      if (rooms.journal().takesRecords()) {
        LOG.info("{}: the store takes records again, and the session lasts", name);
      } else {
        LOG.warn(
            "{}: the store takes no records ({}). What needs none goes on; a session that has none"
                + " begins clean and ends with its connection; messages of QoS 2 that are to be"
                + " stored wait",
            name,
            rooms.journal().status().degraded().orElse("-"));
      }
    }
  }

  /** There is something to send, a deadline, or nothing any more. */
  void work() {
    sessions.ifPresent(this::lookAtStore);
    expire();
    sessions.giveUp();
    hurry();
    saveEnergy();
    wire.turned();
  }

  void expire() {
    OptionalLong due = rooms.outbox().expire();
    if (holding && !rooms.outbox().isHolding()) {
      holding = false;
      sessions.giveUp();
      sessions.ifPresent(Carrier::unhold);
    }
    // what looked at the store before may have said goodbye
    if (due.isPresent() && !over) {
      expiry.in(due.getAsLong());
    } else {
      expiry.cancel();
    }
  }

  void problem(Place place, ProblemKind kind, int reasonCode, String text) {
    board.problem(made(place, kind, reasonCode, text));
  }

  private Problem made(Place place, ProblemKind kind, int reasonCode, String text) {
    boolean will =
        place == Place.CONNECT && settings.flatMap(now -> now.session().will()).isPresent();
    return new Problem(place, kind, reasonCode, Advice.with(kind, reasonCode, will, text), now());
  }

  /** Enters a state that needs no more than to be entered. */
  void enter(ConnectionState next) {
    state = next;
    opening = false;
    if (next != ConnectionState.WAITING) {
      retries.waited();
      consultation.cancel();
      rooms.outbox().tellEach(next == ConnectionState.IDLE);
    }
    Optional<Instant> due =
        next == ConnectionState.WAITING && wait.isSet()
            ? Optional.of(now().plusNanos(wait.due() - doors.clock().nanos()))
            : Optional.empty();
    board.state(next, now(), retries.failed(), due);
    board.waitsFor(next == ConnectionState.WAITING ? gate.awaited() : Optional.empty());
    changed();
  }

  /** Tells those who listen. */
  void changed() {
    rooms.notifier().changed(board.status());
  }

  private Instant now() {
    return Instant.ofEpochMilli(doors.clock().wallMillis());
  }
}
