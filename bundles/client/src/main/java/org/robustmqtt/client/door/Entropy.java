package org.robustmqtt.client.door;

/** Chance. Safe for several threads. */
@FunctionalInterface
public interface Entropy {
  /** Returns 64 random bits. */
  long nextLong();

  /** Returns a number from 0 (inclusive) to 1 (exclusive), even. */
  default double nextDouble() {
    return (nextLong() >>> 11) * 0x1.0p-53;
  }
}
