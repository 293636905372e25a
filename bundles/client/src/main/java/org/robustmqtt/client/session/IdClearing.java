package org.robustmqtt.client.session;

import java.util.LinkedHashMap;
import java.util.Map;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Pubrel;

/**
 * Makes the broker forget QoS 2 packet ids that it may remember from before we lost our memory:
 * PUBREL, to which it answers PUBCOMP in any case, with 0x92 if it knew nothing (delivery-rules 2).
 * Only as many as are needed, and only when a QoS 2 message needs one.
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
   * session: what the broker may hold under it arrives then, as its outcome has said it may. If all
   * of these are of retained messages, which must not arrive behind newer ones, the range grows.
   */
  void begin() {
    releaseDoubtful();
    if (awaited.isEmpty() && retired.size() > 0) {
      RetiredIds.Retired oldest = retired.oldestExactlyOnce();
      if (oldest != null) {
        retired.handOver(oldest, this, false);
        release(oldest.packetId());
      } else {
        ids.grow();
        releaseDoubtful();
      }
    }
  }

  private void releaseDoubtful() {
    while (awaited.size() < AT_ONCE) {
      int id = ids.takeDoubtful(this);
      if (id == 0) {
        break;
      }
      release(id);
    }
  }

  /** The broker has answered under a retired id with PUBREC: that runs to its PUBCOMP. */
  void received(RetiredIds.Retired id) {
    retired.handOver(id, this, true);
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

  /** The link is gone: what was not answered stays doubtful. */
  void linkLost() {
    awaited.keySet().forEach(ids::drop);
    awaited.clear();
  }

  /** Returns the serial of the oldest PUBREL that is not answered, 0 if there is none. */
  long oldest() {
    return awaited.isEmpty() ? 0 : awaited.values().iterator().next();
  }
}
