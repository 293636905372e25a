package org.robustmqtt;

import java.time.Instant;
import java.util.Objects;

/** One thing that went wrong: where, what, why and when. Immutable, without secrets. */
public final class Problem {
  private final Place place;
  private final ProblemKind kind;
  private final int reasonCode;
  private final String text;
  private final Instant at;

  /**
   * Describes a problem.
   *
   * @param place where it happened
   * @param kind what it is
   * @param reasonCode the broker's reason code, 0 if it gave none
   * @param text one line for a person, without secrets; what does not fit on a line is replaced,
   *     see {@link PlainText}
   * @param at when it happened, wall time
   */
  public Problem(Place place, ProblemKind kind, int reasonCode, String text, Instant at) {
    this.place = Objects.requireNonNull(place);
    this.kind = Objects.requireNonNull(kind);
    this.reasonCode = reasonCode;
    this.text = PlainText.of(text);
    this.at = Objects.requireNonNull(at);
  }

  /** Returns where it happened. */
  public Place place() {
    return place;
  }

  /** Returns what it is. */
  public ProblemKind kind() {
    return kind;
  }

  /** Returns the broker's reason code, 0 if it gave none. */
  public int reasonCode() {
    return reasonCode;
  }

  /** Returns one line for a person. */
  public String text() {
    return text;
  }

  /** Returns when it happened. */
  public Instant at() {
    return at;
  }

  /** Returns place, kind, its number and the text. */
  @Override
  public String toString() {
    return place + " " + kind + " (" + kind.code() + "): " + text;
  }
}
