package org.robustmqtt;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;
import org.robustmqtt.whiteboard.MessageListener;

/**
 * A connection to a broker, one OSGi service for each configuration, with the property {@link
 * #CONNECTION}. The service is there in every state, also offline. Safe for several threads; no
 * method waits for network or disk unless it says so.
 */
@ProviderType
public interface RobustMqttConnection {
  /** The service property with the name of the connection: {@value}. */
  String CONNECTION = "mqtt.connection";

  /** Returns the name of the connection: {@code [A-Za-z0-9._-]{1,64}}. */
  String name();

  /**
   * Accepts a message, or throws and keeps nothing of it. From here on the message gets exactly one
   * outcome. The call waits for neither network nor disk, except that with a full stage it waits,
   * for one round of the disk or one second at the most, for room.
   *
   * <p>A task of a {@code ScheduledExecutorService} has to catch what this throws: an exception
   * that leaves such a task ends it for good, and nobody is told. Each refusal is counted, see
   * {@link Counters#refused()}.
   *
   * @throws NotAcceptedException if it is not accepted, with the cause
   */
  Ticket publish(Message message);

  /**
   * As {@link #publish(Message)}, but waits for room in the queue.
   *
   * @param maxWait how long to wait at the most
   * @throws NotAcceptedException if it is not accepted, also when there was no room in time
   * @throws InterruptedException if the thread is interrupted while it waits; nothing is kept
   * @throws IllegalStateException if called from a listener, whose waiting could stop the room from
   *     coming
   */
  Ticket publish(Message message, Duration maxWait) throws InterruptedException;

  /**
   * Subscribes: the listener hears what matches, through reconnects and lost sessions, until the
   * subscription is closed. Where several listeners want the same filter, the highest quality of
   * service is asked for.
   *
   * @param filter a valid topic filter, see {@link TopicFilter}
   * @param qos the highest quality of service wanted
   * @param listener called on the listener threads, in the order of arrival
   * @return to be closed when the listener wants no more; closing is not unsubscribing at the
   *     broker
   * @throws IllegalArgumentException if the filter is not valid, naming the rule
   */
  default MqttSubscriptionHandle subscribe(String filter, QoS qos, MessageListener listener) {
    return subscribe(filter, qos, Acknowledgement.AUTO, listener);
  }

  /**
   * Subscribes as {@link #subscribe(String, QoS, MessageListener)} does, and says who acknowledges.
   * With {@link Acknowledgement#MANUAL} the broker hears that a message is dealt with when the
   * listener says so, or after 30 s.
   *
   * @throws IllegalArgumentException if the filter is not valid, naming the rule
   */
  MqttSubscriptionHandle subscribe(
      String filter, QoS qos, Acknowledgement acknowledgement, MessageListener listener);

  /**
   * Gives a filter back to the broker, now or at the next connect, whether or not listeners want
   * it: they hear nothing more of it until they subscribe again. One that nobody wanted is
   * unsubscribed too, since the broker may have it from another life of this client identifier.
   *
   * @return whether the filter was wanted
   */
  boolean unsubscribe(String filter);

  /** Returns one consistent view of this moment. */
  ConnectionStatus status();

  /**
   * Returns the policy in force for the messages of a topic that name none themselves.
   *
   * @param topic a valid topic name, see {@link TopicName}
   * @throws IllegalArgumentException if the topic is not valid, naming the rule
   */
  TopicPolicy policy(String topic);

  /** Returns the things to do. */
  Pending pending();

  /**
   * Returns the messages that are accepted and not settled, oldest first. Of a queue of thousands
   * these are the ones to be sent next; what is behind them is on disk only.
   *
   * @param limit how many at the most, more than 0
   */
  List<PendingMessage> browse(int limit);

  /**
   * Returns a stage that completes, on a listener thread, as soon as nothing is pending. A
   * connection that saves energy opens for what is pending, and the stage completes when it is
   * closed again, without waiting for {@code idleDisconnect}: the device may sleep then.
   */
  CompletionStage<Void> whenIdle();

  /**
   * Waits until nothing is pending, as {@link #whenIdle()}.
   *
   * @return whether that happened in time; false at once if the connection ends meanwhile
   * @throws IllegalStateException if called from a listener
   */
  boolean flush(Duration timeout) throws InterruptedException;

  /**
   * Cancels a message; its outcome is {@link DropReason#CANCELLED}. If it was sent already, its
   * outcome says that it may have arrived; it is not sent again, and its acknowledgement, if one
   * still comes, is counted. A message that was put aside is thrown away.
   *
   * @return whether it was there
   */
  boolean cancel(long id);

  /**
   * Cancels every message that waits to be sent. What is in flight goes on, since it will be over
   * soon one way or the other; {@link #cancel} takes that, too. What is on disk only counts in the
   * queue until it was read, which may take some seconds; it is never sent.
   *
   * @return how many
   */
  int purge();

  /**
   * Returns the messages that were put aside, oldest first: each had made the broker drop us, or
   * not answer, time and again while nothing else was in flight, or the disk could not read it; of
   * the latter only the number is known, they come last. They have their outcome, {@link
   * DropReason#QUARANTINED}, and are kept, over restarts too if they were on disk.
   *
   * @param limit how many at the most, more than 0
   */
  List<PendingMessage> quarantined(int limit);

  /**
   * Publishes a message that was put aside once more, as a new message with a number and an outcome
   * of its own. One that the disk could not read is read again first, which may take 5 seconds.
   *
   * @param id its number in {@link #quarantined}
   * @return the new ticket; empty if there is no such message
   * @throws NotAcceptedException if it is not accepted, or still cannot be read; it stays where it
   *     is
   */
  Optional<Ticket> retry(long id);

  /**
   * Throws away every message that was put aside.
   *
   * @return how many
   */
  int purgeQuarantined();

  /** Opens the connection if {@link #disconnect()} or {@code retry=none} had kept it closed. */
  void connect();

  /**
   * Sends DISCONNECT and stays closed until {@link #connect()}; messages are queued. Never throws.
   */
  void disconnect();

  /**
   * Tries at once, without waiting for the next attempt; when online, closes and connects again.
   */
  void reconnectNow();

  /**
   * Sends a PINGREQ and completes with the time to the answer, on a listener thread; completes with
   * an {@link java.io.IOException} if not online or if no answer comes within the ping's time
   * limit.
   */
  CompletionStage<Duration> probe();
}
