/**
 * What stands behind the doors on a real hub. The only room that touches threads, selectors,
 * sockets and the system's clock.
 */
package org.robustmqtt.client.runtime;
