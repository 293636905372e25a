/** Encoding and decoding of PUBLISH, as JMH benchmarks. */
package org.robustmqtt.benchmarks.codec;
