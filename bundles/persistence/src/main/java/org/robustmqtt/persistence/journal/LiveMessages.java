package org.robustmqtt.persistence.journal;

import java.util.Arrays;

/**
 * Which messages have a record that counts, in which segment, and whether their QoS is 2: a few
 * bits for each, in blocks of {@value #BLOCK} sequences that follow one another. The messages of a
 * block are nearly always in one segment.
 *
 * <p>Safe for several threads: callers ask whether a message has a record, the journal thread
 * changes it. Its monitor is taken alone or inside that of {@link Intake}, never around it.
 */
final class LiveMessages {
  /** Answer of {@link #remove} and {@link #get}: the message has no record. */
  static final int NONE = -1;

  private static final int BLOCK = 256;
  private static final int WORDS = BLOCK / Long.SIZE;
  private static final long[] NO_BITS = new long[WORDS];
  private static final int[] ONE_SEGMENT = {};

  private final LongMap<Block> blocks = new LongMap<>();

  /** The block that was used last, if its key is not 0: the next message is mostly in it. */
  private long lastKey;

  private Block last = new Block();
  private int size;

  /** The messages of one block; {@code segments} is only there while they are in several. */
  private static final class Block {
    final long[] live = new long[WORDS];

    /** Those whose record has a place; the others' is being written. */
    final long[] placed = new long[WORDS];

    long[] qos2 = NO_BITS;
    int segment;
    int[] segments = ONE_SEGMENT;
    int count;

    int segment(int index) {
      if (!get(placed, index)) {
        return 0;
      }
      return segments == ONE_SEGMENT ? segment : segments[index];
    }

    void segment(int index, int number) {
      if (segments == ONE_SEGMENT && number != segment) {
        clear(placed, index);
        if (isEmpty(placed)) {
          segment = number;
        } else {
          segments = new int[BLOCK];
          Arrays.fill(segments, segment);
        }
      }
      if (segments != ONE_SEGMENT) {
        segments[index] = number;
      }
      set(placed, index);
    }
  }

  synchronized int size() {
    return size;
  }

  synchronized boolean contains(long sequence) {
    return find(sequence) != null;
  }

  /** Returns whether a message has a record and its QoS is 2. */
  synchronized boolean isQos2(long sequence) {
    Block block = find(sequence);
    return block != null && get(block.qos2, index(sequence));
  }

  /**
   * Returns the segment of a message's record, 0 while that is being written, {@link #NONE} if it
   * has none.
   */
  synchronized int get(long sequence) {
    Block block = find(sequence);
    return block == null ? NONE : block.segment(index(sequence));
  }

  /** Says that a record is being written; what was known of its place stays. */
  synchronized void begin(long sequence, boolean qos2) {
    mark(insert(sequence), sequence, qos2);
  }

  private static void mark(Block block, long sequence, boolean qos2) {
    if (qos2) {
      if (block.qos2 == NO_BITS) {
        block.qos2 = new long[WORDS];
      }
      set(block.qos2, index(sequence));
    }
  }

  /** A message was found in a segment; returns as {@link #get} did before. */
  synchronized int found(long sequence, boolean qos2, int segment) {
    Block known = find(sequence);
    int before = known == null ? NONE : known.segment(index(sequence));
    Block block = insert(sequence);
    mark(block, sequence, qos2);
    block.segment(index(sequence), segment);
    return before;
  }

  /** Says where the record of a message is. */
  synchronized void put(long sequence, int segment) {
    insert(sequence).segment(index(sequence), segment);
  }

  /** Forgets a message and returns as {@link #get}. */
  synchronized int remove(long sequence) {
    Block block = find(sequence);
    if (block == null) {
      return NONE;
    }
    int index = index(sequence);
    final int segment = block.segment(index);
    clear(block.live, index);
    clear(block.placed, index);
    if (block.qos2 != NO_BITS) {
      clear(block.qos2, index);
    }
    size--;
    if (--block.count == 0) {
      blocks.remove(key(sequence));
      lastKey = 0;
    }
    return segment;
  }

  /** Something that holds for a message, and the segment that its record is in. */
  @FunctionalInterface
  interface Condition {
    boolean holds(int segment, long sequence);
  }

  /** Returns all sequences for which it holds, in order. */
  synchronized long[] in(Condition condition) {
    long[] found = new long[count(condition)];
    int at = 0;
    for (long key : blocks.keys()) {
      Block block = blocks.get(key);
      for (int i = next(block.live, 0); i >= 0; i = next(block.live, i + 1)) {
        if (condition.holds(block.segment(i), sequence(key, i))) {
          found[at++] = sequence(key, i);
        }
      }
    }
    return found;
  }

  /** Counts them first: an array of all would be larger than everything else in here. */
  private int count(Condition condition) {
    int count = 0;
    for (long key : blocks.keys()) {
      Block block = blocks.get(key);
      for (int i = next(block.live, 0); i >= 0; i = next(block.live, i + 1)) {
        count += condition.holds(block.segment(i), sequence(key, i)) ? 1 : 0;
      }
    }
    return count;
  }

  /**
   * Returns the sequence that so many are below or equal to; the highest possible if there is none.
   */
  synchronized long atRank(int rank) {
    int left = rank;
    if (left >= size) {
      return Long.MAX_VALUE;
    }
    for (long key : blocks.keys()) {
      Block block = blocks.get(key);
      if (block.count < left) {
        left -= block.count;
        continue;
      }
      for (int i = next(block.live, 0); i >= 0; i = next(block.live, i + 1)) {
        if (--left <= 0) {
          return sequence(key, i);
        }
      }
    }
    return Long.MAX_VALUE;
  }

  private Block block(long sequence) {
    long key = key(sequence);
    if (key != lastKey) {
      Block block = blocks.get(key);
      if (block == null) {
        return null;
      }
      lastKey = key;
      last = block;
    }
    return last;
  }

  private Block find(long sequence) {
    Block block = block(sequence);
    return block != null && get(block.live, index(sequence)) ? block : null;
  }

  private Block insert(long sequence) {
    Block block = block(sequence);
    if (block == null) {
      block = new Block();
      blocks.put(key(sequence), block);
    }
    int index = index(sequence);
    if (!get(block.live, index)) {
      set(block.live, index);
      block.count++;
      size++;
    }
    return block;
  }

  private static long key(long sequence) {
    return sequence / BLOCK + 1;
  }

  private static int index(long sequence) {
    return (int) (sequence % BLOCK);
  }

  private static long sequence(long key, int index) {
    return (key - 1) * BLOCK + index;
  }

  private static boolean get(long[] bits, int index) {
    return (bits[index >> 6] & 1L << index) != 0;
  }

  private static void set(long[] bits, int index) {
    bits[index >> 6] |= 1L << index;
  }

  private static void clear(long[] bits, int index) {
    bits[index >> 6] &= ~(1L << index);
  }

  private static boolean isEmpty(long[] bits) {
    return (bits[0] | bits[1] | bits[2] | bits[3]) == 0;
  }

  /** Returns the index of the next bit that is set, -1 if there is none. */
  private static int next(long[] bits, int from) {
    for (int word = from >> 6; word < WORDS; word++) {
      long rest = word == from >> 6 ? bits[word] & -1L << from : bits[word];
      if (rest != 0) {
        return (word << 6) + Long.numberOfTrailingZeros(rest);
      }
    }
    return -1;
  }
}
