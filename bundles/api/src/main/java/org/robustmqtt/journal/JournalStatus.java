package org.robustmqtt.journal;

import java.util.List;
import java.util.Optional;

/**
 * The state of a journal at one moment.
 *
 * @param path the folder it is in
 * @param inDataArea whether that is the bundle data area, which a hub may delete
 * @param degraded why it cannot be written, one line; empty while it can
 * @param segments the number of segment files
 * @param bytes their size together
 * @param liveMessages the messages on disk that are not settled
 * @param bytesWritten bytes written since it was opened
 * @param forces forces since it was opened
 * @param recovered messages found when it was opened
 * @param cutBytes bytes of a torn tail that were cut when it was opened
 * @param damagedBytes bytes that could not be read at this or an earlier opening, until a person
 *     has acknowledged it; of a segment that is missing they count at the opening that finds it
 * @param damagedFiles the files that stand for the damage, one for each part, until then
 * @param memoryMessages messages that are in memory only, because the disk takes none; they are
 *     written when it does
 * @param memoryBytes the bytes of their topics and payloads
 * @param possibleDuplicates messages on disk that have their outcome, which the disk could not be
 *     told: if the process ends before it can be, they are sent once more
 * @param unreadable what the disk cannot read, one line that names files and counts of messages;
 *     empty while it can read all. The journal can be written all the same
 * @param unstaged why a message that was accepted does not survive the end of the process before it
 *     is on disk, a part of a sentence; empty if it does, because a staging buffer holds it
 */
public record JournalStatus(
    String path,
    boolean inDataArea,
    Optional<String> degraded,
    int segments,
    long bytes,
    int liveMessages,
    long bytesWritten,
    long forces,
    int recovered,
    long cutBytes,
    long damagedBytes,
    List<String> damagedFiles,
    int memoryMessages,
    long memoryBytes,
    int possibleDuplicates,
    Optional<String> unreadable,
    Optional<String> unstaged) {

  /** A journal that keeps nothing in memory only. */
  public JournalStatus(
      String path,
      boolean inDataArea,
      Optional<String> degraded,
      int segments,
      long bytes,
      int liveMessages,
      long bytesWritten,
      long forces,
      int recovered,
      long cutBytes,
      long damagedBytes,
      List<String> damagedFiles) {
    this(
        path,
        inDataArea,
        degraded,
        segments,
        bytes,
        liveMessages,
        bytesWritten,
        forces,
        recovered,
        cutBytes,
        damagedBytes,
        damagedFiles,
        0,
        0,
        0,
        Optional.empty(),
        Optional.empty());
  }

  /**
   * Returns the same with another reason, and with other numbers of what is in memory only.
   *
   * @param duplicates how many more possible duplicates there are
   */
  public JournalStatus degraded(Optional<String> why, int messages, long inMemory, int duplicates) {
    return new JournalStatus(
        path,
        inDataArea,
        why,
        segments,
        bytes,
        liveMessages,
        bytesWritten,
        forces,
        recovered,
        cutBytes,
        damagedBytes,
        damagedFiles,
        messages,
        inMemory,
        possibleDuplicates + duplicates,
        unreadable,
        unstaged);
  }

  /** Returns the same for the reason given in {@link #unstaged()}. */
  public JournalStatus unstaged(String why) {
    return new JournalStatus(
        path,
        inDataArea,
        degraded,
        segments,
        bytes,
        liveMessages,
        bytesWritten,
        forces,
        recovered,
        cutBytes,
        damagedBytes,
        damagedFiles,
        memoryMessages,
        memoryBytes,
        possibleDuplicates,
        unreadable,
        Optional.of(why));
  }
}
