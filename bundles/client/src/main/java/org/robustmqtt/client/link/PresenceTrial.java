package org.robustmqtt.client.link;

import java.util.Optional;
import java.util.Set;
import org.robustmqtt.Message;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.ReasonCode;
import org.robustmqtt.client.session.SessionSettings;

/**
 * Finds out whether the broker drops us for the birth message or for the will, which go before all
 * else on every connection: nothing else would ever leave. What it is three times in a row is left
 * out until the settings change. Where it is only the likely reason, that is a trial: if the broker
 * drops us all the same, it is innocent. On the loop only.
 */
final class PresenceTrial {
  private static final int LOSSES = 3;

  /** What a CONNACK says of the will only (5.0, section 3.2.2.2). */
  private static final Set<Integer> OF_THE_WILL =
      Set.of(
          ReasonCode.TOPIC_NAME_INVALID.value(),
          ReasonCode.PAYLOAD_FORMAT_INVALID.value(),
          ReasonCode.RETAIN_NOT_SUPPORTED.value(),
          ReasonCode.QOS_NOT_SUPPORTED.value());

  private static final class Suspect {
    private int losses;
    private boolean aside;
    private boolean innocent;

    void reset() {
      losses = 0;
      aside = false;
      innocent = false;
    }

    /** Lost once more; returns whether it is put aside for that. */
    boolean lost() {
      losses++;
      aside = !innocent && losses >= LOSSES;
      return aside;
    }

    /** Lost without it. */
    void acquit() {
      reset();
      innocent = true;
    }
  }

  private final Suspect birth = new Suspect();
  private final Suspect will = new Suspect();

  /** Whether a connection without the will was accepted, or it was refused by its name. */
  private boolean willProved;

  /** Whether nothing acknowledges the birth, so that it is only the likely reason. */
  private boolean birthOnTrial;

  /** The settings are others, or a person wants a new attempt. */
  void reset() {
    birth.reset();
    will.reset();
    willProved = false;
    birthOnTrial = false;
  }

  /** Returns the birth message that is to be published. */
  Optional<Message> birth(Presence presence) {
    return birth.aside ? Optional.empty() : presence.birth();
  }

  /** Returns whether the birth may be the reason of a loss without a word. */
  boolean suspectsBirth(Presence presence) {
    return presence.birth().filter(message -> message.qos() == QoS.AT_MOST_ONCE).isPresent()
        && !birth.innocent;
  }

  /** Returns the settings to connect with. */
  SessionSettings session(SessionSettings settings) {
    return will.aside ? settings.withoutWill() : settings;
  }

  /** The broker acknowledged the birth, or the link became stable after it. */
  void birthTaken() {
    if (!birth.aside) {
      birth.losses = 0;
    }
  }

  /**
   * The broker ended a link on which the birth was not acknowledged.
   *
   * @return what is to be said if it is put aside for that
   */
  Optional<String> lostWithBirth(Presence presence) {
    birthOnTrial = false;
    return birth.lost() ? presence.birth().map(PresenceTrial::saidOfBirth) : Optional.empty();
  }

  /**
   * The broker ended a young link without a word, on which nothing was to be answered.
   *
   * @param said whether the birth was published on it, with QoS 0
   */
  Optional<String> lostInSilence(Presence presence, boolean said) {
    if (birth.aside && birthOnTrial) {
      birth.acquit();
      return Optional.empty();
    }
    if (!said || !birth.lost()) {
      return Optional.empty();
    }
    birthOnTrial = true;
    return presence.birth().map(PresenceTrial::saidOfBirth);
  }

  private static String saidOfBirth(Message message) {
    return ", "
        + LOSSES
        + " times in a row after the birth message on "
        + message.topic()
        + ": it is left out until the configuration changes; look at presenceTopic or birthTopic,"
        + " and at what the broker allows";
  }

  /**
   * The broker did not accept us.
   *
   * @return whether to try again at once, without the will
   */
  boolean refused(SessionSettings settings, ProblemKind kind, int reasonCode) {
    if (settings.will().isEmpty() || willProved) {
      return false;
    }
    if (OF_THE_WILL.contains(reasonCode) && kind == ProblemKind.CONNECT_DENIED) {
      will.aside = true;
      return true;
    }
    if (will.aside) {
      will.acquit();
    } else if (kind == ProblemKind.CONNECTION_LOST || kind == ProblemKind.NOT_AUTHORIZED) {
      will.lost();
    }
    return false;
  }

  /**
   * The broker accepted us.
   *
   * @return what is to be said if the will was left out for the first time
   */
  Optional<String> accepted(SessionSettings settings) {
    if (!will.aside) {
      will.reset();
      return Optional.empty();
    }
    boolean first = !willProved;
    willProved = true;
    return settings
        .will()
        .filter(left -> first)
        .map(
            left ->
                "The broker accepts us without the will on "
                    + left.topic()
                    + " only: it is left out until the configuration changes; look at"
                    + " presenceTopic or lwtTopic, and at what the broker allows");
  }
}
