/**
 * A world in virtual time for tests: loop, timers, helpers, lanes, network, broker and journal, all
 * on the test's own thread, the same each time.
 */
package org.robustmqtt.client.testing;
