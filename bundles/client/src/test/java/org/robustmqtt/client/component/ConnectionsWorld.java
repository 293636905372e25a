package org.robustmqtt.client.component;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.client.outbox.Handover;
import org.robustmqtt.journal.Journal;

/** Connections with everything around them faked. */
final class ConnectionsWorld {
  static final String PID = "org.robustmqtt.connection~";

  final FakeLane lane = new FakeLane();
  final FakeProvider provider = new FakeProvider();
  final List<FakeRooms> rooms = new ArrayList<>();
  final Map<String, ConnectionService> services = new TreeMap<>();
  final Whiteboard whiteboard = new Whiteboard();
  final Directory directory;
  final Connections connections;
  Optional<FakeProvider> present = Optional.of(provider);
  int engines;
  int liveEngines;

  ConnectionsWorld() {
    directory = new Directory(() -> present.map(found -> found));
    ConnectionOpener opener =
        new ConnectionOpener(
            new Journals(() -> present.map(found -> found)),
            this::engine,
            this::register,
            whiteboard,
            directory,
            () -> Instant.EPOCH,
            () -> 1);
    connections = new Connections(lane, opener, whiteboard, directory, pid -> Optional.empty());
    whiteboard.onChange(connections::listenersChanged);
  }

  private ConnectionOpener.Engine engine() {
    engines++;
    liveEngines++;
    return new ConnectionOpener.Engine() {
      @Override
      public Rooms open(String name, Journal journal, Optional<Settings> settings, Handover left) {
        FakeRooms made = new FakeRooms(name, journal, settings);
        rooms.add(made);
        return made;
      }

      @Override
      public void close() {
        liveEngines--;
      }
    };
  }

  private org.robustmqtt.client.listeners.Registration register(ConnectionService service) {
    services.put(service.name(), service);
    return () -> services.remove(service.name(), service);
  }

  /** A configuration says this. */
  void configure(String id, Map<String, Object> properties) {
    connections.updated(PID + id, properties);
    lane.run();
  }

  void delete(String id) {
    connections.deleted(PID + id);
    lane.run();
  }

  FakeRooms last() {
    return rooms.get(rooms.size() - 1);
  }

  ConnectionStatus status(String name) {
    return directory.all().stream()
        .filter(status -> status.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  void providerGoes() {
    present = Optional.empty();
    connections.providerGoes(provider);
    lane.run();
  }

  void providerComes() {
    present = Optional.of(provider);
    connections.providerCame();
    lane.run();
  }
}
