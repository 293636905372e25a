package org.robustmqtt.client.session;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.ReasonCode;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
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
 * call the filter acknowledged any more, so that it can never be missing without our knowing. While
 * the store takes no records, a filter that is new is subscribed all the same, and what would make
 * the record wrong that is there waits.
 */
final class Subscriptions {
  /** So many filters are recorded as acknowledged at the latest. */
  private static final int UNRECORDED = 1000;

  private final SessionEffects effects;
  private final Connection connection;
  private final PacketIds ids;
  private final Records records;

  // valid as long as the session
  private final Filters filters = new Filters();
  private final Suspects suspects = new Suspects();
  private final RequestPlan plan;

  /** The record that a SUBSCRIBE waits for, else 0. */
  private long awaited;

  /** Whether nothing may be sent before a record was forced. */
  private boolean recordDue;

  /** Whether the broker refuses subscription identifiers although it did not say so. */
  private boolean noIdentifiers;

  // valid as long as the connection
  private final Map<Integer, Request> requests = new LinkedHashMap<>();

  Subscriptions(
      SessionEffects effects,
      Connection connection,
      PacketIds ids,
      Records records,
      BooleanSupplier idle) {
    this.effects = effects;
    this.connection = connection;
    this.ids = ids;
    this.records = records;
    plan = new RequestPlan(filters, suspects, connection, effects, idle);
  }

  void restore(SessionRecord record) {
    filters.restore(record);
  }

  /** A filter is wanted from now on; {@link #proceed} follows. */
  void want(String filter, QoS qos, int identifier) {
    filters.want(filter, qos, identifier);
  }

  /** A filter is not wanted any more; {@link #proceed} follows. */
  void unwant(String filter) {
    filters.unwant(filter);
  }

  void subscribeAgain(String filter) {
    filters.wantAgain(filter);
    proceed();
  }

  /** The settings are others: what was put aside is tried again. */
  void pardon() {
    filters.pardon();
  }

  /** Returns what the newest record says. */
  Map<String, SessionRecord.Held> held() {
    return filters.held();
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
    tellCulprits();
    proceed();
  }

  /** The session goes on: tells what the broker has, and asks for what is missing. */
  void resume() {
    filters.toIdentify().forEach(this::identify);
    // The record does not say which QoS was granted, so that it is told as asked for.
    filters.toTell(state -> effects.subscribed(state.filter, state.sent.level()));
    proceed();
  }

  /** The session that was recorded before begins. */
  void begin() {
    tellCulprits();
    proceed();
  }

  /** In another session the listeners have to hear it again. */
  private void tellCulprits() {
    for (FilterState state : filters.culprits()) {
      effects.subscribed(state.filter, ReasonCode.UNSPECIFIED_ERROR.value());
    }
  }

  /** The next connection begins a new session: writes its record. */
  void prepare(boolean resubscribe) {
    filters.abandon(resubscribe);
    recordDue = false;
    awaited = record();
  }

  /** The next connection begins a new session, which has no record. */
  void forget(boolean resubscribe) {
    filters.abandon(resubscribe);
    recordDue = false;
    awaited = 0;
  }

  /** Nobody waits for a record any more: the store takes none. It is written when it does. */
  void goOn() {
    awaited = 0;
    proceed();
  }

  /** The broker may have begun a new session without our knowing. */
  void doubt() {
    filters.doubt();
  }

  /**
   * The broker closes the connection, or does not answer, which may be for what we asked of it;
   * returns the filter that is put aside for that.
   *
   * @param quiet whether no message waits for an answer
   */
  Optional<String> blame(boolean quiet) {
    Optional<FilterState> culprit = suspects.closed(requests.values(), quiet);
    culprit.ifPresent(
        state -> {
          filters.changed(state);
          effects.subscribed(state.filter, ReasonCode.UNSPECIFIED_ERROR.value());
        });
    return culprit.map(state -> state.filter);
  }

