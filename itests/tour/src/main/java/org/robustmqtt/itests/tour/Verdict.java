package org.robustmqtt.itests.tour;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What became of the messages.
 *
 * @param accepted messages with a ticket, and the one whose ticket a kill may have cut off, if it
 *     arrived
 * @param onDisk whose ticket said ON_DISK
 * @param delivered different messages that the witness heard
 * @param lost whose ticket said ON_DISK or whose outcome was Acknowledged, and never heard
 * @param atRisk accepted, neither of both, and never heard
 * @param atRiskAllowed as many may be: rate x (store delay + one force); with {@code sync} none
 * @param dropped accepted messages with another outcome than Acknowledged
 * @param duplicates deliveries beyond the first that are ours
 * @param duplicatesAllowed as many may be: those in flight at each of the two kills
 * @param redelivered deliveries beyond the first that are the broker's: the hub had the
 *     acknowledgement before the broker was killed, and the broker sent it once more
 * @param reordered first deliveries that came after a higher number on the same topic
 * @param refused messages that were not accepted
 * @param unfinished messages not published because the time was over
 * @param backAfterBroker milliseconds from the broker's answering again to the first message that
 *     it did not have before; empty if none came
 * @param backAfterHub milliseconds from the start of the hub's JVM to the first message; empty if
 *     none came
 */
record Verdict(
    int accepted,
    int onDisk,
    int delivered,
    int lost,
    int atRisk,
    int atRiskAllowed,
    int dropped,
    int duplicates,
    int duplicatesAllowed,
    int redelivered,
    int reordered,
    int refused,
    int unfinished,
    OptionalLong backAfterBroker,
    OptionalLong backAfterHub) {

  /** Whether the promise was kept. */
  boolean kept() {
    return lost == 0
        && reordered == 0
        && refused == 0
        && dropped == 0
        && unfinished == 0
        && atRisk <= atRiskAllowed
        && duplicates <= duplicatesAllowed
        && backAfterBroker.isPresent()
        && backAfterHub.isPresent();
  }

  /**
   * Compares what was noted with what was heard.
   *
   * @param total how many messages were to be published
   * @param notes the publisher's
   * @param heard the witness's, in the order of arrival
   * @param when what happened when
   * @param atRiskAllowed bound for messages at risk
   * @param duplicatesAllowed bound for duplicates
   */
  static Verdict of(
      int total,
      Notes notes,
      List<Delivery> heard,
      Schedule when,
      int atRiskAllowed,
      int duplicatesAllowed) {
    Set<Integer> seen = new HashSet<>();
    Map<String, Integer> highest = new HashMap<>();
    int duplicates = 0;
    int redelivered = 0;
    int reordered = 0;
    OptionalLong backAfterBroker = OptionalLong.empty();
    OptionalLong backAfterHub = OptionalLong.empty();
    for (Delivery delivery : heard) {
      long acknowledgedAt = acknowledgedAt(notes, delivery.number());
      if (!seen.add(delivery.number())) {
        if (acknowledgedAt < when.brokerKilledAt()
            && delivery.at() >= when.brokerReadyAt()
            && delivery.at() < when.hubKilledAt()) {
          redelivered++;
        } else {
          duplicates++;
        }
        continue;
      }
      if (delivery.number() < highest.getOrDefault(delivery.topic(), -1)) {
        reordered++;
      }
      highest.merge(delivery.topic(), delivery.number(), Math::max);
      if (backAfterBroker.isEmpty()
          && delivery.at() >= when.brokerReadyAt()
          && acknowledgedAt >= when.brokerKilledAt()) {
        backAfterBroker = OptionalLong.of(delivery.at() - when.brokerReadyAt());
      }
      if (backAfterHub.isEmpty()
          && delivery.at() >= when.hubStartedAt()
          && acknowledgedAt >= when.hubKilledAt()) {
        backAfterHub = OptionalLong.of(delivery.at() - when.hubStartedAt());
      }
    }

    int accepted = 0;
    int onDisk = 0;
    int lost = 0;
    int atRisk = 0;
    int dropped = 0;
    int refused = 0;
    for (Map.Entry<Integer, Notes.Fate> entry : notes.fates().entrySet()) {
      Notes.Fate fate = entry.getValue();
      boolean arrived = seen.contains(entry.getKey());
      if (!fate.refusal().isEmpty()) {
        refused++;
        continue;
      }
      if (!fate.accepted() && !arrived) {
        continue; // cut off by the kill: whether publish would have returned nobody knows
      }
      accepted++;
      if (fate.onDisk()) {
        onDisk++;
      }
      if (!fate.outcome().isEmpty() && !fate.acknowledged()) {
        dropped++;
      }
      if (!arrived) {
        if (fate.onDisk() || fate.acknowledged()) {
          lost++;
        } else {
          atRisk++;
        }
      }
    }
    return new Verdict(
        accepted,
        onDisk,
        seen.size(),
        lost,
        atRisk,
        atRiskAllowed,
        dropped,
        duplicates,
        duplicatesAllowed,
        redelivered,
        reordered,
        refused,
        total - notes.published(),
        backAfterBroker,
        backAfterHub);
  }

  private static long acknowledgedAt(Notes notes, int number) {
    Notes.Fate fate = notes.fates().get(number);
    return fate == null ? Long.MAX_VALUE : fate.acknowledgedAt().orElse(Long.MAX_VALUE);
  }
}
