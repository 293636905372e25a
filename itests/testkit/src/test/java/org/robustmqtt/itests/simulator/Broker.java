package org.robustmqtt.itests.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.robustmqtt.QoS;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.codec.Publish;

/** A broker with what it keeps over connections, how it misbehaves, and what it checks. */
final class Broker {
  /** How it answers to a CONNECT. */
  enum Welcome {
    NORMAL,
    SILENT,
    REFUSES
  }

  final World world;
  final SplittableRandom random;
  final Ledger ledger;
  final Inbox inbox;

  /** Makes the tap of a connection. */
  Function<Integer, Tap> taps = none -> null;

  // What it can do.
  boolean mqtt5 = true;
  int receiveMaximum = 65_535;
  int maximumPacketSize;
  int maximumQos = 2;
  boolean retainAvailable = true;
  int serverKeepAlive = -1;
  boolean deliversOnRelease;

  /** Whether it sends a copy for each filter that matches. */
  boolean copies;

  // How it misbehaves now.
  Welcome welcome = Welcome.NORMAL;
  int refusal = 0x88;
  long ackDelayNanos;
  int ackLossPercent;
  int ackTwicePercent;
  int refuseMessagePercent;

  /** Whether it sends as much as it has, whatever the client's receive maximum. */
  boolean eager;

  /** A filter that it closes on, and a topic. */
  Optional<String> closesOnFilter = Optional.empty();

  Optional<String> closesOnTopic = Optional.empty();
  Optional<String> poison = Optional.empty();

  /** Filters that the application gave back by hand, and that this does not know of. */
  final Set<String> givenBack = new TreeSet<>();

  private Consumer<String> onUnsubscribe = filter -> {};
  private final Map<String, BrokerSession> sessions = new TreeMap<>();
  private final Map<String, Publish> retained = new TreeMap<>();
  private final List<BrokerLine> lines = new ArrayList<>();
  private boolean up = true;
  private int sessionNumbers;
  private int accepted;
  private String newest = "";

  Broker(World world, SplittableRandom random, Ledger ledger, Inbox inbox) {
    this.world = world;
    this.random = random;
    this.ledger = ledger;
    this.inbox = inbox;
  }

  void heal() {
    welcome = Welcome.NORMAL;
    mqtt5 = true;
    ackDelayNanos = 0;
    ackLossPercent = 0;
    ackTwicePercent = 0;
    refuseMessagePercent = 0;
    eager = false;
    closesOnTopic = Optional.empty();
    up = true;
  }

  void onUnsubscribe(Consumer<String> told) {
    onUnsubscribe = told;
  }

  void unsubscribed(String filter) {
    onUnsubscribe.accept(filter);
  }

  /** Returns the highest QoS that it grants; a maximum is known to MQTT 5 only. */
  int maximumQos(boolean mqtt5Spoken) {
    return mqtt5Spoken ? maximumQos : 2;
  }

  /** Returns how many connections there were. */
  int accepted() {
    return accepted;
  }

  boolean isUp() {
    return up;
  }

  BrokerLine accept(SimChannel channel) {
    BrokerLine line = new BrokerLine(this, channel, taps.apply(0));
    lines.removeIf(one -> !one.isOpen());
    lines.add(line);
    accepted++;
    return line;
  }

  // Sessions.

  Optional<BrokerSession> session(String clientId) {
    return Optional.ofNullable(sessions.get(clientId));
  }

  /** Returns the session of the client that came last. */
  Optional<BrokerSession> newestSession() {
    return session(newest);
  }

  BrokerSession begin(String clientId) {
    end(clientId);
    BrokerSession session = new BrokerSession(++sessionNumbers, ledger.sessionRecords());
    sessions.put(clientId, session);
    return session;
  }

  void end(String clientId) {
    BrokerSession session = sessions.remove(clientId);
    if (session != null && session.expiry != null) {
      session.expiry.cancel();
    }
  }

  /** Hangs up on a client that connects again, or that another one is taken for. */
  void takeOver(String clientId, BrokerLine by) {
    newest = clientId;
    for (BrokerLine line : List.copyOf(lines)) {
      if (line != by && line.isOpen() && line.clientId().equals(Optional.of(clientId))) {
        line.takenOver();
      }
    }
  }

  Optional<BrokerLine> online() {
    return lines.stream()
        .filter(BrokerLine::isOnline)
        .filter(line -> line.clientId().equals(Optional.of(newest)))
        .findFirst();
  }

