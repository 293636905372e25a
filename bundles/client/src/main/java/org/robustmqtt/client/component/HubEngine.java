package org.robustmqtt.client.component;

import java.util.Optional;
import org.robustmqtt.client.runtime.HubRuntime;
import org.robustmqtt.journal.Journal;

/** The engine of a real hub. */
final class HubEngine implements Engine {
  private final HubRuntime runtime = new HubRuntime();

  @Override
  public Rooms open(String name, Journal journal, Optional<Settings> settings) {
    return new ConnectionRooms(name, runtime.doors(), journal, settings);
  }

  @Override
  public void close() {
    runtime.close();
  }
}
