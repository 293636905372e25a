package org.robustmqtt.client.session;

import java.util.Optional;
import org.robustmqtt.BrokerCapabilities;
import org.robustmqtt.Outcome;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.journal.Level;

/**
 * What a session wants done. The link does it in the order of the calls; the session is never
 * called back from within one of these methods (an answer that is there at once is given
 * afterwards). On the loop.
 *
 * <p>A {@code token} names what the session waits for: the link gives it back with {@link
 * Session#written(long, boolean)} as soon as the record has the level.
 */
public interface SessionEffects {
  /**
   * The broker accepted us; comes before every other effect of the connection, except where this
   * one only prepares the next, see {@link #again}.
   */
  void established(boolean sessionPresent, BrokerCapabilities capabilities);

  /** A packet is to be written. */
  void write(Packet packet);

  /**
   * A PUBLISH with QoS 0 is to be written; as soon as it was handed to the operating system the
   * message is settled as {@link Outcome.Sent} by the link, without the session.
   */
  void writeUnacknowledged(long sequence, Publish packet);

  /** To be recorded before the message's PUBLISH may go. */
  void recordSent(long sequence, long epoch, int packetId, Level level, long token);

  /** To be recorded before the message's PUBREL may go. */
  void recordReleased(long sequence, Level level, long token);

  /** To be recorded before a PUBREC may go. */
  void recordReceived(int packetId, long token);

  /** To be recorded before a PUBCOMP may go. */
  void recordCompleted(int packetId, long token);

  /** The session is lost: no received QoS 2 exchange is open any more. */
  void forgetReceived();

  /** The session's own record has changed; to be forced. */
  void recordSession(SessionChange change, long token);

  /**
   * Asks whether a retained message of ours goes without the flag to a broker that retains nothing;
   * else it is refused.
   */
  default boolean stripsRetain(long sequence) {
    return false;
  }

  /** A message of ours has its outcome. */
  void settle(long sequence, Outcome outcome);

  /**
   * A message of ours that was sent goes back to its place in the queue: its session is lost. It
   * may be sent as new, and its outcome will say {@code mayBeDuplicate}.
   */
  void requeue(long sequence);

  /**
   * A message that the session was told to {@linkplain Session#giveUp give up} is not sent any more
   * in this session; only its packet id is in use, until it has {@link #ended}.
   */
  void freed(long sequence);

  /**
   * Nothing is left in the session of a message that it was told to {@linkplain Session#giveUp give
   * up}, or that it found abandoned.
   *
   * @param acknowledged whether the broker has acknowledged it after all
   */
  void ended(long sequence, boolean acknowledged);

  /**
   * A message was received, to be given to the listeners; done when {@link Session#handled(long)}
   * is called with the number, for QoS 0 too.
   */
  void deliver(long number, Publish packet);

  /**
   * A filter is about to be subscribed with this subscription identifier, or was in this session; 0
   * for none. Not told of filters that never had one.
   */
  void identified(String filter, int identifier);

  /**
   * The broker answered a wanted filter: the granted QoS, or 0x80 and above. Also told once for
   * each that it had granted before the process began, when the session goes on.
   */
  void subscribed(String filter, int reasonCode);

  /** The broker answered that a filter is unsubscribed. */
  void unsubscribed(String filter);

  /**
   * The broker has broken a rule, and the connection goes on.
   *
   * @param text what it did and what follows, for a person
   */
  void tolerated(Tolerated breach, String text);

  /** A PINGRESP came. */
  void pong();

  /**
   * The connection has done what it was for, and is to be ended with DISCONNECT; the next one is to
   * follow at once. It was never {@link #established}. The session takes no packet of this
   * connection any more.
   */
  void again();

  /**
   * The link is to be closed for a reason, after the packet was written if there is one. The
   * session takes no packet of this connection any more.
   *
   * @param reasonCode the broker's reason code, or ours; 0 for none
   */
  void close(Place place, ProblemKind kind, int reasonCode, String text, Optional<Disconnect> last);
}
