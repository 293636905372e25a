package org.robustmqtt;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.robustmqtt.journal.JournalStatus;

/** One consistent view of a connection at one moment. Immutable, without secrets. */
public final class ConnectionStatus {
  private final Builder values;

  private ConnectionStatus(Builder values) {
    this.values = values;
  }

  /** Returns a builder; for those who provide connections, and for tests. */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /** Returns the name of the connection. */
  public String name() {
    return values.name;
  }

  /** Returns the state. */
  public ConnectionState state() {
    return values.state;
  }

  /** Returns when the state was entered. */
  public Instant since() {
    return values.since;
  }

  /** Returns the broker's address as configured, without credentials; empty if none is known. */
  public String broker() {
    return values.broker;
  }

  /** Returns the client identifier in use; empty if none is known yet. */
  public String clientId() {
    return values.clientId;
  }

  /** Returns the version spoken, {@code 5} or {@code 3.1.1}; empty before the first connect. */
  public String protocolVersion() {
    return values.protocolVersion;
  }

  /** Returns whether the broker had kept the session at the last connect; empty before. */
  public Optional<Boolean> sessionPresent() {
    return values.sessionPresent;
  }

  /** Returns the last problem; it stays after it was overcome, see its time. */
  public Optional<Problem> problem() {
    return values.problem;
  }

  /** Returns the number of failed attempts since the last stable connection. */
  public int attempt() {
    return values.attempt;
  }

  /** Returns when the next attempt is due, if one is scheduled. */
  public Optional<Instant> nextAttempt() {
    return values.nextAttempt;
  }

  /**
   * Returns what a waiting connection waits for besides the time of {@link #nextAttempt}, in words:
   * "the hub to reach start level 100". Empty if only the time counts.
   */
  public Optional<String> waitsFor() {
    return values.waitsFor;
  }

  /** Returns the queue. */
  public QueueStatus queue() {
    return values.queue;
  }

  /** Returns the counters. */
  public Counters counters() {
    return values.counters;
  }

  /** Returns the journal; empty if none is open. */
  public Optional<JournalStatus> journal() {
    return values.journal;
  }

  /** Returns what the broker said it can do; empty while it was never reached. */
  public Optional<BrokerCapabilities> capabilities() {
    return values.capabilities;
  }

  /** Returns what TLS agreed on at the last connect; empty before, and without TLS. */
  public Optional<TlsStatus> tls() {
    return values.tls;
  }

  /** Returns the wanted filters, ordered by name. */
  public List<SubscriptionStatus> subscriptions() {
    return values.subscriptions;
  }

  /**
   * Returns what is wrong or doubtful in configuration, certificates and listeners, and what the
   * broker does wrong though the connection survives it; a line each.
   */
  public List<String> faults() {
    return values.faults;
  }

  @Override
  public String toString() {
    return "ConnectionStatus[" + values.name + ", " + values.state + "]";
  }

  /** Collects the values of a status. */
  public static final class Builder {
    private final String name;
    private ConnectionState state = ConnectionState.CLOSED;
    private Instant since = Instant.EPOCH;
    private String broker = "";
    private String clientId = "";
    private String protocolVersion = "";
    private Optional<Boolean> sessionPresent = Optional.empty();
    private Optional<Problem> problem = Optional.empty();
    private int attempt;
    private Optional<Instant> nextAttempt = Optional.empty();
    private Optional<String> waitsFor = Optional.empty();
    private QueueStatus queue = QueueStatus.EMPTY;
    private Counters counters = Counters.ZERO;
    private Optional<JournalStatus> journal = Optional.empty();
    private Optional<BrokerCapabilities> capabilities = Optional.empty();
    private Optional<TlsStatus> tls = Optional.empty();
    private List<SubscriptionStatus> subscriptions = List.of();
    private List<String> faults = List.of();

    private Builder(String name) {
      this.name = Objects.requireNonNull(name);
    }

    private Builder(Builder other) {
      name = other.name;
      state = other.state;
      since = other.since;
      broker = other.broker;
      clientId = other.clientId;
      protocolVersion = other.protocolVersion;
      sessionPresent = other.sessionPresent;
      problem = other.problem;
      attempt = other.attempt;
      nextAttempt = other.nextAttempt;
      waitsFor = other.waitsFor;
      queue = other.queue;
      counters = other.counters;
      journal = other.journal;
      capabilities = other.capabilities;
      tls = other.tls;
      subscriptions = other.subscriptions;
      faults = other.faults;
    }

    /** Sets the state and when it was entered. */
    public Builder state(ConnectionState value, Instant enteredAt) {
      state = Objects.requireNonNull(value);
      since = Objects.requireNonNull(enteredAt);
      return this;
    }

    /** Sets the broker's address, without credentials. */
    public Builder broker(String value) {
      broker = Objects.requireNonNull(value);
      return this;
    }

    /** Sets the client identifier. */
    public Builder clientId(String value) {
      clientId = Objects.requireNonNull(value);
      return this;
    }

    /** Sets the version spoken. */
    public Builder protocolVersion(String value) {
      protocolVersion = Objects.requireNonNull(value);
      return this;
    }

    /** Sets whether the broker had kept the session. */
    public Builder sessionPresent(Optional<Boolean> value) {
      sessionPresent = Objects.requireNonNull(value);
      return this;
    }

    /** Sets the last problem. */
    public Builder problem(Optional<Problem> value) {
      problem = Objects.requireNonNull(value);
      return this;
    }

    /** Sets the failed attempts and when the next one is due. */
    public Builder attempt(int failed, Optional<Instant> next) {
      attempt = failed;
      nextAttempt = Objects.requireNonNull(next);
      return this;
    }

    /** Sets what is waited for besides the time. */
    public Builder waitsFor(Optional<String> value) {
      waitsFor = Objects.requireNonNull(value);
      return this;
    }

    /** Sets the queue. */
    public Builder queue(QueueStatus value) {
      queue = Objects.requireNonNull(value);
      return this;
    }

    /** Sets the counters. */
    public Builder counters(Counters value) {
      counters = Objects.requireNonNull(value);
      return this;
    }

    /** Sets the journal. */
    public Builder journal(Optional<JournalStatus> value) {
      journal = Objects.requireNonNull(value);
      return this;
    }

    /** Sets what the broker can do. */
    public Builder capabilities(Optional<BrokerCapabilities> value) {
      capabilities = Objects.requireNonNull(value);
      return this;
    }

    /** Sets what TLS agreed on. */
    public Builder tls(Optional<TlsStatus> value) {
      tls = Objects.requireNonNull(value);
      return this;
    }

    /** Sets the wanted filters. */
    public Builder subscriptions(List<SubscriptionStatus> value) {
      subscriptions = List.copyOf(value);
      return this;
    }

    /** Sets what is wrong or doubtful; kept as {@link PlainText}. */
    public Builder faults(List<String> value) {
      faults = value.stream().map(PlainText::of).toList();
      return this;
    }

    /** Returns the status; the builder may go on to be used. */
    public ConnectionStatus build() {
      return new ConnectionStatus(new Builder(this));
    }
  }
}
