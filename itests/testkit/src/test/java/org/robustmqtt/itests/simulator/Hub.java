package org.robustmqtt.itests.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.Counters;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.component.SimulatedRooms;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalProvider;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.persistence.journal.DiskJournal;

/** The hub: one process after another over the same disk, and the applications in it. */
final class Hub {
  private static final long SECOND = 1_000_000_000L;

  /** The broker gets messages for it. */
  Runnable receive = () -> {};

  /** A filter that the broker does not take. */
  Optional<String> tolerated = Optional.empty();

  private static final long RETRY_OPEN = 10 * SECOND;

  private final World world;
  private final SplittableRandom random;
  private final SimDisk disk;
  private final SimNet net;
  private final Ledger ledger;
  private final Broker broker;
  private final DiskJournal.Shape shape;
  final Machine.WallClock wall = new Machine.WallClock();
  final List<Listener> listeners = new ArrayList<>();
  final Map<String, Object> properties = new TreeMap<>();

  private Machine machine;
  private JournalProvider store;
  private Optional<SimulatedRooms> rooms = Optional.empty();
  private Spy spy;
  private Journal journal;
  private SimDisk.Crash worst = SimDisk.Crash.KILL;
  private SimDisk.Crash planned = SimDisk.Crash.KILL;
  private boolean clean;
  private boolean stopping;
  private boolean closedByHand;
  private boolean opening;
  private Optional<SimulatedRooms.Switch> service = Optional.empty();
  private boolean serviceGone;
  private boolean degraded;
  private int published;
  private int largestInflight;
  long restartDelay = SECOND;

  /** Why the newest message was not accepted; empty if it was. */
  Optional<NotAcceptedException.Reason> refused = Optional.empty();

  /** How long listeners may take, nanoseconds; journal rounds too. */
  long slowLanes;

  long slowJournal;

  /** The other connections of the process. */
  final Crowd crowd;

  Policies policies;

  Hub(
      World world,
      SplittableRandom random,
      SimDisk disk,
      SimNet net,
      Ledger ledger,
      Broker broker,
      DiskJournal.Shape shape) {
    this.world = world;
    this.random = random;
    this.disk = disk;
    this.net = net;
    this.ledger = ledger;
    this.broker = broker;
    this.shape = shape;
    crowd = Crowd.none(world, new SplittableRandom(world.seed ^ 0x2545F491L), disk);
    broker.taps = none -> new Tap(world, ledger, spy, () -> 2 * largestInflight);
  }

  Optional<SimulatedRooms> rooms() {
    return stopping ? Optional.empty() : rooms;
  }

  boolean isDown() {
    return machine == null || !machine.isAlive();
  }

  // The life of processes.

  void start() {
    if (!isDown()) {
      return;
    }
    world.trace(() -> "hub: starts");
    machine = new Machine(world, random.split(), disk, net, wall, this::crashed);
    world.machine(machine);
    slow();
    store = machine.store(shape);
    open();
  }

  /** Returns how many messages of a long queue are in memory. */
  int window() {
    return shape.recovered();
  }

  void slow() {
    machine.slowLaneNanos = slowLanes;
    machine.slowJournalNanos = slowJournal;
  }

  private void open() {
    Machine mine = machine;
    if (!mine.isAlive() || rooms.isPresent()) {
      return;
    }
    opening = true;
    largestInflight = Math.max(largestInflight, inflight());
    try {
      journal = store.open("home", SimulatedRooms.journal(properties), this::journalChanged);
    } catch (SimDisk.Crashed e) {
      world.happened(Fault.CRASH_WHILE_RECOVERING);
      return;
    } catch (JournalException e) {
      world.trace(() -> "hub: " + e.getMessage());
      world.at(RETRY_OPEN, this::openAgain);
      return;
    } finally {
      opening = false;
    }
    service = Optional.of(new SimulatedRooms.Switch(journal, machine.doors().entropy()));
    spy = new Spy(service.get().journal(), world, disk, ledger, shape.lease());
    world.check(
        journal.status().damagedBytes() == 0,
        Sentence.NO_DAMAGE,
        () -> journal.status().damagedFiles().toString());
    world.trace(() -> "hub: found " + spy.found().messages().size() + " messages");
    spy.found()
        .messages()
        .forEach(
            one ->
                world.trace(
                    () ->
                        "hub: found "
                            + one.stored().sequence()
                            + " "
                            + one.stage()
                            + " #"
                            + one.packetId()));
    boolean hiding = journal.status().unreadable().isPresent();
    ledger.begins(spy.found(), spy.forcedWhatItFound(), hiding, worst, clean);
    if (hiding) {
      broker.inbox.powerCut();
    }
    if (disk.hasFault()) {
      ledger.diskFailed();
    }
    // a disk may be slow since the last run: a force that is under way, and its own
    long within =
        SimulatedRooms.journal(properties).storeDelay().toNanos()
            + 4 * slowJournal
            + 2 * disk.slowForceNanos
            + SECOND;
    ledger.writesWithin(within);
    worst = SimDisk.Crash.KILL;
    clean = false;
    closedByHand = false;
    SimulatedRooms made = SimulatedRooms.open("home", machine.doors(), spy, properties, window());
    rooms = Optional.of(made);
    service.get().bind(made);
    made.watch(
        settlement -> {
          ledger.outcome(settlement.id(), settlement.outcome());
          ledger
              .byId(settlement.id())
              .ifPresent(sent -> policies.outcome(sent, settlement.outcome()));
        },
        this::changed);
    machine.mustSchedule(this::mustSchedule);
    crowd.open(
        machine, store, properties, new Crowd.Journals(window(), shape.lease(), 40 * within));
    for (Listener listener : listeners) {
      if (random.nextInt(4) > 0) {
        listener.come(made);
      } else {
        world.at(random.nextLong(30 * SECOND), () -> rooms().ifPresent(listener::come));
      }
    }
  }

