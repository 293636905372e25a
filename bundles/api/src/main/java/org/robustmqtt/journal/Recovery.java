package org.robustmqtt.journal;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was found on disk when a journal was opened.
 *
 * @param messages the messages that are not settled, by sequence
 * @param received the packet ids of received QoS 2 messages whose exchange is not complete, in the
 *     order in which they were appended
 * @param values the newest value of each key; keys in order
 * @param lastWallMillis the last wall time that was seen before it was closed or cut off,
 *     milliseconds since 1970; 0 if none was recorded
 */
public record Recovery(
    List<RecoveredMessage> messages,
    Set<Integer> received,
    Map<String, byte[]> values,
    long lastWallMillis) {}
