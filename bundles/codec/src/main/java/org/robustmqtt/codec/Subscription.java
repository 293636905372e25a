package org.robustmqtt.codec;

import java.util.Objects;
import org.robustmqtt.QoS;
import org.robustmqtt.TopicFilter;

/**
 * One filter of a SUBSCRIBE with its options (section 3.8.3.1).
 *
 * @param filter a valid topic filter
 * @param qos the highest quality of service wanted
 * @param noLocal whether our own messages are left out; MQTT 5, not with a shared filter
 * @param retainAsPublished whether the retain flag is kept on forwarded messages; MQTT 5
 * @param retainHandling when retained messages are sent; MQTT 5, in 3.1.1 always at each SUBSCRIBE
 */
public record Subscription(
    String filter,
    QoS qos,
    boolean noLocal,
    boolean retainAsPublished,
    RetainHandling retainHandling) {
  private static final RetainHandling[] HANDLINGS = RetainHandling.values();
  private static final int NO_LOCAL = 0x04;
  private static final int RETAIN_AS_PUBLISHED = 0x08;
  private static final int HANDLING_SHIFT = 4;
  private static final int RESERVED = 0xC0;
  private static final int RESERVED_3_1_1 = 0xFC;

  /** Checks that nothing is null. */
  public Subscription {
    Objects.requireNonNull(filter, "filter");
    Objects.requireNonNull(qos, "qos");
    Objects.requireNonNull(retainHandling, "retainHandling");
  }

  static Subscription read(ReadBuffer in) throws CodecException {
    String filter = in.string("filter");
    int options = in.u8("options");
    int reserved = options & (in.v5() ? RESERVED : RESERVED_3_1_1);
    int qos = options & 3;
    if (reserved != 0 || qos == 3) {
      throw in.broken(
          Rule.SUBSCRIBE_OPTIONS,
          String.format("options 0x%02X; allowed are QoS 0 to 2 and reserved bits 0", options));
    }
    int handling = options >> HANDLING_SHIFT & 3;
    if (handling == HANDLINGS.length) {
      throw in.broken(Rule.RETAIN_HANDLING, "retain handling 3; allowed are 0, 1 and 2");
    }
    Subscription subscription =
        new Subscription(
            filter,
            QoS.of(qos),
            (options & NO_LOCAL) != 0,
            (options & RETAIN_AS_PUBLISHED) != 0,
            HANDLINGS[handling]);
    subscription.check(in.dialect());
    return subscription;
  }

  /** Checks the subscription and returns its size. */
  long size(Dialect dialect) throws CodecException {
    long size = Check.string(dialect, Place.SUBSCRIBE, "filter", filter) + 1;
    check(dialect);
    return size;
  }

  void write(WriteBuffer out) {
    out.string(filter);
    out.u8(
        qos.level()
            | (noLocal ? NO_LOCAL : 0)
            | (retainAsPublished ? RETAIN_AS_PUBLISHED : 0)
            | retainHandling.ordinal() << HANDLING_SHIFT);
  }

  private void check(Dialect dialect) throws CodecException {
    boolean shared = checkFilter(dialect, Place.SUBSCRIBE, filter).shared();
    if (!dialect.v5()
        && (noLocal || retainAsPublished || retainHandling != RetainHandling.ALWAYS)) {
      throw Rule.ONLY_VERSION_5.broken(
          dialect, "SUBSCRIBE: options beside the QoS; allowed in MQTT 5 only");
    }
    if (noLocal && shared) {
      throw Rule.NO_LOCAL_SHARED.broken(
          dialect, "SUBSCRIBE: no local with a shared filter; allowed is 0");
    }
  }

  /** Checks the form of a filter. */
  static TopicFilter checkFilter(Dialect dialect, Place place, String filter)
      throws CodecException {
    try {
      return new TopicFilter(filter);
    } catch (IllegalArgumentException e) {
      throw Rule.TOPIC_FILTER.broken(dialect, place + ": " + e.getMessage());
    }
  }
}
