package org.robustmqtt.client.listeners;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * What waits for one listener, in the order of arrival. Those whose end nobody waits for (loose:
 * QoS 0, and what a lost connection left) are counted, so that they can be bounded. On the loop.
 */
final class Inbox {
  /** So many loose ones at the most. */
  static final int LOOSE_MESSAGES = 10_000;

  private final ArrayDeque<Call> waiting = new ArrayDeque<>();
  private int looseCount;
  private long looseBytes;

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  int size() {
    return waiting.size();
  }

  void add(Call call) {
    call.queued = true;
    waiting.addLast(call);
    if (call.loose) {
      count(call, 1);
    }
  }

  /** Takes the oldest out; there is one. */
  Call poll() {
    Call call = waiting.pollFirst();
    left(call);
    return call;
  }

  /** One that waits may be a loose one from now on. */
  void loosened(Call call) {
    if (call.queued) {
      count(call, 1);
    }
  }

  /** Returns whether more loose ones wait than the share of the bound allows. */
  boolean over(long bytes, double share) {
    return looseCount > share * LOOSE_MESSAGES || looseBytes > share * bytes;
  }

  /** Takes out the oldest loose ones, until the rest is within the bound. */
  List<Call> trim(long bytes) {
    List<Call> victims = new ArrayList<>();
    Iterator<Call> oldest = waiting.iterator();
    while (over(bytes, 1) && oldest.hasNext()) {
      Call call = oldest.next();
      if (call.loose) {
        oldest.remove();
        left(call);
        victims.add(call);
      }
    }
    return victims;
  }

  /** Takes out everything. */
  List<Call> clear() {
    List<Call> all = new ArrayList<>(waiting);
    waiting.clear();
    looseCount = 0;
    looseBytes = 0;
    return all;
  }

  private void left(Call call) {
    call.queued = false;
    if (call.loose) {
      count(call, -1);
    }
  }

  private void count(Call call, int by) {
    looseCount += by;
    looseBytes += by * (long) call.size();
  }
}
