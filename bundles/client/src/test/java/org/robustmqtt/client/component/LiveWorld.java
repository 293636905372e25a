package org.robustmqtt.client.component;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.client.outbox.Handover;
import org.robustmqtt.client.outbox.Outbox;
import org.robustmqtt.client.testing.MemoryJournal;
import org.robustmqtt.client.testing.ScriptedBroker;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Pubrel;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalProvider;
import org.robustmqtt.journal.JournalSettings;

/**
 * The real component with the real rooms in a virtual world: configurations in, packets at a broker
 * out. Journals are kept by their path, as a disk does.
 */
final class LiveWorld {
  static final String NAME = "home";

  final VirtualWorld world;
  ScriptedBroker broker;

  /** What the hub makes of a configuration with values from elsewhere. */
  Optional<Resolved> elsewhere = Optional.empty();

  /** What connections that are made wait for. */
  Optional<HubStart.Awaited> starting = Optional.empty();

  /** What connections that are made have in common. */
  ConnectionRooms.Hub hub = ConnectionRooms.Hub.ofNone();

  final FakeLane lane = new FakeLane();
  final Map<String, ConnectionService> services = new TreeMap<>();
  final Map<String, MemoryJournal> disk = new LinkedHashMap<>();
  final List<JournalSettings> opened = new ArrayList<>();
  final Connections connections;
  final Whiteboard whiteboard = new Whiteboard();
  private final Directory directory;

  LiveWorld(long seed) {
    world = new VirtualWorld(seed);
    broker = new ScriptedBroker(world.net(), "10.0.0.1", 1883);
    JournalProvider provider = new Disk();
    directory = new Directory(() -> Optional.of(provider));
    connections =
        new Connections(
            lane,
            new ConnectionOpener(
                new Journals(() -> Optional.of(provider)),
                this::engine,
                service -> {
                  services.put(service.name(), service);
                  return () -> services.remove(service.name(), service);
                },
                whiteboard,
                directory,
                () -> Instant.EPOCH,
                world.doors().entropy()),
            whiteboard,
            directory,
            pid -> elsewhere);
  }

  /** The broker listens at the port for TLS instead. */
  void listenSecured(Supplier<SSLEngine> engines) {
    broker = new ScriptedBroker(world.net(), "10.0.0.1", 8883).secured(engines);
  }

  private final class Disk implements JournalProvider {
    @Override
    public Journal open(String connection, JournalSettings settings, Runnable listener) {
      opened.add(settings);
      String folder = settings.directory().map(Object::toString).orElse("");
      return disk.compute(
          folder + "/" + connection,
          (path, old) -> old == null ? new MemoryJournal() : old.reopened());
    }

    @Override
    public List<String> closedJournals() {
      return List.of();
    }

    @Override
    public boolean delete(String connection) {
      return false;
    }
  }

  private ConnectionOpener.Engine engine() {
    return new ConnectionOpener.Engine() {
      @Override
      public Rooms open(String name, Journal journal, Optional<Settings> settings, Handover left) {
        return new ConnectionRooms(
            name, world.doors(), journal, settings, Outbox.Window.STANDARD, starting, left, hub);
      }

      @Override
      public void close() {
        // the world goes on
      }
    };
  }

  /** Returns a configuration that is quick, with these keys and values besides. */
  static Map<String, Object> configuration(Map<String, ?> more) {
    Map<String, Object> all = new HashMap<>();
    all.put("broker", "mqtt://10.0.0.1");
    all.put("connectDelay", "0");
    all.putAll(more);
    return all;
  }

  /** A hub hands this over. */
  LiveWorld configure(Map<String, ?> properties) {
    connections.updated("org.robustmqtt.connection~" + NAME, new HashMap<>(properties));
    settle();
    return this;
  }

  /** Does all there is to do at this time, on the loop and on the component lane. */
  void settle() {
    for (int i = 0; i < 10; i++) {
      lane.run();
      world.run();
    }
  }

  /** Lets time pass. */
  void pass(Duration time) {
    world.advance(time);
    lane.pass(time.toMillis());
    settle();
  }

  /** Waits until the connection is online. */
  LiveWorld online() {
    boolean online =
        world.advanceUntil(
            Duration.ofMinutes(5), () -> service().status().state() == ConnectionState.ONLINE);
    if (!online) {
      throw new AssertionError("not online: " + service().status());
    }
    settle();
    return this;
  }

  ConnectionService service() {
    return services.get(NAME);
  }

  /** Returns what mqtt:info shows: all faults, and the problem where that says more. */
  List<String> read() {
    List<String> lines = new ArrayList<>();
    for (ConnectionStatus status : directory.all()) {
      lines.addAll(status.faults());
      status
          .problem()
          .filter(problem -> problem.kind() != ProblemKind.SETTINGS_FAULTY)
          .ifPresent(problem -> lines.add(problem.text()));
    }
    return lines;
  }

  int connects() {
    return broker.lines().size();
  }

  /**
   * Returns the payloads that the broker gives on, in order: a PUBLISH of QoS 2 under an id whose
   * PUBREL is not there yet is the one before; one that is marked as a duplicate is none either.
   */
  static List<String> givenOn(List<Packet> packets) {
    List<String> given = new ArrayList<>();
    Set<Integer> open = new HashSet<>();
    for (Packet packet : packets) {
      if (packet instanceof Publish publish) {
        boolean first =
            publish.qos() == QoS.EXACTLY_ONCE ? open.add(publish.packetId()) : !publish.duplicate();
        if (first) {
          given.add(new String(publish.payload(), java.nio.charset.StandardCharsets.UTF_8));
        }
      } else if (packet instanceof Pubrel pubrel) {
        open.remove(pubrel.packetId());
      }
    }
    return given;
  }
}
