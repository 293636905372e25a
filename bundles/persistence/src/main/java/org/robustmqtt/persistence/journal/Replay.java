package org.robustmqtt.persistence.journal;

import java.nio.BufferUnderflowException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.robustmqtt.persistence.format.Input;
import org.robustmqtt.persistence.format.MessageBody;
import org.robustmqtt.persistence.format.RecordType;
import org.robustmqtt.persistence.format.SegmentHeader;
import org.robustmqtt.persistence.format.Stage;

/** Applies the records that a recovery reads, in the order in which they were written. */
final class Replay {
  private final LiveMessages live = new LiveMessages();
  private final SmallState small = new SmallState();
  private final PolicyNames policies;
  private final Map<Integer, Digest> digests = new TreeMap<>();

  /** What the segment that is read has said so far. */
  private final Set<String> repeatedKeys = new HashSet<>();

  private final Set<Integer> repeatedIds = new HashSet<>();
  private Segment segment = new Segment(0);
  private Digest digest = new Digest();
  private int watermark;
  private long highest;
  private long highestStaged;

  /** The newest wall time that was read. */
  private long wall;

  private final Recovered.Staged staged =
      new Recovered.Staged(new TreeMap<>(), new ArrayList<>(), new ArrayList<>());

  /** What the last record of all says if it is CLEAN, else 0. */
  private long clean;

  Replay(PolicyNames policies) {
    this.policies = policies;
  }

  void begin(Segment next, SegmentHeader header) {
    segment = next;
    repeatedKeys.clear();
    repeatedIds.clear();
    digest = new Digest();
    digests.put(next.number, digest);
    clean = 0;
    // a header that was made from records does not know it
    wall = header.wallMillis() > 0 ? header.wallMillis() : wall;
  }

  /** A good record; false if its body makes no sense. */
  boolean record(RecordType type, int offset, int size, byte[] array, int start, int end) {
    try {
      // the header of a batch that never came may be behind it
      clean = type == RecordType.BATCH ? clean : 0;
      Input in = new Input(array, start, end);
      switch (type) {
        case MESSAGE -> message(size, array, start, end);
        case SENT -> sent(in.varint(), Stage.sent(in.varint(), (int) in.number(2)));
        case RELEASED, UNSENT, ABANDONED, QUARANTINED -> {
          long sequence = in.varint();
          if (live.contains(sequence)) {
            small.change(type, sequence);
          }
        }
        case SETTLED -> {
          long sequence = in.varint();
          spoil(live.remove(sequence));
          small.stage(sequence, Stage.WAITING);
          highest = Math.max(highest, sequence);
        }
        case RECEIVED -> {
          int packetId = (int) in.number(2);
          small.receive(packetId);
          repeatedIds.add(packetId);
        }
        case COMPLETED -> small.received.remove((int) in.number(2));
        case FORGET_RECEIVED -> small.received.clear();
        case LEASE -> small.lease = Math.max(small.lease, in.varint());
        case VALUE -> value(in.string(), in.rest());
        case WATERMARK -> watermark = Math.max(watermark, (int) in.varint());
        case CLEAN -> clean = in.varint();
        case BATCH -> {
          in.number(4);
          wall = in.number(6);
        }
      }
      return true;
    } catch (IllegalArgumentException | BufferUnderflowException | Input.BadRecord e) {
      return false;
    }
  }

  private void value(String key, byte[] value) {
    if (!key.equals(Holdover.KEY)) {
      small.value(key, value);
      repeatedKeys.add(key);
    } else if (small.holdover.read(value)) {
      small.values.keySet().retainAll(repeatedKeys);
      small.received.retainAll(repeatedIds);
    }
  }

  private void message(int size, byte[] array, int start, int end) {
    MessageBody.Outline outline = MessageBody.check(array, start, end);
    MessageBody.Head head = outline.head();
    long sequence = head.sequence();
    int older = live.found(sequence, head.qos2(), segment.number);
    highest = Math.max(highest, sequence);
    digest.message(outline, policies.of(array, outline.topicAt(), outline.topicBytes()), size);
    spoil(older);
    // A batch that was written again after a failure repeats messages, not their stages.
    if (!head.stage().isWaiting() || head.carried() || older == LiveMessages.NONE) {
      small.stage(sequence, head.stage());
    }
  }

  private void spoil(int number) {
    if (number != LiveMessages.NONE) {
      digests.get(number).spoil();
    }
  }

  private void sent(long sequence, Stage stage) {
    if (live.contains(sequence)) {
      small.stage(sequence, small.stage(sequence).then(stage));
    }
  }

  /**
   * Applies a record of the staging buffer, after all that the segments hold. It may be in them
   * too; a message of which they know the end has none in the buffer.
   */
  void staged(Entry entry) {
    Entry message = entry.isOfMessage() ? staged.messages().get(entry.sequence) : null;
    if (entry.isMessage()) {
      highest = Math.max(highest, entry.sequence);
      highestStaged = Math.max(highestStaged, entry.sequence);
      if (live.contains(entry.sequence)) {
        staged.known().add(entry);
      } else {
        staged.messages().put(entry.sequence, entry);
      }
    } else if (message != null) {
      message.apply(entry);
      if (entry.type == RecordType.SETTLED) {
        staged.messages().remove(entry.sequence);
      }
    } else if (!entry.isOfMessage()) {
      small.apply(entry, false);
      staged.records().add(entry);
    } else if (live.contains(entry.sequence) && !isKnown(entry)) {
      if (entry.type == RecordType.SETTLED) {
        int from = live.remove(entry.sequence);
        small.holdover.settled(entry.sequence, from);
        spoil(from);
      }
      small.apply(entry, true);
      staged.records().add(entry);
    }
  }

  /** Whether the segments know the sending; and perhaps what came after it. */
  private boolean isKnown(Entry entry) {
    Stage known = small.stage(entry.sequence);
    return entry.type == RecordType.SENT
        && known.hasId()
        && known.epoch() == entry.stage.epoch()
        && known.packetId() == entry.stage.packetId();
  }

  /** Returns what came from the staging buffer. */
  Recovered.Staged staged() {
    return staged;
  }

  /** Returns whether the journal was closed. */
  boolean isClean() {
    return clean > highest;
  }

  int watermark() {
    return watermark;
  }

  /** Forgets messages whose record is in a dead segment, or counts no more. */
  void dropDead(int lowest) {
    Holdover holdover = small.holdover;
    holdover.dead(lowest);
    for (long sequence :
        live.in(
            (segment, each) ->
                segment < lowest || holdover.isDeleted(segment) || holdover.isSettled(each))) {
      spoil(live.remove(sequence));
      small.stage(sequence, Stage.WAITING);
    }
  }

  /** Returns what is known of the messages of each segment, when all is read. */
  Map<Integer, Digest> digests() {
    for (long sequence : small.stages.keys()) {
      spoil(live.get(sequence));
    }
    return digests;
  }

  LiveMessages live() {
    return live;
  }

  SmallState small() {
    return small;
  }

  /** Returns the newest wall time that was read, 0 if there was none. */
  long wall() {
    return wall;
  }

  /** Returns the next sequence to be given out. */
  long next(Collection<SegmentHeader> headers) {
    long lease = headers.stream().mapToLong(SegmentHeader::lease).max().orElse(1);
    long leased = Math.max(lease, small.lease);
    long after = Math.max(leased, highest + 1);
    if (highestStaged >= leased) {
      // Given out by the time, and others with it that are nowhere.
      after = highestStaged + Lease.BY_TIME;
    }
    return clean > highest ? clean : after;
  }
}
