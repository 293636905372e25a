package org.robustmqtt.client.link;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.Ticket;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.client.listeners.Dispatcher;
import org.robustmqtt.client.listeners.ListenerSpec;
import org.robustmqtt.client.listeners.Notifier;
import org.robustmqtt.client.outbox.Handover;
import org.robustmqtt.client.outbox.Outbox;
import org.robustmqtt.client.outcome.Outcomes;
import org.robustmqtt.client.policy.ClockRules;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.client.policy.PolicyTable;
import org.robustmqtt.client.session.SessionSettings;
import org.robustmqtt.client.testing.MemoryJournal;
import org.robustmqtt.client.testing.ScriptedBroker;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.client.transport.Secret;
import org.robustmqtt.client.transport.TlsSettings;
import org.robustmqtt.codec.Will;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.whiteboard.MessageListener;

/** A link with the real rooms around it in a virtual world, and a broker at {@value #IP}. */
final class LinkWorld {
  static final String IP = "10.0.0.1";
  static final int PORT = 1883;
  static final Duration SECOND = Duration.ofSeconds(1);

  final VirtualWorld world;
  final MemoryJournal journal;
  final Notifier notifier;
  final Outbox outbox;
  final Dispatcher dispatcher;
  final List<ConnectionState> states = new ArrayList<>();
  final Link link;
  ScriptedBroker broker;

  LinkWorld(Optional<LinkSettings> settings) {
    this(new VirtualWorld(1), new MemoryJournal(), settings);
  }

  LinkWorld(LinkSettings settings) {
    this(Optional.of(settings));
  }

  LinkWorld(VirtualWorld world, MemoryJournal journal, Optional<LinkSettings> settings) {
    this(world, journal, settings, PolicyTable.SINGLE, Link.Hub.ofNone());
  }

  LinkWorld(
      VirtualWorld world,
      MemoryJournal journal,
      Optional<LinkSettings> settings,
      PolicyTable policies,
      Link.Hub hub) {
    this.world = world;
    this.journal = journal;
    Recovery recovery = journal.recovery();
    notifier = new Notifier(world.doors().lanes());
    Outcomes outcomes = new Outcomes("test", journal, notifier);
    outbox =
        new Outbox(
            "test",
            world.doors().clock(),
            journal,
            Limits.DEFAULT,
            new Outbox.Found(
                recovery.messages(),
                List.of(),
                0,
                ClockRules.DEFAULT,
                Map.of(),
                Handover.nothing()),
            policies,
            Outbox.Window.STANDARD,
            outcomes,
            world.doors().lanes());
    dispatcher =
        new Dispatcher(
            "test",
            world.doors(),
            new Dispatcher.Times(
                Duration.ofMinutes(10).toNanos(),
                Duration.ofSeconds(60).toNanos(),
                48,
                Duration.ofSeconds(30).toNanos()),
            journal,
            recovery.values());
    notifier.addConnectionListener("test", status -> seen(status.state()));
    link =
        new Link(
            "test",
            world.doors(),
            new Link.Rooms(outbox, outcomes, dispatcher, notifier, journal),
            hub,
            settings,
            recovery);
  }

  private void seen(ConnectionState state) {
    if (states.isEmpty() || states.get(states.size() - 1) != state) {
      states.add(state);
    }
  }

  /** A broker that answers everything listens from now on. */
  LinkWorld withBroker() {
    broker = new ScriptedBroker(world.net(), IP, PORT);
    return this;
  }

  LinkWorld start() {
    link.start();
    world.run();
    return this;
  }

  /** Starts and waits until it is online. */
  LinkWorld online() {
    start();
    if (!world.advanceUntil(Duration.ofMinutes(2), () -> state() == ConnectionState.ONLINE)) {
      throw new AssertionError("not online: " + status().problem());
    }
    return this;
  }

  ConnectionState state() {
    return link.status().state();
  }

  ConnectionStatus status() {
    return link.status();
  }

  ProblemKind problem() {
    return status().problem().orElseThrow().kind();
  }

  Ticket publish(String topic, int qos) {
    Ticket ticket = outbox.publish(Message.text(topic, "x").withQos(qos));
    world.run();
    return ticket;
  }

