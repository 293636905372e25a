package org.robustmqtt.client.door;

/**
 * All doors together, as one connection is given them.
 *
 * @param clock the time
 * @param loop the loop
 * @param helpers threads for work that may block
 * @param lanes threads for listeners
 * @param entropy chance
 * @param net the network
 * @param files files that the user names
 */
public record Doors(
    Clock clock,
    Loop loop,
    Helpers helpers,
    Lanes lanes,
    Entropy entropy,
    Net net,
    UserFiles files) {
  /** Makes a world without files. */
  public Doors(Clock clock, Loop loop, Helpers helpers, Lanes lanes, Entropy entropy, Net net) {
    this(clock, loop, helpers, lanes, entropy, net, UserFiles.NONE);
  }
}
