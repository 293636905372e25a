package org.robustmqtt.client.component;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Place;
import org.robustmqtt.Problem;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of all connections: makes them of configurations, changes and ends them. The public
 * methods only enqueue; everything else runs on the component lane.
 */
final class Connections {
  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
  private static final long RETRY_MILLIS = 10_000;
  private static final Duration DELETE_DRAIN = Duration.ofSeconds(5);
  private static final Duration STOP_DRAIN = Duration.ofSeconds(2);
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final Lane lane;
  private final Journals journals;
  private final Supplier<Engine> engines;
  private final Registrar registrar;
  private final Whiteboard whiteboard;
  private final Directory directory;
  private final Supplier<Instant> now;

  /** By PID, in the order of arrival: who came first has the name. */
  private final Map<String, Configured> configured = new LinkedHashMap<>();

  /** Who has a name, also while it is being closed. */
  private final Map<String, Object> holders = new HashMap<>();

  /** Those with a journal; looked at by any thread. */
  private final Set<Running.Working> attached = ConcurrentHashMap.newKeySet();

  private final Set<Running> leaving = new HashSet<>();
  private final List<CompletableFuture<Void>> awaitingEnd = new ArrayList<>();
  private Optional<Engine> engine = Optional.empty();
  private int engineUsers;
  private Optional<Runnable> retry = Optional.empty();

  /** Makes connections that have no configuration yet. */
  Connections(
      Lane lane,
      Journals journals,
      Supplier<Engine> engines,
      Registrar registrar,
      Whiteboard whiteboard,
      Directory directory,
      Supplier<Instant> now) {
    this.lane = lane;
    this.journals = journals;
    this.engines = engines;
    this.registrar = registrar;
    this.whiteboard = whiteboard;
    this.directory = directory;
    this.now = now;
  }

  /** A configuration is new or has changed. Any thread. */
  void updated(String pid, Map<String, Object> properties) {
    Map<String, Object> copy = Map.copyOf(properties);
    lane.execute(() -> update(pid, copy));
  }

  /** A configuration is gone. Any thread. */
  void deleted(String pid) {
    lane.execute(() -> delete(pid));
  }

  /** A journal service has come. Any thread. */
  void providerCame() {
    lane.execute(this::retryAll);
  }

  /** A journal service goes: nothing is given to it after this call. Any thread. */
  void providerGoes(JournalProvider provider) {
    List<Journal> gone = new ArrayList<>();
    for (Running.Working working : attached) {
      if (working.provider == provider) {
        working.journal.detach("the journal service is gone").ifPresent(gone::add);
      }
    }
    lane.execute(
        () -> {
          gone.forEach(Journal::close);
          retryAll();
        });
  }

  /** The faults of listeners have changed. Any thread. */
  void listenersChanged() {
    lane.execute(() -> configured.values().forEach(this::showFaults));
  }

  /** Ends all connections; completes as soon as the last one is closed. Any thread. */
  CompletionStage<Void> stop() {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    lane.execute(
        () -> {
          retry.ifPresent(Runnable::run);
          List.copyOf(configured.keySet()).forEach(pid -> remove(pid, STOP_DRAIN));
          awaitingEnd.add(ended);
          tellEnd();
        });
    return ended;
  }

  private void update(String pid, Map<String, Object> properties) {
    Configured entry = configured.computeIfAbsent(pid, none -> new Configured());
    Parsed parsed = SettingsParser.parse(pid, properties);
    Map<String, List<String>> said = said(properties);
    if (said.equals(entry.said) && parsed.name().equals(entry.parsed.name())) {
      return;
    }
    entry.said = said;
    report(parsed, entry.working().isPresent());
    Optional<String> before = entry.parsed.name();
    entry.parsed = parsed;
    if (!before.equals(parsed.name())) {
      Optional<Running> running = entry.running;
      entry.running = Optional.empty();
      running.ifPresent(open -> leave(open, DELETE_DRAIN));
      before.ifPresent(name -> release(name, entry));
    }
    advance(pid, entry);
  }

  /** Two equal ones say the same, whatever the form in which the hub gives the values. */
  private static Map<String, List<String>> said(Map<String, Object> properties) {
    Map<String, List<String>> said = new TreeMap<>();
    properties.forEach(
        (key, value) -> {
          if (!Key.ofTheHub(key)) {
            said.put(key, PropertyValue.texts(value));
          }
        });
    return said;
  }

