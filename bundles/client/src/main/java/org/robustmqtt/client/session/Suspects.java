package org.robustmqtt.client.session;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Finds the filter, or the number of filters, for which a broker closes the connection instead of
 * refusing it. A SUBSCRIBE that was not answered when the broker closed makes its filters suspect:
 * each of them is asked for with nothing else to be answered. What the broker closes on twice then
 * is put aside. If all of them are granted, it was their number.
 */
final class Suspects {
  /** In which order filters are asked for; those of different ranks never share a SUBSCRIBE. */
  enum Rank {
    /** Granted before: does no harm. */
    GRANTED,
    /** One by one. */
    SUSPECT,
    /** Nothing is known. */
    NEW,
    /** Closed on, with nothing else to be blamed: alone, after all others. */
    STRUCK
  }

  private static final int MOST = 100;

  /** The limit of AWS IoT Core, the only one that is documented. */
  private static final int KNOWN_LIMIT = 8;

  private static final int STRIKES = 2;

  private int limit = MOST;

  /** How many filters the SUBSCRIBE had that the broker closed on; 0: none, or it is explained. */
  private int closedOn;

  static Rank rank(FilterState state) {
    if (state.strikes > 0) {
      return Rank.STRUCK;
    }
    if (state.suspect) {
      return Rank.SUSPECT;
    }
    return state.granted ? Rank.GRANTED : Rank.NEW;
  }

  /** Puts filters in the order in which they are asked for. */
  static Comparator<FilterState> order(Filters filters) {
    return Comparator.<FilterState, Rank>comparing(Suspects::rank)
        .thenComparingInt(filters::identifier);
  }

  /** Returns whether a filter is asked for with nothing else to be answered. */
  static boolean alone(FilterState state) {
    return state.suspect || state.strikes > 0;
  }

  /** What was put aside is tried again; it will be put aside at the first close. */
  static void pardon(FilterState state) {
    if (state.culprit) {
      state.culprit = false;
      state.strikes = STRIKES - 1;
    }
  }

  /** Returns how many filters may share a SUBSCRIBE. */
  int limit() {
    return limit;
  }

  /**
   * The broker closed, or did not answer, while these were to be answered; oldest first. Returns
   * the filter that is put aside, if one is.
   *
   * @param quiet whether nothing else was to be answered
   */
  Optional<FilterState> closed(Collection<Request> open, boolean quiet) {
    List<Request> asked = open.stream().filter(Request::subscribe).toList();
    if (asked.isEmpty()) {
      return Optional.empty();
    }
    List<FilterState> filters = asked.get(0).filters();
    FilterState first = filters.get(0);
    if (alone(first)) {
      if (quiet && open.size() == 1) {
        return strike(first);
      }
      return Optional.empty();
    }
    closedOn = filters.size();
    filters.forEach(state -> state.suspect = true);
    return Optional.empty();
  }

  private Optional<FilterState> strike(FilterState state) {
    closedOn = 0;
    state.strikes++;
    if (state.strikes < STRIKES) {
      return Optional.empty();
    }
    state.culprit = true;
    state.suspect = false;
    state.granted = false;
    return Optional.of(state);
  }

  /** An answer came: if nothing is suspect any more, it was the number of filters. */
  void answered(Filters filters) {
    if (closedOn == 0 || !filters.innocent()) {
      return;
    }
    if (closedOn > 1) {
      limit = Math.min(limit, closedOn > KNOWN_LIMIT ? KNOWN_LIMIT : closedOn / 2);
    }
    closedOn = 0;
  }
}
