package org.robustmqtt.client.component;

import java.util.Optional;
import java.util.function.Supplier;
import org.robustmqtt.client.outbox.Handover;
import org.robustmqtt.client.outbox.Outbox;
import org.robustmqtt.client.runtime.HubRuntime;
import org.robustmqtt.journal.Journal;

/** The engine of a real hub. */
final class HubEngine implements ConnectionOpener.Engine {
  private final HubRuntime runtime = new HubRuntime();
  private final ConnectionRooms.Hub hub;
  private final Supplier<Optional<HubStart.Awaited>> starting;

  /**
   * Makes an engine.
   *
   * @param starting what a new connection has to wait for
   * @param hub what connections have in common
   */
  HubEngine(Supplier<Optional<HubStart.Awaited>> starting, ConnectionRooms.Hub hub) {
    this.starting = starting;
    this.hub = hub;
  }

  @Override
  public Rooms open(String name, Journal journal, Optional<Settings> settings, Handover left) {
    return new ConnectionRooms(
        name,
        runtime.doors(),
        journal,
        settings,
        Outbox.Window.STANDARD,
        starting.get(),
        left,
        hub);
  }

  @Override
  public void close() {
    runtime.close();
  }
}
