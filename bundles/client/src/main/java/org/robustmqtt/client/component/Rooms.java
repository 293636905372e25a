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
import org.robustmqtt.TopicPolicy;
import org.robustmqtt.client.listeners.ListenerSpec;
import org.robustmqtt.client.listeners.Registration;
import org.robustmqtt.client.outbox.Handover;
import org.robustmqtt.client.outbox.Known;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.whiteboard.ConnectionListener;
import org.robustmqtt.whiteboard.MessageListener;
import org.robustmqtt.whiteboard.OutcomeListener;

/**
 * What stands behind the service of a connection: the rooms of a working one, or while it cannot
 * work, what takes their place: that has nothing, does nothing, and says why. Safe for several
 * threads; what has the name of a method of {@link org.robustmqtt.RobustMqttConnection} does what
 * that promises.
 */
interface Rooms {
  Ticket publish(Message message);

  Ticket publish(Message message, Duration maxWait) throws InterruptedException;

  ConnectionStatus status();

  CompletionStage<Duration> probe();

  /** Shows these lines in the status. */
  void faults(List<String> lines);

  default void extensionsChanged() {}

  default boolean unsubscribe(String filter) {
    return false;
  }

  default TopicPolicy policy(String topic) {
    return PolicySetting.of(PolicyTable.SINGLE, Limits.DEFAULT, Optional.empty(), topic);
  }

  default Pending pending() {
    return new Pending(0, 0, 0, 0);
  }

  default List<PendingMessage> browse(int limit) {
    return List.of();
  }

  default CompletionStage<Void> whenIdle() {
    return CompletableFuture.completedStage(null);
  }

  default boolean cancel(long id) {
    return false;
  }

  default int purge() {
    return 0;
  }

  default List<PendingMessage> quarantined(int limit) {
    return List.of();
  }

  default Optional<Ticket> retry(long id) {
    return Optional.empty();
  }

  default int purgeQuarantined() {
    return 0;
  }

  default void connect() {}

  default void disconnect() {}

  default void reconnectNow() {}

  /** Adds a listener for messages. */
  default MqttSubscriptionHandle listen(ListenerSpec spec, MessageListener listener) {
    return () -> {};
  }

  /** Adds a listener for outcomes. */
  default Registration listenOutcomes(String owner, OutcomeListener listener) {
    return () -> {};
  }

  /** Adds a listener for states. */
  default Registration listenStates(String owner, ConnectionListener listener) {
    return () -> {};
  }

  /** Returns whether the caller is on a listener thread, where waiting is not allowed. */
  default boolean onListenerThread() {
    return false;
  }

  /** Applies other settings, which have no fault, by difference. */
  default void apply(Settings settings) {}

  /**
   * The listeners that were there before the rooms are attached: they are told what had its outcome
   * until now.
   */
  default void listenersAttached() {}

  /** The hub has started, and with it what waited for that. */
  default void hubStarted() {}

  /** The status of the journal may have changed; does not block. */
  default void journalChanged() {}

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

  /**
   * Ends: goes on sending for at most this long, says goodbye, closes. What is on disk stays there.
   */
  default CompletionStage<Void> stop(Duration drain) {
    return CompletableFuture.completedStage(null);
  }
}
