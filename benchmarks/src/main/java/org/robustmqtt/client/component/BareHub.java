package org.robustmqtt.client.component;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.client.outbox.Handover;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalProvider;

/**
 * Connections without a framework: the settings are read, the rooms are built and the service is
 * made as on a hub; only the registration is left out. In the package of the component, because
 * that is nobody else's business.
 */
public final class BareHub implements AutoCloseable {
  private final HubEngine engine = new HubEngine(Optional::empty, ConnectionRooms.Hub.ofNone());
  private final List<Rooms> rooms = new ArrayList<>();
  private final List<Journal> journals = new ArrayList<>();

  /** Opens a connection with the keys of a configuration file. */
  public RobustMqttConnection open(
      String name, JournalProvider provider, Map<String, Object> configuration)
      throws JournalException {
    Parsed parsed = SettingsParser.parse(MqttComponent.PID + "~" + name, configuration);
    if (!parsed.good()) {
      throw new IllegalArgumentException(parsed.faults().toString());
    }
    SwitchableJournal journal =
        new SwitchableJournal(provider.open(name, parsed.settings().journal(), () -> {}), () -> 0);
    journals.add(journal);
    Rooms made = engine.open(name, journal, Optional.of(parsed.settings()), Handover.nothing());
    journal.bind(made.known(), made::journalChanged);
    made.listenersAttached();
    rooms.add(made);
    return new ConnectionService(name, made);
  }

  /** Waits for a state. */
  public static void await(RobustMqttConnection connection, ConnectionState state, Duration most)
      throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    while (connection.status().state() != state) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException("not " + state + ": " + connection.status());
      }
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  /** Ends every connection and every thread. */
  @Override
  public void close() throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(rooms.size());
    rooms.forEach(one -> one.stop(Duration.ofSeconds(1)).thenRun(ended::countDown));
    ended.await(20, TimeUnit.SECONDS);
    journals.forEach(Journal::close);
    engine.close();
  }
}
