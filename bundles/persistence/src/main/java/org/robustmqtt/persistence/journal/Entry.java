package org.robustmqtt.persistence.journal;

import java.util.Optional;
import org.robustmqtt.Durability;
import org.robustmqtt.Stored;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.StoredCallback;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.journal.WrittenCallback;
import org.robustmqtt.persistence.format.Input;
import org.robustmqtt.persistence.format.MessageBody;
import org.robustmqtt.persistence.format.Output;
import org.robustmqtt.persistence.format.RecordType;
import org.robustmqtt.persistence.format.Stage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call that waits to become a record. Guarded by the monitor of {@link Intake} until it is
 * taken, then the journal thread's own.
 *
 * <p>Design: a message is not encoded before it is written, because most messages of durability
 * group are settled first and never are. The message is immutable, so keeping it is keeping a copy.
 */
final class Entry {
  private static final Logger LOG = LoggerFactory.getLogger(Entry.class);
  private static final byte[] EMPTY = {};

  final RecordType type;

  /** The sequence of the message; of a lease its N. */
  final long sequence;

  /** How many bytes it counts in the stage: at least those of its record. */
  final int bound;

  /** The message, null when cancelled or not a message. */
  private StoredMessage message;

  private final Durability durability;
  private StoredCallback onStored = stored -> {};
  private WrittenCallback onWritten = WrittenCallback.NONE;

  Stage stage = Stage.WAITING;
  private int packetId;
  private String key = "";
  private byte[] value = EMPTY;

  /** The number of the call. */
  long number;

  /** When it has to be forced at the latest; on the time line of its journal. */
  long due = Long.MAX_VALUE;

  /** Whether it wants to be forced as soon as it is written. */
  boolean force;

  boolean cancelled;

  /** A message of durability group that is written at once, because its packet is to be sent. */
  boolean promoted;

  /** Whether it is kept in memory, because the disk takes no messages. */
  boolean kept;

  /** Whether an older copy may be on disk, whose stage does not count any more. */
  boolean replaces;

  /** Whether its owner must not go on before it is written, however long that takes. */
  boolean waits;

  /** Whether it has been written once, so that only its place is new when it is written again. */
  boolean applied;

  /** Whether it was taken care of after it was taken: it is told, will be, or is written. */
  boolean placed;

  /** Where it is in the staging buffer. */
  int slot = StagingBuffer.NONE;

  /** Of a message that is not written: where the records are that say its stage. */
  int sentSlot = StagingBuffer.NONE;

  int releasedSlot = StagingBuffer.NONE;

  /** Whether there was no room for it in the staging buffer. */
  boolean passed;

  /** Whether it was told at once, because the staging buffer has it. */
  boolean early;

  private boolean told;

  private Entry(RecordType type, long sequence, int bound, Durability durability) {
    this.type = type;
    this.sequence = sequence;
    this.bound = bound;
    this.durability = durability;
  }

  static Entry message(StoredMessage message, StoredCallback callback) {
    int bound = MessageBody.bound(message.message()) + 16;
    Entry entry = new Entry(RecordType.MESSAGE, message.sequence(), bound, message.durability());
    entry.message = message;
    entry.onStored = callback;
    entry.force = message.durability() == Durability.SYNC;
    return entry;
  }

  static Entry of(RecordType type, long sequence, Level level, WrittenCallback callback) {
    Entry entry = new Entry(type, sequence, 48, Durability.MEMORY);
    entry.onWritten = callback;
    entry.force = level == Level.FORCED;
    entry.waits = type == RecordType.RELEASED;
    return entry;
  }

  /** A record of the journal's own, of which nobody needs to hear. */
  static Entry own(RecordType type, long number) {
    return of(type, number, Level.APPENDED, WrittenCallback.NONE);
  }

  static Entry sent(long sequence, Stage stage, Level level, WrittenCallback callback) {
    Entry entry = of(RecordType.SENT, sequence, level, callback);
    entry.stage = stage;
    return entry;
  }

  static Entry packet(RecordType type, int packetId, WrittenCallback callback) {
    Entry entry = of(type, 0, Level.APPENDED, callback);
    entry.waits = true;
    entry.packetId = packetId;
    return entry;
  }

  static Entry value(String key, byte[] value, Level level, WrittenCallback callback) {
    int bound = 48 + 3 * key.length() + value.length;
    Entry entry = new Entry(RecordType.VALUE, 0, bound, Durability.MEMORY);
    entry.key = key;
    entry.value = value;
    entry.onWritten = callback;
    entry.force = level == Level.FORCED;
    entry.waits = entry.force;
    return entry;
  }

