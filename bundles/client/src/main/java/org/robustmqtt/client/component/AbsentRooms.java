package org.robustmqtt.client.component;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Ticket;

/**
 * Stands in for the rooms of a connection that has none: its journal cannot be opened, or it is
 * gone. The component tries again by itself.
 */
final class AbsentRooms implements Rooms {
  private final ConnectionStatus status;
  private final NotAcceptedException.Reason cause;
  private final String text;
  private volatile List<String> faults;

  /**
   * Makes a stand-in.
   *
   * @param status what to show
   * @param cause why no message is accepted
   * @param text one line for a person
   */
  AbsentRooms(ConnectionStatus status, NotAcceptedException.Reason cause, String text) {
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
  public ConnectionStatus status() {
    return Statuses.withFaults(status, faults);
  }

  @Override
  public CompletionStage<Duration> probe() {
    return CompletableFuture.failedStage(new IOException(status.name() + ": " + text));
  }

  @Override
  public void faults(List<String> lines) {
    faults = List.copyOf(lines);
  }
}