  /** The link is gone. */
  void linkLost() {
    requests.keySet().forEach(ids::drop);
    requests.clear();
    filters.linkLost();
    plan.clear();
  }

  int pending() {
    return filters.pending();
  }

  int unwanted() {
    int count = filters.unwanted().size();
    for (Request request : requests.values()) {
      count += request.subscribe() ? 0 : request.filters().size();
    }
    return count;
  }

  /** Returns whether a filter is being looked at, so that nothing else is to be answered. */
  boolean testing() {
    return plan.testing();
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
    filters.identifiers(
        connection.mqtt5()
            && connection.capabilities().subscriptionIdentifiersAvailable()
            && !noIdentifiers);
    recordDue |= plan.refill(records.works() || records.without());
    if (recordDue) {
      recordDue = false;
      awaited = record();
      if (awaited != 0) {
        return;
      }
    }
    for (Request request = plan.next(requests.values()); request != null && write(request); ) {
      request = plan.next(requests.values());
    }
    boolean stale = filters.noRecord() || filters.unrecorded() > 0;
    if (stale && (!filters.asking() || filters.unrecorded() >= UNRECORDED)) {
      record();
    }
  }

  private long record() {
    boolean begins = filters.noRecord();
    return records.write(begins, filters.toRecord());
  }

  /** A session record was forced, or could not be written. */
  void recorded(long token, boolean written) {
    if (!written) {
      filters.recordLost();
    }
    if (token != awaited) {
      return;
    }
    awaited = 0;
    if (!written) {
      recordDue = true;
      connection.storeFailed("The session record");
      return;
    }
    records.written();
    plan.recorded();
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
    for (FilterState state : request.filters()) {
      int code = known(packet.reasonCodes().get(index), state.filter);
      index++;
      boolean asked = state.wanted == state.sent;
      if (code == ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED.value()
          && state.sentIdentifier != 0) {
        noIdentifiers = true;
        filters.unanswered(state);
        continue;
      }
      if (ReasonCode.failure(code)) {
        filters.refuse(state);
      } else {
        filters.grant(state);
      }
      if (asked) {
        effects.subscribed(state.filter, code);
      }
    }
    suspects.answered(filters);
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
    for (FilterState state : request.filters()) {
      // Refused or not: asking again would not end otherwise.
      filters.gone(state);
      effects.unsubscribed(state.filter);
    }
    proceed();
    return true;
  }

  private void answered(int packetId) {
    connection.answered(requests.remove(packetId).serial());
    ids.end(packetId, false);
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

  private void identify(FilterState state) {
    if (state.told != state.sentIdentifier) {
      state.told = state.sentIdentifier;
      effects.identified(state.filter, state.told);
    }
  }

  /** Writes a request; false if there is no packet id for it. */
  private boolean write(Request request) {
    int id = ids.take(request);
    if (id == 0) {
      return false;
    }
    requests.put(id, request);
    plan.written(request);
    if (!request.subscribe()) {
      List<String> names = request.filters().stream().map(state -> state.filter).toList();
      connection.write(new Unsubscribe(id, names, Properties.NONE));
      return true;
    }
    request.filters().forEach(this::identify);
    int identifier = request.filters().get(0).sentIdentifier;
    Properties properties =
        identifier == 0
            ? Properties.NONE
            : Properties.builder().number(Property.SUBSCRIPTION_IDENTIFIER, identifier).build();
    // Without "retain as published" the flag on what comes says that it is an old value.
    List<Subscription> subscriptions =
        request.filters().stream()
            .map(state -> new Subscription(state.filter, state.sent, false, false, retain(state)))
            .toList();
    connection.write(new Subscribe(id, subscriptions, properties));
    return true;
  }

  private RetainHandling retain(FilterState state) {
    return filters.retainedOwed(state) || !connection.mqtt5()
        ? RetainHandling.ALWAYS
        : RetainHandling.IF_NEW;
  }
}
