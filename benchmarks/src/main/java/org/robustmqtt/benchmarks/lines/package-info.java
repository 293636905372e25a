/** One class for each group of lines of the table. */
package org.robustmqtt.benchmarks.lines;
