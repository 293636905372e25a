package org.robustmqtt.client.component;

import org.robustmqtt.client.listeners.Registration;

/** Registers services. On the component lane, holding no lock. */
interface Registrar {
  /** Registers the service of a connection; closing unregisters it. */
  Registration register(ConnectionService service);
}
