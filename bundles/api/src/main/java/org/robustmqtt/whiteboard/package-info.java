/**
 * What a bundle registers to hear of messages, outcomes and states. A registered listener is heard
 * through reconnects and restarts of the connection.
 */
@Export
@Version("1.0.0")
package org.robustmqtt.whiteboard;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
