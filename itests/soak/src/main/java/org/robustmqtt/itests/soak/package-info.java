/** Hours of faults against real rooms, a real disk and a real broker; what is lost, what grows. */
package org.robustmqtt.itests.soak;
