package org.robustmqtt.client.outbox;

import java.util.Arrays;

/**
 * Topics whose turn it is, the one with the oldest message first: a heap that knows where each
 * topic is, so that one can be taken out of its middle, and that allocates nothing for one. Guarded
 * by the lock of the {@link Queue}.
 */
final class ReadyTopics {
  private TopicQueue[] heap = new TopicQueue[4];
  private int size;

  /** Returns the topic with the smallest key, or null. */
  TopicQueue first() {
    return heap[0];
  }

  /** Adds a topic, which is in no heap, by its key. */
  void add(TopicQueue queue) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, 2 * size);
    }
    up(queue, size++);
  }

  /** Takes a topic out that is in here. */
  void remove(TopicQueue queue) {
    assert heap[queue.readyPlace] == queue : "not in here";
    int place = queue.readyPlace;
    TopicQueue last = heap[--size];
    heap[size] = null;
    if (last != queue) {
      down(last, place);
      if (last.readyPlace == place) {
        up(last, place);
      }
    }
  }

  private void up(TopicQueue queue, int from) {
    int place = from;
    while (place > 0) {
      int parent = (place - 1) >>> 1;
      if (heap[parent].readyKey <= queue.readyKey) {
        break;
      }
      put(heap[parent], place);
      place = parent;
    }
    put(queue, place);
  }

  private void down(TopicQueue queue, int from) {
    int place = from;
    for (int child = 2 * place + 1; child < size; child = 2 * place + 1) {
      if (child + 1 < size && heap[child + 1].readyKey < heap[child].readyKey) {
        child++;
      }
      if (queue.readyKey <= heap[child].readyKey) {
        break;
      }
      put(heap[child], place);
      place = child;
    }
    put(queue, place);
  }

  private void put(TopicQueue queue, int place) {
    heap[place] = queue;
    queue.readyPlace = place;
  }
}
