package org.robustmqtt.client.component;

import java.time.Duration;
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
import java.util.function.Function;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.client.door.Log;
import org.robustmqtt.client.door.SerialLane;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalProvider;

/**
 * The life of all connections: which configuration has which name, what is changed, ended and tried
 * again. The methods that are not private only enqueue; everything else runs on the component lane.
 */
final class Connections {
  private static final Log LOG = Log.of(Connections.class);
  private static final long RETRY_MILLIS = 10_000;
  private static final Duration DELETE_DRAIN = Duration.ofSeconds(5);
  private static final Duration STOP_DRAIN = Duration.ofSeconds(2);

  /** How long to wait for what is in flight before a connection begins anew. */
  private static final Duration ANEW_DRAIN = Duration.ofSeconds(1);

  /** After the drain: a link that has not ended by then is left behind. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final SerialLane lane;
  private final ConnectionOpener opener;
  private final Whiteboard whiteboard;
  private final Directory directory;
  private final Function<String, Optional<Resolved>> elsewhere;

  /** By PID, in the order of arrival: who came first has the name. */
  private final Map<String, Configured> configured = new LinkedHashMap<>();

  /** Who has a name: a {@link Configured}, or a {@link Running} that is being closed. */
  private final Map<String, Object> holders = new HashMap<>();

  private final Set<Running> leaving = new HashSet<>();
  private final List<CompletableFuture<Void>> awaitingEnd = new ArrayList<>();
  private Optional<Runnable> retry = Optional.empty();

  /**
   * Makes connections that have no configuration yet.
   *
   * @param elsewhere finds a configuration, if the hub takes values of it from elsewhere
   */
  Connections(
      SerialLane lane,
      ConnectionOpener opener,
      Whiteboard whiteboard,
      Directory directory,
      Function<String, Optional<Resolved>> elsewhere) {
    this.elsewhere = elsewhere;
    this.lane = lane;
    this.opener = opener;
    this.whiteboard = whiteboard;
    this.directory = directory;
  }

  /** A configuration is new or has changed. Any thread. */
  void updated(String pid, Map<String, Object> properties) {
    Map<String, Object> copy = Map.copyOf(properties);
    lane.execute(() -> update(pid, copy));
  }

  /** A configuration is gone. Any thread. */
  void deleted(String pid) {
    lane.execute(() -> remove(pid, DELETE_DRAIN));
  }

  /** A journal service has come. Any thread. */
  void providerCame() {
    lane.execute(this::retryAll);
  }

  /** The hub has started. Any thread. */
  void hubStarted() {
    lane.execute(
        () ->
            configured
                .values()
                .forEach(entry -> entry.working().ifPresent(open -> open.rooms.hubStarted())));
  }

  /** A journal service goes: nothing is given to it after this call. Any thread. */
  void providerGoes(JournalProvider provider) {
    List<Journal> gone = opener.detach(provider);
    lane.execute(
        () -> {
          gone.forEach(Journal::close);
          retryAll();
        });
  }

  /** Services that decide for connections came or went. Any thread. */
  void extensionsChanged() {
    lane.execute(
        () ->
            configured
                .values()
                .forEach(
                    entry -> entry.working().ifPresent(open -> open.rooms.extensionsChanged())));
  }

