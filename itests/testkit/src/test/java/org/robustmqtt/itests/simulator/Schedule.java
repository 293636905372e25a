package org.robustmqtt.itests.simulator;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.QoS;
import org.robustmqtt.SubscriptionStatus;
import org.robustmqtt.client.component.SimulatedRooms;
import org.robustmqtt.persistence.journal.DiskJournal;

/**
 * One schedule: a world made of a seed, a number of things that applications do and that go wrong,
 * a time in which everything is healed and left alone, and what must hold then.
 */
final class Schedule {
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000 * MILLI;
  private static final long MINUTE = 60 * SECOND;

  /** How long a healed connection may take to be ONLINE with nothing pending. */
  private static final long HEALING = 45 * MINUTE;

  /** What came of it. */
  record Result(
      long seed,
      Optional<World.Finding> finding,
      long[] faults,
      long steps,
      long messages,
      long hash,
      List<String> trace) {}

  private final long seed;
  private final SplittableRandom random;
  private final World world;
  private final Ledger ledger;
  private final Inbox inbox;
  private final Broker broker;
  private final SimNet net;
  private final SimDisk disk;
  private final Hub hub;
  private final Weather weather;
  private final SplittableRandom extra;
  private final Trouble trouble;
  private final Absence absence;
  private final Calm calm;
  private int actions;
  private boolean over;

  Schedule(long seed, boolean tracing) {
    this.seed = seed;
    SplittableRandom root = new SplittableRandom(seed);
    random = root.split();
    world = new World(seed, root.split(), tracing);
    ledger = new Ledger(world);
    inbox = new Inbox(world);
    broker = new Broker(world, root.split(), ledger, inbox);
    net = new SimNet(world, root.split(), broker);
    disk = new SimDisk(world, root.split());
    long segmentSize = random.nextInt(3) == 0 ? 2_000 : 4L << 20;
    // in every second schedule very few messages are in memory
    int inMemory = seed % 2 == 0 ? 2_048 : 1 + (int) (seed / 2 % 8);
    // what was added later draws from a source of its own, so that old seeds stay what they were
    extra = new SplittableRandom(seed ^ 0x5DEECE66DL);
    int lease = extra.nextInt(3) == 0 ? 4 + extra.nextInt(30) : 65_536;
    DiskJournal.Shape shape = new DiskJournal.Shape(segmentSize, inMemory, 500, lease);
    hub = new Hub(world, root.split(), disk, net, ledger, broker, shape);
    weather = new Weather(world, root.split(), broker, net, disk, hub, ledger);
    configure();
    hub.policies = new Policies(world, new SplittableRandom(seed ^ 0x3C6EF372L), hub);
    for (int i = 0; i < 3; i++) {
      String[] filters = {"in/a", "in/b/#", "in/+/c"};
      boolean manual = random.nextInt(4) == 0;
      QoS qos = QoS.of(random.nextInt(5) == 0 ? 0 : 1 + random.nextInt(2));
      hub.listeners.add(
          new Listener(i, filters[i], qos, manual, world, root.split(), ledger, inbox));
    }
    if (extra.nextInt(5) == 0) {
      broker.copies = true;
      inbox.copies = true;
      hub.listeners.add(
          new Listener(
              3, "in/#", QoS.of(1 + extra.nextInt(2)), false, world, extra.split(), ledger, inbox));
    }
    if (extra.nextInt(40) == 0) {
      hub.crowd.gather(ledger);
      world.crowded();
    }
    trouble = new Trouble(world, extra.split(), broker, net, disk, hub, ledger);
    absence = new Absence(world, seed, hub);
    calm = new Calm(world, extra.split(), broker, net, disk, hub, ledger);
    hub.receive = this::receive;
    broker.onUnsubscribe(
        filter ->
            hub.listeners.stream()
                .filter(one -> one.filter.equals(filter))
                .forEach(
                    one ->
                        world.check(
                            one.unsubscribed,
                            Sentence.NO_UNSUBSCRIBE,
                            () -> "nobody gave back " + filter)));
  }

