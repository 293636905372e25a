package org.robustmqtt.client.outbox;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.robustmqtt.QoS;
import org.robustmqtt.client.policy.DeliveryPolicy;

/**
 * The messages of one topic: those that wait, linked in the order of their sequences, and which of
 * those that are out hold the others back. Guarded by the lock of the {@link Queue}.
 */
final class TopicQueue {
  /** The key under which the topic is among the ready ones; 0 if it is not. */
  long readyKey;

  /** Of {@link ReadyTopics}. */
  int readyPlace;

  /** The ready ones that it is among; null if it is not. */
  ReadyTopics readyAmong;

  /** The messages of QoS 2 that are out; made for the first of them. */
  private SortedSet<Long> unfinished = Collections.emptySortedSet();

  /** How many messages of QoS 0 are out: not handed over yet. */
  private int unhanded;

  private Entry head;
  private Entry tail;
  private Entry lastReturned;
  private int uses;

  /** How many are in here that their topic alone would have in another lane. */
  private int strays;

  /** Whether none of its messages is on disk only; known only as long as it is mixed. */
  boolean lifted;

  /** The newest without an outcome in a lane where the newest replaces the others, or null. */
  private Entry latest;

  /** The rule for the retained ones; made for the first of them. */
  private RetainedRule retained;

  /** Counts a message that is in here from now on, waiting or out. */
  void enter(Entry entry) {
    uses++;
    enterLane(entry);
    if (entry.message().retain()) {
      if (retained == null) {
        retained = new RetainedRule();
      }
      retained.enter(entry);
    }
  }

  /** A message without an outcome is in its lane from now on. */
  void enterLane(Entry entry) {
    strays += entry.stray ? 1 : 0;
    if (entry.lane.policy.keep() == DeliveryPolicy.Keep.LATEST
        && (latest == null || latest.sequence() < entry.sequence())) {
      latest = entry;
    }
  }

  /** Forgets the lanes of its messages; each of them enters one again. */
  void forgetLanes() {
    strays = 0;
    lifted = false;
    latest = null;
    readyKey = 0;
    readyAmong = null;
  }

  /** Returns whether messages of it are in several lanes, or may be. */
  boolean isMixed() {
    return strays > 0;
  }

  /** Returns the lane among whose topics this one has its turn: that of the highest priority. */
  Lane lane() {
    Lane lane = head.lane;
    if (strays > 0) {
      for (Entry each = head.next; each != null; each = each.next) {
        lane = each.lane.policy.priority() > lane.policy.priority() ? each.lane : lane;
      }
    }
    return lane;
  }

  /** Returns whether a message of it, in the same lane, came after this one and has no outcome. */
  boolean hasNewer(Entry entry) {
    return latest != null && latest.lane == entry.lane && latest.sequence() > entry.sequence();
  }

  /** Returns the newest without an outcome where the newest replaces the others, or null. */
  Entry latest() {
    return latest;
  }

  /** Returns the newest waiting message, or null. */
  Entry tail() {
    return tail;
  }

  /** Returns the newest waiting message of a lane that is older than a sequence, or null. */
  Entry waitingBefore(Lane lane, long sequence) {
    Entry older = tail;
    while (older != null && (older.lane != lane || older.sequence() >= sequence)) {
      older = older.previous;
    }
    return older;
  }

  /** A message is of no interest any more; returns whether nothing is left. */
  boolean leave() {
    return --uses == 0;
  }

  /** A message has its outcome. Where its record still matters, {@link #forced} follows. */
  void decided(Entry entry) {
    latest = entry == latest ? null : latest;
    strays -= entry.stray ? 1 : 0;
    lifted &= strays > 0;
    if (entry.message().retain()) {
      retained.decided(entry);
      uses += RetainedRule.leavesRecord(entry) ? 1 : 0;
    }
  }

  /** A retained message with an outcome has a record. */
  void lasts(Entry entry) {
    retained.lasts(entry);
  }

  /** The end of a retained message is forced; returns whether nothing is left. */
  boolean forced(Entry entry) {
    retained.forced(entry);
    return leave();
  }

