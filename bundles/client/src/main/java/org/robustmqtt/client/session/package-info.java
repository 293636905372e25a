/** The rules of MQTT as a state machine without I/O, threads or clock: inputs in, effects out. */
package org.robustmqtt.client.session;
