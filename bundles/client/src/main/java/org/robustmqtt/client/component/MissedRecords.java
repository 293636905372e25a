package org.robustmqtt.client.component;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.robustmqtt.Durability;
import org.robustmqtt.QoS;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.journal.WrittenCallback;

/**
 * What a journal was to record while there was none; only what still matters. Confined to the lock
 * of its {@link SwitchableJournal}. Its size is bounded by the limits of the queue: a message that
 * came and was settled meanwhile leaves nothing.
 */
final class MissedRecords {
  private static final class Missed {
    Optional<StoredMessage> offered = Optional.empty();
    boolean unsent;
    long epoch;
    int packetId;
    boolean released;
    boolean abandoned;
    boolean quarantined;
    boolean settled;
  }

  /** By sequence: the order in which they are recorded afterwards. */
  private final TreeMap<Long, Missed> messages = new TreeMap<>();

  private final Map<Integer, Boolean> received = new LinkedHashMap<>();
  private boolean forgetReceived;
  private final Map<String, byte[]> values = new LinkedHashMap<>();

  /** Who must not go on before what they said is on disk. */
  private final List<WrittenCallback> waiting = new ArrayList<>();

  void waits(WrittenCallback callback) {
    waiting.add(callback);
  }

  /** Returns whether a message came meanwhile and its QoS is 2: its exchange waits. */
  boolean isNewQos2(long sequence) {
    Missed missed = messages.get(sequence);
    return missed != null
        && missed.offered.isPresent()
        && missed.offered.get().message().qos() == QoS.EXACTLY_ONCE;
  }

  /** Returns how many messages came meanwhile and have no outcome. */
  int messages() {
    return (int) messages.values().stream().filter(each -> each.offered.isPresent()).count();
  }

  /** Returns the bytes of their topics and payloads. */
  long bytes() {
    return messages.values().stream()
        .flatMap(each -> each.offered.stream())
        .mapToLong(stored -> stored.message().topic().length() + stored.message().payload().length)
        .sum();
  }

  /** Returns how many messages have their outcome and are still on disk. */
  int settled() {
    return (int) messages.values().stream().filter(each -> each.settled).count();
  }

  /** Nothing will be recorded any more. */
  void closed() {
    List<WrittenCallback> told = new ArrayList<>(waiting);
    waiting.clear();
    told.forEach(callback -> callback.done(false));
  }

  /** Returns whether a message that is on disk has its outcome. */
  boolean isSettled(long sequence) {
    Missed missed = messages.get(sequence);
    return missed != null && missed.settled;
  }

  void offered(StoredMessage message) {
    if (message.durability() != Durability.MEMORY) {
      of(message.sequence()).offered = Optional.of(message);
    }
  }

  void sent(long sequence, long epoch, int packetId) {
    Missed missed = of(sequence);
    missed.epoch = epoch;
    missed.packetId = packetId;
  }

  void released(long sequence) {
    of(sequence).released = true;
  }

  void abandoned(long sequence) {
    of(sequence).abandoned = true;
  }

  void quarantined(long sequence) {
    of(sequence).quarantined = true;
  }

  void unsent(long sequence) {
    Missed missed = of(sequence);
    missed.unsent = true;
    missed.epoch = 0;
    missed.packetId = 0;
    missed.released = false;
  }

  void settled(long sequence) {
    Missed missed = of(sequence);
    if (missed.offered.isPresent()) {
      messages.remove(sequence);
    } else {
      missed.settled = true;
    }
  }

  void received(int packetId) {
    received.put(packetId, true);
  }

  void completed(int packetId) {
    received.remove(packetId);
    received.put(packetId, false);
  }

  void forgetReceived() {
    received.clear();
    forgetReceived = true;
  }

  void value(String key, byte[] value) {
    values.put(key, value);
  }

  boolean isEmpty() {
    return messages.isEmpty() && received.isEmpty() && !forgetReceived && values.isEmpty();
  }

  /**
   * Records it in a journal, first the small things, then the messages by sequence.
   *
   * @return whether everything was taken; if not, the stage is full and the rest is still here
   */
  boolean replay(Journal journal) {
    values.forEach((key, value) -> journal.put(key, value, Level.FORCED, WrittenCallback.NONE));
    values.clear();
    if (forgetReceived) {
      journal.forgetReceived();
      forgetReceived = false;
    }
    received.forEach(
        (id, open) -> {
          if (open) {
            journal.received(id, WrittenCallback.NONE);
          } else {
            journal.completed(id, WrittenCallback.NONE);
          }
        });
    received.clear();
    while (!messages.isEmpty()) {
      Map.Entry<Long, Missed> first = messages.firstEntry();
      if (!replay(first.getKey(), first.getValue(), journal)) {
        return false;
      }
      messages.remove(first.getKey());
    }
    if (!waiting.isEmpty()) {
      List<WrittenCallback> told = new ArrayList<>(waiting);
      waiting.clear();
      journal.afterForce(written -> told.forEach(callback -> callback.done(written)));
    }
    return true;
  }

  private static boolean replay(long sequence, Missed missed, Journal journal) {
    if (missed.offered.isPresent() && !journal.offer(missed.offered.get(), stored -> {})) {
      return false;
    }
    if (missed.settled) {
      journal.settled(sequence, WrittenCallback.NONE);
      return true;
    }
    if (missed.unsent) {
      journal.unsent(sequence);
    }
    if (missed.packetId != 0) {
      journal.sent(sequence, missed.epoch, missed.packetId, Level.APPENDED, WrittenCallback.NONE);
    }
    if (missed.released) {
      journal.released(sequence, Level.APPENDED, WrittenCallback.NONE);
    }
    if (missed.abandoned) {
      journal.abandoned(sequence, WrittenCallback.NONE);
    }
    if (missed.quarantined) {
      journal.quarantined(sequence, WrittenCallback.NONE);
    }
    return true;
  }

  private Missed of(long sequence) {
    return messages.computeIfAbsent(sequence, none -> new Missed());
  }
}