  private void openAgain() {
    if (machine.isAlive() && !opening && rooms.isEmpty()) {
      open();
    }
  }

  private int inflight() {
    return Integer.parseInt((String) properties.getOrDefault("maxInflight", "20"));
  }

  private boolean mustSchedule() {
    if (rooms.isEmpty()) {
      return false;
    }
    ConnectionState state = rooms.get().status().state();
    return state != ConnectionState.CLOSED && state != ConnectionState.FAULTED;
  }

  private void journalChanged() {
    if (journal != null && journal.status().degraded().isPresent() && !degraded) {
      world.happened(Fault.DEGRADED);
    }
    degraded = journal != null && journal.status().degraded().isPresent();
    if (spy != null) {
      spy.isDead();
    }
    rooms.ifPresent(SimulatedRooms::journalChanged);
  }

  /** The service of the journal goes, and comes back after a while. */
  void journalGoes(long nanos) {
    if (rooms().isEmpty() || serviceGone || !machine.journalBegins()) {
      return;
    }
    world.trace(() -> "hub: the journal service goes");
    world.happened(Fault.JOURNAL_SERVICE_GONE);
    // what was appended is forced by its end, if the disk does that
    ledger.diskFailed();
    serviceGone = true;
    Machine mine = machine;
    try {
      service.orElseThrow().goes().ifPresent(Journal::close);
      spy.isDead();
    } catch (SimDisk.Crashed e) {
      return;
    }
    world.at(nanos, () -> journalComes(mine));
  }

