package org.robustmqtt.client.component;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Place;
import org.robustmqtt.Problem;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.client.door.Entropy;
import org.robustmqtt.client.door.Log;
import org.robustmqtt.client.listeners.Registration;
import org.robustmqtt.client.outbox.Handover;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalProvider;
import org.robustmqtt.journal.JournalSettings;

/**
 * Makes a working connection of a configuration that has its name: journal, rooms, service; and
 * shows what does not work. On the component lane.
 */
final class ConnectionOpener {
  private static final Log LOG = Log.of(ConnectionOpener.class);

  private final Journals journals;
  private final Supplier<Engine> engines;
  private final Function<ConnectionService, Registration> registrar;
  private final Whiteboard whiteboard;
  private final Directory directory;
  private final Supplier<Instant> now;
  private final Entropy entropy;

  /** Those with a journal; looked at by any thread. */
  private final Set<Running.Working> attached = ConcurrentHashMap.newKeySet();

  private Optional<Engine> engine = Optional.empty();
  private int engineUsers;

  /**
   * Makes an opener.
   *
   * @param registrar registers the service of a connection; what it returns unregisters it. On the
   *     component lane, holding no lock
   */
  ConnectionOpener(
      Journals journals,
      Supplier<Engine> engines,
      Function<ConnectionService, Registration> registrar,
      Whiteboard whiteboard,
      Directory directory,
      Supplier<Instant> now,
      Entropy entropy) {
    this.journals = journals;
    this.engines = engines;
    this.registrar = registrar;
    this.whiteboard = whiteboard;
    this.directory = directory;
    this.now = now;
    this.entropy = entropy;
  }

  /** What connections run on; made for the first one, closed after the last. */
  interface Engine extends AutoCloseable {
    /**
     * Builds the rooms of a connection and starts it.
     *
     * @param settings what is configured; empty while that is faulty
     * @param left what the rooms before have left
     */
    Rooms open(String name, Journal journal, Optional<Settings> settings, Handover left);

    /** Ends every thread. */
    @Override
    void close();
  }

  /** What is to be done after {@link #keepJournal}. */
  enum Kept {
    DONE,
    TRY_AGAIN,
    /** The connection is to be closed and opened as after a start. */
    BEGIN_ANEW
  }

  /**
   * Opens the journal and builds the rooms.
   *
   * @return whether that is to be tried again in a while
   */
  boolean open(String pid, Configured entry, String name) {
    JournalSettings settings = entry.parsed.settings().journal();
    try {
      open(pid, entry, name, settings, Handover.nothing(), to -> journals.open(name, settings, to));
      return false;
    } catch (JournalException e) {
      if (e.kind() == ProblemKind.STORE_UNREADABLE) {
        // as with a dead disk; the journal is looked for again and again
        entry.waiting = List.of(entry.parsed.source() + ": " + e.getMessage());
        entry.waiting.forEach(LOG::warn);
        SwitchableJournal journal = new SwitchableJournal(e.getMessage(), entropy);
        start(pid, entry, name, journal, settings, Optional.empty(), Handover.nothing());
        return true;
      }
      fail(pid, entry, Place.STORE, e.kind(), e.getMessage());
      // a journal that was found bad has a service; one that nobody looked for has none yet
      if (e.kind() != ProblemKind.STORE_MISSING || entry.running.isPresent()) {
        service(pid, entry, name, standIn(name, entry));
      }
      return true;
    }
  }

  /**
   * The rooms of a connection have ended, and it begins anew with the journal that was found.
   *
   * @return whether that is to be tried again in a while
   */
  boolean openAnew(String pid, Configured entry, Running.Working working) {
    String name = working.name;
    Handover left = working.rooms.handOver();
    JournalKeeper keeper = new JournalKeeper(name, entry.parsed, working, journals);
    try {
      open(pid, entry, name, working.settings, left, keeper::leave);
      return false;
    } catch (JournalException e) {
      fail(pid, entry, Place.STORE, e.kind(), e.getMessage());
      service(pid, entry, name, standIn(name, entry));
      return true;
    }
  }

  /** Opens a journal. */
  private interface Opening {
    Journals.Opened open(Runnable changed) throws JournalException;
  }

