package org.robustmqtt.client.link;

import java.util.Arrays;
import java.util.Optional;
import org.robustmqtt.Message;

/**
 * What a connection says of itself; the will is in the session's settings. Equal by what is said.
 *
 * @param birth published on every connect, before anything else that waits; never queued
 * @param shutdown published before a clean DISCONNECT
 */
public record Presence(Optional<Message> birth, Optional<Message> shutdown) {
  /** Says nothing. */
  public static final Presence NONE = new Presence(Optional.empty(), Optional.empty());

  @Override
  public boolean equals(Object other) {
    return other instanceof Presence presence
        && same(birth, presence.birth)
        && same(shutdown, presence.shutdown);
  }

  @Override
  public int hashCode() {
    return 31 * hash(birth) + hash(shutdown);
  }

  private static boolean same(Optional<Message> a, Optional<Message> b) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.isEmpty() && b.isEmpty();
    }
    Message one = a.get();
    Message other = b.get();
    return one.topic().equals(other.topic())
        && Arrays.equals(one.payload(), other.payload())
        && one.qos() == other.qos()
        && one.retain() == other.retain();
  }

  private static int hash(Optional<Message> message) {
    return message.map(one -> one.topic().hashCode() + Arrays.hashCode(one.payload())).orElse(0);
  }
}
