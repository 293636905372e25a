/** Whiteboard listeners: matching, order, isolation, acknowledgement, parking, wanted filters. */
package org.robustmqtt.client.listeners;
