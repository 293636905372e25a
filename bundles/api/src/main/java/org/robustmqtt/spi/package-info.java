/**
 * What a bundle registers to decide in the place of the built-in rules: when to connect, and what
 * becomes of a message. A connection names the service that it wants in its configuration.
 */
@Export
@Version("1.0.0")
package org.robustmqtt.spi;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
