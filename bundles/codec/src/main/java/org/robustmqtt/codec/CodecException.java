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
   * @param reason what a DISCONNECT or CONNACK says about it: 0x81, 0x82, 0x84, 0x85, 0x8F, 0x94 or
   *     0x95
   * @param clause the number of the rule in the version spoken, for example {@code MQTT-2.1.3-1};
   *     the section where it has no number
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

  /** Returns the number of the rule that was broken, or its section. */
  public String clause() {
    return clause;
  }
}
