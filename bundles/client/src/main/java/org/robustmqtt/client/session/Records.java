package org.robustmqtt.client.session;

import java.util.Map;
import java.util.Optional;

/**
 * The session's own record on disk. Only a session that has one is ever asked for again
 * (delivery-rules 7): what we do not remember must not be resumed (MQTT-3.2.2-4).
 */
final class Records {
  private final SessionEffects effects;
  private final Connection connection;
  private final String brokerKey;
  private final String clientId;
  private long epoch;

  /** No session that begins has this number or a lower one. */
  private long above;

  private boolean forced;

  /** Whether the store takes records; if not, nobody waits for one. */
  private boolean works = true;

  /** Whether the session of this connection has no record, and ends with it. */
  private boolean without;

  /** Whether there is a record of this session, forced or not. */
  private boolean there;

  /** Whether the broker has not told us yet that this session has begun. */
  private boolean ahead;

  /**
   * Begins with what was found on disk.
   *
   * @param lastEpoch the largest epoch that is known of
   */
  Records(
      SessionEffects effects,
      Connection connection,
      SessionSettings settings,
      Optional<SessionRecord> found,
      long lastEpoch) {
    this.effects = effects;
    this.connection = connection;
    brokerKey = settings.brokerKey();
    clientId = settings.clientId();
    epoch = lastEpoch;
    forced = found.isPresent();
    there = forced;
  }

  /** Returns which session this is. */
  long epoch() {
    return epoch;
  }

  /** Returns whether this session has a record that was forced. */
  boolean forced() {
    return forced;
  }

  /** Says whether the store takes records from now on. */
  void works(boolean now) {
    works = now;
  }

  /** Returns whether the store takes records. */
  boolean works() {
    return works;
  }

  /**
   * A connection begins; returns whether its session is to end with it. One that lasts and has no
   * record might be taken for an older one, that has, by the next process.
   */
  boolean begin() {
    without = !works && !forced;
    return without;
  }

  /** Returns whether the session of this connection ends with it for want of a record. */
  boolean without() {
    return without;
  }

  /** Returns whether this connection begins a session that was recorded before. */
  boolean isAhead() {
    return ahead;
  }

  /** See {@link Session#epochsAbove}. */
  void epochsAbove(long lowest) {
    above = lowest;
  }

  /** A new session begins. */
  void nextEpoch() {
    epoch = Math.max(epoch, above) + 1;
    forced = false;
    there = false;
    ahead = false;
  }

  /** The next connection begins a new session. */
  void nextEpochAhead() {
    nextEpoch();
    ahead = true;
  }

  /**
   * The broker accepted us; returns whether this is the beginning of a session that was recorded
   * before, so that it cannot be lost although the broker does not have it from earlier.
   */
  boolean begins() {
    boolean begins = ahead;
    ahead = false;
    return begins;
  }

  /** Returns the token of a new record, 0 if it is not waited for. */
  long write(boolean begins, Map<String, Optional<SessionRecord.Held>> changes) {
    long token = Token.of(Token.Kind.SESSION, 0, connection.nextSerial());
    if (!without) {
      there = true;
      effects.recordSession(new SessionChange(brokerKey, clientId, epoch, begins, changes), token);
    }
    return works && !without ? token : 0;
  }

  /** Returns the record of this session with these filters, if there is one. */
  Optional<SessionRecord> of(Map<String, SessionRecord.Held> filters) {
    return there
        ? Optional.of(new SessionRecord(brokerKey, clientId, epoch, filters))
        : Optional.empty();
  }

  /** A record of this session was forced. */
  void written() {
    forced = true;
  }
}
