package org.robustmqtt.persistence.journal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.robustmqtt.journal.StoredBlock;

/** Messages of which only is known that they wait: a bit and a few numbers for many of them. */
final class WaitingBlocks {
  private final TreeMap<Long, Block> blocks = new TreeMap<>();

  /** The block that was used last: the next message is mostly in it. */
  private long lastKey = -1;

  private Block last = new Block();

  private static final class Block {
    final long[] present = new long[StoredBlock.SIZE / Long.SIZE];
    long bytes;
    long lowest = Long.MAX_VALUE;
    long acceptedAt;

    Block with(Block other) {
      for (int i = 0; i < present.length; i++) {
        present[i] |= other.present[i];
      }
      bytes += other.bytes;
      if (other.lowest < lowest) {
        lowest = other.lowest;
        acceptedAt = other.acceptedAt;
      }
      return this;
    }
  }

  /** Adds a message that is not in here. */
  void add(long sequence, long acceptedAt, int size) {
    long key = sequence / StoredBlock.SIZE;
    if (key != lastKey) {
      last = blocks.computeIfAbsent(key, none -> new Block());
      lastKey = key;
    }
    int index = (int) (sequence % StoredBlock.SIZE);
    last.present[index / Long.SIZE] |= 1L << index;
    last.bytes += size;
    if (sequence < last.lowest) {
      last.lowest = sequence;
      last.acceptedAt = acceptedAt;
    }
  }

  /** Takes over messages that are not in here; the others are not used any more. */
  void take(WaitingBlocks others) {
    others.blocks.forEach((key, block) -> blocks.merge(key, block, Block::with));
  }

  /** Returns the lowest sequence; the highest possible if there is none. */
  long lowest() {
    return blocks.isEmpty() ? Long.MAX_VALUE : blocks.firstEntry().getValue().lowest;
  }

  /** Returns them, by sequence. */
  List<StoredBlock> list() {
    List<StoredBlock> list = new ArrayList<>(blocks.size());
    blocks.forEach(
        (key, block) ->
            list.add(
                new StoredBlock(
                    key * StoredBlock.SIZE, block.present, block.bytes, block.acceptedAt)));
    return Collections.unmodifiableList(list);
  }
}
