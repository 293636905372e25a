package org.robustmqtt.journal;

import java.util.Objects;

/**
 * Which of {@value #SIZE} sequences that follow one another are messages that are on disk, wait to
 * be sent for the first time, and are in nobody's memory.
 *
 * @param first the first of the sequences, a multiple of {@value #SIZE}
 * @param present a bit for each of them, the lowest first, in words of 64; not copied, not to be
 *     changed
 * @param policy what {@link JournalSettings#policies()} said of each of them
 * @param bytes of their topics and payloads
 * @param smallest how large the smallest of them is; not more than that
 * @param acceptedAt when the first of them was accepted, milliseconds of wall time
 * @param expiresAt when the earliest of their deadlines passes, milliseconds of wall time; not
 *     later than that; 0: none has one
 */
public record StoredBlock(
    long first,
    long[] present,
    String policy,
    long bytes,
    int smallest,
    long acceptedAt,
    long expiresAt) {
  /** How many sequences a block has. */
  public static final int SIZE = 256;

  /** Checks the values. */
  public StoredBlock {
    Objects.requireNonNull(policy);
    if (first < 0 || first % SIZE != 0 || present.length != SIZE / Long.SIZE) {
      throw new IllegalArgumentException("first " + first + ", words " + present.length);
    }
  }

  /** Returns how many messages these are. */
  public int count() {
    int count = 0;
    for (long word : present) {
      count += Long.bitCount(word);
    }
    return count;
  }
}
