package org.robustmqtt.client.session;

import org.robustmqtt.Message;
import org.robustmqtt.QoS;
import org.robustmqtt.codec.Publish;

/**
 * One message of ours on its way through the session, with what is known of it. It is in one list
 * at a time.
 */
final class Exchange implements PacketIds.Owner {
  // valid as long as the exchange
  final long sequence;
  final Message message;
  final boolean sync;
  final boolean duplicate;
  final long expirySeconds;

  // valid as long as the session
  QoS qos;
  int packetId;

  /** Whether the record for the next step has its level: of the PUBLISH, then of the PUBREL. */
  boolean recorded;

  /** The token of that record while it is awaited, else 0. */
  long token;

  /** Whether its PUBLISH was written in this session, perhaps before the process ended. */
  boolean written;

  /** Whether it was written again: a first one may have arrived, whatever the last answer says. */
  boolean again;

  /** Whether its PUBREL may have reached the broker on an earlier connection. */
  boolean releasedBefore;

  /** Whether it has its outcome already: it is not sent again, and only its end is of interest. */
  boolean givenUp;

  /** Whether it is not sent again before it is known how old it is. */
  boolean held;

  /** Whether it is not sent again, because it is about to be given up. */
  boolean ended;

  /** What the PUBREC said. */
  int reasonCode;

  // valid as long as the connection
  /** Whether it has a place in the window. */
  boolean placed;

  /** Its PUBLISH, made and compared with what this broker can do; null before that. */
  Publish packet;

  /** The place of its packet among those that the broker has to answer. */
  long serial;

  // its list
  Exchanges list;
  Exchange previous;
  Exchange next;

  Exchange(long sequence, Message message, boolean sync, boolean duplicate, long expirySeconds) {
    this.sequence = sequence;
    this.message = message;
    this.sync = sync;
    this.duplicate = duplicate;
    this.expirySeconds = expirySeconds;
    this.qos = message.qos();
  }

  /** Returns whether it is sent with a lower QoS than it asked for. */
  boolean lowered() {
    return qos.level() < message.qos().level();
  }

  /** Returns whether nothing but an earlier message of its topic holds its PUBLISH back. */
  boolean sendable() {
    return qos == QoS.AT_MOST_ONCE || placed && recorded && !held && !ended;
  }
}
