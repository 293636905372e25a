/**
 * The only room that knows Declarative Services and ConfigAdmin: settings, life cycle, services.
 */
package org.robustmqtt.client.component;