  /** Returns whether a retained message that comes now needs a record, whatever its durability. */
  boolean needsRecord() {
    return retained != null && retained.needsRecord();
  }

  /**
   * Returns the retained messages without an outcome that are older than this one, which may have
   * arrived: sent now, they would put the older value in the place of the newer one.
   */
  List<Entry> olderRetained(Entry entry) {
    if (retained == null) {
      return List.of();
    }
    List<Entry> older = retained.olderOut(entry);
    for (Entry e = head; e != null && e.sequence() < entry.sequence(); e = e.next) {
      if (e.message().retain()) {
        older.add(e);
      }
    }
    return older;
  }

  /** Puts a message to its place. New ones go to the end; a returned one mostly to the front. */
  void insert(Entry entry) {
    Entry before = tail;
    if (tail != null && tail.sequence() > entry.sequence()) {
      before = placeOfReturned(entry);
      lastReturned = entry;
    }
    Entry after = before == null ? head : before.next;
    entry.previous = before;
    entry.next = after;
    if (before == null) {
      head = entry;
    } else {
      before.next = entry;
    }
    if (after == null) {
      tail = entry;
    } else {
      after.previous = entry;
    }
  }

  /** Starts at the message returned last, so that returning many in order walks each link once. */
  private Entry placeOfReturned(Entry entry) {
    Entry before = null;
    Entry after = head;
    if (lastReturned != null && lastReturned.sequence() < entry.sequence()) {
      before = lastReturned;
      after = lastReturned.next;
    }
    while (after != null && after.sequence() < entry.sequence()) {
      before = after;
      after = after.next;
    }
    return before;
  }

  /** Takes a waiting message away. */
  void unlink(Entry entry) {
    if (entry == lastReturned) {
      lastReturned = null;
    }
    if (entry.previous == null) {
      head = entry.next;
    } else {
      entry.previous.next = entry.next;
    }
    if (entry.next == null) {
      tail = entry.previous;
    } else {
      entry.next.previous = entry.previous;
    }
    entry.previous = null;
    entry.next = null;
  }

  /** A message is out. */
  void out(Entry entry) {
    if (entry.message().qos() == QoS.AT_MOST_ONCE) {
      unhanded++;
    } else if (entry.message().qos() == QoS.EXACTLY_ONCE) {
      if (unfinished.isEmpty()) {
        unfinished = new TreeSet<>();
      }
      unfinished.add(entry.sequence());
    }
    if (entry.message().retain()) {
      retained.out(entry);
    }
  }

  /** A message is out no more. */
  void in(Entry entry) {
    if (entry.message().qos() == QoS.AT_MOST_ONCE) {
      unhanded--;
    } else if (entry.message().qos() == QoS.EXACTLY_ONCE) {
      unfinished.remove(entry.sequence());
    }
    if (entry.message().retain()) {
      retained.in(entry);
    }
  }

  /** Returns the oldest waiting message; null if none waits. */
  Entry head() {
    return head;
  }

  /**
   * Returns whether the oldest waiting message has to wait: for an earlier one of QoS 2, for one
   * that may be on disk only, for the clock, or because it is retained and an older one could come
   * back. One of QoS 1 or 2 also waits for those of QoS 0 that were not handed over: after a lost
   * link they wait again, while it would be in flight and go first.
   *
   * @param hurry takes the message that has to be on disk first
   */
  boolean heldBack(Consumer<Entry> hurry) {
    if (strays > 0 && !lifted) {
      return true;
    }
    if (head.ageUnknown || !unfinished.isEmpty() && unfinished.first() < head.sequence()) {
      return true;
    }
    if (unhanded > 0 && head.message().qos() != QoS.AT_MOST_ONCE) {
      return true;
    }
    if (!head.message().retain()) {
      return false;
    }
    return switch (retained.verdict(head)) {
      case GO -> false;
      case WAIT -> true;
      case HURRY -> {
        hurry.accept(head);
        yield true;
      }
    };
  }
}