  private void journalComes(Machine mine) {
    if (!mine.isAlive() || !serviceGone || stopping) {
      return;
    }
    try {
      Journal next = store.open("home", SimulatedRooms.journal(properties), this::journalChanged);
      Recovery found = next.recovery();
      SimulatedRooms.Switch here = service.orElseThrow();
      if (here.isOfOthers(next, found)) {
        world.check(
            ledger.hides(), Sentence.RECOVERED, () -> "others' messages are found: " + found);
        next.close();
        // the connection is to begin anew: here its process does
        stop(Duration.ZERO, this::start);
        return;
      }
      if (here.comes(next, found)) {
        world.trace(() -> "hub: the journal service is back");
        journal = next;
        serviceGone = false;
        return;
      }
      next.close();
    } catch (SimDisk.Crashed e) {
      return;
    } catch (JournalException e) {
      world.trace(() -> "hub: " + e.getMessage());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    world.at(RETRY_OPEN, () -> journalComes(mine));
  }

  private void changed(ConnectionStatus status) {
    world.trace(
        () ->
            "hub: " + status.state() + status.problem().map(problem -> ", " + problem).orElse(""));
    check(status);
  }

  private void check(ConnectionStatus status) {
    if (disk.hasCrashed()) {
      return;
    }
    status
        .problem()
        .filter(problem -> problem.kind() == ProblemKind.DEFECT)
        .filter(problem -> !world.defects())
        .ifPresent(problem -> world.broken(Sentence.NO_DEFECT, problem.toString()));
    status
        .journal()
        .flatMap(store -> store.degraded())
        .filter(why -> why.contains("defect"))
        .filter(why -> !world.hasHappened(Fault.ERROR_ON_JOURNAL_THREAD))
        .ifPresent(why -> world.broken(Sentence.NO_DEFECT, why));
  }

  /** Counts, now. */
  void count() {
    if (rooms.isEmpty() || disk.hasCrashed()) {
      return;
    }
    // one that is stopping goes by the policies that it had
    rooms().ifPresent(policies::count);
    ConnectionStatus status = rooms.get().status();
    check(status);
    Counters counters = status.counters();
    long in = counters.accepted() + counters.recovered();
    long out = counters.outcomes() + status.queue().messages();
    world.check(in == out, Sentence.ACCOUNTING, () -> in + " in, " + out + " out and pending");
    world.check(
        counters.accepted() == ledger.accepted() && counters.recovered() == ledger.recovered(),
        Sentence.ACCOUNTING,
        () ->
            counters.accepted()
                + " and "
                + counters.recovered()
                + " counted; accepted were "
                + ledger.accepted()
                + ", recovered "
                + ledger.recovered());
  }

  /** The process is killed, or the power is cut. */
  void crash(SimDisk.Crash crash) {
    if (isDown()) {
      return;
    }
    world.trace(() -> "hub: " + crash);
    world.happened(
        switch (crash) {
          case KILL -> Fault.PROCESS_KILLED;
          case DROP -> Fault.DISK_POWER_CUT_DROP;
          case TEAR -> Fault.DISK_POWER_CUT_TEAR;
        });
    boolean power = crash != SimDisk.Crash.KILL;
    broker.clientCrashed();
    if (power) {
      worst = crash;
      ledger.powerCut();
      broker.inbox.powerCut();
      net.powerCut();
      if (random.nextInt(4) == 0) {
        world.happened(Fault.CLOCK_BOOT_IN_THE_PAST);
        wall.offsetMillis -= random.nextLong(40L * 24 * 3600 * 1000);
      }
    }
    if (rooms.isPresent()) {
      ledger.ends();
    }
    crowd.crashed(crash);
    disk.crash(crash);
    ended();
    world.at(random.nextLong(restartDelay), this::start);
  }

  private void ended() {
    machine.die();
    crowd.ended(machine);
    rooms = Optional.empty();
    stopping = false;
    degraded = false;
    serviceGone = false;
    listeners.forEach(Listener::gone);
  }

  /** Plans a crash within one of the next operations of the disk. */
  void plan(SimDisk.Crash crash, int operations) {
    planned = crash;
    disk.crashAt(operations);
  }

  private void crashed() {
    world.happened(Fault.DISK_CRASH_IN_OPERATION);
    crash(planned);
  }

  /** Stops cleanly, and starts again unless it is the end. */
  void stop(Duration drain, Runnable then) {
    if (rooms.isEmpty() || stopping) {
      return;
    }
    world.trace(() -> "hub: stops");
    world.happened(Fault.PROCESS_STOPPED);
    stopping = true;
    Machine mine = machine;
    World.Event guard =
        world.at(
            drain.toNanos() + 60 * SECOND,
            () -> {
              if (mine.isAlive()) {
                world.broken(Sentence.NEVER_STUCK, "it does not stop");
              }
            });
    crowd
        .stop(rooms.get().stop(drain).toCompletableFuture(), drain)
        .whenComplete(
            (done, thrown) ->
                world.at(
                    0,
                    () -> {
                      guard.cancel();
                      world.check(
                          thrown == null, Sentence.NO_DEFECT, () -> "at the stop: " + thrown);
                      if (mine.isAlive() && mine == machine) {
                        close(then);
                      }
                    }));
  }

  private void close(Runnable then) {
    try {
      journal.close();
      crowd.close(machine.journalBegins());
    } catch (SimDisk.Crashed e) {
      return;
    }
    clean = journal.status().degraded().isEmpty() && machine.journalBegins() && !serviceGone;
    if (!clean) {
      broker.clientCrashed();
    }
    int timers = machine.timersSet();
    world.check(timers == 0, Sentence.NO_LEAK, () -> timers + " timers are set");
    world.check(net.open() == 0, Sentence.NO_LEAK, () -> "channels are open");
    world.check(!disk.holdsLocks(), Sentence.NO_LEAK, () -> "the lock is held");
    world.check(
        !clean || !disk.memory.holdsLocks(), Sentence.NO_LEAK, () -> "a staging buffer is open");
    world.trace(() -> "hub: stopped");
    ended();
    then.run();
  }

  // What applications do.

  void publish(Message message) {
    if (rooms().isEmpty() || disk.hasCrashed()) {
      // nobody publishes in a process that has ended
      return;
    }
    String key = "m" + ++published;
    byte[] text = (key + " ").getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    byte[] payload = message.payload();
    System.arraycopy(text, 0, payload, 0, Math.min(text.length, payload.length));
    machine.publishing = true;
    refused = Optional.empty();
    spy.begins();
    try {
      Ticket ticket = rooms.get().publish(message);
      Sent sent =
          new Sent(
              key,
              ticket.id(),
              message.topic(),
              message.qos().level(),
              message.retain(),
              message.durability().orElse(Durability.GROUP),
              world.now(),
              ledger.run());
      // with a full memory the status says so after the next round only
      sent.staged =
          journal.status().unstaged().isEmpty()
              && journal.status().degraded().isEmpty()
              && !disk.memory.full;
      world.trace(() -> "app: publish " + sent);
      sent.droppedAtOnce = ticket.outcomeNow().isPresent();
      ledger.accepted(sent);
      if (ticket.outcomeNow().isPresent()) {
        // it was dropped at once, and never had a record
        sent.settledRun = ledger.run();
      }
      spy.toldAtOnce(ticket.id()).ifPresent(stored -> ledger.stored(sent, stored));
      if (random.nextInt(4) == 0) {
        listen(sent, ticket);
      }
      int limit = Integer.parseInt((String) properties.get("queueMaxMessages"));
      int pending = rooms.get().status().queue().messages();
      world.check(
          pending <= limit || ledger.recovered() > 0,
          Sentence.QUEUE_LIMITS,
          () -> pending + " pending, allowed " + limit);
    } catch (NotAcceptedException e) {
      world.trace(() -> "app: not accepted: " + e.getMessage());
      refused = Optional.of(e.reason());
      switch (e.reason()) {
        case QUEUE_FULL -> world.happened(Fault.QUEUE_FULL);
        case STORE_BUSY, STORE_UNAVAILABLE -> world.happened(Fault.STORE_UNAVAILABLE);
        case TOO_LARGE, POLICY_UNKNOWN, CLOSED -> {}
      }
    } catch (SimDisk.Crashed e) {
      world.trace(() -> "app: the machine stopped within publish");
      spy.given().ifPresent(id -> ledger.within(id, key, message));
    } finally {
      machine.publishing = false;
    }
  }

  private void listen(Sent sent, Ticket ticket) {
    int[] times = {0, 0};
    ticket
        .stored()
        .whenComplete(
            (stored, thrown) ->
                world.check(
                    thrown == null && stored != null && ++times[0] == 1,
                    Sentence.STORED_ONCE,
                    () -> thrown + ", time " + times[0] + ": " + sent));
    ticket
        .outcome()
        .whenComplete(
            (outcome, thrown) ->
                world.check(
                    thrown == null
                        && ++times[1] == 1
                        && ticket.stored().toCompletableFuture().isDone(),
                    Sentence.STORED_ONCE,
                    () -> "outcome " + times[1] + " before stored: " + sent));
  }

  void disconnect() {
    rooms()
        .ifPresent(
            open -> {
              closedByHand = true;
              open.disconnect();
            });
  }

  void connect() {
    if (closedByHand) {
      closedByHand = false;
      rooms().ifPresent(SimulatedRooms::connect);
    }
  }

  void apply() {
    largestInflight = Math.max(largestInflight, inflight());
    rooms().ifPresent(open -> open.apply(properties));
    world.happened(Fault.SETTINGS_CHANGED);
  }

  /** Returns whether everything is done. */
  boolean isQuiet() {
    if (rooms().isEmpty() || !broker.idle() || crowd.busy().isPresent()) {
      return false;
    }
    ConnectionStatus status = rooms.get().status();
    return status.state() == ConnectionState.ONLINE
        && status.queue().messages() == 0
        && status.subscriptions().stream()
            .filter(one -> !tolerated.equals(Optional.of(one.filter())))
            .allMatch(one -> one.state() == org.robustmqtt.SubscriptionStatus.State.ACTIVE);
  }

  String describe() {
    return rooms()
        .map(
            open ->
                open.status()
                    + " pending "
                    + open.browse(5)
                    + ", filters "
                    + open.status().subscriptions()
                    + ", broker "
                    + broker.describe()
                    + crowd.busy().map(who -> ", and " + who).orElse(""))
        .orElse("down");
  }

  void receive() {
    receive.run();
  }

  // What its threads meet.

  void stands(int call) {
    if (!isDown()) {
      machine.stands(call);
    }
  }

  void error(boolean onLoop, int call) {
    if (!isDown()) {
      machine.error(onLoop, call);
    }
  }

  void helperErrors(int count) {
    if (!isDown()) {
      machine.helperErrors = count;
    }
  }

  void late(int thread, long nanos) {
    if (!isDown()) {
      machine.late(thread, nanos);
    }
  }

  /** Nothing goes wrong with its threads any more. */
  void heal() {
    if (!isDown()) {
      machine.heal();
    }
  }

  boolean isStopping() {
    return stopping;
  }
}
