package org.robustmqtt.whiteboard;

import org.robustmqtt.Outcome;

/**
 * The outcome of one message.
 *
 * @param connection the name of the connection
 * @param id the number of the message's ticket
 * @param topic its topic
 * @param outcome its outcome
 */
public record Settlement(String connection, long id, String topic, Outcome outcome) {}
