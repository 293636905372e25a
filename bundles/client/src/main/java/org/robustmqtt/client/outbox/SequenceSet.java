package org.robustmqtt.client.outbox;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.robustmqtt.journal.StoredBlock;

/**
 * Messages of which only the number is in memory: a bit for each, in blocks of {@value
 * StoredBlock#SIZE} sequences that follow one another, and the bytes of each block. Guarded by the
 * lock of the {@link Queue}.
 */
final class SequenceSet {
  /** By the first sequence of the block, divided by the size of a block. */
  private final TreeMap<Long, Block> blocks = new TreeMap<>();

  private int count;
  private long bytes;
  private long lowest = Long.MAX_VALUE;

  /** The messages of one block; {@code acceptedAt} is the time of the first that was in it. */
  private static final class Block {
    final long[] present;
    int count;
    long bytes;
    final long acceptedAt;

    Block(long[] present, long acceptedAt) {
      this.present = present;
      this.acceptedAt = acceptedAt;
    }
  }

  /** Takes over what was found. */
  void found(List<StoredBlock> waiting) {
    for (StoredBlock each : waiting) {
      Block block = new Block(each.present().clone(), each.acceptedAt());
      block.count = each.count();
      block.bytes = each.bytes();
      blocks.put(each.first() / StoredBlock.SIZE, block);
      count += block.count;
      bytes += block.bytes;
    }
    lowest = next(0);
  }

  int count() {
    return count;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** Returns the bytes of their topics and payloads. */
  long bytes() {
    return bytes;
  }

  /** Returns the lowest sequence, the highest possible if there is none. */
  long lowest() {
    return lowest;
  }

  /** Returns the highest sequence; there is one. */
  long highest() {
    Map.Entry<Long, Block> last = blocks.lastEntry();
    for (int i = StoredBlock.SIZE - 1; ; i--) {
      if (has(last.getValue(), i)) {
        return last.getKey() * StoredBlock.SIZE + i;
      }
    }
  }

  /** Returns when the first of them, or one that was just before it, was accepted. */
  OptionalLong oldest() {
    return blocks.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(blocks.firstEntry().getValue().acceptedAt);
  }

  boolean contains(long sequence) {
    Block block = blocks.get(sequence / StoredBlock.SIZE);
    return block != null && has(block, (int) (sequence % StoredBlock.SIZE));
  }

  /** Adds a message. */
  void add(long sequence, int size, long acceptedAt) {
    Block block =
        blocks.computeIfAbsent(
            sequence / StoredBlock.SIZE,
            key -> new Block(new long[StoredBlock.SIZE / Long.SIZE], acceptedAt));
    int index = (int) (sequence % StoredBlock.SIZE);
    block.present[index / Long.SIZE] |= 1L << index;
    block.count++;
    block.bytes += size;
    count++;
    bytes += size;
    lowest = Math.min(lowest, sequence);
  }

  /** Takes a message out that is in here; its size may be unknown, 0. */
  void remove(long sequence, int size) {
    long key = sequence / StoredBlock.SIZE;
    Block block = blocks.get(key);
    int index = (int) (sequence % StoredBlock.SIZE);
    block.present[index / Long.SIZE] &= ~(1L << index);
    block.count--;
    block.bytes -= size;
    count--;
    bytes -= size;
    if (block.count == 0) {
      bytes -= block.bytes;
      blocks.remove(key);
    }
    if (sequence == lowest) {
      lowest = next(sequence);
    }
  }

  /** Returns the lowest sequences, ascending. */
  long[] lowest(int most) {
    long[] found = new long[Math.min(most, count)];
    long at = lowest;
    for (int i = 0; i < found.length; i++) {
      found[i] = at;
      at = next(at + 1);
    }
    return found;
  }

  /** Returns how many are not below this one. */
  int countFrom(long from) {
    if (from <= lowest) {
      return count;
    }
    int found = 0;
    for (long at = next(from); at != Long.MAX_VALUE; at = next(at + 1)) {
      found++;
    }
    return found;
  }

  /** Returns the lowest that is not below this one, the highest possible if there is none. */
  long next(long from) {
    for (Map.Entry<Long, Block> entry : blocks.tailMap(from / StoredBlock.SIZE, true).entrySet()) {
      long first = entry.getKey() * StoredBlock.SIZE;
      for (int i = (int) Math.max(0, from - first); i < StoredBlock.SIZE; i++) {
        if (has(entry.getValue(), i)) {
          return first + i;
        }
      }
    }
    return Long.MAX_VALUE;
  }

  private static boolean has(Block block, int index) {
    return (block.present[index / Long.SIZE] & 1L << index) != 0;
  }
}
