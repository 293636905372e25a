/**
 * The doors of the bundle to the world: disk, shared memory, clock and the thread that runs the
 * rounds. Only interfaces; {@code runtime} holds what production puts behind them, tests put
 * something else.
 */
package org.robustmqtt.persistence.door;
