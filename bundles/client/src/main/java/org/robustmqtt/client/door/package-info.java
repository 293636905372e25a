/**
 * The doors to the world: clock, loop and timers, entropy, helpers, listener lanes and network.
 * Interfaces only; nothing behind them is known here.
 */
package org.robustmqtt.client.door;
