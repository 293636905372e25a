package org.robustmqtt.client.link;

import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.robustmqtt.BrokerCapabilities;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.Counters;
import org.robustmqtt.Pending;
import org.robustmqtt.Place;
import org.robustmqtt.Problem;
import org.robustmqtt.TlsStatus;
import org.robustmqtt.client.listeners.Dispatcher;
import org.robustmqtt.client.outbox.Outbox;
import org.robustmqtt.journal.JournalStatus;

/**
 * What others see of a link: one immutable value, replaced by the loop at each change, merged with
 * the counters of the other rooms when somebody looks. Looking is safe for several threads.
 */
final class StatusBoard {
  /** What the link itself knows. Not changed after it was published. */
  private static final class Shown {
    private ConnectionState state;
    private Instant since;
    private String broker = "";
    private String clientId = "";
    private String version = "";
    private Optional<Boolean> sessionPresent = Optional.empty();
    private Optional<Problem> problem = Optional.empty();
    private int attempt;
    private Optional<Instant> next = Optional.empty();
    private Optional<String> waitsFor = Optional.empty();
    private Optional<BrokerCapabilities> capabilities = Optional.empty();
    private Optional<TlsStatus> tls = Optional.empty();
    private List<String> certificates = List.of();
    private List<String> faults = List.of();
    private List<String> tolerated = List.of();
    private Optional<String> presence = Optional.empty();
    private Map<Place, String> extensions = Map.of();
    private long connects;

    Shown(ConnectionState state, Instant since) {
      this.state = state;
      this.since = since;
    }

    Shown(Shown other) {
      state = other.state;
      since = other.since;
      broker = other.broker;
      clientId = other.clientId;
      version = other.version;
      sessionPresent = other.sessionPresent;
      problem = other.problem;
      attempt = other.attempt;
      next = other.next;
      waitsFor = other.waitsFor;
      capabilities = other.capabilities;
      tls = other.tls;
      certificates = other.certificates;
      faults = other.faults;
      tolerated = other.tolerated;
      presence = other.presence;
      extensions = other.extensions;
      connects = other.connects;
    }
  }

  /** Filters that the broker has not answered for, and how many of these it is to forget. */
  private record Filters(int pending, int unwanted) {}

  private final String name;
  private final Link.Rooms rooms;
  private volatile Filters filters = new Filters(0, 0);
  private final Instant begun;
  private volatile Shown shown;

  StatusBoard(String name, Link.Rooms rooms, ConnectionState state, Instant since) {
    this.name = name;
    this.rooms = rooms;
    begun = since;
    shown = new Shown(state, since);
  }

  ConnectionState state() {
    return shown.state;
  }

  Optional<Problem> problem() {
    return shown.problem;
  }

  /** Enters a state, or changes what is said of the present one. On the loop, as all changes. */
  void state(ConnectionState state, Instant now, int attempt, Optional<Instant> next) {
    change(
        copy -> {
          copy.since = state == copy.state ? copy.since : now;
          copy.state = state;
          copy.attempt = attempt;
          copy.next = next;
        });
  }

  /** Says what a waiting link waits for, besides its time. */
  void waitsFor(Optional<String> what) {
    if (!what.equals(shown.waitsFor)) {
      change(copy -> copy.waitsFor = what);
    }
  }

  void settings(String broker, String clientId) {
    change(
        copy -> {
          copy.broker = broker;
          copy.clientId = clientId;
        });
  }

  void connected(String version, boolean sessionPresent, BrokerCapabilities capabilities) {
    change(
        copy -> {
          copy.version = version;
          copy.sessionPresent = Optional.of(sessionPresent);
          copy.capabilities = Optional.of(capabilities);
          copy.connects++;
        });
  }

  void tls(Optional<TlsStatus> agreed) {
    change(copy -> copy.tls = agreed);
  }

  /** Shows these lines as what is doubtful about certificates. */
  void certificates(List<String> lines) {
    if (!lines.equals(shown.certificates)) {
      change(copy -> copy.certificates = List.copyOf(lines));
    }
  }

  void problem(Problem problem) {
    change(copy -> copy.problem = Optional.of(problem));
  }

  void faults(List<String> faults) {
    change(copy -> copy.faults = List.copyOf(faults));
  }

  /** Shows these lines as what the broker does wrong. */
  void tolerated(List<String> lines) {
    if (!lines.equals(shown.tolerated)) {
      change(copy -> copy.tolerated = List.copyOf(lines));
    }
  }

  /** Shows this line as what the broker says to the presence. */
  void presence(Optional<String> line) {
    change(copy -> copy.presence = line);
  }

  /** Shows this line as what is wrong with a service of another bundle; returns if it is new. */
  boolean extension(Place place, Optional<String> line) {
    Map<Place, String> other = new EnumMap<>(Place.class);
    other.putAll(shown.extensions);
    line.ifPresentOrElse(text -> other.put(place, text), () -> other.remove(place));
    boolean changed = !other.equals(shown.extensions);
    if (changed) {
      change(copy -> copy.extensions = other);
    }
    return changed;
  }

  private void change(Consumer<Shown> change) {
    Shown copy = new Shown(shown);
    change.accept(copy);
    shown = copy;
  }

  void filtersPending(int count, int unwanted) {
    Filters known = filters;
    if (known.pending != count || known.unwanted != unwanted) {
      filters = new Filters(count, unwanted);
    }
  }

  Pending pending() {
    Filters asked = filters;
    return new Pending(
        rooms.outbox().status().messages(),
        asked.pending - asked.unwanted,
        asked.unwanted,
        rooms.dispatcher().receivedPending());
  }

  ConnectionStatus status() {
    Shown s = shown;
    JournalStatus journal = rooms.journal().status();
    ConnectionStatus.Builder builder =
        ConnectionStatus.builder(name)
            .state(s.state, s.since)
            .broker(s.broker)
            .clientId(s.clientId)
            .protocolVersion(s.version)
            .sessionPresent(s.sessionPresent)
            .problem(s.problem.or(() -> StoreProblems.worst(journal, begun)))
            .attempt(s.attempt, s.next)
            .waitsFor(s.waitsFor)
            .capabilities(s.capabilities)
            .tls(s.tls)
            .faults(
                Stream.of(
                        s.faults,
                        s.presence.stream().toList(),
                        List.copyOf(s.extensions.values()),
                        s.certificates,
                        s.tolerated,
                        StoreProblems.lines(journal),
                        putAside())
                    .flatMap(List::stream)
                    .toList())
            .subscriptions(rooms.dispatcher().subscriptions())
            .journal(Optional.of(journal));
    count(builder, s.connects);
    return builder.build();
  }

  private List<String> putAside() {
    int count = rooms.outbox().putAside();
    return count == 0
        ? List.of()
        : List.of(
            (count == 1 ? "1 message is" : count + " messages are")
                + " put aside; see mqtt:browse --quarantined");
  }

  private void count(ConnectionStatus.Builder builder, long connects) {
    Dispatcher.Counts heard = rooms.dispatcher().counts();
    Outbox.Totals totals = rooms.outbox().totals();
    Outbox.Accepted accepted = totals.accepted();
    Outbox.Ended ended = totals.ended();
    builder
        .queue(totals.queue())
        .counters(
            new Counters(
                accepted.accepted(),
                accepted.recovered(),
                ended.acknowledged(),
                ended.sent(),
                ended.dropped(),
                accepted.refused(),
                heard.received(),
                heard.unclaimed(),
                heard.overflowed(),
                heard.stale(),
                heard.failures(),
                heard.timeouts(),
                connects,
                ended.late()));
  }
}
