/** The bundles in a framework: from a configuration to bytes on the wire, and back to nothing. */
package org.robustmqtt.itests.hub;
