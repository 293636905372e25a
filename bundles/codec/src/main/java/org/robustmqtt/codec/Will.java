package org.robustmqtt.codec;

import org.robustmqtt.QoS;

/**
 * The will in a CONNECT (section 3.1.2.5).
 *
 * @param topic a valid topic name
 * @param payload at most 65,535 bytes
 * @param qos its quality of service
 * @param retain whether the broker retains it
 * @param properties will delay and the properties of the message; empty in MQTT 3.1.1
 */
public record Will(String topic, byte[] payload, QoS qos, boolean retain, Properties properties) {}
