package org.robustmqtt.benchmarks.client;

/**
 * What is published.
 *
 * @param qos the quality of service, 1 or 2
 * @param topics to so many topics in turn
 * @param payload bytes of the payload
 */
public record Load(int qos, int topics, int payload) {
  /** What the lines have that say nothing else. */
  public static final Load USUAL = new Load(1, 100, 64);

  /** Returns the topics. */
  public String[] names() {
    String[] names = new String[topics];
    for (int i = 0; i < topics; i++) {
      names[i] = "home/room" + i + "/temperature";
    }
    return names;
  }
}
