/**
 * Tests that run inside a Karaf. One container for all classes; the brokers run in the JVM that
 * starts it. Methods marked {@code @Configuration} run there, all others in the container.
 */
package org.robustmqtt.itests.exam;
