/** Every accepted message leaves through here, once. */
package org.robustmqtt.client.outcome;