  private void configure() {
    hub.properties.put("broker", "mqtt://broker.test");
    hub.properties.put("connectDelay", "0");
    hub.properties.put("unsubscribeAfter", "24h");
    hub.properties.put("storeMinFree", "1MB");
    hub.properties.put("queueMaxMessages", Integer.toString(random.nextInt(4) == 0 ? 8 : 500));
    hub.properties.put("maxInflight", Integer.toString(1 + random.nextInt(12)));
    hub.properties.put("keepAlive", random.nextInt(3) == 0 ? "10" : "60");
    hub.properties.put("ackTimeout", random.nextInt(3) == 0 ? "5" : "20");
    hub.properties.put("storeDelay", List.of("0", "50", "200", "2000").get(random.nextInt(4)));
    hub.properties.put("mqttVersion", List.of("auto", "5", "3.1.1").get(random.nextInt(3)));
    if (random.nextInt(4) == 0) {
      hub.properties.put("presenceTopic", "home/hub");
    }
    if (random.nextInt(6) == 0) {
      hub.properties.put("sessionExpiry", "30s");
    }
    if (random.nextInt(10) == 0) {
      hub.properties.put("cleanSessionStart", "true");
    }
    broker.deliversOnRelease = random.nextBoolean();
    if (random.nextInt(3) == 0) {
      broker.receiveMaximum = 1 + random.nextInt(8);
    }
    if (random.nextInt(6) == 0) {
      broker.maximumPacketSize = 300;
    }
    if (random.nextInt(8) == 0) {
      broker.maximumQos = random.nextInt(2);
    }
    broker.retainAvailable = random.nextInt(10) > 0;
    if (random.nextInt(6) == 0) {
      broker.serverKeepAlive = 5 + random.nextInt(60);
    }
  }

  Result run() {
    hub.start();
    actions = 20 + random.nextInt(100);
    act();
    world.run(240 * MINUTE, () -> over);
    if (world.finding().isEmpty()) {
      heal();
    }
    return new Result(
        seed,
        world.finding(),
        world.faults(),
        world.steps(),
        ledger.size(),
        world.hash(),
        world.trace());
  }

  // What applications do.

  private void act() {
    if (actions-- == 0) {
      over = true;
      return;
    }
    int what = random.nextInt(100);
    if (what < 50) {
      int burst = random.nextInt(6) == 0 ? 1 + random.nextInt(15) : 1;
      for (int i = 0; i < burst; i++) {
        hub.publish(hub.policies.message(message()));
      }
    } else if (what < 66) {
      receive();
    } else if (what < 74) {
      manage();
    } else {
      weather.change();
    }
    hub.policies.change();
    hub.crowd.publish();
    hub.count();
    long gap =
        switch (random.nextInt(6)) {
          case 0 -> 0;
          case 1, 2 -> random.nextLong(20 * MILLI);
          case 3, 4 -> random.nextLong(SECOND);
          default -> random.nextLong(20 * SECOND);
        };
    world.at(gap, this::act);
  }

  private Message message() {
    int size = 8 + (random.nextInt(8) == 0 ? random.nextInt(600) : random.nextInt(30));
    boolean retain = random.nextInt(4) == 0;
    int qos = random.nextInt(3);
    String topic = (retain ? "r/" : "t/") + random.nextInt(4);
    Message message = Message.of(topic, new byte[size]).withQos(qos).withRetain(retain);
    switch (random.nextInt(5)) {
      case 0 -> message = message.withDurability(Durability.MEMORY);
      case 1 -> message = message.withDurability(Durability.SYNC);
      default -> {}
    }
    if (random.nextInt(8) == 0) {
      message = message.withDeadline(Duration.ofMillis(200 + random.nextInt(60_000)));
    }
    return message;
  }

  private void receive() {
    String[] topics =
        broker.copies
            ? new String[] {"in/a", "in/b/x", "in/b/c", "in/z/c"}
            : new String[] {"in/a", "in/b/x", "in/b/y", "in/z/c"};
    int burst = random.nextInt(4) == 0 ? 1 + random.nextInt(10) : 1;
    for (int i = 0; i < burst; i++) {
      String topic = topics[random.nextInt(topics.length)];
      broker
          .publish(topic, random.nextInt(3))
          .ifPresent(
              message -> {
                boolean away =
                    hub.listeners.stream()
                        .filter(one -> one.matches(message.topic))
                        .anyMatch(Listener::longAway);
                if (away) {
                  message.excused = true;
                }
              });
    }
  }

  private void manage() {
    Listener listener = hub.listeners.get(random.nextInt(hub.listeners.size()));
    switch (random.nextInt(10)) {
      case 0 ->
          hub.rooms()
              .ifPresent(
                  rooms -> {
                    if (ledger.size() > 0) {
                      rooms.browse(1 + random.nextInt(10)).stream()
                          .skip(random.nextInt(2))
                          .findFirst()
                          .map(one -> hub.window() < 100 ? ledger.newestId() : one.id())
                          .ifPresent(rooms::cancel);
                    }
                  });
      case 1 -> hub.rooms().ifPresent(rooms -> rooms.reconnectNow());
      case 2 -> {
        hub.disconnect();
        world.at(random.nextLong(30 * SECOND), hub::connect);
      }
      case 3, 4, 5 -> {
        listener.go();
        long away = random.nextLong(90 * SECOND);
        world.at(away, () -> hub.rooms().ifPresent(listener::come));
      }
      case 6 ->
          hub.rooms()
              .ifPresent(
                  rooms -> {
                    listener.unsubscribed = true;
                    listener.excuseAll();
                    inbox.gaveBack(listener.number);
                    broker.givenBack.add(listener.filter);
                    rooms.unsubscribe(listener.filter);
                    listener.go();
                    world.at(
                        random.nextLong(30 * SECOND), () -> hub.rooms().ifPresent(listener::come));
                  });
      case 7 -> hub.rooms().ifPresent(rooms -> rooms.probe());
      case 8 -> {
        hub.properties.put("maxInflight", Integer.toString(1 + random.nextInt(12)));
        hub.properties.put("ackTimeout", random.nextBoolean() ? "5" : "20");
        hub.apply();
      }
      default -> {
        if (random.nextInt(4) == 0) {
          hub.rooms().ifPresent(rooms -> rooms.purge());
        }
      }
    }
  }

