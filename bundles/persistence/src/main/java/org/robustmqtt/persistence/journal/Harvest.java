package org.robustmqtt.persistence.journal;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.StoredBlock;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.persistence.format.Input;
import org.robustmqtt.persistence.format.MessageBody;
import org.robustmqtt.persistence.format.RecordType;
import org.robustmqtt.persistence.format.Stage;

/**
 * The second reading of a recovery, when it is known which messages are alive: takes out what has
 * to be in memory, and counts the rest. Segments are read in any order.
 */
final class Harvest {
  /**
   * How many messages that just wait are taken into memory.
   *
   * @param messages at the most
   * @param bytes of topics and payloads, at the most, unless it is one message
   */
  record Window(int messages, long bytes) {
    /** All of them. */
    static final Window ALL = new Window(Integer.MAX_VALUE, Long.MAX_VALUE);
  }

  private final LiveMessages live;
  private final SmallState small;
  private final Window window;
  private final TreeMap<Long, RecoveredMessage> messages = new TreeMap<>();
  private final Map<Long, Long> aliases = new TreeMap<>();

  /** Those of the messages that could be left on disk: the bytes of each. */
  private final TreeMap<Long, Integer> plain = new TreeMap<>();

  private final TreeMap<Long, Block> waiting = new TreeMap<>();
  private Segment segment = new Segment(0);

  /** No message that just waits and is above is taken. */
  private long last;

  private long bytes;

  /** What is left on disk of one block. */
  private static final class Block {
    final long[] present = new long[StoredBlock.SIZE / Long.SIZE];
    long bytes;
    long lowest = Long.MAX_VALUE;
    long acceptedAt;
  }

  Harvest(LiveMessages live, SmallState small, Window window) {
    this.live = live;
    this.small = small;
    this.window = window;
    last = live.atRank(window.messages());
  }

  void begin(Segment next) {
    segment = next;
  }

  /** A good record, whose body was checked. */
  boolean record(RecordType type, int offset, int size, byte[] array, int start, int end) {
    if (type == RecordType.MESSAGE) {
      MessageBody.Outline outline = MessageBody.outline(new Input(array, start, end));
      if (live.get(outline.sequence()) == segment.number) {
        segment.gain(size);
        message(outline, array, start, end);
      }
    }
    return true;
  }

  private void message(MessageBody.Outline outline, byte[] array, int start, int end) {
    long sequence = outline.sequence();
    Stage stage = small.stage(sequence);
    boolean justWaits = outline.plain() && stage.isWaiting();
    if (justWaits && sequence > last) {
      leave(sequence, outline.acceptedAt(), outline.bytes());
      return;
    }
    StoredMessage stored = MessageBody.decode(new Input(array, start, end));
    messages.put(sequence, recovered(stored, stage));
    long alias = MessageBody.head(new Input(array, start, end)).alias();
    if (alias > 0) {
      aliases.put(sequence, alias);
    }
    if (justWaits) {
      plain.put(sequence, outline.bytes());
      bytes += outline.bytes();
      while (bytes > window.bytes() && plain.size() > 1) {
        Map.Entry<Long, Integer> highest = plain.pollLastEntry();
        StoredMessage left = messages.remove(highest.getKey()).stored();
        bytes -= highest.getValue();
        leave(highest.getKey(), left.acceptedAt(), highest.getValue());
        last = highest.getKey() - 1;
      }
    }
  }

  private void leave(long sequence, long acceptedAt, int size) {
    Block block = waiting.computeIfAbsent(sequence / StoredBlock.SIZE, key -> new Block());
    int index = (int) (sequence % StoredBlock.SIZE);
    block.present[index / Long.SIZE] |= 1L << index;
    block.bytes += size;
    if (sequence < block.lowest) {
      block.lowest = sequence;
      block.acceptedAt = acceptedAt;
    }
  }

  List<RecoveredMessage> messages() {
    return new ArrayList<>(messages.values());
  }

  List<StoredBlock> waiting() {
    List<StoredBlock> blocks = new ArrayList<>(waiting.size());
    waiting.forEach(
        (key, block) ->
            blocks.add(
                new StoredBlock(
                    key * StoredBlock.SIZE, block.present, block.bytes, block.acceptedAt)));
    return Collections.unmodifiableList(blocks);
  }

  Recovered.Merged merged() {
    List<Long> replaced = new ArrayList<>();
    for (long sequence : messages.keySet()) {
      if (small.stage(sequence).reached() == Stage.Reached.REPLACED) {
        replaced.add(sequence);
      }
    }
    return new Recovered.Merged(aliases, replaced);
  }

  static RecoveredMessage recovered(StoredMessage stored, Stage stage) {
    RecoveredMessage.Stage reached =
        switch (stage.reached()) {
          case WAITING -> RecoveredMessage.Stage.WAITING;
          case SENT -> RecoveredMessage.Stage.SENT;
          case RELEASED -> RecoveredMessage.Stage.RELEASED;
          case ABANDONED -> RecoveredMessage.Stage.ABANDONED;
          case QUARANTINED -> RecoveredMessage.Stage.QUARANTINED;
          case REPLACED -> RecoveredMessage.Stage.WAITING;
        };
    return new RecoveredMessage(stored, reached, stage.epoch(), stage.packetId());
  }
}
