package org.robustmqtt.client.link;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.Pending;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.listeners.Dispatcher;
import org.robustmqtt.client.listeners.Notifier;
import org.robustmqtt.client.outbox.Outbox;
import org.robustmqtt.client.outcome.Outcomes;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.Recovery;

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
   * Makes a link that is not started, and binds outbox and dispatcher to it.
   *
   * @param name the name of the connection
   * @param settings what to do; empty: FAULTED until there are some
   * @param recovery what was found on disk: what was in flight, the session record, received ids
   */
  public Link(
      String name, Doors doors, Rooms rooms, Optional<LinkSettings> settings, Recovery recovery) {
    throw new UnsupportedOperationException();
  }

  /** Begins to work: the first attempt follows after the settle time. */
  public void start() {
    throw new UnsupportedOperationException();
  }

  /** There is, or may be, something to send. Any thread. */
  public void wake() {
    throw new UnsupportedOperationException();
  }

  /** Applies other settings by difference; equal ones do nothing. */
  public void apply(LinkSettings settings) {
    throw new UnsupportedOperationException();
  }

  /** Shows these lines as faults of the configuration; the settings in force stay in force. */
  public void faults(java.util.List<String> lines) {
    throw new UnsupportedOperationException();
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#connect()}. */
  public void connect() {
    throw new UnsupportedOperationException();
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#disconnect()}. */
  public void disconnect() {
    throw new UnsupportedOperationException();
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#reconnectNow()}. */
  public void reconnectNow() {
    throw new UnsupportedOperationException();
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#whenIdle()}. */
  public CompletionStage<Void> whenIdle() {
    throw new UnsupportedOperationException();
  }

  /** See {@link org.robustmqtt.RobustMqttConnection#probe()}. */
  public CompletionStage<Duration> probe() {
    throw new UnsupportedOperationException();
  }

  /**
   * Ends: sends what can be sent within the time, says goodbye, closes. Completes on the loop;
   * nothing of the link runs afterwards.
   *
   * @param drain how long to go on sending at the most
   */
  public CompletionStage<Void> stop(Duration drain) {
    throw new UnsupportedOperationException();
  }

  /** Looks: one consistent view of this moment. Any thread. */
  public ConnectionStatus status() {
    throw new UnsupportedOperationException();
  }

  /** Looks: the things to do. Any thread. */
  public Pending pending() {
    throw new UnsupportedOperationException();
  }
}
