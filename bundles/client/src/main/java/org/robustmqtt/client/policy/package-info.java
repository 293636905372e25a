/**
 * Pure decisions on values: limits and what happens at them, waits between attempts. No state, no
 * I/O.
 */
package org.robustmqtt.client.policy;
