/** The clients that are compared, each behind the same interface. */
package org.robustmqtt.benchmarks.client;
