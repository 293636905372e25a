package org.robustmqtt.client.session;

import java.util.LinkedHashMap;
import java.util.Map;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Pubrel;

/**
 * Makes the broker forget QoS 2 packet ids that it may remember from before we lost our memory:
 * PUBREL, to which it answers PUBCOMP in any case, with 0x92 if it knew nothing (delivery-rules 2).
 * Only as many as are needed, and only when a QoS 2 message needs one; but those of retained
 * messages before anything else, see {@link #bringToEnd}.
 */
final class IdClearing implements PacketIds.Owner {
  private static final int AT_ONCE = 32;

  private final Connection connection;
  private final PacketIds ids;
  private final RetiredIds retired;

  /** The ids whose PUBCOMP is awaited, with the serials of their PUBRELs, oldest first. */
  private final Map<Integer, Long> awaited = new LinkedHashMap<>();

  IdClearing(Connection connection, PacketIds ids, RetiredIds retired) {
    this.connection = connection;
    this.ids = ids;
    this.retired = retired;
  }

  /**
   * Begins with some ids, unless some are under way. If there is nothing but retired ids, the one
   * that was retired first is brought to its end, or QoS 2 would be stuck for the rest of the
   * session: what the broker may hold under it arrives then, as its outcome has said it may.
   */
  void begin() {
    while (awaited.size() < AT_ONCE) {
      int id = ids.takeDoubtful(this);
      if (id == 0) {
        break;
      }
      release(id);
    }
    if (awaited.isEmpty()) {
      RetiredIds.Retired oldest = retired.oldestExactlyOnce();
      if (oldest != null) {
        retired.handOver(oldest, this, false);
        release(oldest.packetId());
      }
    }
  }

  /** The session goes on: nothing was written on this connection yet. */
  void resume() {
    retired.all().forEach(this::bringToEnd);
  }

  /**
   * What the broker may hold of a retained message of QoS 2 must not arrive behind a newer one of
   * its topic (delivery-rules 4). Its PUBREL goes out before that one can, on every connection
   * until it is answered: so a broker that has read the newer one has nothing left of this one.
   */
  void bringToEnd(RetiredIds.Retired id) {
    if (id.exactlyOnce() && id.retain() && connection.online()) {
      release(id.packetId());
    }
  }

  /** The broker has answered under a retired id with PUBREC: that runs to its PUBCOMP. */
  void received(RetiredIds.Retired id) {
    if (!id.retain()) {
      retired.handOver(id, this, true);
    }
    release(id.packetId());
  }

  private void release(int id) {
    awaited.put(id, connection.nextSerial());
    connection.write(new Pubrel(id, 0, Properties.NONE));
  }

  /** The broker forgot an id that this object has. */
  void cleared(int id) {
    awaited.remove(id);
    ids.end(id, true);
  }

  /** The broker forgot a retired id, or has acknowledged it after all. */
  void cleared(RetiredIds.Retired id) {
    boolean asked = awaited.remove(id.packetId()) != null;
    retired.end(id, !asked);
  }

  /** The link is gone: what was not answered stays doubtful, or retired. */
  void linkLost() {
    for (int id : awaited.keySet()) {
      if (ids.owner(id) == this) {
        ids.drop(id);
      }
    }
    awaited.clear();
  }

  /** Returns the serial of the oldest PUBREL that is not answered, 0 if there is none. */
  long oldest() {
    return awaited.isEmpty() ? 0 : awaited.values().iterator().next();
  }
}
