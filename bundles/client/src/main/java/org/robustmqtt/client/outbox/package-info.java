/**
 * What is accepted and not settled: order, lanes, limits, deadlines. Holds the one lock of the
 * bundle.
 *
 * <p>Start reading at {@link org.robustmqtt.client.outbox.Outbox}, the door of the room; then
 * {@link org.robustmqtt.client.outbox.Queue}: the state, its lock, and {@code change}, the one way
 * to change it. A message comes in by {@code Entrance}, is an {@code Entry} in the {@code
 * TopicQueue} of its topic, is counted and left on disk by the {@code Lane} of its policy, and gets
 * its turn by the {@code Scheduler}. {@code Paging} moves it out of memory and back, {@code
 * Quarantine} keeps what is put aside, {@code Promise} is its ticket.
 */
package org.robustmqtt.client.outbox;
