package org.robustmqtt.client.component;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.Message;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.PendingMessage;
import org.robustmqtt.QoS;
import org.robustmqtt.Ticket;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.door.Entropy;
import org.robustmqtt.client.listeners.ListenerSpec;
import org.robustmqtt.client.outbox.Handover;
import org.robustmqtt.client.outbox.Outbox;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalSettings;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.whiteboard.ConnectionListener;
import org.robustmqtt.whiteboard.MessageListener;
import org.robustmqtt.whiteboard.OutcomeListener;

/** The way of the simulator to the rooms of a connection, which are not public. */
public final class SimulatedRooms {
  /** Configurations that were read, by their properties: reading takes longer than a life. */
  private static final Map<Map<String, Object>, Settings> KNOWN = new ConcurrentHashMap<>();

  private final Rooms rooms;

  private SimulatedRooms(Rooms rooms) {
    this.rooms = rooms;
  }

  /** A journal whose service goes and comes. */
  public static final class Switch {
    private final SwitchableJournal journal;

    /** Begins with an open journal. */
    public Switch(Journal first, Entropy entropy) {
      journal = new SwitchableJournal(first, entropy);
    }

    /** Returns the journal for the connection. */
    public Journal journal() {
      return journal;
    }

    /** Says whose journal it is. */
    public void bind(SimulatedRooms made) {
      journal.bind(made.rooms.known(), made.rooms::journalChanged);
    }

    /** The service goes; returns the journal, to be closed. */
    public Optional<Journal> goes() {
      return journal.detach("the journal service is gone");
    }

    /** Returns whether a journal holds what is not the connection's. */
    public boolean isOfOthers(Journal next, Recovery found) {
      return journal.isOfOthers(next, found);
    }

    /** The service is back; returns whether its journal was taken. */
    public boolean comes(Journal next, Recovery found) throws InterruptedException {
      return journal.attach(next, found);
    }
  }

  /** Reads a configuration that has no fault; nearly all have been read before. */
  private static Settings settings(Map<String, Object> properties) {
    return KNOWN.computeIfAbsent(Map.copyOf(properties), SimulatedRooms::parse);
  }

  private static Settings parse(Map<String, Object> properties) {
    Parsed parsed = SettingsParser.parse("org.robustmqtt.connection~home", properties);
    if (!parsed.good()) {
      throw new IllegalArgumentException(parsed.faults().toString());
    }
    return parsed.settings();
  }

  /** Returns where a configuration has its journal. */
  public static JournalSettings journal(Map<String, Object> properties) {
    return settings(properties).journal();
  }

  /**
   * Builds the rooms as the hub does, and starts the connection.
   *
   * @param window how many messages of a long queue are in memory
   */
  public static SimulatedRooms open(
      String name, Doors doors, Journal journal, Map<String, Object> properties, int window) {
    Rooms rooms =
        new ConnectionRooms(
            name,
            doors,
            journal,
            Optional.of(settings(properties)),
            new Outbox.Window(window, 500),
            Optional.empty(),
            Handover.nothing());
    return new SimulatedRooms(rooms);
  }

  /** The journal says that its status has changed. */
  public void journalChanged() {
    rooms.journalChanged();
  }

  /** Applies another configuration. */
  public void apply(Map<String, Object> properties) {
    rooms.apply(settings(properties));
  }

  /** See {@link Rooms#publish(Message)}. */
  public Ticket publish(Message message) {
    return rooms.publish(message);
  }

  /** Adds a listener. */
  public MqttSubscriptionHandle listen(
      String owner, String filter, QoS qos, boolean manual, MessageListener listener) {
    return rooms.listen(
        new ListenerSpec(owner, List.of(new TopicFilter(filter)), qos, manual), listener);
  }

  /** Adds listeners for outcomes and states. */
  public void watch(OutcomeListener outcomes, ConnectionListener states) {
    rooms.listenOutcomes("simulator", outcomes);
    rooms.listenStates("simulator", states);
    rooms.listenersAttached();
  }

  /** See {@link Rooms#unsubscribe}. */
  public boolean unsubscribe(String filter) {
    return rooms.unsubscribe(filter);
  }

  /** See {@link Rooms#status}. */
  public ConnectionStatus status() {
    return rooms.status();
  }

  /** See {@link Rooms#browse}. */
  public List<PendingMessage> browse(int limit) {
    return rooms.browse(limit);
  }

  /** See {@link Rooms#cancel}. */
  public boolean cancel(long id) {
    return rooms.cancel(id);
  }

  /** See {@link Rooms#purge}. */
  public int purge() {
    return rooms.purge();
  }

  /** See {@link Rooms#connect}. */
  public void connect() {
    rooms.connect();
  }

  /** See {@link Rooms#disconnect}. */
  public void disconnect() {
    rooms.disconnect();
  }

  /** See {@link Rooms#reconnectNow}. */
  public void reconnectNow() {
    rooms.reconnectNow();
  }

  /** See {@link Rooms#probe}. */
  public CompletionStage<Duration> probe() {
    return rooms.probe();
  }

  /** See {@link Rooms#stop}. */
  public CompletionStage<Void> stop(Duration drain) {
    return rooms.stop(drain);
  }
}
