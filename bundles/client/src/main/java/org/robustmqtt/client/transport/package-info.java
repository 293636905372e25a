/** Bytes: opens a way to the broker, and turns packets into bytes and back on it. */
package org.robustmqtt.client.transport;
