package org.robustmqtt.client.policy;

/**
 * What an outbox may hold, queued and in flight together.
 *
 * @param maxMessages how many messages; 1 and more
 * @param maxBytes how many bytes of topics and payloads; 1 and more
 * @param maximumPacketSize the largest packet that is accepted, in bytes
 */
public record Limits(int maxMessages, long maxBytes, int maximumPacketSize) {
  /** The defaults of a connection: 10,000 messages, 64 MB, packets of 1 MB. */
  public static final Limits DEFAULT = new Limits(10_000, 64L << 20, 1 << 20);
}
