package org.robustmqtt.client.session;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.robustmqtt.Message;
import org.robustmqtt.QoS;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.ProtocolVersion;

/**
 * One session with a broker, over many connections. Not safe for several threads: on the loop only.
 *
 * <p>Order of calls: {@link #connect}, then {@link #received} for each packet, {@link #lost} when
 * the link is gone, and again {@link #connect}.
 */
public final class Session {
  /**
   * A message that had been sent before the process ended.
   *
   * @param sequence its number
   * @param message the message
   * @param sync whether its durability is {@code sync}
   * @param epoch the session it was sent in
   * @param packetId its packet id
   * @param released whether its PUBREL may have been sent
   */
  public record Unfinished(
      long sequence, Message message, boolean sync, long epoch, int packetId, boolean released) {}

  /**
   * Makes a session that continues what was found on disk.
   *
   * @param settings the settings; kept until the session is replaced
   * @param record the session record found on disk, if there is one; one of another broker or
   *     client identifier is not continued
   * @param unfinished messages that had been sent, in the order of their sequences; those of
   *     another epoch are requeued with the first effect
   * @param received packet ids of received QoS 2 messages whose exchange is open, in order
   * @param effects told what is to be done
   */
  public Session(
      SessionSettings settings,
      Optional<SessionRecord> record,
      List<Unfinished> unfinished,
      java.util.Set<Integer> received,
      SessionEffects effects) {
    throw new UnsupportedOperationException();
  }

  /**
   * Begins a connection and returns the CONNECT for it. Clean start is 0 only if a session record
   * was forced for this broker and client identifier.
   */
  public Connect connect(
      ProtocolVersion version, Optional<String> username, Optional<byte[]> password) {
    throw new UnsupportedOperationException();
  }

  /** Takes a packet of the broker. */
  public void received(Packet packet) {
    throw new UnsupportedOperationException();
  }

  /** The link is gone; what is in flight stays for the next connection. */
  public void lost() {
    throw new UnsupportedOperationException();
  }

  /** Returns whether a message with this QoS may be given to {@link #send} now. */
  public boolean ready(QoS qos) {
    throw new UnsupportedOperationException();
  }

  /**
   * Sends a message; {@link #ready} was true.
   *
   * @param sequence its number
   * @param message the message
   * @param sync whether its durability is {@code sync}: QoS 2 records are forced then
   * @param duplicate whether it was sent as new before, so that its outcome says so
   * @param expirySeconds message expiry to send along in MQTT 5; 0 for none
   */
  public void send(
      long sequence, Message message, boolean sync, boolean duplicate, long expirySeconds) {
    throw new UnsupportedOperationException();
  }

  /** A record has the level asked for, or could not be written. */
  public void written(long token, boolean written) {
    throw new UnsupportedOperationException();
  }

  /** The listeners are done with a received message. */
  public void handled(long number) {
    throw new UnsupportedOperationException();
  }

  /**
   * The filters that are wanted from now on, all of them, with the QoS. What is new is subscribed,
   * what is gone is unsubscribed; while not connected this is done at the next connect, by
   * difference to what the broker has.
   */
  public void want(Map<String, QoS> filters) {
    throw new UnsupportedOperationException();
  }

  /** Subscribes a wanted filter again, for its retained messages or because it had been refused. */
  public void subscribeAgain(String filter) {
    throw new UnsupportedOperationException();
  }

  /** Returns the number of messages in flight: sent, not acknowledged. */
  public int inFlight() {
    throw new UnsupportedOperationException();
  }

  /** Returns whether this message is in flight. */
  public boolean inFlight(long sequence) {
    throw new UnsupportedOperationException();
  }

  /** Returns the number of filters whose SUBACK or UNSUBACK is awaited or that are not sent yet. */
  public int filtersPending() {
    throw new UnsupportedOperationException();
  }

  /**
   * Returns a number that stays the same as long as the oldest packet that the broker has to
   * acknowledge is the same; 0 if there is none. The link closes when it stays too long.
   */
  public long oldestUnacknowledged() {
    throw new UnsupportedOperationException();
  }
}
