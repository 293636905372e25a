package org.robustmqtt.client.listeners;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.robustmqtt.MessageProperties;
import org.robustmqtt.QoS;
import org.robustmqtt.ReceivedMessage;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.Publish;

/** One received message until every listener is done with it. On the loop. */
final class Delivery {
  /** What is kept of a message besides its bytes, here and in the session. */
  private static final int OVERHEAD = 256;

  private static final BooleanSupplier NOTHING = () -> false;

  final long number;

  /** Counts the messages received; the order of arrival. */
  final long arrival;

  final long connection;
  final Publish packet;
  final long arrivedAt;
  final Backlog.Origin origin;

  /** The listeners that were given it and have not handed it back. */
  final List<Hearer> hearers = new ArrayList<>(1);

  /** How many of them are not done. */
  int open;

  /** Whether its bytes are counted, see {@link Endings#weigh}. */
  boolean held;

  /** Whether a listener went before it heard it. */
  boolean returned;

  /** The copy that listeners hear instead of this one; null if there is none to wait for. */
  Delivery original;

  /** The copies that wait until listeners have heard this one. */
  List<Delivery> copies = List.of();

  boolean parked;
  long parkedAt;
  boolean done;

  private final String name;
  final Instant receivedAt;
  private ReceivedMessage shared;
  private ReceivedMessage sharedStale;

  /**
   * Whether it is a retained value out of memory: no packet of the broker, so never acknowledged.
   */
  final boolean replayed;

  /**
   * Begins a delivery.
   *
   * @param name the name of the connection
   * @param number what the session knows it by
   * @param arrival counts the messages received
   * @param connection counts the connections made, see {@link #endsWithConnection}
   * @param origin when it was published at the earliest; empty: a retained value out of memory
   */
  Delivery(
      String name,
      long number,
      long arrival,
      long connection,
      Publish packet,
      long arrivedAt,
      Instant receivedAt,
      Optional<Backlog.Origin> origin) {
    this.name = name;
    this.number = number;
    this.arrival = arrival;
    this.connection = connection;
    this.packet = packet;
    this.arrivedAt = arrivedAt;
    this.receivedAt = receivedAt;
    this.origin = origin.orElse(Backlog.Origin.UNKNOWN);
    this.replayed = origin.isEmpty();
    this.done = replayed;
  }

  String topic() {
    return packet.topic();
  }

  /** Returns how many bytes of the message wait with it. */
  int size() {
    int size = packet.payload().length + packet.topic().length();
    return packet.properties().isEmpty() ? size : size + packet.properties().weight();
  }

  /** Returns how much memory it takes, about: many small ones weigh more than their bytes. */
  int weight() {
    return OVERHEAD + size();
  }

  boolean acknowledged() {
    return packet.qos() != QoS.AT_MOST_ONCE && !replayed;
  }

  /** Returns how old it may have been when it came, if that is known. */
  long ageNanos() {
    if (origin == Backlog.Origin.NEW) {
      return 0;
    }
    long wall = receivedAt.toEpochMilli() - origin.wallMillis();
    return Math.max(arrivedAt - origin.since(), TimeUnit.MILLISECONDS.toNanos(wall));
  }

  /** Returns how long it is of use from its arrival on, as its publisher says (5.0: 3.3.2.3.3). */
  long expiryNanos() {
    return packet.properties().isEmpty()
        ? Long.MAX_VALUE
        : TimeUnit.SECONDS.toNanos(
            packet
                .properties()
                .number(Property.MESSAGE_EXPIRY_INTERVAL)
                .orElse(TimeUnit.NANOSECONDS.toSeconds(Long.MAX_VALUE)));
  }

  /**
   * Returns whether nobody waits for the end of this message any more once its connection is lost.
   * With QoS 2 the session does: the broker's next PUBLISH with its packet id is the same message,
   * and is not heard again (MQTT-4.3.3-10).
   */
  boolean endsWithConnection() {
    return packet.qos() != QoS.EXACTLY_ONCE;
  }

  /**
   * Returns whether its calls are waited for when its connection is lost, for its own sake or for
   * that of a copy.
   */
  boolean outlivesConnection() {
    if (!endsWithConnection()) {
      return true;
    }
    for (int i = 0; i < copies.size(); i++) {
      if (!copies.get(i).endsWithConnection()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Listeners hear another copy instead of this one: it is not at its end before they have heard
   * that. Else the end of our process could take the message: the copy of a listener acknowledged,
   * the one that it was to hear lost with the process, and sent again for others only.
   */
  void follow(Delivery heard) {
    original = heard;
    if (heard.open > 0) {
      waitFor(heard);
    }
  }

  /** The end of this one follows that of the one that is heard. */
  private void waitFor(Delivery heard) {
    if (heard.copies.isEmpty()) {
      heard.copies = new ArrayList<>(2);
    }
    if (!heard.copies.contains(this)) {
      heard.copies.add(this);
    }
  }

  /**
   * Returns whether the copy that is heard instead of this one is still with listeners; its end
   * follows then. They may have come only now, if it was parked.
   */
  boolean waits() {
    boolean waits = original != null && original.open > 0;
    if (waits) {
      waitFor(original);
    }
    return waits;
  }

  /** Returns whether a listener was given it, or the copy that is heard instead of it. */
  boolean isWith(Hearer hearer) {
    return hearers.contains(hearer) || original != null && original.hearers.contains(hearer);
  }

  /**
   * Returns whether a listener that comes has a filter for which nobody was given it: what is only
   * kept for others was heard by the one whose place it takes.
   */
  boolean isNewFor(Hearer hearer) {
    for (TopicFilter filter : hearer.filters) {
      if (filter.matches(topic()) && !wasGivenFor(filter)) {
        return true;
      }
    }
    return false;
  }

  private boolean wasGivenFor(TopicFilter filter) {
    return hearers.stream().anyMatch(hearer -> hearer.filters.contains(filter))
        || original != null && original.wasGivenFor(filter);
  }

  /** Returns the message as those see it that do not acknowledge by hand: one for all of them. */
  ReceivedMessage shared(boolean stale) {
    if (shared == null) {
      shared = message(NOTHING);
    }
    if (stale && sharedStale == null) {
      sharedStale = shared.asStale();
    }
    return stale ? sharedStale : shared;
  }

  ReceivedMessage message(BooleanSupplier acknowledgement) {
    return new ReceivedMessage(
        name,
        packet.topic(),
        packet.payload(),
        packet.qos(),
        packet.retain(),
        packet.duplicate(),
        properties(packet.properties()),
        receivedAt,
        acknowledgement);
  }

  private static MessageProperties properties(Properties from) {
    if (from.isEmpty()) {
      return MessageProperties.NONE;
    }
    MessageProperties to =
        MessageProperties.NONE
            .withUtf8(from.number(Property.PAYLOAD_FORMAT_INDICATOR).orElse(0) == 1)
            .withUserProperties(from.userProperties());
    to = with(to, from.string(Property.CONTENT_TYPE), to::withContentType);
    to = with(to, from.string(Property.RESPONSE_TOPIC), to::withResponseTopic);
    return with(to, from.binary(Property.CORRELATION_DATA), to::withCorrelationData);
  }

  /** A value that a broker should not have sent is left out; the message is still a message. */
  private static <T> MessageProperties with(
      MessageProperties to, Optional<T> value, Function<T, MessageProperties> setter) {
    try {
      return value.map(setter).orElse(to);
    } catch (IllegalArgumentException e) {
      return to;
    }
  }
}
