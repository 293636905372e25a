/**
 * A hub without a framework for the benchmarks. It lies in the package of the client because the
 * rooms are joined by classes that nobody else may see.
 */
package org.robustmqtt.client.component;
