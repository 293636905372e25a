package org.robustmqtt.itests.simulator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.robustmqtt.QoS;
import org.robustmqtt.codec.Publish;

/** What a broker remembers of a client. */
final class BrokerSession {
  final int number;

  /** How many session records the client had forced when this began. */
  final int recordsBefore;

  final Map<String, QoS> filters = new LinkedHashMap<>();

  /** The identifiers of filters that have one. */
  final Map<String, Integer> identifiers = new LinkedHashMap<>();

  /** QoS 2 messages of the client that it has not released, by packet id. */
  final Map<Integer, Publish> received = new LinkedHashMap<>();

  final List<Received> inFlight = new ArrayList<>();
  final ArrayDeque<Received> queue = new ArrayDeque<>();
  long expiryNanos;
  World.Event expiry;

  /** Whether the client may know of it: its CONNACK, or one that followed, arrived. */
  boolean told;

  private int nextId;

  BrokerSession(int number, int recordsBefore) {
    this.number = number;
    this.recordsBefore = recordsBefore;
  }

  /** Takes ids from a small range, so that they come again soon; a larger one if it is used up. */
  int freeId() {
    int range = Math.max(40, inFlight.size() + 1);
    do {
      nextId = nextId % range + 1;
    } while (inFlight.stream().anyMatch(one -> one.packetId == nextId));
    return nextId;
  }
}
