package org.robustmqtt.itests.tour;

/**
 * When what happened, in milliseconds of the wall clock.
 *
 * @param brokerKilledAt kill -9 of the broker
 * @param brokerReadyAt it answered again
 * @param hubKilledAt kill -9 of the hub's JVM
 * @param hubStartedAt its JVM was started again
 */
record Schedule(long brokerKilledAt, long brokerReadyAt, long hubKilledAt, long hubStartedAt) {}
