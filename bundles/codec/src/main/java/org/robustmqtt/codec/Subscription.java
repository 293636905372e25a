package org.robustmqtt.codec;

import org.robustmqtt.QoS;

/**
 * One filter of a SUBSCRIBE with its options (section 3.8.3.1).
 *
 * @param filter a valid topic filter
 * @param qos the highest quality of service wanted
 * @param noLocal whether our own messages are left out; MQTT 5
 * @param retainAsPublished whether the retain flag is kept on forwarded messages; MQTT 5
 * @param retainHandling when retained messages are sent; MQTT 5
 */
public record Subscription(
    String filter,
    QoS qos,
    boolean noLocal,
    boolean retainAsPublished,
    RetainHandling retainHandling) {}
