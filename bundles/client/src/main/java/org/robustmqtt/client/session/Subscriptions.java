package org.robustmqtt.client.session;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.robustmqtt.BrokerCapabilities;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.ReasonCode;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.RetainHandling;
import org.robustmqtt.codec.Suback;
import org.robustmqtt.codec.Subscribe;
import org.robustmqtt.codec.Subscription;
import org.robustmqtt.codec.Unsuback;
import org.robustmqtt.codec.Unsubscribe;

/**
 * Brings the broker's filters to what is wanted, by difference. A SUBSCRIBE that adds filters goes
 * only after the session record that names them was forced (delivery-rules 7), so that no filter
 * can be with the broker that we know nothing of; an UNSUBSCRIBE only after the record does not
 * call the filter acknowledged any more, so that it can never be missing without our knowing.
 */
final class Subscriptions {
  private static final int FILTERS_PER_PACKET = 100;
  private static final String SHARE = "$share/";

  /** Fixed header, packet id and property length at their largest. */
  private static final int PACKET_OVERHEAD = 1 + 4 + 2 + 1;

  /** Length of the filter, and its options. */
  private static final int FILTER_OVERHEAD = 2 + 1;

  private final SessionEffects effects;
  private final Connection connection;
  private final PacketIds ids;
  private final Records records;

  // valid as long as the session
  private final Filters filters = new Filters();

  /** The record that a SUBSCRIBE waits for, else 0. */
  private long awaited;

  /** Whether the record on disk does not name all filters that were sent. */
  private boolean recordDue;

  /** Whether the record on disk names too many filters, or too few as acknowledged. */
  private boolean recordStale;

  // valid as long as the connection
  private final Map<Integer, Request> requests = new LinkedHashMap<>();

  Subscriptions(SessionEffects effects, Connection connection, PacketIds ids, Records records) {
    this.effects = effects;
    this.connection = connection;
    this.ids = ids;
    this.records = records;
  }

  void restore(SessionRecord record) {
    filters.restore(record);
  }

  void want(Map<String, QoS> wanted) {
    filters.want(wanted);
    proceed();
  }

  void subscribeAgain(String filter) {
    filters.wantAgain(filter);
    proceed();
  }

  void unsubscribe(String filter) {
    filters.unwanted(filter);
    proceed();
  }

  /** A new session began: writes its record. */
  void abandon(boolean resubscribe) {
    filters.abandon(resubscribe);
    awaited = 0;
    recordDue = true;
    recordStale = false;
    proceed();
  }

  /**
   * The session goes on: tells what the broker granted before the process began. The record does
   * not say with which QoS, so that it is told as asked for. Then asks for what is missing.
   */
  void resume() {
    filters.toTell().forEach((filter, qos) -> effects.subscribed(filter, qos.level()));
    proceed();
  }

  /** The next connection begins a new session: writes its record. */
  void prepare(boolean resubscribe) {
    filters.abandon(resubscribe);
    recordDue = false;
    awaited = record();
  }

  /** The broker may have begun a new session without our knowing. */
  void doubt() {
    recordStale |= filters.doubt();
  }

  /** The link is gone. */
  void linkLost() {
    requests.keySet().forEach(ids::drop);
    requests.clear();
    filters.linkLost();
  }

  int pending() {
    return filters.pending();
  }

  /** Returns the serial of the oldest request that is not answered, 0 if there is none. */
  long oldest() {
    return requests.isEmpty() ? 0 : requests.values().iterator().next().serial();
  }

  /** Asks for what is missing and not asked for. */
  void proceed() {
    if (!connection.online() || awaited != 0) {
      return;
    }
    Map<String, QoS> gone = filters.toUnsubscribe();
    Map<String, QoS> due = filters.toSubscribe();
    due.entrySet().removeIf(e -> impossible(e.getKey()));
    gone.keySet().forEach(filter -> recordDue |= filters.unsubscribing(filter));
    due.forEach((filter, qos) -> recordDue |= filters.subscribing(filter, qos));
    if (recordDue) {
      recordDue = false;
      awaited = record();
      return;
    }
    write(false, gone);
    write(true, due);
    if (recordStale && !filters.asking()) {
      record();
    }
  }

  private long record() {
    recordStale = false;
    filters.recorded();
    return records.write(filters.sent(), filters.acknowledged());
  }

  /** A session record was forced, or could not be written. */
  void recorded(long token, boolean written) {
    if (token != awaited) {
      recordStale |= !written;
      return;
    }
    awaited = 0;
    if (!written) {
      recordDue = true;
      connection.storeFailed("The session record");
      return;
    }
    records.written();
    proceed();
  }

