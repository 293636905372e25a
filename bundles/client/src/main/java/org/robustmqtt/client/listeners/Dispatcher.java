package org.robustmqtt.client.listeners;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.QoS;
import org.robustmqtt.SubscriptionStatus;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.whiteboard.MessageListener;

/**
 * The listeners of one connection: who hears what, and which filters are wanted at the broker.
 * Adding, removing and looking are safe for several threads; the rest is for the loop.
 */
public final class Dispatcher {
  /**
   * How long things are kept.
   *
   * @param unsubscribeAfterNanos time ONLINE without a listener after which a filter is given back
   * @param parkNanos how long a message without a listener is kept unacknowledged
   * @param parkMessages how many such messages at the most
   * @param handlerNanos how long a listener, or a manual acknowledgement, may take
   */
  public record Times(
      long unsubscribeAfterNanos, long parkNanos, int parkMessages, long handlerNanos) {}

  /** Told by the dispatcher, on the loop. */
  public interface Wants {
    /** The wanted filters have changed; all of them, in order. */
    void wanted(Map<String, QoS> filters);

    /**
     * A filter that was wanted already has a new listener, or a refused one is to be tried again.
     */
    void again(String filter);

    /** A received message is done with. */
    void handled(long number);
  }

  /**
   * Makes a dispatcher that continues what was found on disk.
   *
   * @param connection the name of the connection
   * @param journal where the wanted filters are kept
   * @param wanted what the journal has under {@link #KEY}, if anything
   */
  public Dispatcher(
      String connection, Doors doors, Times times, Journal journal, Optional<byte[]> wanted) {
    throw new UnsupportedOperationException();
  }

  /** Says who is to be told; once, before anything else on the loop. */
  public void bind(Wants wants) {
    throw new UnsupportedOperationException();
  }

  /** The journal's key of the wanted filters. */
  public static final String KEY = "wanted";

  /** Adds a listener. Any thread. */
  public MqttSubscriptionHandle add(ListenerSpec spec, MessageListener listener) {
    throw new UnsupportedOperationException();
  }

  /** Takes a filter off the wanted ones, whoever listens. Any thread. */
  public boolean unsubscribe(String filter) {
    throw new UnsupportedOperationException();
  }

  /** Returns the wanted filters; what {@link Wants#wanted} said last. On the loop. */
  public Map<String, QoS> wanted() {
    throw new UnsupportedOperationException();
  }

  /** The connection is online now, or not: the time of {@code unsubscribeAfter} runs or stands. */
  public void online(boolean online) {
    throw new UnsupportedOperationException();
  }

  /**
   * The connection was lost: parked messages are forgotten, the broker sends them again; what
   * listeners have been given is theirs, but its end is told to nobody any more.
   */
  public void lost() {
    throw new UnsupportedOperationException();
  }

  /**
   * Gives a received message to those that want it; {@link Wants#handled} follows, never within.
   */
  public void deliver(long number, Publish packet) {
    throw new UnsupportedOperationException();
  }

  /** The broker answered for a filter. On the loop. */
  public void subscribed(String filter, int reasonCode) {
    throw new UnsupportedOperationException();
  }

  /** Returns the wanted filters with what the broker said. Any thread. */
  public List<SubscriptionStatus> subscriptions() {
    throw new UnsupportedOperationException();
  }

  /** Returns how many received messages are not done with. Any thread. */
  public int receivedPending() {
    throw new UnsupportedOperationException();
  }

  /** Returns what was counted. Any thread. */
  public Counts counts() {
    throw new UnsupportedOperationException();
  }

  /**
   * What was counted.
   *
   * @param received messages received
   * @param unclaimed acknowledged without a listener
   * @param failures calls that threw
   * @param timeouts calls and acknowledgements that came too late
   */
  public record Counts(long received, long unclaimed, long failures, long timeouts) {}

  /** Applies other times. On the loop. */
  public void times(Times other) {
    throw new UnsupportedOperationException();
  }

  /** Calls nobody any more; keeps the wanted filters on disk as they are. On the loop. */
  public void close() {
    throw new UnsupportedOperationException();
  }
}
