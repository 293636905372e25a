package org.robustmqtt;

/** The quality of service of a message (MQTT 3.1.1 and 5.0, section 4.3). */
public enum QoS {
  /** The message is sent once and never acknowledged. */
  AT_MOST_ONCE,
  /** The message is sent until it is acknowledged; the receiver may see it more than once. */
  AT_LEAST_ONCE,
  /** The message arrives once, as long as both sides keep the session. */
  EXACTLY_ONCE;

  private static final QoS[] LEVELS = values();

  /** Returns the level as it stands in a packet: 0, 1 or 2. */
  public int level() {
    return ordinal();
  }

  /**
   * Returns the quality of service of a level.
   *
   * @param level 0, 1 or 2
   * @throws IllegalArgumentException if the level is another number
   */
  public static QoS of(int level) {
    if (level < 0 || level >= LEVELS.length) {
      throw new IllegalArgumentException("QoS " + level + ": allowed are 0, 1 and 2");
    }
    return LEVELS[level];
  }

  /** Returns the lower of two levels. */
  public QoS atMost(QoS other) {
    return level() <= other.level() ? this : other;
  }
}
