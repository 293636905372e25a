package org.robustmqtt.client.outbox;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.robustmqtt.DropReason;
import org.robustmqtt.Outcome;

/** What was counted, at the door and at the end. Guarded by the lock of the outbox. */
final class Tally {
  long accepted;
  long recovered;
  long refused;

  /** Acknowledgements of messages that had their outcome already. */
  long late;

  private final long[] ended = new long[2 + DropReason.values().length];

  void count(Outcome outcome) {
    int place =
        switch (outcome.kind()) {
          case ACKNOWLEDGED -> 0;
          case SENT -> 1;
          case DROPPED -> 2 + ((Outcome.Dropped) outcome).reason().ordinal();
        };
    ended[place]++;
  }

  Outbox.Accepted door() {
    return new Outbox.Accepted(accepted, recovered, refused);
  }

  Outbox.Ended ended() {
    Map<DropReason, Long> reasons = new EnumMap<>(DropReason.class);
    for (DropReason reason : DropReason.values()) {
      reasons.put(reason, ended[2 + reason.ordinal()]);
    }
    return new Outbox.Ended(ended[0], ended[1], Collections.unmodifiableMap(reasons), late);
  }
}
