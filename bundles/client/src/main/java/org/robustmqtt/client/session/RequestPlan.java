package org.robustmqtt.client.session;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.robustmqtt.BrokerCapabilities;
import org.robustmqtt.ReasonCode;

/**
 * Decides which filters share a SUBSCRIBE or UNSUBSCRIBE, and in which order they go: those that
 * the broker granted before first, and apart. Filters with different subscription identifiers
 * cannot share one. Many filters are recorded and asked for in portions, and few requests are
 * unanswered at a time, so that neither disk nor link nor broker is flooded.
 */
final class RequestPlan {
  /** So many filters are recorded at a time. */
  private static final int PORTION = 1000;

  /** So many requests may be unanswered. */
  private static final int MOST_OPEN = 8;

  private static final int MOST_BYTES = 64 * 1024;
  private static final String SHARE = "$share/";

  /** Fixed header, packet id, property length and subscription identifier at their largest. */
  private static final int PACKET_OVERHEAD = 1 + 4 + 2 + 1;

  private static final int IDENTIFIER = 1 + 4;

  /** Length of the filter, and its options. */
  private static final int FILTER_OVERHEAD = 2 + 1;

  private final Filters filters;
  private final Suspects suspects;
  private final Connection connection;
  private final SessionEffects effects;

  /** Whether no message waits for an answer. */
  private final BooleanSupplier idle;

  private final List<FilterState> subscribe = new ArrayList<>();
  private final List<FilterState> unsubscribe = new ArrayList<>();

  /** Whether a suspect is to be asked for, or is. */
  private boolean testing;

  RequestPlan(
      Filters filters,
      Suspects suspects,
      Connection connection,
      SessionEffects effects,
      BooleanSupplier idle) {
    this.filters = filters;
    this.suspects = suspects;
    this.connection = connection;
    this.effects = effects;
    this.idle = idle;
  }

  /** The link is gone. */
  void clear() {
    subscribe.clear();
    unsubscribe.clear();
    testing = false;
  }

  /** Returns whether nothing else may be sent that is to be answered. */
  boolean testing() {
    return testing;
  }

  /**
   * Takes the next portion if the last one is done; true if it has to be recorded first.
   *
   * @param recordable whether there is a record of the session, and it can be changed: else what
   *     would make it wrong waits
   */
  boolean refill(boolean recordable) {
    Predicate<FilterState> waits = state -> !recordable && filters.belies(state);
    unsubscribe.removeIf(state -> !filters.unwanted().contains(state) || waits.test(state));
    if (unsubscribe.isEmpty()) {
      filters.unwanted().stream().filter(waits.negate()).limit(PORTION).forEach(unsubscribe::add);
    }
    subscribe.removeIf(state -> !filters.due().contains(state) || waits.test(state));
    if (subscribe.isEmpty()) {
      for (FilterState state : List.copyOf(filters.due())) {
        if (!waits.test(state) && !impossible(state) && subscribe.size() < PORTION) {
          subscribe.add(state);
        }
      }
    }
    subscribe.sort(Suspects.order(filters));
    testing |= subscribe.stream().anyMatch(Suspects::alone);
    // a record that was lost said nothing
    boolean recordDue = filters.noRecord() && !(unsubscribe.isEmpty() && subscribe.isEmpty());
    for (FilterState state : unsubscribe) {
      recordDue |= filters.unsubscribing(state);
    }
    for (FilterState state : subscribe) {
      recordDue |= filters.subscribing(state);
    }
    return recordDue;
  }

  /** The newest record is on disk. */
  void recorded() {
    unsubscribe.forEach(filters::forced);
    subscribe.forEach(filters::forced);
  }

  /** Returns the next request, or null if none can go now. */
  Request next(Collection<Request> open) {
    boolean asked = open.stream().anyMatch(RequestPlan::tests);
    testing = asked || subscribe.stream().anyMatch(Suspects::alone);
    if (open.size() >= MOST_OPEN || asked) {
      return null;
    }
    if (!unsubscribe.isEmpty()) {
      return new Request(false, part(unsubscribe), connection.nextSerial());
    }
    if (subscribe.isEmpty()) {
      return null;
    }
    FilterState first = subscribe.get(0);
    if (Suspects.alone(first)) {
      boolean waits = !open.isEmpty() || !idle.getAsBoolean();
      return waits ? null : new Request(true, List.of(first), connection.nextSerial());
    }
    return new Request(true, part(subscribe), connection.nextSerial());
  }

  private static boolean tests(Request request) {
    return request.subscribe() && Suspects.alone(request.filters().get(0));
  }

  /** A request is written. */
  void written(Request request) {
    (request.subscribe() ? subscribe : unsubscribe).subList(0, request.filters().size()).clear();
    request.filters().forEach(filters::ask);
  }

  /** Returns as many of the first filters as may share a packet. */
  private List<FilterState> part(List<FilterState> from) {
    FilterState first = from.get(0);
    long most = Math.min(MOST_BYTES, connection.capabilities().maximumPacketSize());
    long size = PACKET_OVERHEAD + (first.sentIdentifier == 0 ? 0 : IDENTIFIER);
    int count = 0;
    for (FilterState state : from) {
      size += size(state.filter);
      boolean fits = count < suspects.limit() && size <= most;
      boolean alike =
          from == unsubscribe
              || Suspects.rank(state) == Suspects.rank(first)
                  && state.sentIdentifier == first.sentIdentifier;
      if (count > 0 && !(fits && alike)) {
        break;
      }
      count++;
    }
    return List.copyOf(from.subList(0, count));
  }

  /** Returns whether this broker cannot take the filter, and says so. */
  private boolean impossible(FilterState state) {
    BrokerCapabilities can = connection.capabilities();
    String filter = state.filter;
    boolean shared = filter.startsWith(SHARE);
    int identifier = filters.identifier(state) == 0 ? 0 : IDENTIFIER;
    ReasonCode code = ReasonCode.SUCCESS;
    if (shared && !can.sharedAvailable()) {
      code = ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED;
    } else if (!can.wildcardAvailable() && (filter.indexOf('+') >= 0 || filter.endsWith("#"))) {
      code = ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED;
    } else if (PACKET_OVERHEAD + identifier + size(filter) > can.maximumPacketSize()) {
      code = ReasonCode.PACKET_TOO_LARGE;
    }
    if (!code.failure()) {
      return false;
    }
    filters.impossible(state);
    effects.subscribed(filter, code.value());
    return true;
  }

  private static int size(String filter) {
    return FILTER_OVERHEAD + filter.getBytes(StandardCharsets.UTF_8).length;
  }
}
