package org.robustmqtt.spi;

import java.util.Objects;
import org.robustmqtt.PlainText;

/** What an {@link AdmissionPolicy} decides of a message. Immutable. */
public final class Admission {
  private static final Admission SEND = new Admission(Kind.SEND, "");
  private static final Admission KEEP = new Admission(Kind.KEEP, "");
  private static final Admission KEEP_LATEST = new Admission(Kind.KEEP_LATEST, "");
  private static final Admission DROP = new Admission(Kind.DROP, "");

  private final Kind kind;
  private final String why;

  /** The decisions. */
  public enum Kind {
    /** See {@link Admission#send()}. */
    SEND,
    /** See {@link Admission#keep()}. */
    KEEP,
    /** See {@link Admission#keepLatest()}. */
    KEEP_LATEST,
    /** See {@link Admission#drop()}. */
    DROP,
    /** See {@link Admission#refuse}. */
    REFUSE
  }

  private Admission(Kind kind, String why) {
    this.kind = kind;
    this.why = why;
  }

  /**
   * It is accepted as its policy says while the connection is online, and else dropped as {@link
   * org.robustmqtt.DropReason#OFFLINE}.
   */
  public static Admission send() {
    return SEND;
  }

  /** It is accepted as its policy says: what happens without an {@link AdmissionPolicy}. */
  public static Admission keep() {
    return KEEP;
  }

  /**
   * It is accepted as its policy says, and the older messages of its topic that were not sent and
   * are in memory are dropped as {@link org.robustmqtt.DropReason#REPLACED}. What is on disk only,
   * because the queue is very long, is still sent before it; {@code keep=latest} of a policy
   * replaces that, too.
   */
  public static Admission keepLatest() {
    return KEEP_LATEST;
  }

  /**
   * It is accepted, needs no room, is not stored, and has the outcome {@link
   * org.robustmqtt.DropReason#NOT_ADMITTED} at once.
   */
  public static Admission drop() {
    return DROP;
  }

  /**
   * It is not accepted: {@code publish} throws, with {@link
   * org.robustmqtt.NotAcceptedException.Reason#NOT_ADMITTED}.
   *
   * @param why one line for the publisher
   */
  public static Admission refuse(String why) {
    return new Admission(Kind.REFUSE, PlainText.of(Objects.requireNonNull(why)));
  }

  /** Returns what is decided. */
  public Kind kind() {
    return kind;
  }

  /** Returns why it is refused, one line; empty if it is not. */
  public String why() {
    return why;
  }

  @Override
  public String toString() {
    return why.isEmpty() ? kind.name() : kind + ": " + why;
  }
}
