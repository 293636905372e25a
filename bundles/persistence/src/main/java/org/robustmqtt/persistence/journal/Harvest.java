package org.robustmqtt.persistence.journal;

import java.util.ArrayList;
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
 * to be in memory, and counts the rest. Segments are read in any order, and those not at all whose
 * {@link Digest} says everything.
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
  private final PolicyNames policies;
  private final TreeMap<Long, RecoveredMessage> messages = new TreeMap<>();
  private final Map<Long, Long> aliases = new TreeMap<>();

  /** Those of the messages that could be left on disk: the bytes of each. */
  private final TreeMap<Long, Integer> plain = new TreeMap<>();

  private final WaitingBlocks waiting = new WaitingBlocks();
  private Segment segment = new Segment(0);

  /** No message that just waits and is above is taken. */
  private long last;

  private long bytes;

  Harvest(LiveMessages live, SmallState small, Window window, PolicyNames policies) {
    this.policies = policies;
    this.live = live;
    this.small = small;
    this.window = window;
    last = live.atRank(window.messages());
  }

  void begin(Segment next) {
    segment = next;
  }

  /** Takes a segment whose digest says everything; returns false if it has to be read. */
  boolean takes(Segment whole, Digest digest) {
    if (!digest.isWholeAbove(last)) {
      return false;
    }
    digest.count(whole);
    waiting.take(digest.waiting());
    return true;
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

  /** A message that is in the staging buffer only, and will be on disk. */
  void staged(Entry entry) {
    StoredMessage stored = entry.stored();
    String policy = policies.of(stored.message().topic());
    boolean justWaits =
        !stored.message().retain()
            && stored.message().policy().map(policy::equals).orElse(true)
            && entry.stage.isWaiting();
    if (justWaits && entry.sequence > last) {
      leave(stored, (int) entry.size());
    } else {
      messages.put(entry.sequence, recovered(stored, entry.stage));
    }
  }

  private void message(MessageBody.Outline outline, byte[] array, int start, int end) {
    long sequence = outline.sequence();
    Stage stage = small.stage(sequence);
    String policy = policies.of(array, outline.topicAt(), outline.topicBytes());
    boolean justWaits = outline.plain(policy) && stage.isWaiting();
    if (justWaits && sequence > last) {
      waiting.add(sequence, policy, outline.acceptedAt(), outline.deadline(), outline.bytes());
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
        leave(left, highest.getValue());
        last = highest.getKey() - 1;
      }
    }
  }

  private void leave(StoredMessage stored, int size) {
    String policy = policies.of(stored.message().topic());
    waiting.add(stored.sequence(), policy, stored.acceptedAt(), stored.deadline(), size);
  }

  List<RecoveredMessage> messages() {
    return new ArrayList<>(messages.values());
  }

  List<StoredBlock> waiting() {
    return waiting.list();
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
