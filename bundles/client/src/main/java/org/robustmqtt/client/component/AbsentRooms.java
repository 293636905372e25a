package org.robustmqtt.client.component;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.Message;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Pending;
import org.robustmqtt.PendingMessage;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.listeners.ListenerSpec;
import org.robustmqtt.client.listeners.Registration;
import org.robustmqtt.whiteboard.ConnectionListener;
import org.robustmqtt.whiteboard.MessageListener;
import org.robustmqtt.whiteboard.OutcomeListener;

/**
 * Stands in for the rooms of a connection that has none: its journal cannot be opened, or it is
 * gone. Accepts no message and says why.
 */
final class AbsentRooms implements Rooms {
  private final ConnectionStatus status;
  private final NotAcceptedException.Cause cause;
  private final String text;
  private volatile List<String> faults;

  /**
   * Makes a stand-in.
   *
   * @param status what to show
   * @param cause why no message is accepted
   * @param text one line for a person
   */
  AbsentRooms(ConnectionStatus status, NotAcceptedException.Cause cause, String text) {
    this.status = status;
    this.cause = cause;
    this.text = text;
    this.faults = status.faults();
  }

  @Override
  public Ticket publish(Message message) {
    throw new NotAcceptedException(cause, status.name() + ": " + text);
  }

  @Override
  public Ticket publish(Message message, Duration maxWait) {
    return publish(message);
  }

  @Override
  public boolean unsubscribe(String filter) {
    return false;
  }

  @Override
  public ConnectionStatus status() {
    return Statuses.withFaults(status, faults);
  }

  @Override
  public Pending pending() {
    return new Pending(0, 0, 0, 0);
  }

  @Override
  public List<PendingMessage> browse(int limit) {
    return List.of();
  }

  @Override
  public CompletionStage<Void> whenIdle() {
    return CompletableFuture.completedStage(null);
  }

  @Override
  public boolean cancel(long id) {
    return false;
  }

  @Override
  public int purge() {
    return 0;
  }

  @Override
  public List<PendingMessage> quarantined(int limit) {
    return List.of();
  }

  @Override
  public Optional<Ticket> retry(long id) {
    return Optional.empty();
  }

  @Override
  public int purgeQuarantined() {
    return 0;
  }

  @Override
  public void connect() {
    // nothing can be done: the component tries again by itself
  }

  @Override
  public void disconnect() {
    // it is not connected
  }

  @Override
  public void reconnectNow() {
    // nothing can be done: the component tries again by itself
  }

  @Override
  public CompletionStage<Duration> probe() {
    return CompletableFuture.failedStage(new IOException(status.name() + ": " + text));
  }

  @Override
  public MqttSubscriptionHandle listen(ListenerSpec spec, MessageListener listener) {
    return () -> {};
  }

  @Override
  public Registration listenOutcomes(String owner, OutcomeListener listener) {
    return () -> {};
  }

  @Override
  public Registration listenStates(String owner, ConnectionListener listener) {
    return () -> {};
  }

  @Override
  public boolean onListenerThread() {
    return false;
  }

  @Override
  public void apply(Settings settings) {
    // there is nothing that they could be applied to
  }

  @Override
  public void hubStarted() {
    // nothing waited for it
  }

  @Override
  public void journalChanged() {
    // there is none
  }

  @Override
  public void faults(List<String> lines) {
    faults = List.copyOf(lines);
  }

  @Override
  public CompletionStage<Void> stop(Duration drain) {
    return CompletableFuture.completedStage(null);
  }
}
