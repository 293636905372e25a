package org.robustmqtt;

/**
 * The states of a connection.
 *
 * <pre>
 *   FAULTED  --(settings or store become good)--&gt; WAITING
 *   WAITING  --(the wait is over, reconnectNow)--&gt; CONNECTING
 *   CONNECTING --(bytes can flow)--&gt; HANDSHAKING --(CONNACK 0x00)--&gt; ONLINE
 *   CONNECTING, HANDSHAKING, ONLINE --(any failure)--&gt; WAITING
 *   ONLINE --(disconnect, stop)--&gt; CLOSING --(drained or late)--&gt; CLOSED
 *   CLOSED --(connect)--&gt; WAITING
 * </pre>
 *
 * In every state a message may be published; only a connection that is gone refuses it. Every state
 * but FAULTED and CLOSED, which wait for a person, has a deadline.
 */
public enum ConnectionState {
  /**
   * The settings or the store do not allow to connect; {@link ConnectionStatus#problem()} says why.
   */
  FAULTED,
  /** Nothing to do: the energy profile keeps the link closed. */
  IDLE,
  /** Waiting for the next attempt. */
  WAITING,
  /** Resolving the name and opening the connection. */
  CONNECTING,
  /** CONNECT was sent, CONNACK is awaited. */
  HANDSHAKING,
  /** Connected. */
  ONLINE,
  /** Sending what can still be sent, then DISCONNECT. */
  CLOSING,
  /** Closed by hand, by {@code enabled=false}, or for good. Messages are still queued. */
  CLOSED
}
