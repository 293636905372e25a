package org.robustmqtt.spi;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/** What a connection has accepted and not settled under one policy. Immutable. */
public final class WaitingMessages {
  private final String policy;
  private final boolean wake;
  private final int messages;
  private final long bytes;
  private final Optional<Instant> oldest;

  /**
   * Describes what waits.
   *
   * @param policy the name of the policy
   * @param wake whether a message of it is urgent
   * @param messages how many; 0 and more
   * @param bytes their topics and payloads; 0 and more
   * @param oldest when the oldest was accepted, wall time; empty if there is none
   */
  public WaitingMessages(
      String policy, boolean wake, int messages, long bytes, Optional<Instant> oldest) {
    this.policy = Objects.requireNonNull(policy);
    this.wake = wake;
    this.messages = messages;
    this.bytes = bytes;
    this.oldest = Objects.requireNonNull(oldest);
  }

  /** Returns the name of the policy. */
  public String policy() {
    return policy;
  }

  /** Returns whether a message of the policy is urgent: whether the policy has {@code wake}. */
  public boolean wake() {
    return wake;
  }

  /** Returns the number of messages, queued and in flight. */
  public int messages() {
    return messages;
  }

  /** Returns the bytes of their topics and payloads. */
  public long bytes() {
    return bytes;
  }

  /** Returns when the oldest was accepted, wall time; empty if there is none. */
  public Optional<Instant> oldest() {
    return oldest;
  }
}
