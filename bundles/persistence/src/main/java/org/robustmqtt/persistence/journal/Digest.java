package org.robustmqtt.persistence.journal;

import org.robustmqtt.persistence.format.MessageBody;

/**
 * What the first reading of a recovery knows of the messages of one segment. As long as all of them
 * just wait, and every record of them counts, the segment need not be read again: so it is with
 * nearly all segments of a long queue.
 */
final class Digest {
  private boolean whole = true;
  private WaitingBlocks waiting = new WaitingBlocks();
  private int count;
  private long bytes;

  /** A message, whose record has so many bytes. */
  void message(MessageBody.Outline outline, String policy, int size) {
    if (!whole) {
      return;
    }
    if (outline.plain(policy) && outline.head().stage().isWaiting()) {
      waiting.add(
          outline.sequence(), policy, outline.acceptedAt(), outline.deadline(), outline.bytes());
      count++;
      bytes += size;
    } else {
      spoil();
    }
  }

  /** A record of it does not count any more, or does not say everything. */
  void spoil() {
    whole = false;
    waiting = new WaitingBlocks();
  }

  /** Returns whether it says everything, and all its messages have higher sequences. */
  boolean isWholeAbove(long sequence) {
    return whole && waiting.lowest() > sequence;
  }

  WaitingBlocks waiting() {
    return waiting;
  }

  /** All its records count: says so to the segment. */
  void count(Segment segment) {
    segment.gain(count, bytes);
  }
}
