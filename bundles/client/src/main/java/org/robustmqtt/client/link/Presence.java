package org.robustmqtt.client.link;

import java.util.Optional;
import org.robustmqtt.Message;

/**
 * What a connection says of itself; the will is in the session's settings.
 *
 * @param birth published on every connect, before anything else that waits; never queued
 * @param shutdown published before a clean DISCONNECT
 */
public record Presence(Optional<Message> birth, Optional<Message> shutdown) {
  /** Says nothing. */
  public static final Presence NONE = new Presence(Optional.empty(), Optional.empty());
}
