/** What stands behind the doors of the console on a real hub: its clock. */
package org.robustmqtt.shell.runtime;
