package org.robustmqtt.client.policy;

/**
 * What an outbox may hold, queued and in flight together.
 *
 * @param maxMessages how many messages; 1 and more
 * @param maxBytes how many bytes of topics and payloads; 1 and more
 * @param maximumPacketSize the largest packet that is accepted, in bytes
 * @param maxAttempts how often the link may be lost while a message alone waits for its
 *     acknowledgement, before that message is quarantined
 */
public record Limits(int maxMessages, long maxBytes, int maximumPacketSize, int maxAttempts) {
  /** The default of {@code maxAttempts}. */
  public static final int MAX_ATTEMPTS = 10;

  /** The defaults of a connection: 10,000 messages, 64 MB, packets of 1 MB, 10 attempts. */
  public static final Limits DEFAULT = new Limits(10_000, 64L << 20, 1 << 20, MAX_ATTEMPTS);

  /** Checks the values. */
  public Limits {
    if (maxMessages < 1 || maxBytes < 1 || maximumPacketSize < 1 || maxAttempts < 1) {
      throw new IllegalArgumentException(
          "maxMessages "
              + maxMessages
              + ", maxBytes "
              + maxBytes
              + ", maximumPacketSize "
              + maximumPacketSize
              + ", maxAttempts "
              + maxAttempts
              + ": each must be 1 or more");
    }
  }
}
