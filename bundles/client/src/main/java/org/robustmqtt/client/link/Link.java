package org.robustmqtt.client.link;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.Pending;
import org.robustmqtt.Place;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.listeners.Dispatcher;
import org.robustmqtt.client.listeners.Notifier;
import org.robustmqtt.client.outbox.Outbox;
import org.robustmqtt.client.outcome.Outcomes;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.spi.RetryStrategy;

/**
 * The life of one connection. Lives on the loop; every public method may be called by any thread
 * and only enqueues, unless it says that it looks.
 */
public final class Link {
  /**
   * The other rooms of a connection.
   *
   * @param outbox its outbox
   * @param outcomes its outcomes
   * @param dispatcher its listeners
   * @param notifier told each change of state
   * @param journal its journal
   */
  public record Rooms(
      Outbox outbox,
      Outcomes outcomes,
      Dispatcher dispatcher,
      Notifier notifier,
      Journal journal) {}

  /**
   * What the connections of one hub have in common.
   *
   * @param pacing how they try a broker that is away
   * @param strategies finds a strategy of another bundle by its name; any thread
   */
  public record Hub(Pacing pacing, Function<String, Optional<RetryStrategy>> strategies) {
    /** Returns that of a hub without other bundles, whose first connection is made. */
    public static Hub ofNone() {
      return new Hub(new Pacing(), name -> Optional.empty());
    }
  }

  private final Doors doors;
  private final StatusBoard board;
  private final Life life;
  private final Orders orders;
  private final Rescue rescue;
  private final AtomicBoolean woken = new AtomicBoolean();

  /** Made once: nothing may fail between {@link #woken} and the loop. */
  private final Runnable work = this::work;

  /**
   * Makes a link that is not started, and binds outbox and dispatcher to it.
   *
   * @param name the name of the connection
   * @param hub what it has in common with the other connections
   * @param settings what to do; empty: FAULTED until there are some
   * @param recovery what was found on disk: what was in flight, the session record, received ids
   */
  public Link(
      String name,
      Doors doors,
      Rooms rooms,
      Hub hub,
      Optional<LinkSettings> settings,
      Recovery recovery) {
    this.doors = doors;
    board =
        new StatusBoard(
            name,
            rooms,
            settings.isPresent() ? ConnectionState.WAITING : ConnectionState.FAULTED,
            Instant.ofEpochMilli(doors.clock().wallMillis()));
    Sessions sessions = new Sessions(name, doors, rooms, recovery);
    life = new Life(name, doors, rooms, hub, board, sessions);
    orders = new Orders(name, life, board, settings);
    rescue = new Rescue(life);
    rooms.outbox().onWork(this::wake);
    rooms.dispatcher().bind(life.wire());
  }

  /** Begins to work: the first attempt follows after the settle time. */
  public void start() {
    enqueue(
        () -> {
          doors.loop().watchedBy(rescue);
          orders.start();
          life.journalChanged();
        });
  }

  /**
   * The hub is starting: nothing is dialled before {@link #hubStarted}. Before {@link #start}.
   *
   * @param what what is waited for, for people
   * @param atMostNanos how long at the most
   */
  public void hubStarting(String what, long atMostNanos) {
    enqueue(() -> life.hubStarting(what, atMostNanos));
  }

  /** The hub has started: the first attempt follows after the settle time. */
  public void hubStarted() {
    enqueue(life::hubStarted);
  }

  /** Strategies of other bundles came or went. Any thread. */
  public void strategiesChanged() {
    enqueue(life::strategiesChanged);
  }

  /** Shows this line as what is wrong with the admission policy of another bundle. Any thread. */
  public void admission(Optional<String> line) {
    enqueue(() -> life.extension(Place.PUBLISH, line));
  }

  /** Looks: the state. Any thread. */
  public ConnectionState state() {
    return board.state();
  }

  /** There is, or may be, something to send. Any thread. */
  public void wake() {
    if (woken.compareAndSet(false, true)) {
      doors.loop().execute(work);
    }
  }

  /** The status of the journal may have changed. Any thread. */
  public void journalChanged() {
    enqueue(life::journalChanged);
  }

  private void work() {
    woken.set(false);
    life.guarded(life::work);
  }

  /** Applies other settings by difference; equal ones do nothing. */
  public void apply(LinkSettings settings) {
    enqueue(() -> orders.apply(settings));
  }

  /** Shows these lines as faults of the configuration; the settings in force stay in force. */
  public void faults(List<String> lines) {
    List<String> copy = List.copyOf(lines);
    enqueue(() -> orders.faults(copy));
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#connect()}. */
  public void connect() {
    enqueue(orders::connect);
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#disconnect()}. */
  public void disconnect() {
    enqueue(orders::disconnect);
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#reconnectNow()}. */
  public void reconnectNow() {
    enqueue(orders::reconnectNow);
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#whenIdle()}. */
  public CompletionStage<Void> whenIdle() {
    CompletableFuture<Void> future = new CompletableFuture<>();
    doors.loop().execute(() -> orders.whenIdle(future));
    return future.minimalCompletionStage();
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#probe()}. */
  public CompletionStage<Duration> probe() {
    CompletableFuture<Duration> future = new CompletableFuture<>();
    doors.loop().execute(() -> orders.probe(future));
    return future.minimalCompletionStage();
  }

  /**
   * Ends: sends what can be sent within the time, says goodbye, closes. Completes on the loop;
   * nothing of the link runs afterwards.
   *
   * @param drain how long to go on sending at the most
   */
  public CompletionStage<Void> stop(Duration drain) {
    return stop(drain, true);
  }

  /**
   * Ends as {@link #stop}, but sends nothing that is queued: another link of the same connection
   * follows.
   *
   * @param drain how long to wait for what is in flight at the most
   */
  public CompletionStage<Void> leave(Duration drain) {
    return stop(drain, false);
  }

  private CompletionStage<Void> stop(Duration drain, boolean queueToo) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    done.thenRun(() -> doors.loop().notWatchedBy(rescue));
    doors.loop().execute(() -> orders.stop(drain.toNanos(), queueToo, done));
    return done.minimalCompletionStage();
  }

  /** Looks: one consistent view of this moment. Any thread. */
  public ConnectionStatus status() {
    return board.status();
  }

  /** Looks: the things to do. Any thread. */
  public Pending pending() {
    return board.pending();
  }

  private void enqueue(Runnable command) {
    doors.loop().execute(() -> life.guarded(command));
  }
}
