package org.robustmqtt.client.component;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.Message;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.Outcome;
import org.robustmqtt.Pending;
import org.robustmqtt.PendingMessage;
import org.robustmqtt.Stored;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.listeners.ListenerSpec;
import org.robustmqtt.client.listeners.Registration;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.whiteboard.ConnectionListener;
import org.robustmqtt.whiteboard.MessageListener;
import org.robustmqtt.whiteboard.OutcomeListener;

/** Rooms that remember what they were told. */
final class FakeRooms implements Rooms {
  final String name;
  final Journal journal;
  final Optional<Settings> first;
  final List<String> told = new ArrayList<>();
  final List<Settings> applied = new ArrayList<>();
  final List<Message> published = new ArrayList<>();
  final List<ListenerSpec> listening = new ArrayList<>();
  final CompletableFuture<Void> stopped = new CompletableFuture<>();
  final CompletableFuture<Void> idle = new CompletableFuture<>();
  List<String> faults = List.of();
  int pending;
  boolean listenerThread;

  FakeRooms(String name, Journal journal, Optional<Settings> first) {
    this.name = name;
    this.journal = journal;
    this.first = first;
  }

  @Override
  public Ticket publish(Message message) {
    published.add(message);
    long id = published.size();
    return new Ticket() {
      @Override
      public long id() {
        return id;
      }

      @Override
      public CompletionStage<Stored> stored() {
        return new CompletableFuture<>();
      }

      @Override
      public CompletionStage<Outcome> outcome() {
        return new CompletableFuture<>();
      }

      @Override
      public Optional<Outcome> outcomeNow() {
        return Optional.empty();
      }
    };
  }

  @Override
  public Ticket publish(Message message, Duration maxWait) {
    return publish(message);
  }

  @Override
  public boolean unsubscribe(String filter) {
    told.add("unsubscribe " + filter);
    return true;
  }

  @Override
  public ConnectionStatus status() {
    return ConnectionStatus.builder(name)
        .state(
            first.isEmpty() && applied.isEmpty()
                ? ConnectionState.FAULTED
                : ConnectionState.WAITING,
            Instant.EPOCH)
        .faults(faults)
        .build();
  }

  @Override
  public Pending pending() {
    return new Pending(pending, 0, 0, 0);
  }

  @Override
  public List<PendingMessage> browse(int limit) {
    return List.of();
  }

  @Override
  public CompletionStage<Void> whenIdle() {
    return idle;
  }

  @Override
  public boolean cancel(long id) {
    return false;
  }

  @Override
  public int purge() {
    return 0;
  }

  @Override
  public List<PendingMessage> quarantined(int limit) {
    return List.of();
  }

  @Override
  public Optional<Ticket> retry(long id) {
    return Optional.empty();
  }

  @Override
  public int purgeQuarantined() {
    return 0;
  }

  @Override
  public void connect() {
    told.add("connect");
  }

  @Override
  public void disconnect() {
    told.add("disconnect");
  }

  @Override
  public void reconnectNow() {
    told.add("reconnect");
  }

  @Override
  public CompletionStage<Duration> probe() {
    return new CompletableFuture<>();
  }

  @Override
  public MqttSubscriptionHandle listen(ListenerSpec spec, MessageListener listener) {
    listening.add(spec);
    told.add("add " + spec.owner() + " " + spec.filters());
    return () -> {
      listening.remove(spec);
      told.add("remove " + spec.owner() + " " + spec.filters());
    };
  }

  @Override
  public Registration listenOutcomes(String owner, OutcomeListener listener) {
    told.add("outcomes " + owner);
    return () -> told.add("no outcomes " + owner);
  }

  @Override
  public Registration listenStates(String owner, ConnectionListener listener) {
    told.add("states " + owner);
    return () -> told.add("no states " + owner);
  }

  @Override
  public boolean onListenerThread() {
    return listenerThread;
  }

  @Override
  public void apply(Settings settings) {
    applied.add(settings);
  }

  @Override
  public void hubStarted() {
    told.add("hubStarted");
  }

  @Override
  public void journalChanged() {
    told.add("journal changed");
  }

  @Override
  public void faults(List<String> lines) {
    faults = lines;
  }

  @Override
  public CompletionStage<Void> leave(Duration drain) {
    told.add("leave " + drain);
    return stopped;
  }

  @Override
  public CompletionStage<Void> stop(Duration drain) {
    told.add("stop " + drain);
    return stopped;
  }
}
