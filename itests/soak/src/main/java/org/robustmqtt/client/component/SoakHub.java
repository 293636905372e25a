package org.robustmqtt.client.component;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.client.outbox.Handover;
import org.robustmqtt.client.outbox.Outbox;
import org.robustmqtt.client.runtime.HubRuntime;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalProvider;
import org.robustmqtt.whiteboard.ConnectionListener;
import org.robustmqtt.whiteboard.OutcomeListener;

/**
 * Connections as on a hub, without a framework. In the package of the component, whose rooms are
 * nobody else's business.
 */
public final class SoakHub {
  /** Few messages of a queue are in memory, so that it is read back again and again. */
  private static final Outbox.Window FEW = new Outbox.Window(100, 1 << 16);

  private final HubRuntime runtime = new HubRuntime();
  private final List<Rooms> rooms = new ArrayList<>();
  private final List<Journal> journals = new ArrayList<>();

  /** Opens a connection with the keys of a configuration file. */
  public RobustMqttConnection open(
      String name,
      JournalProvider provider,
      Map<String, Object> configuration,
      OutcomeListener outcomes,
      ConnectionListener states)
      throws JournalException {
    Parsed parsed = SettingsParser.parse(MqttComponent.PID + "~" + name, configuration);
    if (!parsed.good()) {
      throw new IllegalArgumentException(parsed.faults().toString());
    }
    AtomicReference<Runnable> changed = new AtomicReference<>(() -> {});
    SwitchableJournal journal =
        new SwitchableJournal(
            provider.open(name, parsed.settings().journal(), () -> changed.get().run()),
            runtime.doors().entropy());
    journals.add(journal);
    Rooms made =
        new ConnectionRooms(
            name,
            runtime.doors(),
            journal,
            Optional.of(parsed.settings()),
            FEW,
            Optional.empty(),
            Handover.nothing());
    journal.bind(made.known(), made::journalChanged);
    changed.set(made::journalChanged);
    rooms.add(made);
    made.listenOutcomes("soak", outcomes);
    made.listenStates("soak", states);
    made.listenersAttached();
    return new ConnectionService(name, made);
  }

  /** Ends every connection and every thread. */
  public void close() throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(rooms.size());
    rooms.forEach(one -> one.stop(Duration.ofSeconds(5)).thenRun(ended::countDown));
    ended.await(60, TimeUnit.SECONDS);
    journals.forEach(Journal::close);
    runtime.close();
  }
}
