/**
 * {@code ./hub tour}: a hub publishes numbered messages to a broker, both are killed, and a witness
 * that shares no code with us counts what arrived. The verdict is computed from what the publisher
 * noted and what the witness heard, and from nothing else.
 */
package org.robustmqtt.itests.tour;
