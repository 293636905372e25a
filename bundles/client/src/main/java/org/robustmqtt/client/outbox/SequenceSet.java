package org.robustmqtt.client.outbox;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;
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

  /** When something may be due, on the monotonic clock, if ever; not later than that. */
  private long firstDue;

  private boolean expires;

  /** The messages of one block; {@code acceptedAt} is the time of the first that was in it. */
  private static final class Block {
    final long[] present;
    int count;
    long bytes;

    /** None of the messages is smaller. */
    int smallest = Integer.MAX_VALUE;

    final long acceptedAt;

    /** When the earliest deadline passes, on the monotonic clock, if there is one. */
    long due;

    boolean expires;

    Block(long[] present, long acceptedAt) {
      this.present = present;
      this.acceptedAt = acceptedAt;
    }
  }

  /**
   * Takes over what was found.
   *
   * @param due says when the earliest deadline of a block passes
   */
  void found(List<StoredBlock> waiting, Function<StoredBlock, OptionalLong> due) {
    for (StoredBlock each : waiting) {
      Block block = new Block(each.present().clone(), each.acceptedAt());
      block.count = each.count();
      block.bytes = each.bytes();
      block.smallest = each.smallest();
      due.apply(each).ifPresent(at -> expires(block, at));
      blocks.merge(each.first() / StoredBlock.SIZE, block, this::merged);
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
    block.smallest = Math.min(block.smallest, size);
    count++;
    bytes += size;
    lowest = Math.min(lowest, sequence);
  }

  /** Takes a message out that is in here; if its size is unknown, with less. */
  void remove(long sequence, int size) {
    long key = sequence / StoredBlock.SIZE;
    Block block = blocks.get(key);
    int index = (int) (sequence % StoredBlock.SIZE);
    block.present[index / Long.SIZE] &= ~(1L << index);
    block.count--;
    count--;
    // what was taken with a size that is not known evens out when the block is empty
    long freed = block.count == 0 ? block.bytes : Math.min(size, block.bytes);
    block.bytes -= freed;
    bytes -= freed;
    if (block.count == 0) {
      blocks.remove(key);
    }
    if (sequence == lowest) {
      lowest = next(sequence);
    }
  }

  /** Returns how large a message that is in here is at least. */
  int leastSize(long sequence) {
    return blocks.get(sequence / StoredBlock.SIZE).smallest;
  }

  /** Takes over what another set has, and nothing of what is in here; that one is empty then. */
  void takeAll(SequenceSet other) {
    other.blocks.forEach((key, block) -> blocks.merge(key, block, this::merged));
    if (other.expires && (!expires || other.firstDue - firstDue < 0)) {
      expires = true;
      firstDue = other.firstDue;
    }
    other.expires = false;
    count += other.count;
    bytes += other.bytes;
    lowest = Math.min(lowest, other.lowest);
    other.blocks.clear();
    other.count = 0;
    other.bytes = 0;
    other.lowest = Long.MAX_VALUE;
  }

  private Block merged(Block here, Block more) {
    for (int i = 0; i < here.present.length; i++) {
      here.present[i] |= more.present[i];
    }
    here.count += more.count;
    here.bytes += more.bytes;
    here.smallest = Math.min(here.smallest, more.smallest);
    if (more.expires) {
      expires(here, more.due);
    }
    return here;
  }

  /** A message that is in here has a deadline. */
  void expires(long sequence, long due) {
    expires(blocks.get(sequence / StoredBlock.SIZE), due);
  }

  /** All have a deadline, by when about the first of a block was accepted. */
  void expireAll(LongUnaryOperator due) {
    blocks.values().forEach(block -> expires(block, due.applyAsLong(block.acceptedAt)));
  }

  private void expires(Block block, long due) {
    if (!block.expires || due - block.due < 0) {
      block.expires = true;
      block.due = due;
    }
    if (!expires || due - firstDue < 0) {
      expires = true;
      firstDue = due;
    }
  }

  /** Returns in how many nanoseconds to look for what is due; the highest number: never. */
  long untilDue(long now) {
    return expires ? Math.max(0, firstDue - now) : Long.MAX_VALUE;
  }

  /**
   * Returns the first sequence of a block in which a deadline has passed, and forgets its
   * deadlines; empty if there is none.
   */
  OptionalLong takeDue(long now) {
    if (untilDue(now) > 0) {
      return OptionalLong.empty();
    }
    expires = false;
    for (Map.Entry<Long, Block> each : blocks.entrySet()) {
      Block block = each.getValue();
      if (block.expires && block.due - now <= 0) {
        block.expires = false;
        expires = true;
        firstDue = now;
        return OptionalLong.of(each.getKey() * StoredBlock.SIZE);
      }
    }
    for (Block block : blocks.values()) {
      if (block.expires) {
        expires(block, block.due);
      }
    }
    return OptionalLong.empty();
  }

  /** Returns the lowest sequences, ascending. */
  long[] lowest(int most) {
    return from(0, most, Long.MAX_VALUE);
  }

  /**
   * Returns the lowest sequences that are not below {@code from} nor above {@code to}, ascending.
   */
  long[] from(long from, int most, long to) {
    long[] found = new long[Math.min(most, count)];
    int size = 0;
    long at = from <= lowest ? lowest : next(from);
    while (size < found.length && at <= to && at != Long.MAX_VALUE) {
      found[size++] = at;
      at = next(at + 1);
    }
    return Arrays.copyOf(found, size);
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
