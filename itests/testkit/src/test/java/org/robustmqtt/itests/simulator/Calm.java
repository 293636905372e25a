package org.robustmqtt.itests.simulator;

import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;

/**
 * In calm weather one thing alone goes wrong, and what the rules promise about it must hold at
 * once, not only after it was healed.
 */
final class Calm {
  private static final long SECOND = 1_000_000_000L;
  private static final long MINUTE = 60 * SECOND;
  private static final long SLOW = 30_000;
  private static final int LARGE = 900_000;
  private static final int LARGEST = 4_000_000;
  private static final int MANY = 300;

  /** Without these the broker does not come near the limits of a schedule. */
  private static final int FEW_IN_MEMORY = 100;

  private final World world;
  private final SplittableRandom random;
  private final Broker broker;
  private final SimNet net;
  private final SimDisk disk;
  private final Hub hub;
  private final Ledger ledger;

  Calm(
      World world,
      SplittableRandom random,
      Broker broker,
      SimNet net,
      SimDisk disk,
      Hub hub,
      Ledger ledger) {
    this.world = world;
    this.random = random;
    this.broker = broker;
    this.net = net;
    this.disk = disk;
    this.hub = hub;
    this.ledger = ledger;
  }

  void run() {
    switch (random.nextInt(16)) {
      case 0 -> but(Fault.BROKER_EXCEEDS_RECEIVE_MAXIMUM, this::eager);
      case 1 -> but(Fault.NET_SLOW_LINE, this::slowUp);
      case 2 -> but(Fault.NET_SLOW_LINE, this::slowDown);
      case 3 -> but(Fault.DISK_UNREADABLE, this::unreadable);
      case 4 -> but(Fault.BROKER_CLOSES_ON_FILTER, this::badFilter);
      case 5 -> but(Fault.BROKER_CLOSES_ON_BIRTH, this::badBirth);
      case 6 -> large();
      default -> {}
    }
  }

  private void but(Fault fault, Runnable probe) {
    world.trace(() -> "--- calm, but for " + fault);
    probe.run();
  }

  private boolean within(long nanos, BooleanSupplier condition) {
    return world.run(nanos, condition);
  }

  /** Publishes; empty if it was not accepted. */
  private Optional<Sent> publish(Message message) {
    int before = ledger.size();
    hub.publish(message);
    world.check(
        !hub.refused.equals(Optional.of(NotAcceptedException.Reason.STORE_BUSY)),
        Sentence.ACCEPTED,
        () -> message + " found the store busy: " + hub.describe());
    return ledger.size() > before ? ledger.byId(ledger.newestId()) : Optional.empty();
  }

  /** The buffer for what is staged has to be made, or to be made larger. */
  private void large() {
    publish(Message.of("t/large", new byte[LARGEST >>> random.nextInt(9)]).withQos(1));
  }

  private Optional<Listener> listener() {
    return hub.listeners.stream().filter(one -> one.qos.level() > 0 && !one.manual).findFirst();
  }

  private static String topic(Listener listener) {
    return listener.filter.replace("#", "x").replace("+", "z");
  }

  private void eager() {
    Optional<Listener> listener = listener();
    if (listener.isEmpty()) {
      return;
    }
    int links = broker.accepted();
    broker.inbox.attended = true;
    broker.eager = true;
    for (int i = 0; i < MANY; i++) {
      broker.publish(topic(listener.get()), 1 + random.nextInt(2));
    }
    boolean heard = within(10 * MINUTE, broker::idle);
    world.check(
        heard && broker.accepted() == links,
        Sentence.EAGER_BROKER,
        () -> broker.accepted() - links + " links, " + hub.describe());
    broker.eager = false;
  }

  private void slowUp() {
    if (broker.maximumPacketSize > 0) {
      return;
    }
    int links = broker.accepted();
    net.bytesPerSecond = SLOW;
    byte[] payload = new byte[LARGE / 3 + random.nextInt(LARGE * 2 / 3)];
    publish(Message.of("t/slow", payload).withQos(1))
        .ifPresent(
            sent -> {
              boolean done = within(2 * MINUTE, () -> sent.outcome.isPresent());
              world.check(
                  done && broker.accepted() == links,
                  Sentence.SLOW_LINE,
                  () ->
                      broker.accepted() - links + " links for " + payload.length + " up: " + sent);
            });
    net.bytesPerSecond = 0;
  }

  private void slowDown() {
    Optional<Listener> listener = listener();
    if (listener.isEmpty()) {
      return;
    }
    int links = broker.accepted();
    net.bytesPerSecond = SLOW;
    int bytes = LARGE / 3 + random.nextInt(LARGE * 2 / 3);
    broker.publish(topic(listener.get()), 1, bytes);
    boolean heard = within(2 * MINUTE, broker::idle);
    world.check(
        heard && broker.accepted() == links,
        Sentence.SLOW_LINE,
        () -> broker.accepted() - links + " links for " + bytes + " down: " + hub.describe());
    net.bytesPerSecond = 0;
  }

  private void unreadable() {
    if (hub.window() > FEW_IN_MEMORY) {
      return;
    }
    net.answer = SimNet.Answer.REFUSES;
    net.cut(SimNet.Cut.RESET, 0);
    within(SECOND, () -> false);
    for (int i = 0; i < 60; i++) {
      publish(Message.of("u/" + i % 5, new byte[60]).withQos(1));
    }
    within(5 * SECOND, () -> false);
    disk.unreadable(random.nextInt(64));
    ledger.diskFailed();
    Message alarm = Message.of("alarm", new byte[20]).withQos(1).withDurability(Durability.MEMORY);
    publish(alarm)
        .ifPresent(
            sent -> {
              net.answer = SimNet.Answer.ACCEPTS;
              hub.rooms().ifPresent(rooms -> rooms.reconnectNow());
              world.check(
                  within(Duration.ofSeconds(60).toNanos(), () -> sent.outcome.isPresent()),
                  Sentence.OTHERS_GO_ON,
                  () -> sent + " is not sent: " + hub.describe());
            });
    net.answer = SimNet.Answer.ACCEPTS;
    disk.readable();
  }

  private void badFilter() {
    String bad = hub.listeners.get(1).filter;
    broker.closesOnFilter = Optional.of(bad);
    broker.loseSession();
    Optional<Sent> sent = publish(Message.of("t/0", new byte[20]).withQos(1));
    BooleanSupplier others =
        () ->
            sent.map(one -> one.outcome.isPresent()).orElse(true)
                && broker
                    .newestSession()
                    .filter(session -> session.filters.size() == hub.listeners.size() - 1)
                    .isPresent();
    world.check(within(10 * MINUTE, others), Sentence.ONE_BAD_FILTER, hub::describe);
    hub.tolerated = Optional.of(bad);
  }

  private void badBirth() {
    Object topic = hub.properties.get("presenceTopic");
    if (topic == null) {
      return;
    }
    broker.closesOnTopic = Optional.of(topic.toString());
    net.cut(SimNet.Cut.RESET, 0);
    publish(Message.of("t/0", new byte[20]).withQos(1))
        .ifPresent(
            sent ->
                world.check(
                    within(10 * MINUTE, () -> sent.outcome.isPresent()),
                    Sentence.ONE_BAD_BIRTH,
                    () -> sent + " is not sent: " + hub.describe()));
    broker.closesOnTopic = Optional.empty();
  }
}
