package org.robustmqtt.codec;

import org.robustmqtt.ReasonCode;

/**
 * Bytes that are no packet, or a packet that cannot be written. The message names what is wrong and
 * where; the clause is the standard's number.
 */
public final class CodecException extends Exception {
  private final transient ReasonCode reason;
  private final String clause;

  /**
   * Describes a refusal.
   *
   * @param reason what a DISCONNECT says about it: 0x81, 0x82, 0x84 or 0x95
   * @param clause the number of the rule, for example {@code MQTT-2.1.3-1}
   * @param message what is wrong, where, and what is allowed
   */
  public CodecException(ReasonCode reason, String clause, String message) {
    super(message + " (" + clause + ")");
    this.reason = reason;
    this.clause = clause;
  }

  /** Returns what a DISCONNECT says about it. */
  public ReasonCode reason() {
    return reason;
  }

  /** Returns the number of the rule that was broken. */
  public String clause() {
    return clause;
  }
}
