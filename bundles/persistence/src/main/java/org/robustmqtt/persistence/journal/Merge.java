package org.robustmqtt.persistence.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.persistence.door.Clock;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.format.Format;
import org.robustmqtt.persistence.format.MessageBody;
import org.robustmqtt.persistence.format.Output;
import org.robustmqtt.persistence.format.SegmentHeader;
import org.robustmqtt.persistence.format.Stage;

/**
 * Writes the messages of one journal as segments that follow those of another.
 *
 * <p>They get new sequences, behind all that the other has given out, and keep the old one as an
 * alias. What belongs to the session of the source is not taken: its messages are sent as new. Of
 * two retained messages of one topic that wait, the one that was accepted earlier is marked as
 * replaced; at the same moment, that of the source.
 */
public final class Merge {
  private final Disk disk;
  private final Clock clock;
  private final Path into;
  private final long segmentSize;
  private final Recovered target;
  private final SegmentWriter.Totals totals = new SegmentWriter.Totals();
  private final long lease;
  private Segment previous;
  private Optional<SegmentWriter> writer = Optional.empty();

  private Merge(Disk disk, Clock clock, Path into, long segmentSize, Recovered target, int count) {
    this.disk = disk;
    this.clock = clock;
    this.into = into;
    this.segmentSize = segmentSize;
    this.target = target;
    this.lease = target.next() + count;
    this.previous =
        target.segments().isEmpty()
            ? new Segment(0)
            : target.segments().get(target.segments().size() - 1);
  }

  /**
   * Reads both journals, which are locked by the caller, and writes the segments, forced, into a
   * folder that is not yet part of the target.
   *
   * @return how many messages come along, those that are replaced included
   * @throws JournalException if one of them is of a newer format; nothing was changed
   */
  public static int write(
      Disk disk, Clock clock, Path target, Path source, Path into, long segmentSize)
      throws IOException, JournalException {
    RecoveryScan.requireReadable(disk, source);
    Recovered there = RecoveryScan.run(disk, target, Harvest.Window.ALL);
    Recovered from = RecoveryScan.run(disk, source, Harvest.Window.ALL);
    List<RecoveredMessage> taken =
        from.messages().stream()
            .filter(message -> message.stage() != RecoveredMessage.Stage.ABANDONED)
            .toList();
    new Merge(disk, clock, into, segmentSize, there, taken.size()).write(taken, from);
    return taken.size();
  }

  private void write(List<RecoveredMessage> taken, Recovered from) throws IOException {
    Map<String, Long> here = newest(target.messages());
    Map<String, Long> others = newest(taken);
    try {
      for (RecoveredMessage message : target.messages()) {
        Long other = others.get(message.stored().message().topic());
        if (message.stage() == RecoveredMessage.Stage.WAITING
            && message.stored().message().retain()
            && other != null
            && other > message.stored().acceptedAt()) {
          // A copy whose stage counts more than what the target has.
          write(message.stored(), Stage.WAITING.ended(Stage.Reached.REPLACED), 0);
        }
      }
      long next = target.next();
      for (RecoveredMessage message : taken) {
        StoredMessage old = message.stored();
        Long other = old.message().retain() ? here.get(old.message().topic()) : null;
        boolean replaced =
            from.small().stage(old.sequence()).reached() == Stage.Reached.REPLACED
                || other != null && other >= old.acceptedAt();
        write(
            new StoredMessage(
                next++, old.message(), old.durability(), old.acceptedAt(), old.deadline()),
            stage(message, replaced),
            old.sequence());
      }
      if (writer.isPresent()) {
        end();
      }
    } finally {
      writer.ifPresent(Segments::close);
    }
  }

  private static Stage stage(RecoveredMessage message, boolean replaced) {
    if (replaced) {
      return Stage.WAITING.ended(Stage.Reached.REPLACED);
    }
    return message.stage() == RecoveredMessage.Stage.QUARANTINED
        ? Stage.WAITING.ended(Stage.Reached.QUARANTINED)
        : Stage.WAITING;
  }

  /** Returns when the newest retained message of each topic was accepted. */
  private static Map<String, Long> newest(List<RecoveredMessage> messages) {
    Map<String, Long> newest = new HashMap<>();
    for (RecoveredMessage message : messages) {
      if (message.stored().message().retain()) {
        newest.merge(message.stored().message().topic(), message.stored().acceptedAt(), Math::max);
      }
    }
    return newest;
  }

  private void write(StoredMessage message, Stage stage, long alias) throws IOException {
    if (writer.isEmpty()) {
      begin();
    }
    SegmentWriter to = writer.orElseThrow();
    Output out = to.next(clock.wallMillis());
    MessageBody.encode(out, message, stage, true, alias);
    to.seal();
    to.flush();
    if (to.segment().size >= segmentSize) {
      end();
    }
  }

  private void begin() throws IOException {
    Segment segment = new Segment(Math.max(target.lastNumber(), previous.number) + 1);
    SegmentHeader header =
        new SegmentHeader(
            segment.number,
            target.lowest(),
            Math.max(target.generation(), clock.wallMillis()) + segment.number,
            previous.number,
            previous.surelyForced(),
            lease,
            Math.max(clock.wallMillis(), target.wallMillis()),
            false);
    SegmentWriter begun =
        new SegmentWriter(
            disk.open(into.resolve(Format.fileName(segment.number))), header, segment, totals);
    writer = Optional.of(begun);
    begun.begin();
    previous = segment;
  }

  private void end() throws IOException {
    SegmentWriter done = writer.orElseThrow();
    writer = Optional.empty();
    try {
      done.force();
    } finally {
      Segments.close(done);
    }
  }
}
