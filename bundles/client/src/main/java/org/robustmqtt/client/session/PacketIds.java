package org.robustmqtt.client.session;

import java.util.BitSet;

/**
 * The packet ids of what we send, one space for PUBLISH, SUBSCRIBE and UNSUBSCRIBE (MQTT-2.2.1-3;
 * 3.1.1: MQTT-2.3.1-2). An id that is in use is never given out.
 *
 * <p>QoS 2 has the range 1 to 2 x {@code maxInflight} for itself, everything else what lies above
 * (delivery-rules 2). After a session was resumed, the broker may remember QoS 2 ids that we know
 * nothing of, and would swallow a new message under such an id. Those ids are <i>doubtful</i> until
 * a PUBREL and its PUBCOMP have cleared them.
 */
final class PacketIds {
  private static final int LAST = 65_535;

  /** What has a packet id. */
  interface Owner {}

  private int range;
  private final IdTable<Owner> owners = new IdTable<>();
  private final BitSet doubtful = new BitSet();
  private int nextOrdinary;
  private int nextExactlyOnce;

  PacketIds(int maxInflight) {
    maxInflight(maxInflight);
  }

  /**
   * Begins with another range; ids in use stay in use. Between connections: the next one decides
   * which ids of the range are doubtful.
   */
  final void maxInflight(int most) {
    range = Math.min(2 * most, LAST / 2);
    // Not from the beginning: a broker that acknowledges twice would answer for the next message.
    nextOrdinary = Math.max(nextOrdinary, range + 1);
    nextExactlyOnce = 1;
  }

  /** Returns the last id of the range of QoS 2. */
  int range() {
    return range;
  }

  /** Returns what has the id, or null. */
  Owner owner(int id) {
    return owners.get(id);
  }

  /**
   * Gives an owner an id that was used before the process ended. What is given out next lies behind
   * it: a broker that acknowledges twice would answer for the next message.
   */
  void restore(int id, Owner owner) {
    owners.put(id, owner);
    if (id > range) {
      nextOrdinary = Math.max(nextOrdinary, id == LAST ? range + 1 : id + 1);
    } else {
      nextExactlyOnce = Math.max(nextExactlyOnce, id == range ? 1 : id + 1);
    }
  }

  /** Gives out an id outside the range of QoS 2; 0 if all are in use. */
  int take(Owner owner) {
    for (int tried = range; tried < LAST; tried++) {
      int id = nextOrdinary;
      nextOrdinary = id == LAST ? range + 1 : id + 1;
      if (owners.get(id) == null) {
        owners.put(id, owner);
        return id;
      }
    }
    return 0;
  }

  /** Gives out an id for QoS 2 that is not doubtful; 0 if there is none. */
  int takeExactlyOnce(Owner owner) {
    for (int tried = 0; tried < range; tried++) {
      int id = nextExactlyOnce;
      nextExactlyOnce = id == range ? 1 : id + 1;
      if (owners.get(id) == null && !doubtful.get(id)) {
        owners.put(id, owner);
        return id;
      }
    }
    return 0;
  }

  /** Gives out a doubtful id that nobody has, to be cleared; 0 if there is none. */
  int takeDoubtful(Owner clearing) {
    for (int id = doubtful.nextSetBit(1); id > 0; id = doubtful.nextSetBit(id + 1)) {
      if (owners.get(id) == null) {
        owners.put(id, clearing);
        return id;
      }
    }
    return 0;
  }

  /**
   * The exchange under this id ended on both sides: the id is free. Only the end of one of QoS 2
   * says that the broker remembers nothing of QoS 2 under it; a message of QoS 1 may have an id of
   * the range if that has grown since.
   */
  void end(int id, boolean exactlyOnce) {
    owners.remove(id);
    if (exactlyOnce) {
      doubtful.clear(id);
    }
  }

  /** The id is free on our side, and as doubtful as it was. */
  void drop(int id) {
    owners.remove(id);
  }

  /** The broker resumed the session: what it remembers of QoS 2 ids is not known. */
  void doubtAll() {
    doubtful.set(1, range + 1);
  }

  /** The broker has a new session: it remembers no id. */
  void trustAll() {
    doubtful.clear();
  }
}
