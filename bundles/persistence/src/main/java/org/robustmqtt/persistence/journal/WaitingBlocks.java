package org.robustmqtt.persistence.journal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.robustmqtt.journal.StoredBlock;

/** Messages of which only is known that they wait: a bit and a few numbers for many of them. */
final class WaitingBlocks {
  private final Map<String, TreeMap<Long, Block>> byPolicy = new HashMap<>();

  /** The block that was used last: the next message is mostly in it. */
  private long lastKey = -1;

  private String lastPolicy = "";
  private Block last = new Block();

  private static final class Block {
    final long[] present = new long[StoredBlock.SIZE / Long.SIZE];
    long bytes;
    int smallest = Integer.MAX_VALUE;
    long lowest = Long.MAX_VALUE;
    long acceptedAt;
    long expiresAt;

    Block with(Block other) {
      for (int i = 0; i < present.length; i++) {
        present[i] |= other.present[i];
      }
      bytes += other.bytes;
      smallest = Math.min(smallest, other.smallest);
      expires(other.expiresAt);
      if (other.lowest < lowest) {
        lowest = other.lowest;
        acceptedAt = other.acceptedAt;
      }
      return this;
    }

    void expires(long at) {
      expiresAt = expiresAt == 0 || at > 0 && at < expiresAt ? at : expiresAt;
    }
  }

  /**
   * Adds a message that is not in here.
   *
   * @param deadline in milliseconds after its acceptance; 0: never
   */
  void add(long sequence, String policy, long acceptedAt, long deadline, int size) {
    long key = sequence / StoredBlock.SIZE;
    if (key != lastKey || !policy.equals(lastPolicy)) {
      last =
          byPolicy
              .computeIfAbsent(policy, none -> new TreeMap<>())
              .computeIfAbsent(key, none -> new Block());
      lastKey = key;
      lastPolicy = policy;
    }
    int index = (int) (sequence % StoredBlock.SIZE);
    last.present[index / Long.SIZE] |= 1L << index;
    last.bytes += size;
    last.smallest = Math.min(last.smallest, size);
    last.expires(deadline == 0 ? 0 : Math.max(1, acceptedAt + deadline));
    if (sequence < last.lowest) {
      last.lowest = sequence;
      last.acceptedAt = acceptedAt;
    }
  }

  /** Takes over messages that are not in here; the others are not used any more. */
  void take(WaitingBlocks others) {
    others.byPolicy.forEach(
        (policy, more) -> {
          TreeMap<Long, Block> blocks = byPolicy.computeIfAbsent(policy, none -> new TreeMap<>());
          more.forEach((key, block) -> blocks.merge(key, block, Block::with));
        });
  }

  /** Returns the lowest sequence; the highest possible if there is none. */
  long lowest() {
    long lowest = Long.MAX_VALUE;
    for (TreeMap<Long, Block> blocks : byPolicy.values()) {
      lowest = Math.min(lowest, blocks.firstEntry().getValue().lowest);
    }
    return lowest;
  }

  /** Returns them, by sequence. */
  List<StoredBlock> list() {
    List<StoredBlock> list = new ArrayList<>();
    byPolicy.forEach(
        (policy, blocks) ->
            blocks.forEach(
                (key, block) ->
                    list.add(
                        new StoredBlock(
                            key * StoredBlock.SIZE,
                            block.present,
                            policy,
                            block.bytes,
                            block.smallest,
                            block.acceptedAt,
                            block.expiresAt))));
    list.sort(Comparator.comparingLong(StoredBlock::first).thenComparing(StoredBlock::policy));
    return Collections.unmodifiableList(list);
  }
}
