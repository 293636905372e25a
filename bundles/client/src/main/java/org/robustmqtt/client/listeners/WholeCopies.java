package org.robustmqtt.client.listeners;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Copies that all have the identifiers of all filters. One broker sends a message once so, another
 * one (seen with Artemis 2.44) as often as there are identifiers: from a queue for each filter,
 * each in the order of publishing, mixed as it happens, 72 messages apart in a burst of 100.
 *
 * <p>What comes again may be a copy or a message that is the same, so a broker has to prove that it
 * sends copies before one is left out: until then everything is heard. A broker that sends messages
 * once cannot prove it by what comes slowly, since the copies of a proof come {@link #AT_ONCE}. On
 * the loop.
 */
final class WholeCopies {
  /** The copies of a proof come within this time. */
  private static final long AT_ONCE = TimeUnit.SECONDS.toNanos(2);

  /** Other copies may be held up by slow listeners; what comes later is another message. */
  private static final long HELD_UP = TimeUnit.SECONDS.toNanos(10);

  /** So many messages in a row prove it if their copies come with nothing between them. */
  private static final int PROOFS = 2;

  /** So many different messages prove it in a burst, or once there was a doubt. */
  private static final int PROOFS_IN_DOUBT = 8;

  /** So many in a row speak against what was proved. */
  private static final int COUNTERPROOFS = 2;

  /** So many messages are looked at, and so many bytes of them. */
  private static final int MESSAGES = 1_000;

  private static final long BYTES = 1_000_000;

  /** A message of which copies may follow. */
  private static final class Message {
    private final Delivery heard;
    private int times = 1;

    Message(Delivery heard) {
      this.heard = heard;
    }
  }

  /** For each topic, what not all copies have come of, eldest first. */
  private final Map<String, LinkedHashMap<ByteBuffer, Message>> topics = new HashMap<>();

  /** The contents of the messages that prove it, so far. */
  private final Set<ByteBuffer> proofs = new HashSet<>();

  private int messages;
  private long bytes;
  private boolean proved;
  private boolean doubted;
  private int counterproofs;

  /** A connection begins: what was proved holds as long as the session. */
  void begin(boolean resumed) {
    topics.clear();
    messages = 0;
    bytes = 0;
    proofs.clear();
    counterproofs = 0;
    if (!resumed) {
      proved = false;
      doubted = false;
    }
  }

  /**
   * Returns whether it is a copy of a message that has been heard; it follows that one then.
   *
   * @param copies how many there are of each message, if there are copies
   */
  boolean isCopy(Delivery delivery, int copies) {
    String topic = delivery.packet.topic();
    LinkedHashMap<ByteBuffer, Message> open = topics.get(topic);
    if (open != null) {
      forget(open, delivery.arrivedAt);
    }
    ByteBuffer content = ByteBuffer.wrap(delivery.packet.payload());
    Message before = open == null ? null : open.get(content);
    if (before == null) {
      add(topic, content, delivery);
      return false;
    }
    boolean copy = proved;
    if (copy) {
      delivery.follow(before.heard);
    }
    before.times++;
    if (before.times >= copies) {
      complete(open, content);
    }
    if (open.isEmpty()) {
      topics.remove(topic);
    }
    return copy;
  }

  private void add(String topic, ByteBuffer content, Delivery delivery) {
    if (content.capacity() > BYTES) {
      return;
    }
    if (messages == MESSAGES || bytes + content.capacity() > BYTES) {
      topics.clear();
      messages = 0;
      bytes = 0;
      against();
    }
    LinkedHashMap<ByteBuffer, Message> open =
        topics.computeIfAbsent(topic, name -> new LinkedHashMap<>());
    if (!open.isEmpty()) {
      doubted |= !proved;
    }
    open.put(content, new Message(delivery));
    messages++;
    bytes += content.capacity();
  }

  /** Queues keep the order: of what is older than this one no copy comes any more. */
  private void complete(LinkedHashMap<ByteBuffer, Message> open, ByteBuffer content) {
    Message last = open.get(content);
    Iterator<Message> all = open.values().iterator();
    Message one = all.next();
    boolean eldest = one == last;
    drop(all, one);
    while (one != last) {
      one = all.next();
      drop(all, one);
    }
    if (!eldest) {
      against();
      return;
    }
    counterproofs = 0;
    if (!proved) {
      proofs.add(content);
      proved = proofs.size() >= (doubted ? PROOFS_IN_DOUBT : PROOFS);
      if (proved) {
        proofs.clear();
      }
    }
  }

  /** What waited too long is a message that came once. */
  private void forget(LinkedHashMap<ByteBuffer, Message> open, long now) {
    Iterator<Message> all = open.values().iterator();
    boolean some = false;
    while (all.hasNext()) {
      Message one = all.next();
      if (now - one.heard.arrivedAt <= (proved ? HELD_UP : AT_ONCE)) {
        break;
      }
      drop(all, one);
      some = true;
    }
    if (some) {
      against();
    }
  }

  private void drop(Iterator<Message> all, Message one) {
    all.remove();
    messages--;
    bytes -= one.heard.packet.payload().length;
  }

  private void against() {
    counterproofs++;
    proofs.clear();
    doubted |= !proved;
    if (counterproofs >= COUNTERPROOFS) {
      proved = false;
      doubted = true;
    }
  }
}
