package org.robustmqtt.persistence.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import org.robustmqtt.journal.ReadCallback;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.door.DiskFile;
import org.robustmqtt.persistence.format.Format;
import org.robustmqtt.persistence.format.Input;
import org.robustmqtt.persistence.format.MessageBody;
import org.robustmqtt.persistence.format.RecordType;
import org.robustmqtt.persistence.format.SegmentHeader;
import org.robustmqtt.persistence.format.SegmentScan;
import org.robustmqtt.persistence.format.Stage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads messages back, a part of one segment at a time, and goes on where it was: messages are
 * mostly asked for in the order in which they were written. Belongs to the journal thread.
 */
final class Reading {
  private static final Logger LOG = LoggerFactory.getLogger(Reading.class);
  private static final int CHUNK = 64 * 1024;

  private final Segments segments;
  private final LiveMessages live;
  private final SmallState small;
  private final LongFunction<Optional<StoredMessage>> kept;
  private final Unreadable unreadable;
  private final Salvage salvage;

  /** Where the next message is likely to be. */
  private int number;

  private long position;

  Reading(
      Segments segments,
      LiveMessages live,
      SmallState small,
      LongFunction<Optional<StoredMessage>> kept,
      Unreadable unreadable,
      Disk disk) {
    this.kept = kept;
    this.segments = segments;
    this.live = live;
    this.small = small;
    this.unreadable = unreadable;
    this.salvage = new Salvage(segments, live, disk);
  }

  /** Reads, and tells; see {@link org.robustmqtt.journal.Journal#read}. */
  void read(long[] sequences, int maxBytes, ReadCallback callback) {
    Answer answer = new Answer();
    while (answer.answered < sequences.length && live.get(sequences[answer.answered]) <= 0) {
      unwritten(sequences[answer.answered], answer);
      answer.answered++;
    }
    if (answer.answered == 0) {
      int segment = live.get(sequences[0]);
      int end = 0;
      while (end < sequences.length && live.get(sequences[end]) == segment) {
        end++;
      }
      try {
        read(segment, Arrays.copyOf(sequences, end), maxBytes, answer);
      } catch (IOException | RuntimeException | Error e) {
        // A defect, or too little memory for a segment, is no reason to stop writing.
        answer = new Answer();
        report(e);
      }
    }
    tell(callback, answer);
  }

  /**
   * Answers with a message of which there is no record that can be read. What the staging buffer
   * has saved may be in memory only, until the disk takes it.
   */
  private void unwritten(long sequence, Answer answer) {
    Optional<StoredMessage> message = kept.apply(sequence);
    message.ifPresent(answer.found::add);
    if (message.isEmpty() && small.holdover.mayHold(sequence)) {
      answer.unreadable =
          segments.unreadable().or(() -> Optional.of("a segment could not be read at the start"));
    }
  }

  /** Calls a callback that must not throw, and survives one that does. */
  static void tell(ReadCallback callback, Answer answer) {
    try {
      callback.read(answer.found, answer.answered, answer.unreadable);
    } catch (RuntimeException | Error e) {
      Entry.report(callback, e);
    }
  }

  private void report(Throwable cause) {
    try {
      LOG.warn("{}: messages could not be read back: {}", segments.folder(), cause.toString());
    } catch (RuntimeException | Error e) {
      // Who waits for the answer matters more.
    }
  }

  private void read(int number, long[] sequences, int maxBytes, Answer answer) throws IOException {
    Optional<Segment> found = segments.find(number);
    if (found.isEmpty()) {
      answer.unreadable = Optional.of("the file was set aside");
      answer.answered = sequences.length;
      return;
    }
    Segment segment = found.get();
    boolean byHand = small.stage(sequences[0]).reached() == Stage.Reached.QUARANTINED;
    if (byHand || segment.unreadable.isEmpty()) {
      try {
        Pass pass = new Pass(sequences, maxBytes);
        pass.run(segment);
        answer.answered = pass.answer(answer.found);
        unreadable.succeeded(segment);
        salvage.forget();
        return;
      } catch (IOException e) {
        salvage.forget();
        if (!unreadable.failed(segment, e) && segment.unreadable.isEmpty()) {
          return;
        }
      }
    }
    salvage.read(segment, sequences, maxBytes, answer);
  }

