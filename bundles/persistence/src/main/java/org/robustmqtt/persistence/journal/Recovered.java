package org.robustmqtt.persistence.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.StoredBlock;

/**
 * What a scan of a journal's folder found.
 *
 * @param segments the segments that are kept, oldest first
 * @param messages the messages that are not settled, by sequence, but those in {@code waiting}
 * @param waiting see {@link org.robustmqtt.journal.Recovery#waiting()}
 * @param live the places of their records
 * @param small values, received ids, stages and lease
 * @param next the next sequence to be given out
 * @param generation the highest generation seen
 * @param lastNumber the highest number of a segment seen
 * @param lowest segments with a lower number are dead
 * @param wallMillis the last wall time that was written, 0 if none was
 * @param staged what the staging buffer holds
 * @param merged what is known of messages that came from another journal
 * @param report what was cut and set aside
 */
record Recovered(
    List<Segment> segments,
    List<RecoveredMessage> messages,
    List<StoredBlock> waiting,
    LiveMessages live,
    SmallState small,
    long next,
    long generation,
    int lastNumber,
    int lowest,
    long wallMillis,
    Staged staged,
    Merged merged,
    Report report) {

  /** Returns whether the disk could read all of it, the newest lease too. */
  boolean isWhole() {
    return segments.stream().allMatch(segment -> segment.unreadable.isEmpty());
  }

  /**
   * What the staging buffer holds.
   *
   * @param messages those without a record in a segment, with their stages
   * @param known those that a segment holds too
   * @param records what is to be said of others
   */
  record Staged(TreeMap<Long, Entry> messages, List<Entry> known, List<Entry> records) {}

  /** Returns whether a segment is there, and something may be in it that nobody knows. */
  boolean isHidden(int number) {
    return segments.stream().anyMatch(segment -> segment.number == number && segment.hidden);
  }

  /** Old sequences of messages from another journal by new ones, and who is replaced by them. */
  record Merged(Map<Long, Long> aliases, List<Long> replaced) {}

  /** What could not be read. */
  record Report(long cutBytes, long damagedBytes, List<String> damagedFiles) {
    static final Report NOTHING = new Report(0, 0, List.of());

    /** Returns both together. */
    Report and(Report other) {
      if (other == NOTHING) {
        return this;
      }
      List<String> files = new ArrayList<>(damagedFiles);
      files.addAll(other.damagedFiles);
      return new Report(
          cutBytes + other.cutBytes, damagedBytes + other.damagedBytes, List.copyOf(files));
    }
  }
}
