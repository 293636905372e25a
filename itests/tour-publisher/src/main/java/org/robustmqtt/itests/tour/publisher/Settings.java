package org.robustmqtt.itests.tour.publisher;

import java.nio.file.Path;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.robustmqtt.Durability;

/**
 * What the tour asks for, by framework or system properties.
 *
 * @param notes file of notes
 * @param total how many messages
 * @param topics on how many topics, {@code tour/0} and so on, in turn
 * @param rate messages per second
 * @param durability of each message; empty for what the connection does by default
 * @param gateAt number before which it waits for the gate
 * @param gate a file: when it is there, the gate is open
 * @param owner id of the process without which the hub has to end
 */
record Settings(
    Path notes,
    int total,
    int topics,
    int rate,
    Optional<Durability> durability,
    int gateAt,
    Path gate,
    long owner) {

  /** Whether each message is to be on disk before the next is published. */
  boolean sync() {
    return durability.equals(Optional.of(Durability.SYNC));
  }

  private static final String PREFIX = "robustmqtt.tour.";

  static Settings of(BundleContext context) {
    return new Settings(
        Path.of(text(context, "notes")),
        Integer.parseInt(text(context, "total")),
        Integer.parseInt(text(context, "topics")),
        Integer.parseInt(text(context, "rate")),
        Optional.of(text(context, "durability"))
            .filter(name -> !name.equals("default"))
            .map(Durability::valueOf),
        Integer.parseInt(text(context, "gateAt")),
        Path.of(text(context, "gate")),
        Long.parseLong(text(context, "owner")));
  }

  private static String text(BundleContext context, String name) {
    String value = context.getProperty(PREFIX + name);
    if (value == null) {
      throw new IllegalStateException("Property " + PREFIX + name + " is not set");
    }
    return value;
  }
}
