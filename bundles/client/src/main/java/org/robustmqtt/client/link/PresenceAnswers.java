package org.robustmqtt.client.link;

import java.util.Optional;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.ReasonCode;
import org.robustmqtt.client.door.Log;

/**
 * Tells people that the broker refused a message of presence: nobody else hears of it, since such a
 * message has no ticket. Told once in the log, and shown until the broker takes the birth or the
 * presence is set otherwise. On the loop only.
 */
final class PresenceAnswers {
  private static final Log LOG = Log.of(Link.class);

  private final String name;
  private final StatusBoard board;
  private Optional<String> refused = Optional.empty();

  PresenceAnswers(String name, StatusBoard board) {
    this.name = name;
    this.board = board;
  }

  /** The presence is set otherwise. */
  void forget() {
    show(Optional.empty());
  }

  /** The birth message has its end. */
  void birth(Presence presence, Outcome outcome) {
    switch (outcome.kind()) {
      case ACKNOWLEDGED, SENT -> show(Optional.empty());
      case DROPPED ->
          refused(
              presence.birth(), (Outcome.Dropped) outcome, "birth", "presenceTopic or birthTopic");
    }
  }

  /** The shutdown message has its end. */
  void shutdown(Presence presence, Outcome outcome) {
    switch (outcome.kind()) {
      case ACKNOWLEDGED, SENT -> {}
      case DROPPED ->
          refused(
              presence.shutdown(),
              (Outcome.Dropped) outcome,
              "shutdown",
              "presenceTopic or shutdownTopic");
    }
  }

  /** Without a reason code it was not the broker: the link was lost meanwhile. */
  private void refused(
      Optional<Message> message, Outcome.Dropped outcome, String what, String keys) {
    if (message.isPresent() && outcome.reasonCode() != 0) {
      show(
          Optional.of(
              "the broker refused the "
                  + what
                  + " message on "
                  + message.get().topic()
                  + ": "
                  + ReasonCode.describe(outcome.reasonCode())
                  + "; look at "
                  + keys
                  + ", and at what the broker allows this user"));
    }
  }

  private void show(Optional<String> line) {
    if (!line.equals(refused)) {
      refused = line;
      line.ifPresent(text -> LOG.warn("{}: {}", name, text));
      board.presence(line);
    }
  }
}
