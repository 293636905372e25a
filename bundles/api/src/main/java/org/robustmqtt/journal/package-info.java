/**
 * The seam between a connection and its store: transitions of messages, appended in order and
 * forced together. The only thing that client and persistence share.
 */
@Export
@Version("1.0.0")
package org.robustmqtt.journal;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
