package org.robustmqtt.itests.simulator;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** What goes wrong, and when it is over. Each schedule has its own climate. */
final class Weather {
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000 * MILLI;

  private final World world;
  private final SplittableRandom random;
  private final Broker broker;
  private final SimNet net;
  private final SimDisk disk;
  private final Hub hub;
  private final Ledger ledger;

  private final boolean badNet;
  private final boolean badBroker;
  private final boolean badDisk;
  private final boolean crashes;
  private final boolean badListeners;
  private boolean healed;

  Weather(
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
    badNet = random.nextInt(3) > 0;
    badBroker = random.nextInt(3) > 0;
    badDisk = random.nextInt(3) == 0;
    crashes = random.nextInt(3) > 0;
    badListeners = random.nextInt(3) == 0;
    net.partial = badNet && random.nextInt(3) == 0;
    if (badListeners) {
      hub.slowLanes = 1 + random.nextLong(2 * SECOND);
    }
    if (badDisk && random.nextBoolean()) {
      hub.slowJournal = 1 + random.nextLong(500 * MILLI);
    }
  }

  void heal() {
    healed = true;
  }

  private void later(long atMost, Runnable end) {
    world.at(
        random.nextLong(atMost),
        () -> {
          if (!healed) {
            end.run();
          }
        });
  }

  void change() {
    switch (random.nextInt(5)) {
      case 0 -> {
        if (badNet) {
          network();
        }
      }
      case 1 -> {
        if (badBroker) {
          broker();
        }
      }
      case 2 -> {
        if (badDisk) {
          disk();
        }
      }
      case 3 -> {
        if (crashes) {
          crash();
        }
      }
      default -> {
        if (badListeners && random.nextBoolean()) {
          listeners();
        } else {
          clock();
        }
      }
    }
  }

  private void network() {
    SimNet.Cut cut = SimNet.Cut.values()[random.nextInt(SimNet.Cut.values().length)];
    switch (random.nextInt(9)) {
      case 0 -> net.cut(cut, 0);
      case 1, 2 -> net.cut(cut, 1 + random.nextInt(200));
      case 3 -> {
        net.cutNextAfter = random.nextInt(300);
        net.cutNext = cut;
      }
      case 4 -> {
        net.answer = SimNet.Answer.values()[1 + random.nextInt(3)];
        net.cut(SimNet.Cut.RESET, 0);
        later(40 * SECOND, () -> net.answer = SimNet.Answer.ACCEPTS);
      }
      case 5 -> {
        net.names = random.nextBoolean() ? SimNet.Names.UNKNOWN : SimNet.Names.HANG;
        net.cut(SimNet.Cut.END, 0);
        later(40 * SECOND, () -> net.names = SimNet.Names.KNOWN);
      }
      case 6 -> net.stall(random.nextLong(30 * SECOND));
      default -> {
        net.delayNanos = 20 * MILLI + random.nextLong(3 * SECOND);
        later(30 * SECOND, () -> net.delayNanos = 2 * MILLI);
      }
    }
  }

  private void broker() {
    switch (random.nextInt(12)) {
      case 0 -> broker.restart(true, random.nextLong(20 * SECOND));
      case 1 -> broker.restart(false, random.nextLong(20 * SECOND));
      case 2 -> broker.loseSession();
      case 3 -> broker.intruder(random.nextBoolean());
      case 4 -> broker.online().ifPresent(line -> line.goodbye(0x8B));
      case 5 -> {
        broker.ackDelayNanos = 1 + random.nextLong(6 * SECOND);
        later(20 * SECOND, () -> broker.ackDelayNanos = 0);
      }
      case 6 -> {
        broker.ackLossPercent = 10 + random.nextInt(60);
        later(20 * SECOND, () -> broker.ackLossPercent = 0);
      }
      case 7 -> {
        broker.ackTwicePercent = 10 + random.nextInt(60);
        later(20 * SECOND, () -> broker.ackTwicePercent = 0);
      }
      case 8 -> {
        boolean silent = random.nextBoolean();
        broker.welcome = silent ? Broker.Welcome.SILENT : Broker.Welcome.REFUSES;
        broker.refusal = List.of(0x88, 0x86, 0x87, 0x85).get(random.nextInt(4));
        broker.online().ifPresent(line -> line.hangUp(false));
        later(30 * SECOND, () -> broker.welcome = Broker.Welcome.NORMAL);
      }
      case 9 -> {
        broker.refuseMessagePercent = 10 + random.nextInt(40);
        later(20 * SECOND, () -> broker.refuseMessagePercent = 0);
      }
      case 10 -> {
        hub.rooms()
            .flatMap(rooms -> rooms.browse(20).stream().findAny())
            .flatMap(one -> ledger.byId(one.id()))
            .ifPresent(sent -> broker.poison = Optional.of(sent.key));
      }
      default -> {
        broker.mqtt5 = false;
        broker.online().ifPresent(line -> line.hangUp(false));
        later(30 * SECOND, () -> broker.mqtt5 = true);
      }
    }
  }

  private void disk() {
    ledger.diskFailed();
    switch (random.nextInt(6)) {
      case 0 -> disk.fail(random.nextInt(6), 1);
      case 1 -> disk.fail(random.nextInt(6), 1 + random.nextInt(6));
      case 2 -> {
        disk.full = true;
        later(30 * SECOND, () -> disk.full = false);
      }
      case 3 -> {
        disk.readOnly = true;
        later(30 * SECOND, () -> disk.readOnly = false);
      }
      case 4 -> {
        disk.failingForce = true;
        later(20 * SECOND, () -> disk.failingForce = false);
      }
      default -> {
        disk.slowForceNanos = 1 + random.nextLong(2 * SECOND);
        later(20 * SECOND, () -> disk.slowForceNanos = 0);
      }
    }
  }

  private void crash() {
    SimDisk.Crash crash = SimDisk.Crash.values()[random.nextInt(3)];
    switch (random.nextInt(4)) {
      case 0 -> hub.stop(Duration.ofMillis(random.nextInt(3_000)), () -> startSoon());
      case 1 -> hub.crash(crash);
      default -> hub.plan(crash, 1 + random.nextInt(25));
    }
  }

  private void startSoon() {
    world.at(random.nextLong(10 * SECOND), hub::start);
  }

  private void listeners() {
    Listener listener = hub.listeners.get(random.nextInt(hub.listeners.size()));
    listener.throwing = random.nextInt(40);
    listener.lazy = random.nextInt(40);
  }

  private void clock() {
    long jump = random.nextLong(10L * 24 * 3600 * 1000);
    if (random.nextBoolean()) {
      world.happened(Fault.CLOCK_JUMP_FORWARD);
      hub.wall.offsetMillis += jump;
    } else {
      world.happened(Fault.CLOCK_JUMP_BACK);
      hub.wall.offsetMillis -= jump;
    }
  }
}