  // Faults.

  void restart(boolean withState, long downNanos) {
    world.happened(withState ? Fault.BROKER_RESTART : Fault.BROKER_RESTART_EMPTY);
    world.trace(() -> "broker: restart " + (withState ? "with" : "without") + " its state");
    up = false;
    List.copyOf(lines).forEach(line -> line.hangUp(random.nextBoolean()));
    if (!withState) {
      List.copyOf(sessions.keySet()).forEach(this::end);
      retained.clear();
      ledger.retainedLost();
    }
    world.at(downNanos, () -> up = true);
  }

  /**
   * The client's process ended. If it had not recorded its newest session, it would take that for
   * the one before, and nothing in the protocol tells them apart: the broker loses it.
   */
  void clientCrashed() {
    newestSession()
        .filter(session -> session.recordsBefore == ledger.sessionRecords())
        .ifPresent(session -> end(newest));
  }

  void loseSession() {
    if (!sessions.isEmpty()) {
      world.happened(Fault.BROKER_SESSION_LOST);
      world.trace(() -> "broker: session lost");
      List.copyOf(lines).forEach(line -> line.hangUp(false));
      List.copyOf(sessions.keySet()).forEach(this::end);
    }
  }

  /** Another client comes with the identifier of ours, and goes. */
  void intruder(boolean clean) {
    online()
        .ifPresent(
            line -> {
              world.happened(Fault.BROKER_SESSION_TAKEN_OVER);
              String id = line.clientId().orElseThrow();
              line.takenOver();
              if (clean) {
                end(id);
              }
            });
  }

  // Messages.

  /** Returns whether the client would get a message of this topic. */
  Optional<Received> publish(String topic, int qos) {
    return publish(topic, qos, 0);
  }

  /** The same with a payload of so many bytes; 0: just its key. */
  Optional<Received> publish(String topic, int qos, int size) {
    BrokerSession session = newestSession().orElse(null);
    if (session == null) {
      return Optional.empty();
    }
    int granted = -1;
    List<String> matching = new ArrayList<>();
    for (Map.Entry<String, QoS> filter : session.filters.entrySet()) {
      if (new TopicFilter(filter.getKey()).matches(topic)) {
        granted = Math.max(granted, filter.getValue().level());
        matching.add(filter.getKey());
      }
    }
    int effective = Math.min(qos, granted);
    Optional<BrokerLine> online = online();
    if (effective < 0 || effective == 0 && online.isEmpty()) {
      return Optional.empty();
    }
    Received message = inbox.create(topic, effective, session.number);
    message.filters = matching;
    message.size = size;
    // whoever it is for has gone for good, and a filter that is asked for only now was too late
    message.excused = copies && givenBack.containsAll(matching);
    if (copies && matching.size() > 1) {
      world.happened(Fault.BROKER_COPIES);
      for (String filter : matching) {
        Received copy = message.copy(Math.min(qos, session.filters.get(filter).level()), filter);
        // whoever it is for has gone for good
        copy.excused = givenBack.contains(filter);
        copy(copy, session);
      }
    } else if (effective == 0) {
      online.get().transmit(message);
    } else {
      session.queue.add(message);
      online.ifPresent(BrokerLine::transmit);
    }
    return Optional.of(message);
  }

  private void copy(Received message, BrokerSession session) {
    Optional<BrokerLine> online = online();
    if (message.qos == 0) {
      online.ifPresent(line -> line.transmit(message));
    } else {
      session.queue.add(message);
      online.ifPresent(BrokerLine::transmit);
    }
  }

  /** A message of the client is passed on. */
  void passOn(Publish publish, BrokerSession session, int run) {
    if (publish.retain()) {
      if (publish.payload().length == 0) {
        retained.remove(publish.topic());
      } else {
        retained.put(publish.topic(), publish);
      }
    }
    ledger
        .byKey(Tap.key(publish.payload()))
        .ifPresent(
            sent ->
                ledger.arrived(
                    sent,
                    new Sent.Arrival(session.number, publish.qos().level(), run, world.now())));
  }

  Map<String, Publish> retained() {
    return retained;
  }

  String describe() {
    return newestSession()
        .map(session -> "in flight " + session.inFlight + ", queued " + session.queue)
        .orElse("without a session");
  }

  boolean idle() {
    return newestSession()
        .map(session -> session.inFlight.isEmpty() && session.queue.isEmpty())
        .orElse(true);
  }
}
