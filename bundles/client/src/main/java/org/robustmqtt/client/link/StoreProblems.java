package org.robustmqtt.client.link;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.robustmqtt.Place;
import org.robustmqtt.Problem;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.journal.JournalStatus;

/**
 * What of the store is a problem although messages can be sent: shown until a person has seen it.
 */
final class StoreProblems {
  private StoreProblems() {}

  /** Returns a line for each. */
  static List<String> lines(JournalStatus journal) {
    return Stream.concat(journal.unreadable().stream(), damage(journal).stream()).toList();
  }

  /** Returns the worst of them. */
  static Optional<Problem> worst(JournalStatus journal, Instant since) {
    return journal
        .unreadable()
        .map(text -> new Problem(Place.STORE, ProblemKind.STORE_DEGRADED, 0, text, since))
        .or(
            () ->
                damage(journal)
                    .map(
                        text ->
                            new Problem(Place.STORE, ProblemKind.STORE_DAMAGED, 0, text, since)))
        .or(
            () ->
                journal
                    .degraded()
                    .map(
                        text ->
                            new Problem(Place.STORE, ProblemKind.STORE_DEGRADED, 0, text, since)));
  }

  private static Optional<String> damage(JournalStatus journal) {
    int parts = journal.damagedFiles().size();
    return parts == 0
        ? Optional.empty()
        : Optional.of(
            "the journal is damaged: "
                + parts
                + (parts == 1 ? " part" : " parts")
                + ", "
                + journal.damagedBytes()
                + " bytes, could not be read, the messages in them are lost; see mqtt:store verify,"
                + " then mqtt:store acknowledge");
  }
}
