package org.robustmqtt.client.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.client.policy.DeliveryPolicy;

/** What is linked through the entries themselves does what the platform's collections do. */
class LinkedStructuresTest {
  private static final Message MESSAGE = Message.of("a", new byte[0]);
  private static final Lane LANE =
      new Lane(DeliveryPolicy.DEFAULT, new Lane.Loaded(Outbox.Window.STANDARD));

  @Test
  void pending_messages_are_found_and_listed_as_in_a_linked_map() {
    Random random = new Random(1);
    PendingEntries pending = new PendingEntries();
    Map<Long, Entry> model = new LinkedHashMap<>();
    long sequence = 0;
    for (int i = 0; i < 50_000; i++) {
      // Grows to some hundreds, shrinks to nothing, and again.
      boolean grows = i / 1_000 % 2 == 0;
      if (model.isEmpty() || random.nextInt(100) < (grows ? 70 : 20)) {
        sequence += 1 + random.nextInt(3);
        Entry entry = entry(sequence);
        pending.add(entry);
        model.put(sequence, entry);
      } else {
        Entry entry = any(random, model);
        pending.remove(entry);
        model.remove(entry.sequence());
        assertNull(pending.get(entry.sequence()));
      }
      assertEquals(model.size(), pending.size());
      assertEquals(model.isEmpty(), pending.isEmpty());
      if (!model.isEmpty()) {
        assertSame(model.values().iterator().next(), pending.oldest());
        Entry one = any(random, model);
        assertSame(one, pending.get(one.sequence()));
      }
      if (i % 500 == 0) {
        List<Entry> all = List.copyOf(model.values());
        assertEquals(all, pending.list(any -> true, Integer.MAX_VALUE));
        assertEquals(all.subList(0, Math.min(3, all.size())), pending.list(any -> true, 3));
      }
    }
    assertTrue(sequence > 20_000);
  }

  @Test
  void the_topic_with_the_smallest_key_is_first_whatever_is_added_and_taken() {
    Random random = new Random(2);
    ReadyTopics ready = new ReadyTopics();
    TreeMap<Long, TopicQueue> model = new TreeMap<>();
    for (int i = 0; i < 50_000; i++) {
      boolean grows = i / 500 % 2 == 0;
      if (model.isEmpty() || random.nextInt(100) < (grows ? 70 : 20)) {
        TopicQueue queue = new TopicQueue();
        do {
          queue.readyKey = 1 + random.nextInt(100_000);
        } while (model.containsKey(queue.readyKey));
        ready.add(queue);
        model.put(queue.readyKey, queue);
      } else {
        boolean first = random.nextBoolean();
        List<TopicQueue> all = new ArrayList<>(model.values());
        TopicQueue queue = all.get(first ? 0 : random.nextInt(all.size()));
        ready.remove(queue);
        model.remove(queue.readyKey);
      }
      if (model.isEmpty()) {
        assertNull(ready.first());
      } else {
        assertSame(model.firstEntry().getValue(), ready.first());
      }
    }
  }

  private static Entry any(Random random, Map<Long, Entry> model) {
    List<Entry> all = new ArrayList<>(model.values());
    return all.get(random.nextInt(all.size()));
  }

  private static Entry entry(long sequence) {
    return new Entry(
        sequence,
        MESSAGE,
        Durability.MEMORY,
        0,
        0,
        Optional.empty(),
        LANE,
        new Promise(sequence, Runnable::run));
  }
}
