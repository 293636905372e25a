package org.robustmqtt.persistence.journal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.robustmqtt.QoS;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.persistence.format.Input;
import org.robustmqtt.persistence.format.MessageBody;
import org.robustmqtt.persistence.format.RecordType;
import org.robustmqtt.persistence.format.SegmentHeader;
import org.robustmqtt.persistence.format.Stage;

/** Applies the records that a recovery reads, in the order in which they were written. */
final class Replay {
  private final TreeMap<Long, Found> messages = new TreeMap<>();
  private final SmallState small = new SmallState();
  private Segment segment = new Segment(0);
  private int watermark;
  private long highest;

  /** The newest wall time that was read. */
  private long wall;

  /** What the last record of all says if it is CLEAN, else 0. */
  private long clean;

  /** A message and where its newest record is. */
  private record Found(StoredMessage stored, Segment segment, int size, long alias) {}

  void begin(Segment next, SegmentHeader header) {
    segment = next;
    clean = 0;
    wall = header.wallMillis();
  }

  /** A good record; false if its body makes no sense. */
  boolean record(RecordType type, int offset, int size, byte[] array, int start, int end) {
    try {
      clean = 0;
      Input in = new Input(array, start, end);
      switch (type) {
        case MESSAGE -> message(size, array, start, end);
        case SENT -> sent(in.varint(), Stage.sent(in.varint(), (int) in.number(2)));
        case RELEASED, UNSENT, ABANDONED, QUARANTINED -> {
          long sequence = in.varint();
          if (messages.containsKey(sequence)) {
            small.change(type, sequence);
          }
        }
        case SETTLED -> {
          long sequence = in.varint();
          messages.remove(sequence);
          small.stage(sequence, Stage.WAITING);
          highest = Math.max(highest, sequence);
        }
        case RECEIVED -> small.receive((int) in.number(2));
        case COMPLETED -> small.received.remove((int) in.number(2));
        case FORGET_RECEIVED -> small.received.clear();
        case LEASE -> small.lease = Math.max(small.lease, in.varint());
        case VALUE -> small.value(in.string(), in.rest());
        case WATERMARK -> watermark = Math.max(watermark, (int) in.varint());
        case CLEAN -> clean = in.varint();
        case BATCH -> {
          in.number(4);
          wall = in.number(6);
        }
      }
      return true;
    } catch (IllegalArgumentException | Input.BadRecord e) {
      return false;
    }
  }

  private void message(int size, byte[] array, int start, int end) {
    MessageBody.Head head = MessageBody.head(new Input(array, start, end));
    StoredMessage stored = MessageBody.decode(new Input(array, start, end));
    boolean known =
        messages.put(head.sequence(), new Found(stored, segment, size, head.alias())) != null;
    highest = Math.max(highest, head.sequence());
    // A batch that was written again after a failure repeats messages, not their stages.
    if (!head.stage().isWaiting() || head.carried() || !known) {
      small.stage(head.sequence(), head.stage());
    }
  }

  private void sent(long sequence, Stage stage) {
    if (messages.containsKey(sequence)) {
      small.stage(sequence, small.stage(sequence).then(stage));
    }
  }

  int watermark() {
    return watermark;
  }

  /** Forgets messages whose record is in a dead segment. */
  void dropBelow(int lowest) {
    messages
        .entrySet()
        .removeIf(
            entry -> {
              boolean dead = entry.getValue().segment().number < lowest;
              if (dead) {
                small.stage(entry.getKey(), Stage.WAITING);
              }
              return dead;
            });
  }

  /** Returns the next sequence to be given out. */
  long next(Collection<SegmentHeader> headers) {
    long lease = headers.stream().mapToLong(SegmentHeader::lease).max().orElse(1);
    long after = Math.max(Math.max(lease, small.lease), highest + 1);
    return clean > highest ? clean : after;
  }

  Recovered result(
      List<Segment> segments,
      long next,
      long generation,
      int lastNumber,
      int lowest,
      Recovered.Report report) {
    LiveMessages live = new LiveMessages();
    List<RecoveredMessage> list = new ArrayList<>(messages.size());
    Map<Long, Long> aliases = new TreeMap<>();
    List<Long> replaced = new ArrayList<>();
    messages.forEach(
        (sequence, found) -> {
          live.begin(sequence, found.stored().message().qos() == QoS.EXACTLY_ONCE);
          live.put(sequence, found.segment().number, found.size());
          found.segment().live++;
          found.segment().liveBytes += found.size();
          list.add(recovered(found.stored(), small.stage(sequence)));
          if (found.alias() > 0) {
            aliases.put(sequence, found.alias());
          }
          if (small.stage(sequence).reached() == Stage.Reached.REPLACED) {
            replaced.add(sequence);
          }
        });
    return new Recovered(
        segments,
        list,
        live,
        small,
        next,
        generation,
        lastNumber,
        lowest,
        wall,
        new Recovered.Merged(aliases, replaced),
        report);
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
