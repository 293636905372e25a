package org.robustmqtt.journal;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was found on disk when a journal was opened.
 *
 * @param messages messages that are not settled, by sequence: all but those in {@code waiting}
 * @param waiting further ones, by sequence, if there are very many: they were never sent and are
 *     not retained, and their sequences are higher than those of {@code messages} of which the same
 *     is true. They are read when they are needed, see {@link Journal#read}
 * @param received the packet ids of received QoS 2 messages whose exchange is not complete, in the
 *     order in which they were appended
 * @param values the newest value of each key; keys in order
 * @param lastWallMillis the last wall time that was seen before it was closed or cut off,
 *     milliseconds since 1970; 0 if none was recorded
 * @param aliases of messages that were taken over from another journal: their sequence, and the one
 *     they had there. An old sequence may be that of another message here
 * @param replaced sequences among {@code messages} that are not to be sent: when two journals were
 *     put together, a newer retained message of the topic was found. To be settled as replaced
 */
public record Recovery(
    List<RecoveredMessage> messages,
    List<StoredBlock> waiting,
    Set<Integer> received,
    Map<String, byte[]> values,
    long lastWallMillis,
    Map<Long, Long> aliases,
    List<Long> replaced) {

  /** Nothing. */
  public static final Recovery NOTHING =
      new Recovery(List.of(), List.of(), Set.of(), Map.of(), 0, Map.of(), List.of());

  /** What was found in a journal that is not long, and into which no other was taken over. */
  public Recovery(
      List<RecoveredMessage> messages,
      Set<Integer> received,
      Map<String, byte[]> values,
      long lastWallMillis) {
    this(messages, List.of(), received, values, lastWallMillis, Map.of(), List.of());
  }
}
