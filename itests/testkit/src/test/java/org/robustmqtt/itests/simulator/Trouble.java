package org.robustmqtt.itests.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.robustmqtt.Message;

/**
 * What goes wrong besides the weather: slow lines, segments that cannot be read, errors at the
 * doors, threads that do not start, a broker that sends too much. Each schedule has few of them.
 */
final class Trouble {
  private static final long SECOND = 1_000_000_000L;
  private static final long SLOW = 30_000;
  private static final int RARE = 6;

  private final World world;
  private final SplittableRandom random;
  private final Broker broker;
  private final SimNet net;
  private final SimDisk disk;
  private final Hub hub;
  private final Ledger ledger;
  private final List<Runnable> kinds = new ArrayList<>();

  /** Draws from a source of its own, so that old seeds stay what they were. */
  private final SplittableRandom stands;

  private boolean healed;

  Trouble(
      World world,
      SplittableRandom random,
      Broker broker,
      SimNet net,
      SimDisk disk,
      Hub hub,
      Ledger ledger) {
    this.world = world;
    this.random = random;
    stands = new SplittableRandom(world.seed ^ 0x1F3D5B79L);
    this.broker = broker;
    this.net = net;
    this.disk = disk;
    this.hub = hub;
    this.ledger = ledger;
    sometimes(this::slowLine);
    sometimes(this::unreadable);
    sometimes(this::loopError);
    sometimes(this::journalError);
    sometimes(() -> hub.helperErrors(1 + random.nextInt(3)));
    sometimes(this::lateThread);
    sometimes(this::eager);
    if (!kinds.isEmpty()) {
      world.at(random.nextLong(10 * SECOND), this::strike);
    }
  }

  private void sometimes(Runnable kind) {
    if (random.nextInt(RARE) == 0) {
      kinds.add(kind);
    }
  }

  void heal() {
    healed = true;
  }

  private void strike() {
    if (!healed) {
      kinds.get(random.nextInt(kinds.size())).run();
      world.at(random.nextLong(30 * SECOND), this::strike);
    }
  }

  private void later(Runnable end) {
    world.at(
        random.nextLong(40 * SECOND),
        () -> {
          if (!healed) {
            end.run();
          }
        });
  }

  private void slowLine() {
    net.bytesPerSecond = SLOW;
    if (random.nextInt(3) == 0) {
      hub.publish(Message.of("t/large", new byte[20_000 + random.nextInt(60_000)]).withQos(1));
    }
    later(() -> net.bytesPerSecond = 0);
  }

  private void unreadable() {
    ledger.diskFailed();
    disk.unreadable(random.nextInt(64));
    later(disk::readable);
  }

  private void loopError() {
    int call = random.nextInt(40);
    if (stands.nextInt(4) == 0) {
      hub.stands(call);
    } else {
      hub.error(true, call);
    }
  }

  private void journalError() {
    ledger.diskFailed();
    hub.error(false, random.nextInt(40));
  }

  private void lateThread() {
    int thread = random.nextInt(4);
    long nanos = random.nextLong(8 * SECOND);
    if (thread == Machine.JOURNAL) {
      ledger.late(nanos);
    }
    hub.late(thread, nanos);
  }

  private void eager() {
    broker.eager = true;
    for (int i = 0; i < 30; i++) {
      hub.receive();
    }
    later(() -> broker.eager = false);
  }
}
