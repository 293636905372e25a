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
public record Refusal(NotAcceptedException.Cause cause, String why, boolean mayFitLater) {

  /**
   * Decides whether one more message is let in; empty: it is.
   *
   * @param messages how many are there, queued and in flight
   * @param bytes of their topics and payloads
   * @param more the size of the one more
   */
  public static Optional<Refusal> of(Limits limits, int messages, long bytes, MessageSize more) {
    if (more.packet() > limits.maximumPacketSize()) {
      return Optional.of(
          new Refusal(
              NotAcceptedException.Cause.TOO_LARGE,
              "a packet of "
                  + more.packet()
                  + " bytes, allowed are maximumPacketSize = "
                  + limits.maximumPacketSize(),
              false));
    }
    boolean mayFitLater = more.queued() <= limits.maxBytes();
    if (messages >= limits.maxMessages()) {
      return full(
          messages + " messages, allowed are queueMaxMessages = " + limits.maxMessages(),
          mayFitLater);
    }
    if (more.queued() > limits.maxBytes() - bytes) {
      return full(
          bytes
              + " bytes and "
              + more.queued()
              + " more, allowed are queueMaxBytes = "
              + limits.maxBytes(),
          mayFitLater);
    }
    return Optional.empty();
  }

  private static Optional<Refusal> full(String what, boolean mayFitLater) {
    return Optional.of(
        new Refusal(NotAcceptedException.Cause.QUEUE_FULL, "queue full: " + what, mayFitLater));
  }
}
