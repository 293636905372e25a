/** A real Karaf in a JVM of its own, to be started, killed and started again. */
package org.robustmqtt.itests.karaf;
