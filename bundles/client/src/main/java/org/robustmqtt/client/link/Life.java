package org.robustmqtt.client.link;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.robustmqtt.BrokerCapabilities;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.DropReason;
import org.robustmqtt.Outcome;
import org.robustmqtt.Place;
import org.robustmqtt.Problem;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.listeners.Dispatcher;
import org.robustmqtt.client.transport.OpenFailure;
import org.robustmqtt.client.transport.Opener;
import org.robustmqtt.client.transport.Transport;
import org.robustmqtt.client.transport.TransportEvents;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Publish;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state machine of a link, as drawn at {@link ConnectionState}. Every state but FAULTED and
 * CLOSED has an alarm: WAITING the wait, CONNECTING and HANDSHAKING together the time to connect,
 * ONLINE the {@link Watch}, CLOSING the {@link Goodbye}. On the loop only.
 */
final class Life
    implements TransportEvents,
        Opener.Answer,
        Carrier.Host,
        Watch.Host,
        Goodbye.Host,
        Dispatcher.Wants {
  private static final Logger LOG = LoggerFactory.getLogger(Link.class);
  private static final long AFTER_DEFECT_NANOS = 60_000_000_000L;
  private static final Outcome SENT = new Outcome.Sent();

  private final String name;
  private final Doors doors;
  private final Link.Rooms rooms;
  private final StatusBoard board;
  private final Sessions sessions;
  private final Pump pump;
  private final Watch watch;
  private final Retries retries;
  private final Outage outage;
  private final VersionChoice versions = new VersionChoice();
  private final Alarm wait;
  private final Alarm attempt;
  private final Alarm expiry;
  private final Idle idle;

  private Optional<LinkSettings> settings;
  private ConnectionState state;
  private Optional<Opener> opener = Optional.empty();
  private Optional<Transport> transport = Optional.empty();
  private Optional<Goodbye> goodbye = Optional.empty();
  private Runnable afterGoodbye = () -> {};
  private OptionalLong onlineSince = OptionalLong.empty();
  private Optional<ProblemKind> lastKind = Optional.empty();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private boolean started;
  private boolean settling;
  private boolean byHand;
  private boolean stopping;
  private boolean dead;

  Life(
      String name,
      Doors doors,
      Link.Rooms rooms,
      StatusBoard board,
      Sessions sessions,
      Optional<LinkSettings> settings) {
    this.name = name;
    this.doors = doors;
    this.rooms = rooms;
    this.board = board;
    this.sessions = sessions;
    this.settings = settings;
    state = board.state();
    pump = new Pump(rooms.outbox());
    watch = new Watch(doors, this::guarded, this);
    retries = new Retries(doors);
    outage = new Outage(name, doors, this::guarded);
    wait = new Alarm(doors, this::guarded, this::dial);
    attempt = new Alarm(doors, this::guarded, this::attemptLate);
    expiry = new Alarm(doors, this::guarded, this::expire);
    idle = new Idle(doors, board);
  }

  /** Runs what comes from outside; a defect costs the connection, not the loop. */
  void guarded(Runnable task) {
    assert doors.loop().isCurrent() : "not on the loop";
    if (dead) {
      return;
    }
    try {
      task.run();
    } catch (Throwable thrown) {
      defect(thrown);
    }
  }

  // Commands.

  void start() {
    started = true;
    expire();
    settings.ifPresent(this::show);
    begin();
  }

  /** The way out of FAULTED and CLOSED, if settings and hand allow it. */
  private void begin() {
    if (!started || stopping) {
      return;
    }
    if (settings.isEmpty()) {
      enter(ConnectionState.FAULTED);
    } else if (byHand || !settings.get().enabled() || manual()) {
      enter(ConnectionState.CLOSED);
    } else {
      outage.begin();
      settling = true;
      waitFor(settings.get().connectDelayNanos());
    }
  }

  private boolean manual() {
    return settings.get().retry().strategy() == RetrySettings.Strategy.NONE;
  }

  void apply(LinkSettings next) {
    if (stopping) {
      return;
    }
    Optional<LinkSettings> before = settings;
    settings = Optional.of(next);
    show(next);
    if (before.isEmpty()) {
      begin();
      return;
    }
    switch (SettingsChange.between(before.get(), next)) {
      case NONE -> LOG.debug("{}: equal settings", name);
      case LIVE -> applyLive(before.get(), next);
      case RECONNECT -> applyReconnect(before.get(), next);
      case SESSION -> {
        sessions.outdated();
        applyReconnect(before.get(), next);
      }
    }
  }

  private void show(LinkSettings now) {
    board.settings(now.broker().uri(), now.session().clientId());
    outage.warnAfter(now.outageWarnAfterNanos());
    watch.ackTimeout(now.ackTimeoutNanos());
  }

  private void applyLive(LinkSettings before, LinkSettings next) {
    if (before.enabled() != next.enabled()) {
      enable(next.enabled());
    } else if (state == ConnectionState.WAITING
        && !settling
        && !before.retry().equals(next.retry())) {
      waitAfterFailure();
    } else if (state == ConnectionState.CLOSED && !before.retry().equals(next.retry())) {
      begin();
    } else {
      changed();
    }
  }

  private void applyReconnect(LinkSettings before, LinkSettings next) {
    versions.reset();
    retries.reset();
    if (before.enabled() != next.enabled()) {
      enable(next.enabled());
      return;
    }
    switch (state) {
      case WAITING -> {
        if (settling) {
          changed();
        } else {
          dial();
        }
      }
      case CONNECTING, HANDSHAKING, ONLINE -> redial();
      case CLOSED -> begin();
      case FAULTED, IDLE, CLOSING -> changed();
    }
  }

  private void enable(boolean enabled) {
    if (enabled) {
      if (state == ConnectionState.CLOSED) {
        begin();
      }
    } else {
      close("enabled=false", Link.DRAIN_NANOS, false, () -> {});
    }
  }

  void faults(List<String> lines) {
    board.faults(lines);
    if (settings.isEmpty() && !lines.isEmpty()) {
      problem(Place.CONFIG, ProblemKind.SETTINGS_FAULTY, 0, String.join("; ", lines));
    }
    changed();
  }

  void connect() {
    byHand = false;
    if (stopping || settings.isEmpty() || !settings.get().enabled()) {
      return;
    }
    if (state == ConnectionState.CLOSED) {
      retries.reset();
      outage.begin();
      dial();
    } else if (state == ConnectionState.CLOSING) {
      afterGoodbye = this::connect;
    }
  }

  void disconnect() {
    byHand = true;
    close("disconnected by hand", Link.DRAIN_NANOS, false, () -> {});
  }

  void reconnectNow() {
    switch (state) {
      case WAITING -> dial();
      case CONNECTING, HANDSHAKING, ONLINE -> redial();
      case FAULTED, IDLE, CLOSING, CLOSED -> LOG.debug("{}: {}, no reconnect", name, state);
    }
  }

  /** Ends; also when a defect shows on the way, the future completes. */
  void stop(long drainNanos, CompletableFuture<Void> done) {
    if (stopping) {
      stopped.thenRun(() -> done.complete(null));
      return;
    }
    stopping = true;
    stopped.thenRun(() -> done.complete(null));
    guarded(() -> close("stopped", drainNanos, true, this::end));
    if (state != ConnectionState.CLOSING) {
      end();
    }
  }

  private void end() {
    if (dead) {
      return;
    }
    dead = true;
    for (Alarm alarm : List.of(wait, attempt, expiry)) {
      alarm.cancel();
    }
    outage.cancel();
    idle.end();
    stopped.complete(null);
  }

  void whenIdle(CompletableFuture<Void> future) {
    if (dead) {
      idle.refuse(future);
    } else {
      idle.add(future);
    }
  }

  void probe(CompletableFuture<Duration> future) {
    watch.probe(future);
  }

  private void close(String why, long drainNanos, boolean queueToo, Runnable then) {
    afterGoodbye =
        () -> {
          outage.closed(why);
          then.run();
        };
    switch (state) {
      case ONLINE, CLOSING -> {
        goodbye.ifPresent(Goodbye::cancel);
        goodbye =
            Optional.of(
                new Goodbye(
                    doors,
                    this::guarded,
                    this,
                    pump,
                    settings.get().presence().shutdown(),
                    queueToo,
                    drainNanos));
        enter(ConnectionState.CLOSING);
        turned();
      }
      case FAULTED, IDLE, WAITING, CONNECTING, HANDSHAKING, CLOSED -> closed();
    }
  }

  private void closed() {
    tearDown();
    enter(settings.isEmpty() ? ConnectionState.FAULTED : ConnectionState.CLOSED);
    Runnable then = afterGoodbye;
    afterGoodbye = () -> {};
    then.run();
  }

  // Connecting.

  private void dial() {
    tearDown();
    settling = false;
    LinkSettings now = settings.orElseThrow();
    sessions.prepare(now.session(), this, pump);
    enter(ConnectionState.CONNECTING);
    attempt.in(now.connectTimeoutNanos());
    Opener opening =
        new Opener(
            doors,
            new Opener.Target(
                now.broker().host(),
                now.broker().port(),
                now.connectTimeoutNanos(),
                versions.next(now.version()),
                now.session().maximumPacketSize()),
            this,
            this);
    opener = Optional.of(opening);
    opening.start();
  }

  /** Ends what there is politely, and connects anew at once. */
  private void redial() {
    if (state == ConnectionState.ONLINE) {
      write(new Disconnect(0, Properties.NONE));
      transport.ifPresent(Transport::flush);
    }
    dial();
  }

  @Override
  public void resolved(List<InetAddress> addresses) {
    retries.resolved(addresses);
  }

  @Override
  public void opened(Transport opened) {
    opener = Optional.empty();
    transport = Optional.of(opened);
    enter(ConnectionState.HANDSHAKING);
    LinkSettings now = settings.orElseThrow();
    write(carrier().connect(versions.spoken(), now.username(), now.password()));
  }

  @Override
  public void failed(OpenFailure failure) {
    lose(failure.place(), failure.kind(), 0, failure.text());
  }

  private void attemptLate() {
    if (state == ConnectionState.HANDSHAKING) {
      lose(
          Place.CONNECT,
          ProblemKind.CONNACK_TIMEOUT,
          0,
          broker() + " sent no CONNACK within " + connectTimeout());
    } else {
      lose(
          Place.CONNECT,
          ProblemKind.CONNECT_TIMEOUT,
          0,
          broker() + " could not be reached within " + connectTimeout());
    }
  }

  private String connectTimeout() {
    return Watch.seconds(settings.orElseThrow().connectTimeoutNanos());
  }

  @Override
  public void established(boolean sessionPresent, BrokerCapabilities capabilities) {
    LinkSettings now = settings.orElseThrow();
    attempt.cancel();
    versions.worked();
    lastKind = Optional.empty();
    onlineSince = OptionalLong.of(doors.clock().nanos());
    String version = versions.spoken() == ProtocolVersion.MQTT_5 ? "5" : "3.1.1";
    board.connected(version, sessionPresent, capabilities);
    outage.online(
        "connected to "
            + now.broker().uri()
            + " as "
            + now.session().clientId()
            + " (MQTT "
            + version
            + (sessionPresent ? ", session resumed)" : ", new session)"));
    watch.start(
        transport.orElseThrow(),
        capabilities.keepAliveSeconds(),
        now.ackTimeoutNanos(),
        now.retry().stableNanos());
    pump.birth(now.presence().birth());
    enter(ConnectionState.ONLINE);
    rooms.dispatcher().online(true);
  }

  // Losing.

  @Override
  public void lose(Place place, ProblemKind kind, int reasonCode, String text) {
    boolean handshaking = state == ConnectionState.HANDSHAKING;
    boolean closing = state == ConnectionState.CLOSING;
    OptionalLong since = onlineSince;
    tearDown();
    problem(place, kind, reasonCode, text);
    if (closing) {
      closed();
      return;
    }
    LinkSettings now = settings.orElseThrow();
    boolean other = handshaking && versions.failed(kind, now.version());
    boolean again = kind == ProblemKind.SESSION_UNKNOWN && !lastKind.equals(Optional.of(kind));
    lastKind = Optional.of(kind);
    if (since.isPresent()) {
      long lived = doors.clock().nanos() - since.getAsLong();
      retries.linkLost(kind, lived >= now.retry().stableNanos());
    } else if (!other && !again) {
      retries.attemptFailed(kind);
    }
    if (other || again) {
      dial();
    } else {
      waitAfterFailure();
    }
  }

  private void waitAfterFailure() {
    OptionalLong nanos = retries.waitNanos(settings.orElseThrow().retry());
    outage.failed(board.problem().orElseThrow(), retries.refused(), nanos);
    if (nanos.isPresent()) {
      waitFor(nanos.getAsLong());
    } else {
      wait.cancel();
      enter(ConnectionState.CLOSED);
    }
  }

  private void waitFor(long nanos) {
    wait.in(nanos);
    enter(ConnectionState.WAITING);
  }

  /** Back to where nothing of a connection is left; in flight stays in the session. */
  private void tearDown() {
    wait.cancel();
    attempt.cancel();
    watch.stop();
    goodbye.ifPresent(Goodbye::cancel);
    goodbye = Optional.empty();
    opener.ifPresent(Opener::cancel);
    opener = Optional.empty();
    Optional<Transport> closing = transport;
    transport = Optional.empty();
    boolean online = onlineSince.isPresent();
    onlineSince = OptionalLong.empty();
    if (closing.isPresent()) {
      closing.get().close(this::notHandedOver);
      carrier().lost();
    }
    if (online) {
      rooms.dispatcher().online(false);
      rooms.dispatcher().lost();
    }
  }

  private void notHandedOver(long sequence) {
    if (sequence > 0) {
      rooms.outbox().requeue(sequence);
    }
  }

  private void problem(Place place, ProblemKind kind, int reasonCode, String text) {
    board.problem(new Problem(place, kind, reasonCode, text, now()));
  }

  private Instant now() {
    return Instant.ofEpochMilli(doors.clock().wallMillis());
  }

  private void enter(ConnectionState next) {
    state = next;
    Optional<Instant> due =
        next == ConnectionState.WAITING && wait.isSet()
            ? Optional.of(now().plusNanos(wait.due() - doors.clock().nanos()))
            : Optional.empty();
    board.state(next, now(), retries.failed(), due);
    changed();
  }

  private void changed() {
    rooms.notifier().changed(board.status());
  }

  // What the transport tells.

  @Override
  public void received(Packet packet) {
    watch.received();
    carrier().received(packet);
  }

  @Override
  public void turned() {
    if (dead) {
      return;
    }
    if (transport.isPresent() && sending() && pump.run(carrier(), transport.get())) {
      doors.loop().execute(() -> guarded(this::turned));
    }
    goodbye.ifPresent(Goodbye::step);
    watch.touch();
    board.filtersPending(sessions.filtersPending());
    idle.check();
  }

  private boolean sending() {
    return state == ConnectionState.ONLINE || goodbye.map(Goodbye::pumping).orElse(false);
  }

  @Override
  public void handedOver(long sequence) {
    if (sequence > 0) {
      rooms.outbox().settle(sequence, SENT);
    } else {
      presenceSettled(sequence);
    }
  }

  @Override
  public void ended(IOException cause) {
    boolean handshaking = state == ConnectionState.HANDSHAKING;
    lose(
        handshaking ? Place.CONNECT : Place.CHECK_MESSAGE,
        ProblemKind.CONNECTION_LOST,
        0,
        broker()
            + ": "
            + cause.getMessage()
            + (handshaking ? " before it answered our CONNECT" : ""));
  }

  @Override
  public void malformed(CodecException cause) {
    boolean handshaking = state == ConnectionState.HANDSHAKING;
    if (!handshaking && versions.spoken() == ProtocolVersion.MQTT_5) {
      write(new Disconnect(cause.reason().value(), Properties.NONE));
      transport.ifPresent(Transport::flush);
    }
    lose(
        handshaking ? Place.CONNECT : Place.CHECK_MESSAGE,
        handshaking ? ProblemKind.CONNACK_MALFORMED : ProblemKind.PROTOCOL_ERROR,
        cause.reason().value(),
        broker() + " broke the protocol: " + cause.getMessage());
  }

  @Override
  public void defect(Throwable cause) {
    LOG.error("{}: defect, please report; the connection starts anew", name, cause);
    if (settings.isEmpty() || state == ConnectionState.CLOSED) {
      return;
    }
    // Whatever it was: the next connection begins with a session object of its own.
    sessions.outdated();
    try {
      lose(Place.UNKNOWN, ProblemKind.DEFECT, 0, "defect: " + cause);
    } catch (Throwable again) {
      cause.addSuppressed(again);
      if (stopping) {
        end();
      } else {
        waitFor(AFTER_DEFECT_NANOS);
      }
    }
  }

  // What the session wants.

  @Override
  public void write(Packet packet) {
    watch.sent();
    try {
      if (transport.isPresent()) {
        transport.get().write(packet);
      }
    } catch (CodecException e) {
      throw new IllegalStateException("cannot be written: " + e.getMessage(), e);
    }
  }

  @Override
  public void writeUnacknowledged(long sequence, Publish packet) {
    watch.sent();
    try {
      if (transport.isPresent()) {
        transport.get().write(packet, sequence);
      } else {
        notHandedOver(sequence);
      }
    } catch (CodecException e) {
      // Only this message is hurt, and nothing of it was written.
      LOG.warn("{}: message {} cannot be written: {}", name, sequence, e.getMessage());
      rooms
          .outbox()
          .settle(sequence, new Outcome.Dropped(DropReason.REFUSED, e.reason().value(), false));
    }
  }

  @Override
  public void presenceSettled(long sequence) {
    if (goodbye.isPresent()) {
      doors.loop().execute(() -> guarded(() -> lastWordHeard(sequence)));
    }
  }

  private void lastWordHeard(long sequence) {
    goodbye.ifPresent(one -> one.presenceSettled(sequence));
  }

  @Override
  public void pong() {
    watch.pong();
  }

  @Override
  public void close(Carrier.CloseRequest request) {
    if (transport.isEmpty()) {
      return;
    }
    request.last().ifPresent(this::write);
    transport.get().flush();
    lose(request.place(), request.kind(), request.reasonCode(), request.text());
  }

  @Override
  public void answered() {
    guarded(this::turned);
  }

  // What listeners want.

  @Override
  public void wanted(Map<String, QoS> filters) {
    guarded(() -> sessions.ifPresent(carrier -> carrier.want(filters)));
    wake();
  }

  @Override
  public void again(String filter) {
    guarded(() -> sessions.ifPresent(carrier -> carrier.subscribeAgain(filter)));
    wake();
  }

  @Override
  public void handled(long number) {
    guarded(() -> sessions.ifPresent(carrier -> carrier.handled(number)));
    if (idle.waited()) {
      wake();
    }
  }

  private void wake() {
    doors.loop().execute(() -> guarded(this::turned));
  }

  // The rest.

  /** There is something to send, a deadline, or nothing any more. */
  void work() {
    expire();
    turned();
  }

  private void expire() {
    OptionalLong due = rooms.outbox().expire();
    if (due.isPresent()) {
      expiry.in(due.getAsLong());
    } else {
      expiry.cancel();
    }
  }

  @Override
  public void stable() {
    retries.stable();
    outage.stable();
    board.state(state, now(), 0, Optional.empty());
  }

  @Override
  public long oldestUnacknowledged() {
    return carrier().oldestUnacknowledged();
  }

  @Override
  public String broker() {
    return settings.map(now -> now.broker().host() + ":" + now.broker().port()).orElse("");
  }

  @Override
  public boolean drained(boolean queueToo) {
    return carrier().inFlight() == 0
        && transport.map(Transport::waiting).orElse(0L) == 0
        && (!queueToo || (pump.isEmpty() && rooms.outbox().status().messages() == 0));
  }

  @Override
  public Carrier carrier() {
    return sessions.carrier();
  }

  @Override
  public Transport transport() {
    return transport.orElseThrow();
  }

  @Override
  public void goodbyeSaid() {
    closed();
  }
}
