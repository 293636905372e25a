/** The stores that are compared, and their floor. */
package org.robustmqtt.benchmarks.store;