  /** What is told. */
  static final class Answer {
    final List<StoredMessage> found = new ArrayList<>();
    int answered;
    Optional<String> unreadable = Optional.empty();
  }

  /** A message, the bytes of its topic and payload, and where its record ends. */
  private record Found(StoredMessage message, int bytes, long end) {}

  /** Looks for some messages in one segment. */
  private final class Pass {
    private final long[] sequences;
    private final Set<Long> wanted = new HashSet<>();
    private final Map<Long, Found> got = new HashMap<>();

    /** How many of those asked for are found without a gap, and what more of them there may be. */
    private int without;

    private long room;
    private boolean complete;
    private int segment;
    private long base;

    Pass(long[] sequences, int maxBytes) {
      this.sequences = sequences;
      this.room = Math.max(1, maxBytes);
      for (long sequence : sequences) {
        wanted.add(sequence);
      }
    }

    /** Adds what was found, as far as there is no gap; returns how many are answered. */
    int answer(List<StoredMessage> found) {
      int answered = 0;
      for (long sequence : sequences) {
        Found one = answered < without || complete ? got.get(sequence) : null;
        if (one != null) {
          found.add(one.message());
        } else if (complete) {
          LOG.error("{}: message {} cannot be read any more", segments.folder(), sequence);
        } else {
          break;
        }
        answered++;
      }
      return answered;
    }

    void run(Segment from) throws IOException {
      segment = from.number;
      long begin = number == from.number ? position : Format.DATA;
      number = from.number;
      position = begin;
      try (DiskFile file = segments.open(from)) {
        SegmentHeader header =
            from.header.orElseThrow(
                () -> new IOException("header of segment " + number + " is gone"));
        boolean ended = walk(file, header, begin, from.size);
        if (ended && begin > Format.DATA) {
          ended = walk(file, header, Format.DATA, begin);
        }
        if (ended && !enough()) {
          // Once more in full, beyond whatever is bad.
          byte[] bytes = SegmentBytes.readFully(file, (int) from.size);
          base = 0;
          SegmentScan.scan(bytes, bytes.length, header, from.forcedEnd, this::record);
          complete = !enough();
        }
      }
    }

    private boolean enough() {
      return room <= 0 || without == sequences.length;
    }

    /** Returns whether it came to the end without having enough. */
    private boolean walk(DiskFile file, SegmentHeader header, long from, long to)
        throws IOException {
      byte[] buffer = new byte[(int) Math.min(CHUNK, Math.max(0, to - from))];
      long at = from;
      while (at < to && !enough()) {
        int length = fill(file, buffer, at, to);
        base = at;
        int done = SegmentScan.walk(buffer, length, at, header, this::record);
        if (done == 0) {
          long size = SegmentScan.sizeOfFirst(buffer, length);
          if (size <= length || size > to - at) {
            return true;
          }
          buffer = new byte[(int) size];
        }
        at += done;
      }
      return !enough();
    }

    private int fill(DiskFile file, byte[] buffer, long at, long to) throws IOException {
      ByteBuffer into = ByteBuffer.wrap(buffer, 0, (int) Math.min(buffer.length, to - at));
      while (into.hasRemaining()) {
        int read = file.read(into, at + into.position());
        if (read < 0) {
          break;
        }
      }
      return into.position();
    }

    private boolean record(
        RecordType type, int offset, int size, byte[] array, int start, int end) {
      if (type == RecordType.MESSAGE && !enough()) {
        long sequence = MessageBody.head(new Input(array, start, end)).sequence();
        if (wanted.contains(sequence) && live.get(sequence) == segment) {
          got.put(
              sequence,
              new Found(
                  MessageBody.decode(new Input(array, start, end)),
                  MessageBody.outline(new Input(array, start, end)).bytes(),
                  base + offset + size));
          count();
        }
      }
      return true;
    }

    private void count() {
      while (!enough() && got.containsKey(sequences[without])) {
        Found next = got.get(sequences[without]);
        without++;
        room -= next.bytes();
        position = next.end();
      }
    }
  }
}
