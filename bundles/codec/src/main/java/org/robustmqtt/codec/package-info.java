/**
 * Bytes to control packets and back, for MQTT 3.1.1 and 5.0 in one tree. Pure: no I/O, no threads,
 * no clock; an input is bounded before anything is allocated for it.
 */
@Export
@Version("1.0.0")
package org.robustmqtt.codec;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
