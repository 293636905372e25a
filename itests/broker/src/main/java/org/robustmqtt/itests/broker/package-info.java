/**
 * A real broker to test and try against: inside a test, or in a JVM of its own that can be killed.
 */
package org.robustmqtt.itests.broker;
