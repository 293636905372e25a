package org.robustmqtt.client.session;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.robustmqtt.QoS;

/**
 * Packet ids of abandoned messages (delivery-rules 5): the message is never sent again, and its id
 * is in use until the broker acknowledges it after all, or until the session ends. An
 * acknowledgement that comes as late as that would otherwise be taken for one of another message.
 */
final class RetiredIds {
  /** One id that is in use for nothing. */
  record Retired(long sequence, int packetId, boolean exactlyOnce, boolean retain)
      implements PacketIds.Owner {}

  private final SessionEffects effects;
  private final PacketIds ids;

  /** By packet id, in the order in which they were retired. */
  private final Map<Integer, Retired> retired = new LinkedHashMap<>();

  RetiredIds(SessionEffects effects, PacketIds ids) {
    this.effects = effects;
    this.ids = ids;
  }

  /** Takes over an id from before the process ended. */
  void restore(Session.Unfinished found) {
    boolean exactlyOnce = found.message().qos() == QoS.EXACTLY_ONCE;
    put(new Retired(found.sequence(), found.packetId(), exactlyOnce, found.message().retain()));
  }

  /** An exchange that is in no list any more leaves its id behind. */
  Retired retire(Exchange exchange) {
    Retired id =
        new Retired(
            exchange.sequence,
            exchange.packetId,
            exchange.qos == QoS.EXACTLY_ONCE,
            exchange.message.retain());
    put(id);
    effects.freed(exchange.sequence);
    return id;
  }

  /** Returns all of them, in the order in which they were retired. */
  List<Retired> all() {
    return List.copyOf(retired.values());
  }

  private void put(Retired id) {
    retired.put(id.packetId(), id);
    ids.restore(id.packetId(), id);
  }

  /**
   * The exchange is at its end on both sides: the id is free.
   *
   * @param acknowledged whether that is because the broker has acknowledged after all
   */
  void end(Retired id, boolean acknowledged) {
    retired.remove(id.packetId());
    ids.end(id.packetId(), id.exactlyOnce());
    effects.ended(id.sequence(), acknowledged);
  }

  /** Somebody else brings the exchange to its end: the id is his. */
  void handOver(Retired id, PacketIds.Owner to, boolean acknowledged) {
    retired.remove(id.packetId());
    ids.restore(id.packetId(), to);
    effects.ended(id.sequence(), acknowledged);
  }

  /**
   * Returns the id of QoS 2 that was retired first, or null. Not one of a retained message: that is
   * brought to its end in any case.
   */
  Retired oldestExactlyOnce() {
    for (Retired id : retired.values()) {
      if (id.exactlyOnce() && !id.retain()) {
        return id;
      }
    }
    return null;
  }

  /** The session is lost: all ids are free. */
  void sessionLost() {
    List<Retired> all = new ArrayList<>(retired.values());
    retired.clear();
    for (Retired id : all) {
      ids.drop(id.packetId());
      effects.ended(id.sequence(), false);
    }
  }
}
