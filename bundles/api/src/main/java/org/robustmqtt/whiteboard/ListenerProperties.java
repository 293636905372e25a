package org.robustmqtt.whiteboard;

/** The service properties of listeners. */
public final class ListenerProperties {
  /** The filters, String or String+; required for a {@link MessageListener}: {@value}. */
  public static final String TOPICS = "mqtt.topics";

  /** The names of the connections meant, String or String+; absent: every connection: {@value}. */
  public static final String CONNECTION = "mqtt.connection";

  /** The quality of service, 0 to 2, a number or its text; default 1: {@value}. */
  public static final String QOS = "mqtt.qos";

  /** {@code auto} (default) or {@code manual}: {@value}. */
  public static final String ACK = "mqtt.ack";

  private ListenerProperties() {}
}
