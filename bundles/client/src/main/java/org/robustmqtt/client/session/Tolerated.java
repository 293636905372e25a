package org.robustmqtt.client.session;

/**
 * What a broker does against the standard and may go on doing: it costs no more than itself, and a
 * person is told.
 */
public enum Tolerated {
  /** It sends more than our receive maximum without waiting. */
  RECEIVE_MAXIMUM_EXCEEDED
}
