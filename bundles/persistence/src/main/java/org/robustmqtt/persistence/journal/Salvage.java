package org.robustmqtt.persistence.journal;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.format.Input;
import org.robustmqtt.persistence.format.MessageBody;
import org.robustmqtt.persistence.format.RecordType;
import org.robustmqtt.persistence.format.SegmentScan;

/**
 * Reads messages from a segment of which the disk cannot read some blocks. The file is read once
 * and kept in memory while more of it is asked for. Belongs to the journal thread.
 */
final class Salvage {
  private final Segments segments;
  private final LiveMessages live;
  private final Disk disk;

  /** The segment that is in memory; 0: none. */
  private int number;

  private Optional<SegmentBytes> bytes = Optional.empty();

  Salvage(Segments segments, LiveMessages live, Disk disk) {
    this.segments = segments;
    this.live = live;
    this.disk = disk;
  }

  /** Lets go of what is in memory. */
  void forget() {
    number = 0;
    bytes = Optional.empty();
  }

  /** Answers with what can be read of these messages, which are in one segment. */
  void read(Segment segment, long[] sequences, int maxBytes, Reading.Answer answer)
      throws IOException {
    SegmentBytes there;
    try {
      there = load(segment);
    } catch (NoSuchFileException e) {
      answer.unreadable = Optional.of("the file is not there");
      answer.answered = sequences.length;
      return;
    }
    Map<Long, Optional<StoredMessage>> found = new HashMap<>();
    for (long sequence : sequences) {
      found.put(sequence, Optional.empty());
    }
    if (segment.header.isPresent()) {
      SegmentScan.scan(
          there.array(),
          there.length(),
          segment.header.get(),
          there.length(),
          (type, offset, size, array, start, end) -> {
            if (type == RecordType.MESSAGE) {
              long sequence = MessageBody.head(new Input(array, start, end)).sequence();
              if (found.containsKey(sequence) && live.get(sequence) == segment.number) {
                found.put(sequence, Optional.of(MessageBody.decode(new Input(array, start, end))));
              }
            }
            return true;
          });
    }
    long room = Math.max(1, maxBytes);
    for (long sequence : sequences) {
      if (room <= 0) {
        break;
      }
      Optional<StoredMessage> message = found.get(sequence);
      message.ifPresent(answer.found::add);
      room -= message.map(Salvage::size).orElse(0);
      answer.answered++;
    }
    answer.unreadable = there.unreadable();
    if (there.unreadable().isPresent()) {
      segments.unreadable(segment, there.unreadable().get());
    } else {
      segment.unreadable = Optional.empty();
    }
  }

  private SegmentBytes load(Segment segment) throws IOException {
    if (number != segment.number || bytes.map(SegmentBytes::length).orElse(0) < segment.size) {
      forget();
      if (segment.lost) {
        throw new NoSuchFileException(segments.path(segment).toString());
      }
      SegmentBytes read = new SegmentBytes(disk);
      read.read(segments.path(segment));
      bytes = Optional.of(read);
      number = segment.number;
    }
    return bytes.orElseThrow();
  }

  private static int size(StoredMessage stored) {
    return stored.message().topic().length() + stored.message().payload().length;
  }
}
