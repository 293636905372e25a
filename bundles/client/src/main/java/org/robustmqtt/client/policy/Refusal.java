package org.robustmqtt.client.policy;

import java.util.Optional;
import org.robustmqtt.NotAcceptedException;

/**
 * Why a message is not let in.
 *
 * @param cause the cause
 * @param why which limit leaves no room, with the numbers of this moment; one line
 * @param mayFitLater whether that changes when others have left
 */
public record Refusal(NotAcceptedException.Reason cause, String why, boolean mayFitLater) {

  /**
   * Decides whether one more message is let in; empty: it is.
   *
   * @param policy the policy of the one more
   * @param own how many messages of the policy are there, queued and in flight
   * @param ownBytes of their topics and payloads
   * @param others how many of other policies are there, or have room reserved for them
   * @param othersBytes the same in bytes
   * @param more the size of the one more
   */
  public static Optional<Refusal> of(
      Limits limits,
      DeliveryPolicy policy,
      int own,
      long ownBytes,
      int others,
      long othersBytes,
      MessageSize more) {
    if (more.packet() > limits.maximumPacketSize()) {
      return Optional.of(
          new Refusal(
              NotAcceptedException.Reason.TOO_LARGE,
              "a packet of "
                  + more.packet()
                  + " bytes, allowed are maximumPacketSize = "
                  + limits.maximumPacketSize(),
              false));
    }
    int most = policy.space().maxMessages().orElse(Integer.MAX_VALUE);
    long mostBytes = policy.space().maxBytes().orElse(Long.MAX_VALUE);
    boolean mayFitLater = more.queued() <= Math.min(limits.maxBytes(), mostBytes);
    if (own >= most) {
      return full(of(policy) + own, "", "maxMessages = " + most, mayFitLater);
    }
    if (more.queued() > mostBytes - ownBytes) {
      return full(of(policy) + ownBytes, bytes(more), "maxBytes = " + mostBytes, mayFitLater);
    }
    if (own >= limits.maxMessages() - others) {
      int all = own + others;
      return full("" + all, "", "queueMaxMessages = " + limits.maxMessages(), mayFitLater);
    }
    if (more.queued() > limits.maxBytes() - othersBytes - ownBytes) {
      long all = ownBytes + othersBytes;
      return full("" + all, bytes(more), "queueMaxBytes = " + limits.maxBytes(), mayFitLater);
    }
    return Optional.empty();
  }

  private static String of(DeliveryPolicy policy) {
    return "policy " + policy.name() + " has ";
  }

  private static String bytes(MessageSize more) {
    return " bytes and " + more.queued() + " more";
  }

  private static Optional<Refusal> full(
      String there, String more, String limit, boolean mayFitLater) {
    return Optional.of(
        new Refusal(
            NotAcceptedException.Reason.QUEUE_FULL,
            "queue full: "
                + there
                + (more.isEmpty() ? " messages" : more)
                + ", allowed are "
                + limit,
            mayFitLater));
  }
}
