package org.robustmqtt.client.component;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.Message;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.Pending;
import org.robustmqtt.PendingMessage;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.listeners.ListenerSpec;
import org.robustmqtt.client.listeners.Registration;
import org.robustmqtt.client.outbox.Handover;
import org.robustmqtt.client.outbox.Known;
import org.robustmqtt.whiteboard.ConnectionListener;
import org.robustmqtt.whiteboard.MessageListener;
import org.robustmqtt.whiteboard.OutcomeListener;

/**
 * What stands behind the service of a connection: the rooms of a working one, or what takes their
 * place while it cannot work. Safe for several threads; what has the name of a method of {@link
 * org.robustmqtt.RobustMqttConnection} does what that promises.
 */
interface Rooms {
  Ticket publish(Message message);

  Ticket publish(Message message, Duration maxWait) throws InterruptedException;

  boolean unsubscribe(String filter);

  ConnectionStatus status();

  Pending pending();

  List<PendingMessage> browse(int limit);

  CompletionStage<Void> whenIdle();

  boolean cancel(long id);

  int purge();

  List<PendingMessage> quarantined(int limit);

  Optional<Ticket> retry(long id);

  int purgeQuarantined();

  void connect();

  void disconnect();

  void reconnectNow();

  CompletionStage<Duration> probe();

  /** Adds a listener for messages. */
  MqttSubscriptionHandle listen(ListenerSpec spec, MessageListener listener);

  /** Adds a listener for outcomes. */
  Registration listenOutcomes(String owner, OutcomeListener listener);

  /** Adds a listener for states. */
  Registration listenStates(String owner, ConnectionListener listener);

  /** Returns whether the caller is on a listener thread, where waiting is not allowed. */
  boolean onListenerThread();

  /** Applies other settings, which have no fault, by difference. */
  void apply(Settings settings);

  /** The hub has started, and with it what waited for that. */
  void hubStarted();

  /** The status of the journal may have changed; does not block. */
  void journalChanged();

  /** Returns what is known of the messages. */
  default Known known() {
    return Known.NOTHING;
  }

  /**
   * Ends the link, because others follow that begin anew with another journal: waits for what is in
   * flight for at most this long. Messages are still accepted.
   */
  default CompletionStage<Void> leave(Duration drain) {
    return CompletableFuture.completedStage(null);
  }

  /** Accepts nothing any more, and leaves to those that follow what is pending. */
  default Handover handOver() {
    return Handover.nothing();
  }

  /** Shows these lines in the status. */
  void faults(List<String> lines);

  /**
   * Ends: goes on sending for at most this long, says goodbye, closes. What is on disk stays there.
   */
  CompletionStage<Void> stop(Duration drain);
}