  private static void report(Parsed parsed, boolean runs) {
    if (!parsed.good()) {
      LOG.warn(
          "{}: {} wrong, {}",
          parsed.source(),
          parsed.faults().size() == 1 ? "1 setting is" : parsed.faults().size() + " settings are",
          runs
              ? "the settings before stay in force"
              : "the connection waits until it is corrected");
    }
    parsed.faults().forEach(LOG::warn);
    parsed.warnings().forEach(LOG::warn);
  }

  /** Does what can be done for a configuration now. */
  private void advance(String pid, Configured entry) {
    Optional<String> name = entry.parsed.name();
    if (name.isEmpty()) {
      String text = entry.parsed.faults().size() + " faults in the configuration";
      fail(pid, entry, Place.CONFIG, ProblemKind.SETTINGS_FAULTY, text);
      return;
    }
    Object holder = holders.putIfAbsent(name.get(), entry);
    if (holder != null && holder != entry) {
      String owner =
          holder instanceof Configured other
              ? "is used by " + other.parsed.source()
              : "is being closed";
      String text = "the name " + PropertyReader.quoted(name.get()) + " " + owner;
      fail(pid, entry, Place.CONFIG, ProblemKind.NAME_TAKEN, text);
      return;
    }
    directory.used(name.get(), true);
    Optional<Running.Working> working = entry.working();
    if (working.isPresent()) {
      apply(entry, working.get());
    } else {
      open(pid, entry, name.get());
    }
  }

  private void apply(Configured entry, Running.Working working) {
    if (entry.parsed.good()) {
      working.rooms.apply(entry.parsed.settings());
      keepJournal(entry, working);
    }
    showFaults(entry);
  }

  private void open(String pid, Configured entry, String name) {
    try {
      StatusHook hook = new StatusHook();
      Journals.Opened opened = journals.open(name, entry.parsed.settings().journal(), hook);
      SwitchableJournal journal = new SwitchableJournal(opened.journal());
      hook.tell(journal);
      start(pid, entry, name, journal, opened.provider());
    } catch (JournalException e) {
      fail(pid, entry, Place.STORE, e.kind(), e.getMessage());
      if (e.kind() != ProblemKind.STORE_MISSING) {
        service(pid, entry, name, standIn(name, entry));
      } else {
        entry.running.ifPresent(running -> running.service.rooms(standIn(name, entry)));
      }
      retryLater();
    }
  }

  private void start(
      String pid,
      Configured entry,
      String name,
      SwitchableJournal journal,
      JournalProvider provider) {
    Settings settings = entry.parsed.settings();
    Rooms rooms;
    try {
      Optional<Settings> used = entry.parsed.good() ? Optional.of(settings) : Optional.empty();
      rooms = acquireEngine().open(name, journal, used);
    } catch (RuntimeException defect) {
      LOG.error("{}: the connection cannot be made", name, defect);
      releaseEngine();
      journal.close();
      fail(pid, entry, Place.UNKNOWN, ProblemKind.DEFECT, defect.toString());
      service(pid, entry, name, standIn(name, entry));
      return;
    }
    entry.problem = Optional.empty();
    Running running = service(pid, entry, name, rooms);
    Running.Working working = new Running.Working(rooms, journal, settings.journal(), provider);
    running.working = Optional.of(working);
    attached.add(working);
    journal.onChange(rooms::journalChanged);
    LOG.info("{}: the queue is in {}", name, journal.status().path());
    showFaults(entry);
    whiteboard.join(name, rooms);
  }

  private Rooms standIn(String name, Configured entry) {
    Problem problem = entry.problem.orElseThrow();
    return new AbsentRooms(
        Statuses.faulted(name, problem, entry.lines(List.of())),
        NotAcceptedException.Cause.STORE_UNAVAILABLE,
        problem.text());
  }

  /** Puts the rooms behind the service of the connection, and registers it if it is not there. */
  private Running service(String pid, Configured entry, String name, Rooms rooms) {
    if (entry.running.isPresent()) {
      entry.running.get().service.rooms(rooms);
      return entry.running.get();
    }
    ConnectionService service = new ConnectionService(name, rooms);
    directory.show(pid, service::status);
    Running running = new Running(name, service, registrar.register(service));
    entry.running = Optional.of(running);
    return running;
  }

