/** What is accepted and not settled: order, limits, deadlines. Holds the one lock of the bundle. */
package org.robustmqtt.client.outbox;
