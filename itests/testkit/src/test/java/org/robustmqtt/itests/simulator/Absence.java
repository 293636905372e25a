package org.robustmqtt.itests.simulator;

import java.util.SplittableRandom;

/**
 * The service of the journal goes for a while and comes back, as when its bundle is updated; now
 * and then the process is killed meanwhile. In one schedule of five; with a source of its own, so
 * that the others stay what they were.
 */
final class Absence {
  private static final long SECOND = 1_000_000_000L;

  private final World world;
  private final SplittableRandom random;
  private final Hub hub;
  private boolean healed;

  Absence(World world, long seed, Hub hub) {
    this.world = world;
    random = new SplittableRandom(seed ^ 0x1B873593CC9E2D51L);
    this.hub = hub;
    if (random.nextInt(5) == 0) {
      world.at(random.nextLong(20 * SECOND), this::strike);
    }
  }

  void heal() {
    healed = true;
  }

  private void strike() {
    if (healed) {
      return;
    }
    long away = random.nextLong(1 + random.nextLong(40 * SECOND));
    hub.journalGoes(away);
    if (random.nextInt(5) == 0) {
      SimDisk.Crash crash = SimDisk.Crash.values()[random.nextInt(3)];
      world.at(
          random.nextLong(1 + away),
          () -> {
            if (!healed) {
              hub.crash(crash);
            }
          });
    }
    world.at(random.nextLong(40 * SECOND), this::strike);
  }
}