  // Healing, and what must hold then.

  private void heal() {
    world.trace(() -> "--- healed");
    weather.heal();
    trouble.heal();
    absence.heal();
    hub.heal();
    broker.heal();
    net.heal();
    disk.heal();
    hub.slowLanes = 0;
    hub.slowJournal = 0;
    for (Listener listener : hub.listeners) {
      listener.throwing = 0;
      listener.lazy = 0;
    }
    // What is under way comes to its end: a stop, a start.
    world.run(3 * MINUTE, () -> !hub.isStopping() && !hub.isDown() && hub.rooms().isPresent());
    if (world.finding().isPresent()) {
      return;
    }
    if (ledger.hides() || hub.crowd.hides()) {
      restart();
    }
    hub.start();
    hub.slow();
    world.run(MINUTE, () -> hub.rooms().isPresent());
    hub.connect();
    hub.rooms().ifPresent(rooms -> hub.listeners.forEach(one -> one.comeAnew(rooms)));
    world.run(5 * MINUTE, hub::isQuiet);
    hub.rooms().ifPresent(this::askAgain);
    boolean quiet = world.run(HEALING, hub::isQuiet);
    world.check(quiet, Sentence.COMES_BACK, hub::describe);
    world.run(2 * MINUTE, () -> false);
    if (world.finding().isPresent()) {
      return;
    }
    world.check(hub.isQuiet(), Sentence.COMES_BACK, () -> "not for long: " + hub.describe());
    hub.count();
    calm.run();
    if (world.finding().isEmpty()) {
      world.check(world.run(HEALING, hub::isQuiet), Sentence.COMES_BACK, hub::describe);
    }
    if (world.finding().isPresent()) {
      return;
    }
    ledger.end(broker.retained());
    hub.crowd.end();
    checkFilters();
    end();
  }

  /**
   * A filter whose SUBACKs were lost again and again is put aside until its listener comes anew
   * (Subscriptions): whoever misses it does that.
   */
  private void askAgain(SimulatedRooms rooms) {
    Set<String> putAside =
        rooms.status().subscriptions().stream()
            .filter(one -> one.state() == SubscriptionStatus.State.REFUSED)
            .map(SubscriptionStatus::filter)
            .collect(Collectors.toSet());
    hub.listeners.stream()
        .filter(one -> putAside.contains(one.filter))
        .forEach(
            one -> {
              one.go();
              one.come(rooms);
            });
  }

  /** What the disk could not read is there at the next start. */
  private void restart() {
    boolean[] stopped = {false};
    hub.stop(Duration.ofSeconds(5), () -> stopped[0] = true);
    world.run(2 * MINUTE, () -> stopped[0]);
  }

  private void checkFilters() {
    BrokerSession session = broker.newestSession().orElse(null);
    if (session == null) {
      world.broken(Sentence.WANTED, "the broker has no session");
      return;
    }
    world.check(
        session.filters.size() == hub.listeners.size() - (hub.tolerated.isPresent() ? 1 : 0),
        Sentence.WANTED,
        () -> "the broker has " + session.filters);
    for (Listener listener : hub.listeners) {
      if (hub.tolerated.equals(Optional.of(listener.filter))) {
        continue;
      }
      // A resumed session may have been begun in MQTT 3.1.1, where a broker has no maximum.
      QoS granted = session.filters.get(listener.filter);
      int most = Math.min(listener.qos.level(), broker.maximumQos);
      world.check(
          granted == listener.qos || granted == QoS.of(most),
          Sentence.WANTED,
          () -> listener.filter + ": " + listener.qos + ", the broker has " + session.filters);
    }
  }

  /** The last stop; and the next process finds nothing. */
  private void end() {
    boolean[] stopped = {false};
    hub.stop(Duration.ofSeconds(5), () -> stopped[0] = true);
    world.run(2 * MINUTE, () -> stopped[0]);
    if (world.finding().isPresent()) {
      return;
    }
    world.check(stopped[0], Sentence.NEVER_STUCK, () -> "it does not stop");
    hub.start();
    world.run(SECOND, () -> false);
    world.check(
        ledger.recovered() + hub.crowd.recovered() == 0,
        Sentence.REPEATED,
        () ->
            ledger.recovered()
                + hub.crowd.recovered()
                + " messages are found after everything had its outcome");
  }
}