  /** The faults of listeners have changed. Any thread. */
  void listenersChanged() {
    lane.execute(() -> configured.values().forEach(opener::showFaults));
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
    Parsed parsed = SettingsParser.parse(pid, properties, elsewhere.apply(pid));
    Map<String, List<String>> said = said(properties);
    Optional<String> before = entry.parsed.name();
    if (said.equals(entry.said) && parsed.name().equals(before)) {
      return;
    }
    entry.said = said;
    report(parsed, entry.working().isPresent());
    entry.parsed = parsed;
    tryAgain(entry.awaitsValue());
    directory.arrived(pid, new FileCheck.Arrived(parsed.source(), said, entry.lines(List.of())));
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
      opener.fail(pid, entry, Place.CONFIG, ProblemKind.SETTINGS_FAULTY, text);
      return;
    }
    Object holder = holders.getOrDefault(name.get(), entry);
    if (holder != entry) {
      String owner =
          holder instanceof Configured other
              ? "is used by " + other.parsed.source()
              : "is free as soon as the connection before is closed";
      String text =
          entry.parsed.source() + ": the name " + PropertyReader.quoted(name.get()) + " " + owner;
      opener.fail(pid, entry, Place.CONFIG, ProblemKind.NAME_TAKEN, text);
      return;
    }
    holders.put(name.get(), entry);
    directory.used(name.get(), true);
    if (entry.working().isEmpty()) {
      tryAgain(opener.open(pid, entry, name.get()));
      return;
    }
    Running.Working working = entry.working().orElseThrow();
    if (entry.parsed.good() && !working.leaving) {
      working.rooms.apply(entry.parsed.settings());
      keepJournal(pid, entry, working);
    }
    opener.showFaults(entry);
  }

  private void keepJournal(String pid, Configured entry, Running.Working working) {
    if (working.leaving) {
      tryAgain(working.left && opener.openAnew(pid, entry, working));
      return;
    }
    switch (opener.keepJournal(entry, working)) {
      case DONE -> {}
      case TRY_AGAIN -> tryAgain(true);
      case BEGIN_ANEW -> beginAnew(pid, entry, working);
    }
  }

  /** Nothing of the queue is sent meanwhile: its end could not be recorded. */
  private void beginAnew(String pid, Configured entry, Running.Working working) {
    working.leaving = true;
    Runnable then =
        () -> {
          if (entry.working().filter(now -> now == working && !now.left).isPresent()) {
            working.left = true;
            keepJournal(pid, entry, working);
          }
        };
    Runnable late = lane.schedule(ANEW_DRAIN.plus(GRACE).toMillis(), then);
    working
        .rooms
        .leave(ANEW_DRAIN)
        .whenComplete(
            (none, failure) -> {
              late.run();
              lane.execute(then);
            });
  }

  private void remove(String pid, Duration drain) {
    Configured entry = configured.remove(pid);
    if (entry == null) {
      return;
    }
    directory.forget(pid);
    Optional<Running> running = entry.running;
    entry.running = Optional.empty();
    running.ifPresentOrElse(
        open -> leave(open, drain),
        () -> entry.parsed.name().ifPresent(name -> release(name, entry)));
  }

  /** Ends a connection without waiting for it; its name is free when it is closed. */
  private void leave(Running running, Duration drain) {
    holders.put(running.name, running);
    leaving.add(running);
    running.service.close();
    whiteboard.leave(running.name);
    running.registration.close();
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
              lane.execute(() -> left(running));
            });
  }

  private void left(Running running) {
    if (leaving.remove(running)) {
      opener.close(running);
      release(running.name, running);
      tellEnd();
    }
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

  private void tryAgain(boolean wanted) {
    if (wanted && retry.isEmpty()) {
      retry = Optional.of(lane.schedule(RETRY_MILLIS, this::retryDue));
    }
  }

  private void retryDue() {
    retry = Optional.empty();
    retryAll();
  }

  /** Returns whether the hub finds a value elsewhere now that it did not find before. */
  private boolean resolved(String pid) {
    Optional<Map<String, Object>> now = elsewhere.apply(pid).flatMap(Resolved::now);
    now.ifPresent(properties -> update(pid, Map.copyOf(properties)));
    Configured entry = configured.get(pid);
    tryAgain(entry.awaitsValue());
    return !entry.awaitsValue();
  }

  /** Tries again what did not work. */
  private void retryAll() {
    new LinkedHashMap<>(configured)
        .forEach(
            (pid, entry) -> {
              if (configured.get(pid) != entry) {
                return;
              }
              if (entry.awaitsValue() && resolved(pid)) {
                return;
              }
              Optional<Running.Working> working = entry.working();
              if (working.isPresent()) {
                keepJournal(pid, entry, working.get());
              } else {
                advance(pid, entry);
              }
            });
  }
}