  private void open(
      String pid,
      Configured entry,
      String name,
      JournalSettings settings,
      Handover left,
      Opening opening)
      throws JournalException {
    // the journal's status may change before there is somebody to tell
    AtomicReference<Runnable> changed = new AtomicReference<>(() -> {});
    Journals.Opened opened = opening.open(() -> changed.get().run());
    Optional<Running.Working> before = entry.working();
    whiteboard.leave(name);
    SwitchableJournal journal = new SwitchableJournal(opened.journal(), entropy);
    changed.set(journal::statusChanged);
    start(pid, entry, name, journal, settings, Optional.of(opened.provider()), left);
    before.ifPresent(this::end);
    if (!journals.isThere(opened.provider())) {
      // it went meanwhile, and could not say so to us
      journal.detach(Journals.MISSING).ifPresent(Journal::close);
    }
  }

  private void start(
      String pid,
      Configured entry,
      String name,
      SwitchableJournal journal,
      JournalSettings kept,
      Optional<JournalProvider> provider,
      Handover left) {
    Settings settings = entry.parsed.settings();
    Rooms rooms;
    try {
      Optional<Settings> used = entry.parsed.good() ? Optional.of(settings) : Optional.empty();
      rooms = acquireEngine().open(name, journal, used, left);
    } catch (RuntimeException defect) {
      LOG.error("{}: the connection cannot be made", name, defect);
      releaseEngine();
      journal.close();
      fail(pid, entry, Place.UNKNOWN, ProblemKind.DEFECT, defect.toString());
      service(pid, entry, name, standIn(name, entry));
      return;
    }
    journal.bind(rooms.known(), rooms::journalChanged);
    entry.problem = Optional.empty();
    Running running = service(pid, entry, name, rooms);
    Running.Working working = new Running.Working(name, rooms, journal, kept, provider);
    running.working = Optional.of(working);
    attached.add(working);
    if (journal.attached()) {
      LOG.info("{}: the queue is in {}", name, journal.status().path());
    }
    showFaults(entry);
    whiteboard.join(name, rooms);
    rooms.listenersAttached();
  }

  private Rooms standIn(String name, Configured entry) {
    Problem problem = entry.problem.orElseThrow();
    return new AbsentRooms(
        Statuses.faulted(name, problem, entry.lines(List.of())),
        NotAcceptedException.Reason.STORE_UNAVAILABLE,
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
    Running running = new Running(name, service, registrar.apply(service));
    entry.running = Optional.of(running);
    return running;
  }

  /** Remembers and shows why a configuration does not work; said once in the log. */
  void fail(String pid, Configured entry, Place place, ProblemKind kind, String text) {
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

  void showFaults(Configured entry) {
    entry.running.ifPresent(
        running -> running.service.rooms().faults(entry.lines(whiteboard.faults(running.name))));
  }

  /**
   * Opens the journal again if it is gone, or is to be elsewhere or otherwise.
   *
   * @return what is to be done then
   */
  Kept keepJournal(Configured entry, Running.Working working) {
    String name = entry.running.orElseThrow().name;
    boolean before = working.journal.attached();
    JournalKeeper keeper = new JournalKeeper(name, entry.parsed, working, journals);
    List<String> lines = keeper.keep();
    if (keeper.beginsAnew()) {
      LOG.warn("{}: the journal holds what is not ours yet; the connection begins anew", name);
      return Kept.BEGIN_ANEW;
    }
    if (!before && working.journal.attached()) {
      LOG.info("{}: the journal is back in {}", name, working.journal.status().path());
    }
    if (!lines.equals(entry.waiting)) {
      lines.forEach(LOG::warn);
      entry.waiting = lines;
      showFaults(entry);
    }
    return lines.isEmpty() && working.journal.attached() ? Kept.DONE : Kept.TRY_AGAIN;
  }

  /**
   * Takes their journals away from all connections that have them of this provider, and returns
   * them to be closed. Any thread; does not wait.
   */
  List<Journal> detach(JournalProvider provider) {
    List<Journal> gone = new ArrayList<>();
    for (Running.Working working : attached) {
      if (working.provider.filter(who -> who == provider).isPresent()) {
        LOG.warn("{}: the journal service is gone, the queue goes on in memory", working.name);
        working.journal.detach("the journal service is gone").ifPresent(gone::add);
      }
    }
    return gone;
  }

  /** The rooms have ended: closes their journal, and the threads after the last one. */
  void close(Running running) {
    running.service.gone(now.get());
    running.working.ifPresent(this::end);
    LOG.debug("{}: closed", running.name);
  }

  private void end(Running.Working working) {
    attached.remove(working);
    working.next.ifPresent(next -> next.journal().close());
    working.journal.close();
    releaseEngine();
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
