/** The bare hub of the soak: it lies here because it joins rooms that nobody outside may see. */
package org.robustmqtt.client.component;
