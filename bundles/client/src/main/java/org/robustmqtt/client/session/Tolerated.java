package org.robustmqtt.client.session;

/**
 * What a broker does against the standard and may go on doing: it costs no more than itself, and a
 * person is told.
 */
public enum Tolerated {
  /** It sends more than our receive maximum without waiting. */
  RECEIVE_MAXIMUM_EXCEEDED,
  /** A message is larger than we take, or said that we take. */
  PACKET_TOO_LARGE,
  /** A message is malformed, and has ended connections before. */
  MESSAGE_MALFORMED,
  /** It forgot a message of ours whose QoS 2 exchange had begun. */
  MESSAGE_LOST,
  /** It answers a filter with a code that the standard does not have. */
  SUBACK_CODE_UNKNOWN
}
