package org.robustmqtt.persistence.journal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.WrittenCallback;
import org.robustmqtt.persistence.format.RecordType;
import org.robustmqtt.persistence.format.Stage;

/**
 * What the records on disk amount to: which message lives where, the small state, and what the disk
 * still has to be told after it could not be written. Belongs to the journal thread.
 */
final class Ledger {
  private final LiveMessages live;
  private final SmallState small;
  private final Segments segments;

  /** What is on disk but not true any more: sequence to SETTLED, or to SENT for another stage. */
  private final LongMap<RecordType> untold = new LongMap<>();

  /** What became of messages that may be where the disk cannot read them, and is not on disk. */
  private final List<Entry> unknown = new ArrayList<>();

  Ledger(LiveMessages live, SmallState small, Segments segments) {
    this.live = live;
    this.small = small;
    this.segments = segments;
  }

  /** Takes over what a record says that was written to a segment. */
  void apply(Entry entry, Segment segment, int size) {
    boolean known = entry.sequence > 0 && live.contains(entry.sequence);
    small.apply(entry, known);
    if (entry.isMessage() && known) {
      forget(live.get(entry.sequence));
      live.put(entry.sequence, segment.number);
      segment.gain(size);
    } else if (entry.type == RecordType.SETTLED) {
      settled(entry.sequence);
    } else if (isUnknown(entry)) {
      small.holdover.keepTo(segment.number);
    }
    entry.applied = true;
  }

  /** Whether it is about a message that may be where the disk cannot read it. */
  private boolean isUnknown(Entry entry) {
    return entry.isOfMessage()
        && entry.type != RecordType.SETTLED
        && !live.contains(entry.sequence)
        && small.holdover.mayHold(entry.sequence);
  }

  private void settled(long sequence) {
    int from = live.remove(sequence);
    small.holdover.settled(sequence, from);
    forget(from);
  }

  private void forget(int segment) {
    if (segment > 0) {
      segments.find(segment).ifPresent(Segment::lose);
    }
  }

  /** Takes over a record that was not even tried to be written; not of a message. */
  void refused(Entry entry) {
    apply(entry, new Segment(0), 0);
    remember(entry);
  }

  /** Takes over what failed: any of it may be on disk, in one of the files that failed. */
  void doubtful(List<Entry> batch) {
    List<Segment> all = segments.list();
    for (Entry entry : batch) {
      apply(entry, all.get(all.size() - 1), 1);
    }
    batch.forEach(this::remember);
  }

  /** Keeps in mind what a record that could not be written would have said. */
  private void remember(Entry entry) {
    switch (entry.type) {
      case SETTLED -> untold.put(entry.sequence, RecordType.SETTLED);
      case SENT, RELEASED, UNSENT, ABANDONED, QUARANTINED -> {
        if (live.contains(entry.sequence) && !isSettled(entry.sequence)) {
          untold.put(entry.sequence, RecordType.SENT);
        } else if (isUnknown(entry)) {
          unknown.add(entry);
        }
      }
      case MESSAGE -> {
        if (entry.isSync()) {
          // Its owner is told that it is not stored, so it must not come back. Until that is said
          // it counts: it may be on disk.
          untold.put(entry.sequence, RecordType.SETTLED);
        }
      }
      case COMPLETED, FORGET_RECEIVED, VALUE ->
          // a new segment begins with what is left; that it is all has to be said
          small.removed = true;
      case RECEIVED, LEASE -> {
        // a new segment begins with these
      }
      case BATCH, WATERMARK, CLEAN -> {
        // of no meaning to a new segment
      }
    }
  }

  /** Returns how many messages are on disk although they have their outcome. */
  int untoldSettlements() {
    return (int) Arrays.stream(untold.keys()).filter(this::isSettled).count();
  }

  /** Returns whether the disk knows everything. */
  boolean isAllTold() {
    return untold.size() == 0 && unknown.isEmpty();
  }

  private boolean isSettled(long sequence) {
    return untold.get(sequence) == RecordType.SETTLED;
  }

  /**
   * Returns the records that make the disk true again.
   *
   * @param to where they are written
   */
  List<Entry> untold(Segment to) {
    List<Entry> entries = new ArrayList<>(unknown);
    if (!unknown.isEmpty()) {
      small.holdover.keepTo(to.number);
    }
    for (long sequence : untold.keys()) {
      Stage stage = small.stage(sequence);
      if (isSettled(sequence)) {
        entries.add(Entry.own(RecordType.SETTLED, sequence));
      } else {
        stage(entries, sequence, stage);
      }
    }
    return entries;
  }

  /**
   * Returns how far the messages in kept segments are: a segment behind these is deleted when it is
   * dead, whatever it says of them.
   */
  List<Entry> keptStages() {
    List<Entry> entries = new ArrayList<>();
    if (small.holdover.isActive()) {
      for (long sequence : small.stages.keys()) {
        int segment = live.get(sequence);
        if (segment > 0 && small.holdover.keeps(segment)) {
          stage(entries, sequence, small.stage(sequence));
        }
      }
    }
    return entries;
  }

  /** The records that bring a message to a stage, whatever stage the disk knows. */
  private static void stage(List<Entry> entries, long sequence, Stage stage) {
    if (stage.hasId()) {
      entries.add(Entry.sent(sequence, stage, Level.APPENDED, WrittenCallback.NONE));
    } else {
      entries.add(Entry.own(RecordType.UNSENT, sequence));
    }
    switch (stage.reached()) {
      case WAITING, SENT -> {}
      // written with the message, and changed by nothing but its settlement
      case REPLACED -> {}
      case RELEASED -> entries.add(Entry.own(RecordType.RELEASED, sequence));
      case ABANDONED -> entries.add(Entry.own(RecordType.ABANDONED, sequence));
      case QUARANTINED -> entries.add(Entry.own(RecordType.QUARANTINED, sequence));
    }
  }

  /** Says that all of it was written and forced. */
  void allTold() {
    for (long sequence : untold.keys()) {
      if (isSettled(sequence)) {
        settled(sequence);
        small.stage(sequence, Stage.WAITING);
      }
    }
    untold.clear();
    unknown.clear();
    small.removed = false;
  }
}
