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

  /** Checks the values. */
  public Limits {
    if (maxMessages < 1 || maxBytes < 1 || maximumPacketSize < 1) {
      throw new IllegalArgumentException(
          "maxMessages "
              + maxMessages
              + ", maxBytes "
              + maxBytes
              + ", maximumPacketSize "
              + maximumPacketSize
              + ": each must be 1 or more");
    }
  }

  /** Returns whether one more message of this size fits beside those that are there. */
  public boolean haveRoom(int messages, long bytes, int more) {
    return messages < maxMessages && more <= maxBytes - bytes;
  }

  /** Says which limit leaves no room, with the numbers of this moment; one line. */
  public String describeFull(int messages, long bytes, int more) {
    if (messages >= maxMessages) {
      return "queue full: " + messages + " messages, allowed are maxMessages = " + maxMessages;
    }
    return "queue full: "
        + bytes
        + " bytes and "
        + more
        + " more, allowed are maxBytes = "
        + maxBytes;
  }
}