  /** Returns what a record of a staging buffer says; empty if it makes no sense there. */
  static Optional<Entry> decoded(RecordType type, byte[] array, int start, int end) {
    try {
      Input in = new Input(array, start, end);
      return switch (type) {
        case MESSAGE -> {
          Entry entry = message(MessageBody.decode(in), stored -> {});
          entry.stage = MessageBody.head(new Input(array, start, end)).stage();
          yield Optional.of(entry);
        }
        case SENT -> {
          long sequence = in.varint();
          Stage sent = Stage.sent(in.varint(), (int) in.number(2));
          yield Optional.of(sent(sequence, sent, Level.APPENDED, WrittenCallback.NONE));
        }
        case RELEASED, UNSENT, ABANDONED, QUARANTINED, SETTLED ->
            Optional.of(own(type, in.varint()));
        case RECEIVED, COMPLETED ->
            Optional.of(packet(type, (int) in.number(2), WrittenCallback.NONE));
        case FORGET_RECEIVED -> Optional.of(own(type, 0));
        case BATCH, LEASE, VALUE, WATERMARK, CLEAN -> Optional.empty();
      };
    } catch (IllegalArgumentException | Input.BadRecord e) {
      return Optional.empty();
    }
  }

  /** Returns whether it may be in a staging buffer. */
  boolean isStaged() {
    return switch (type) {
      case MESSAGE,
          SENT,
          RELEASED,
          UNSENT,
          ABANDONED,
          QUARANTINED,
          SETTLED,
          RECEIVED,
          COMPLETED,
          FORGET_RECEIVED ->
          true;
      case BATCH, LEASE, VALUE, WATERMARK, CLEAN -> false;
    };
  }

  /** Returns the message. */
  StoredMessage stored() {
    return message;
  }

  boolean isMessage() {
    return type == RecordType.MESSAGE;
  }

  int qos() {
    return message.message().qos().level();
  }

  int packetId() {
    return packetId;
  }

  String key() {
    return key;
  }

  byte[] value() {
    return value;
  }

  /** Lets go of the message; it will not be written. */
  void cancel() {
    cancelled = true;
    message = null;
  }

  /** Takes over what a record says of this message; not that it is settled. */
  void apply(Entry record) {
    if (record.type == RecordType.SENT) {
      stage = stage.then(record.stage);
    } else if (record.type != RecordType.SETTLED) {
      stage = SmallState.changed(record.type, stage);
    }
  }

  /** Writes the record, except its seal. */
  void encode(Output out) {
    switch (type) {
      case MESSAGE -> MessageBody.encode(out, message, stage, replaces);
      case SENT ->
          out.begin(type, bound).varint(sequence).varint(stage.epoch()).number(stage.packetId(), 2);
      case RELEASED, UNSENT, ABANDONED, QUARANTINED, SETTLED, LEASE, WATERMARK, CLEAN ->
          out.begin(type, bound).varint(sequence);
      case RECEIVED, COMPLETED -> out.begin(type, bound).number(packetId, 2);
      case FORGET_RECEIVED -> out.begin(type, bound);
      case VALUE -> out.begin(type, bound).string(key).raw(value, 0, value.length);
      case BATCH -> throw new AssertionError("written by the segment itself");
    }
  }

  /** The caller is told at once, and never again. */
  void toldEarly() {
    early = true;
    told = true;
  }

  /** Tells whoever waits for the write, unless the force is waited for. */
  void tellWritten() {
    if (!isMessage() && !force) {
      tell(true);
    }
  }

  /** Tells whoever waits for the force. */
  void tellForced() {
    tell(true);
  }

  /** Tells that it could not be written. */
  void tellFailed() {
    tell(false);
  }

  /** Tells that it may be on disk or not, and that nobody will know any more. */
  void tellUnknown() {
    tellStored(Stored.MEMORY_ONLY);
  }

  /** Tells that it had its outcome before it was written. */
  void tellSettledFirst() {
    tellStored(Stored.SETTLED_FIRST);
  }

  private void tell(boolean written) {
    if (isMessage()) {
      tellStored(
          written
              ? Stored.ON_DISK
              : durability == Durability.SYNC ? Stored.FAILED : Stored.MEMORY_ONLY);
    } else if (!told) {
      told = true;
      tell(onWritten, written);
    }
  }

  private void tellStored(Stored stored) {
    if (!told) {
      told = true;
      try {
        onStored.stored(stored);
      } catch (RuntimeException | Error e) {
        report(onStored, e);
      }
    }
  }

  /** Calls a callback that must not throw, and survives one that does. */
  static void tell(WrittenCallback callback, boolean written) {
    try {
      callback.done(written);
    } catch (RuntimeException | Error e) {
      report(callback, e);
    }
  }

  /** Says so, if there is memory for it. */
  static void report(Object callback, Throwable cause) {
    try {
      LOG.error("A callback threw, which it must not: {}", callback, cause);
    } catch (RuntimeException | Error e) {
      // The next callback matters more.
    }
  }

  /** Returns the bytes of topic and payload. */
  long size() {
    return message.message().topic().length() + (long) message.message().payload().length;
  }

  /** Returns whether it says something about a message that has a record of its own. */
  boolean isOfMessage() {
    return switch (type) {
      case SENT, RELEASED, UNSENT, ABANDONED, QUARANTINED, SETTLED -> true;
      case BATCH, MESSAGE, RECEIVED, COMPLETED, FORGET_RECEIVED, LEASE, VALUE, WATERMARK, CLEAN ->
          false;
    };
  }

  boolean isSync() {
    return durability == Durability.SYNC;
  }
}
