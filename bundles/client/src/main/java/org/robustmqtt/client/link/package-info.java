/**
 * Owns the life of a connection: states, deadlines, retries, keep alive; carries out the session's
 * effects.
 */
package org.robustmqtt.client.link;
