package org.robustmqtt.client.session;

import org.robustmqtt.QoS;

/** What is known of one filter. A QoS that is null says that there is none. */
final class FilterState {
  final String filter;
  QoS wanted;

  /** The subscription identifier it is wanted with, 0 for none. */
  int identifier;

  // valid as long as the session
  /** What was sent to the broker, as the record says. */
  QoS sent;

  int sentIdentifier;
  boolean acknowledged;

  QoS refused;

  /** What a lost session had and this one is not to have by itself, see {@code resubscribe}. */
  QoS lapsed;

  /** The identifier that the listeners know it by in this session. */
  int told;

  /** What the newest record says. */
  QoS recorded;

  int recordedIdentifier;
  boolean recordedAcknowledged;

  /** What a record on disk may call acknowledged. */
  QoS forced;

  int forcedIdentifier;

  // valid over sessions
  /** Whether the broker granted it when it was asked last; so asking does no harm. */
  boolean granted;

  /** Whether the broker closed the connection on a SUBSCRIBE with it, see {@link Suspects}. */
  boolean suspect;

  /** How often it closed it with nothing else to be blamed. */
  int strikes;

  /** Whether it is put aside for that. */
  boolean culprit;

  // valid until it is done
  /** Granted before this object was made, and told to nobody since. */
  boolean untold;

  /** Wanted again, whatever the broker has. */
  boolean owed;

  /** The broker may well have it, with nothing more to tell about it. */
  boolean doubted;

  /** Only its identifier differs, so that its retained messages are known. */
  boolean quiet;

  /** Asked for again while it was asked for. */
  boolean again;

  // valid as long as the connection
  boolean asked;
  boolean impossible;

  FilterState(String filter) {
    this.filter = filter;
  }

  /** Returns whether the newest record says something else. */
  boolean unrecorded() {
    return sent != recorded
        || sent != null
            && (sentIdentifier != recordedIdentifier || acknowledged != recordedAcknowledged);
  }

  /** Returns whether there is nothing to be known of it. */
  boolean over() {
    return wanted == null && sent == null && recorded == null && !asked;
  }
}
