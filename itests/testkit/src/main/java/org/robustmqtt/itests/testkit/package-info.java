/**
 * Peers for tests: a broker that follows a script, a network that misbehaves, a real broker where
 * one is installed. Loopback only, free ports only; every wait has one generous limit and says at
 * its end what was missing.
 */
package org.robustmqtt.itests.testkit;