  /** Returns the outcome, if there is one by now. */
  Optional<Outcome> outcome(Ticket ticket) {
    return now(ticket.outcome());
  }

  /** Returns what a stage has completed with by now. */
  <T> Optional<T> now(CompletionStage<T> stage) {
    AtomicReference<T> value = new AtomicReference<>();
    stage.thenAccept(value::set);
    world.run();
    return Optional.ofNullable(value.get());
  }

  /** Returns what a stage has failed with by now, without the wrapping of the stage. */
  Optional<Throwable> failure(CompletionStage<?> stage) {
    AtomicReference<Throwable> value = new AtomicReference<>();
    stage.whenComplete(
        (ok, thrown) ->
            value.set(thrown instanceof CompletionException ? thrown.getCause() : thrown));
    world.run();
    return Optional.ofNullable(value.get());
  }

  void listen(String filter, QoS qos, MessageListener listener) {
    dispatcher.add(
        new ListenerSpec("test", List.of(new TopicFilter(filter)), qos, false), listener);
    world.run();
  }

  /** Returns how many seconds lie between the dials. */
  List<Double> pauses() {
    List<Long> at = world.net().dialledAt();
    List<Double> pauses = new ArrayList<>();
    for (int i = 1; i < at.size(); i++) {
      pauses.add((at.get(i) - at.get(i - 1)) / 1e9);
    }
    return pauses;
  }

  static LinkSettings settings() {
    return new Shape().make();
  }

  static LinkSettings settings(UnaryOperator<Shape> change) {
    return change.apply(new Shape()).make();
  }

  static Will will(String payload) {
    return new Will(
        "state",
        payload.getBytes(StandardCharsets.UTF_8),
        QoS.AT_LEAST_ONCE,
        true,
        org.robustmqtt.codec.Properties.NONE);
  }

  /** Settings to be changed in single values. */
  static final class Shape {
    boolean enabled = true;
    String host = IP;
    int port = PORT;
    LinkSettings.Version version = LinkSettings.Version.AUTO;
    Optional<String> username = Optional.empty();
    Optional<Secret> password = Optional.empty();
    Optional<CredentialSource> source = Optional.empty();
    Optional<TlsSettings> tls = Optional.empty();
    Duration connectTimeout = Duration.ofSeconds(10);
    Duration handshakeTimeout = Duration.ZERO;
    Optional<Duration> writeTimeout = Optional.empty();
    Duration ackTimeout = Duration.ofSeconds(20);
    Duration connectDelay = SECOND;
    String clientId = "client";
    int keepAlive = 60;
    int maxInflight = 20;
    int maximumPacketSize = 1 << 20;
    Optional<Will> will = Optional.empty();
    Presence presence = Presence.NONE;
    RetrySettings.Strategy strategy = RetrySettings.Strategy.EXPONENTIAL;
    Duration retryMin = SECOND;
    Duration retryMax = Duration.ZERO;
    boolean jitter = true;
    Duration stable = Duration.ofSeconds(30);
    int attemptsPerHour;
    Optional<String> service = Optional.empty();
    EnergySettings energy = EnergySettings.MAINS;
    Duration warnAfter = Duration.ofSeconds(300);

    LinkSettings make() {
      return new LinkSettings(
          enabled,
          new BrokerAddress("mqtt://" + host + ":" + port, host, port, tls),
          version,
          username,
          password,
          connectTimeout.toNanos(),
          handshakeTimeout.toNanos(),
          writeTimeout.orElse(ackTimeout).toNanos(),
          ackTimeout.toNanos(),
          connectDelay.toNanos(),
          new SessionSettings(
              host + ":" + port,
              clientId,
              keepAlive,
              false,
              604_800,
              maxInflight,
              64,
              maximumPacketSize,
              true,
              will),
          presence,
          new RetrySettings(
              strategy,
              retryMin.toNanos(),
              retryMax.toNanos(),
              jitter,
              stable.toNanos(),
              attemptsPerHour,
              service),
          energy,
          warnAfter.toNanos(),
          source);
    }
  }
}