  /** Remembers and shows why a configuration does not work; said once in the log. */
  private void fail(String pid, Configured entry, Place place, ProblemKind kind, String text) {
    boolean known =
        entry.problem.map(old -> old.kind() == kind && old.text().equals(text)).orElse(false);
    if (!known) {
      entry.problem = Optional.of(new Problem(place, kind, 0, text, now.get()));
      tell(entry.shownName(), kind, text);
    }
    if (entry.running.isEmpty()) {
      Problem problem = entry.problem.orElseThrow();
      String name = entry.shownName();
      List<String> lines = entry.lines(List.of());
      directory.show(pid, () -> Statuses.faulted(name, problem, lines));
    }
  }

  /** Faults of settings were told one by one; a store may come later than we do. */
  private static void tell(String name, ProblemKind kind, String text) {
    if (kind == ProblemKind.STORE_MISSING) {
      LOG.info("{}: {}", name, text);
    } else if (kind != ProblemKind.SETTINGS_FAULTY) {
      LOG.warn("{}: {}", name, text);
    }
  }

  private void showFaults(Configured entry) {
    entry.running.ifPresent(
        running -> running.service.rooms().faults(entry.lines(whiteboard.faults(running.name))));
  }

  private void delete(String pid) {
    remove(pid, DELETE_DRAIN);
  }

  private void remove(String pid, Duration drain) {
    Configured entry = configured.remove(pid);
    if (entry == null) {
      return;
    }
    directory.forget(pid);
    if (entry.running.isPresent()) {
      leave(entry.running.get(), drain);
    } else {
      entry.parsed.name().ifPresent(name -> release(name, entry));
    }
  }

  /** Ends a connection without waiting for it; its name is free when it is closed. */
  private void leave(Running running, Duration drain) {
    holders.put(running.name, running);
    leaving.add(running);
    running.service.close();
    whiteboard.leave(running.name);
    running.registration.close();
    Runnable end = () -> lane.execute(() -> left(running));
    Optional<Running.Working> working = running.working;
    if (working.isEmpty()) {
      left(running);
      return;
    }
    Runnable late = lane.schedule(drain.plus(GRACE).toMillis(), () -> left(running));
    working
        .get()
        .rooms
        .stop(drain)
        .whenComplete(
            (none, failure) -> {
              late.run();
              end.run();
            });
  }

  private void left(Running running) {
    if (!leaving.remove(running)) {
      return;
    }
    running.service.gone(now.get());
    running.working.ifPresent(
        working -> {
          attached.remove(working);
          working.journal.close();
          releaseEngine();
        });
    LOG.info("{}: closed", running.name);
    release(running.name, running);
    tellEnd();
  }

  private void release(String name, Object holder) {
    if (holders.remove(name, holder)) {
      directory.used(name, false);
      retryAll();
    }
  }

  private void tellEnd() {
    if (leaving.isEmpty() && configured.isEmpty()) {
      awaitingEnd.forEach(ended -> ended.complete(null));
      awaitingEnd.clear();
    }
  }

  private void retryLater() {
    if (retry.isEmpty()) {
      retry = Optional.of(lane.schedule(RETRY_MILLIS, this::retryDue));
    }
  }

  private void retryDue() {
    retry = Optional.empty();
    retryAll();
  }

  /** Tries again what did not work. */
  private void retryAll() {
    new LinkedHashMap<>(configured)
        .forEach(
            (pid, entry) -> {
              if (configured.get(pid) == entry && entry.working().isEmpty()) {
                advance(pid, entry);
              }
            });
    for (Configured entry : configured.values()) {
      entry.working().ifPresent(working -> keepJournal(entry, working));
    }
  }

  /** Opens the journal again if it is gone, or is to be elsewhere or otherwise. */
  private void keepJournal(Configured entry, Running.Working working) {
    JournalKeeper.Result result =
        JournalKeeper.keep(entry.running.orElseThrow().name, entry.parsed, working, journals);
    if (!result.lines().equals(entry.waiting)) {
      result.lines().forEach(LOG::warn);
      entry.waiting = result.lines();
      showFaults(entry);
    }
    if (result.again()) {
      retryLater();
    }
  }

  private Engine acquireEngine() {
    if (engine.isEmpty()) {
      engine = Optional.of(engines.get());
    }
    engineUsers++;
    return engine.get();
  }

  private void releaseEngine() {
    engineUsers--;
    if (engineUsers == 0) {
      engine.ifPresent(Engine::close);
      engine = Optional.empty();
    }
  }
}
