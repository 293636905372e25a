package org.robustmqtt.itests.tour;

/**
 * One message as the witness heard it.
 *
 * @param number of the message
 * @param topic the topic it came on
 * @param at when, in milliseconds of the wall clock
 */
record Delivery(int number, String topic, long at) {}
