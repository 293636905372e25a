package org.robustmqtt;

/** Where a problem happened. The first eleven are the places of umqtt.robust2. */
public enum Place {
  /** Not known. */
  UNKNOWN,
  /** CONNECT and CONNACK. */
  CONNECT,
  /** Publishing. */
  PUBLISH,
  /** Subscribing or unsubscribing. */
  SUBSCRIBE,
  /** A later connect. */
  RECONNECT,
  /** Sending what had been queued. */
  SEND_QUEUE,
  /** DISCONNECT. */
  DISCONNECT,
  /** PINGREQ and PINGRESP. */
  PING,
  /** Waiting for a packet. */
  WAIT_MESSAGE,
  /** The keep alive. */
  KEEP_ALIVE,
  /** Reading a packet. */
  CHECK_MESSAGE,
  /** The TLS handshake. */
  TLS,
  /** Resolving the broker's name. */
  DNS,
  /** The journal on disk. */
  STORE,
  /** The configuration. */
  CONFIG,
  /** A listener of the application. */
  LISTENER
}