  /** A SUBACK came; true if it answers a request. */
  boolean suback(Suback packet) {
    if (!(ids.owner(packet.packetId()) instanceof Request request) || !request.subscribe()) {
      return false;
    }
    if (packet.reasonCodes().size() != request.filters().size()) {
      malformed("SUBACK", packet.reasonCodes().size(), request);
      return true;
    }
    answered(packet.packetId());
    int index = 0;
    for (Map.Entry<String, QoS> asked : request.filters().entrySet()) {
      int code = known(packet.reasonCodes().get(index), asked.getKey());
      index++;
      if (ReasonCode.failure(code)) {
        filters.refuse(asked.getKey(), asked.getValue());
      } else {
        filters.grant(asked.getKey(), asked.getValue());
      }
      if (filters.wanted(asked.getKey(), asked.getValue())) {
        effects.subscribed(asked.getKey(), code);
      }
    }
    proceed();
    return true;
  }

  /** Below 0x80 the table of 5.0 has three codes only; anything else grants nothing. */
  private int known(int code, String filter) {
    if (code <= QoS.EXACTLY_ONCE.level() || ReasonCode.failure(code)) {
      return code;
    }
    effects.tolerated(
        Tolerated.SUBACK_CODE_UNKNOWN,
        String.format(
            "the broker answered the filter %s with 0x%02X, which is no code of SUBACK"
                + " (MQTT-3.9.3-2); it counts as refused",
            filter, code));
    return ReasonCode.UNSPECIFIED_ERROR.value();
  }

  /** An UNSUBACK came; true if it answers a request. */
  boolean unsuback(Unsuback packet) {
    if (!(ids.owner(packet.packetId()) instanceof Request request) || request.subscribe()) {
      return false;
    }
    if (connection.mqtt5() && packet.reasonCodes().size() != request.filters().size()) {
      malformed("UNSUBACK", packet.reasonCodes().size(), request);
      return true;
    }
    answered(packet.packetId());
    for (String filter : request.filters().keySet()) {
      // Refused or not: asking again would not end otherwise.
      filters.gone(filter);
      effects.unsubscribed(filter);
    }
    proceed();
    return true;
  }

  private void answered(int packetId) {
    requests.remove(packetId);
    ids.end(packetId, false);
    recordStale = true;
  }

  private void malformed(String packet, int codes, Request request) {
    connection.closeWith(
        Place.SUBSCRIBE,
        ProblemKind.SUBACK_MALFORMED,
        ReasonCode.PROTOCOL_ERROR,
        "The broker sent a "
            + packet
            + " with "
            + codes
            + " reason codes for "
            + request.filters().size()
            + " filters (MQTT-3.8.4-6)");
  }

  /** Returns whether this broker cannot take the filter, and says so. */
  private boolean impossible(String filter) {
    BrokerCapabilities can = connection.capabilities();
    boolean shared = filter.startsWith(SHARE);
    ReasonCode code = ReasonCode.SUCCESS;
    if (shared && !can.sharedAvailable()) {
      code = ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED;
    } else if (!can.wildcardAvailable() && (filter.indexOf('+') >= 0 || filter.endsWith("#"))) {
      code = ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED;
    } else if (PACKET_OVERHEAD + size(filter) > can.maximumPacketSize()) {
      code = ReasonCode.PACKET_TOO_LARGE;
    }
    if (!code.failure()) {
      return false;
    }
    filters.impossible(filter);
    effects.subscribed(filter, code.value());
    return true;
  }

  private static int size(String filter) {
    return FILTER_OVERHEAD + filter.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Writes as many requests as the filters need. */
  private void write(boolean subscribe, Map<String, QoS> due) {
    Map<String, QoS> part = new LinkedHashMap<>();
    long size = PACKET_OVERHEAD;
    for (Map.Entry<String, QoS> filter : due.entrySet()) {
      int more = size(filter.getKey());
      if (part.size() == FILTERS_PER_PACKET
          || !part.isEmpty() && size + more > connection.capabilities().maximumPacketSize()) {
        request(subscribe, part);
        part = new LinkedHashMap<>();
        size = PACKET_OVERHEAD;
      }
      part.put(filter.getKey(), filter.getValue());
      size += more;
    }
    if (!part.isEmpty()) {
      request(subscribe, part);
    }
  }

  private void request(boolean subscribe, Map<String, QoS> part) {
    Request request = new Request(subscribe, part, connection.nextSerial());
    int id = ids.take(request);
    if (id == 0) {
      return;
    }
    requests.put(id, request);
    part.keySet().forEach(filters::ask);
    if (!subscribe) {
      connection.write(new Unsubscribe(id, List.copyOf(part.keySet()), Properties.NONE));
      return;
    }
    List<Subscription> subscriptions = new ArrayList<>();
    // Without "retain as published" the flag on what comes says that it is an old value.
    part.forEach(
        (filter, qos) ->
            subscriptions.add(new Subscription(filter, qos, false, false, retain(filter))));
    connection.write(new Subscribe(id, subscriptions, Properties.NONE));
  }

  private RetainHandling retain(String filter) {
    return filters.retainedOwed(filter) || !connection.mqtt5()
        ? RetainHandling.ALWAYS
        : RetainHandling.IF_NEW;
  }
}
