package org.robustmqtt.persistence.format;

import java.util.Optional;

/** What a record says. The numbers are on disk and never change their meaning. */
public enum RecordType {
  /** Begins a forced batch; everything before it was forced. Drawn in {@link Format}. */
  BATCH(0xB1),
  /** A message, with its stage if it has one; see {@link MessageBody}. */
  MESSAGE(1),
  /** {@code sequence, epoch, packet id}: PUBLISH may have been sent. */
  SENT(2),
  /** {@code sequence}: PUBREL may have been sent. */
  RELEASED(3),
  /** {@code sequence}: the session is lost; to be sent as new if it has no outcome. */
  UNSENT(4),
  /** {@code sequence}: the message has its outcome. */
  SETTLED(5),
  /** {@code packet id}: a QoS 2 message was received and handled. */
  RECEIVED(6),
  /** {@code packet id}: its exchange is complete. */
  COMPLETED(7),
  /** No exchange of a received message is open any more. */
  FORGET_RECEIVED(8),
  /** {@code N}: no sequence at or above N was given out. */
  LEASE(9),
  /** {@code key length, key, value}; an empty value removes the key. */
  VALUE(10),
  /** {@code segment}: segments with a lower number are dead. */
  WATERMARK(11),
  /** {@code next sequence}: closed cleanly; counts only as the last record of a journal. */
  CLEAN(12),
  /** {@code sequence}: it has its outcome, its packet id may be in use; see {@link Stage}. */
  ABANDONED(13),
  /** {@code sequence}: it has its outcome and is kept. */
  QUARANTINED(14);

  private static final RecordType[] ALL = values();

  private final int code;

  RecordType(int code) {
    this.code = code;
  }

  /** Returns the byte that stands for it. */
  public int code() {
    return code;
  }

  /** Returns the type that a byte stands for, empty if there is none. */
  static Optional<RecordType> of(int code) {
    for (RecordType type : ALL) {
      if (type.code == code) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
