/** What production puts behind the doors: the file system, the clock and the journal thread. */
package org.robustmqtt.persistence.runtime;
