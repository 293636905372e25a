package org.robustmqtt.spi;

import java.util.Objects;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Message;
import org.robustmqtt.QueueStatus;

/** What an {@link AdmissionPolicy} is told. Immutable. */
public final class AdmissionRequest {
  private final String connection;
  private final Message message;
  private final String policy;
  private final ConnectionState state;
  private final QueueStatus queue;

  /**
   * Describes a request.
   *
   * @param connection the name of the connection
   * @param message what is published
   * @param policy the name of the policy that the message has
   * @param state of the connection at this moment
   * @param queue what the connection holds at this moment
   */
  public AdmissionRequest(
      String connection, Message message, String policy, ConnectionState state, QueueStatus queue) {
    this.connection = Objects.requireNonNull(connection);
    this.message = Objects.requireNonNull(message);
    this.policy = Objects.requireNonNull(policy);
    this.state = Objects.requireNonNull(state);
    this.queue = Objects.requireNonNull(queue);
  }

  /** Returns the name of the connection. */
  public String connection() {
    return connection;
  }

  /** Returns what is published. */
  public Message message() {
    return message;
  }

  /** Returns the name of the policy: what the message names, else that of its topic. */
  public String policy() {
    return policy;
  }

  /** Returns the state of the connection at this moment. */
  public ConnectionState state() {
    return state;
  }

  /** Returns what the connection holds at this moment. */
  public QueueStatus queue() {
    return queue;
  }
}
