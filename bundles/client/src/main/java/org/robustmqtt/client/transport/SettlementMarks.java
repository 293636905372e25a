package org.robustmqtt.client.transport;

import java.util.Arrays;

/**
 * Sequences of messages by the byte position behind them, in order; two numbers for each, without
 * objects. Not safe for several threads.
 */
final class SettlementMarks {
  private static final int SMALLEST = 16;

  private long[] positions = new long[SMALLEST];
  private long[] sequences = new long[SMALLEST];
  private int first;
  private int count;

  void add(long position, long sequence) {
    if (count == positions.length) {
      grow();
    }
    int at = (first + count) & (positions.length - 1);
    positions[at] = position;
    sequences[at] = sequence;
    count++;
  }

  /** Returns whether the oldest mark is at this position or before. */
  boolean reached(long position) {
    return count > 0 && positions[first] <= position;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** Takes the oldest mark and returns its sequence. */
  long take() {
    long sequence = sequences[first];
    first = (first + 1) & (positions.length - 1);
    count--;
    return sequence;
  }

  private void grow() {
    int size = positions.length;
    long[] morePositions = Arrays.copyOfRange(positions, first, first + 2 * size);
    long[] moreSequences = Arrays.copyOfRange(sequences, first, first + 2 * size);
    System.arraycopy(positions, 0, morePositions, size - first, first);
    System.arraycopy(sequences, 0, moreSequences, size - first, first);
    positions = morePositions;
    sequences = moreSequences;
    first = 0;
  }
}
