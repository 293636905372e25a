/** The floors of the network lines: the least that a broker and a client have to do. */
package org.robustmqtt.benchmarks.wire;
