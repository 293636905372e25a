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
 *   ONLINE, WAITING --(nothing to do, if energy is saved)--&gt; IDLE
 *   IDLE --(a reason, see the key energy)--&gt; CONNECTING, or WAITING if no attempt is free
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
  /**
   * Closed to save energy, because nothing needs a link: the device may sleep. It opens for a
   * message whose policy has {@code wake}, for {@code wakeMessages} of them, for one that has
   * waited for {@code wakeAge}, and for filters that the broker has to be told of.
   */
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
