package org.robustmqtt.persistence.journal;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.WrittenCallback;
import org.robustmqtt.persistence.format.RecordType;
import org.robustmqtt.persistence.format.Stage;

/**
 * What a journal knows besides its messages: values, open exchanges of received messages, and the
 * stages of the messages that were sent. Belongs to the journal thread.
 *
 * <p>Design: it is small, so each new segment begins with all of it. Old segments are needed for
 * their messages only.
 */
final class SmallState {
  final Map<String, byte[]> values = new TreeMap<>();
  final Set<Integer> received = new LinkedHashSet<>();
  final LongMap<Stage> stages = new LongMap<>();

  final Holdover holdover = new Holdover();

  /** Whether something was taken away of which older segments may not know. */
  boolean removed;

  /** No sequence at or above was given out. */
  long lease;

  /** Which opening it is, if the journal has ever had a place for a staging buffer. */
  Optional<Opening> opening = Optional.empty();

  /**
   * Applies a record; doing it twice in the same order changes nothing.
   *
   * @param live whether the message of the record has a record that counts
   */
  void apply(Entry entry, boolean live) {
    switch (entry.type) {
      case MESSAGE -> {
        if (live && (entry.replaces || !entry.stage.isWaiting())) {
          stage(entry.sequence, entry.stage);
        }
      }
      case SENT -> {
        if (live) {
          stage(entry.sequence, stage(entry.sequence).then(entry.stage));
        }
      }
      case RELEASED, UNSENT, ABANDONED, QUARANTINED -> {
        if (live) {
          change(entry.type, entry.sequence);
        }
      }
      case SETTLED -> stage(entry.sequence, Stage.WAITING);
      case RECEIVED -> receive(entry.packetId());
      case COMPLETED -> received.remove(entry.packetId());
      case FORGET_RECEIVED -> received.clear();
      case LEASE -> lease = Math.max(lease, entry.sequence);
      case VALUE -> value(entry.key(), entry.value());
      case BATCH, WATERMARK, CLEAN -> {}
    }
  }

  /** Puts a packet id behind all others. */
  void receive(int packetId) {
    received.remove(packetId);
    received.add(packetId);
  }

  void value(String key, byte[] value) {
    if (key.equals(Opening.KEY)) {
      opening = Opening.decode(value);
    } else if (value.length == 0) {
      values.remove(key);
    } else {
      values.put(key, value);
    }
  }

  /** Returns the records that a new segment begins with; lease and stages are elsewhere. */
  List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    opening.ifPresent(now -> entries.add(now.entry()));
    for (int packetId : received) {
      entries.add(Entry.packet(RecordType.RECEIVED, packetId, WrittenCallback.NONE));
    }
    values.forEach(
        (key, value) -> entries.add(Entry.value(key, value, Level.APPENDED, WrittenCallback.NONE)));
    if (holdover.isActive() || removed) {
      entries.add(heldOver(true));
    }
    return entries;
  }

  /**
   * Returns the record that says what is held over.
   *
   * @param all whether the values and the received ids before it in its segment are all there are
   */
  Entry heldOver(boolean all) {
    return Entry.value(Holdover.KEY, holdover.value(all), Level.APPENDED, WrittenCallback.NONE);
  }

  /** Applies a record that says only that a live message has come to another stage. */
  void change(RecordType type, long sequence) {
    Stage before = stage(sequence);
    stage(sequence, changed(type, before));
  }

  /** Returns the stage after such a record. */
  static Stage changed(RecordType type, Stage before) {
    return switch (type) {
      case RELEASED -> before.release();
      case UNSENT -> before.unsent();
      case ABANDONED -> before.ended(Stage.Reached.ABANDONED);
      case QUARANTINED -> before.ended(Stage.Reached.QUARANTINED);
      case BATCH,
          MESSAGE,
          SENT,
          SETTLED,
          RECEIVED,
          COMPLETED,
          FORGET_RECEIVED,
          LEASE,
          VALUE,
          WATERMARK,
          CLEAN ->
          throw new AssertionError(type + " is not a change of stage");
    };
  }

  void stage(long sequence, Stage stage) {
    if (stage.isWaiting()) {
      if (stages.size() > 0) {
        stages.remove(sequence);
      }
    } else {
      stages.put(sequence, stage);
    }
  }

  Stage stage(long sequence) {
    Stage stage = stages.get(sequence);
    return stage == null ? Stage.WAITING : stage;
  }
}
