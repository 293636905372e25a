/**
 * Pure decisions on values: which policy a topic has ({@link
 * org.robustmqtt.client.policy.PolicyTable}), whether a message is let in ({@link
 * org.robustmqtt.client.policy.Refusal}), how old what was found is, waits between attempts ({@link
 * org.robustmqtt.client.policy.Backoff}). No state, no I/O.
 */
package org.robustmqtt.client.policy;
