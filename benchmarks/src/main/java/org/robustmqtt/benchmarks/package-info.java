/** The budgets of the project, measured side by side with peers and with hand-written floors. */
package org.robustmqtt.benchmarks;
