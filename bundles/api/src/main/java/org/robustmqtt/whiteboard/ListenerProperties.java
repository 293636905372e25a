package org.robustmqtt.whiteboard;

/** The service properties of listeners. */
public final class ListenerProperties {
  /** The filters, String or String+; required for a {@link MessageListener}: {@value}. */
  public static final String TOPICS = "mqtt.topics";

  /** The names of the connections meant, String or String+; absent: every connection: {@value}. */
  public static final String CONNECTION = "mqtt.connection";

  /**
   * The quality of service, 0 to 2, a number or its text; absent or -1: as a {@code subscribe} line
   * of the connection says, else 1: {@value}.
   */
  public static final String QOS = "mqtt.qos";

  /** {@code auto} (default) or {@code manual}: {@value}. */
  public static final String ACK = "mqtt.ack";

  /**
   * What is done with retained values, {@code deliver}, {@code mark} (heard as {@link
   * org.robustmqtt.ReceivedMessage#stale()}) or {@code ignore}; absent: as a {@code subscribe} line
   * of the connection says, else {@code deliver}: {@value}.
   */
  public static final String RETAINED = "mqtt.retained";

  /**
   * What is done with messages that the broker may have queued for us during an outage, {@code
   * deliver}, {@code mark} or {@code ignore}; absent: as for {@link #RETAINED}: {@value}.
   */
  public static final String QUEUED = "mqtt.queued";

  /**
   * The age above which a message is not heard, as {@code 15s} or {@code 5m}, or {@code never}. One
   * whose age is not known is not heard either, unless it is marked; absent: as a {@code subscribe}
   * line of the connection says, else {@code never}: {@value}.
   */
  public static final String MAX_AGE = "mqtt.maxAge";

  private ListenerProperties() {}
}
