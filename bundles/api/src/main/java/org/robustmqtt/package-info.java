/**
 * What a bundle sees of a connection: the service {@link org.robustmqtt.RobustMqttConnection}, the
 * values that go in and out of it, and what it tells about itself. Nothing here does I/O or keeps a
 * thread.
 */
@Export
@Version("1.0.0")
package org.robustmqtt;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
