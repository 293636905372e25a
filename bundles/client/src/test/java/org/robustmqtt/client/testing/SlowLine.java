package org.robustmqtt.client.testing;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.Consumer;
import org.robustmqtt.client.door.Net;

/** One direction of a line that carries so many bytes a second, behind a buffer. */
final class SlowLine {
  private static final int TICKS = 20;

  private final VirtualWorld world;
  private final int bytesPerTick;
  private final Consumer<byte[]> arrived;
  private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
  private int size;
  private boolean ticking;
  private boolean stopped;

  SlowLine(VirtualWorld world, int bytesPerSecond, Consumer<byte[]> arrived) {
    this.world = world;
    this.bytesPerTick = bytesPerSecond / TICKS;
    this.arrived = arrived;
  }

  /** Returns how many bytes may be put in now. */
  int room() {
    return Math.max(0, Net.BUFFERED - size);
  }

  void put(byte[] bytes) {
    if (bytes.length > 0) {
      waiting.add(bytes);
      size += bytes.length;
      tickLater();
    }
  }

  /** Nothing comes through any more. */
  void stop() {
    stopped = true;
  }

  private void tickLater() {
    if (!ticking && !stopped) {
      ticking = true;
      world.addTimer(1_000_000_000L / TICKS, this::tick);
    }
  }

  private void tick() {
    ticking = false;
    int left = stopped ? 0 : bytesPerTick;
    while (left > 0 && !waiting.isEmpty()) {
      byte[] first = waiting.remove();
      int count = Math.min(left, first.length);
      if (count < first.length) {
        waiting.addFirst(Arrays.copyOfRange(first, count, first.length));
      }
      left -= count;
      size -= count;
      arrived.accept(Arrays.copyOf(first, count));
    }
    if (!waiting.isEmpty()) {
      tickLater();
    }
  }
}
