package org.robustmqtt.itests.simulator;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.robustmqtt.DropReason;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.PendingMessage;
import org.robustmqtt.client.component.SimulatedRooms;

/**
 * Delivery policies of a schedule, mixed at random and changed while it runs, and what must hold of
 * them. Topics are {@code t/0} to {@code t/3} and {@code r/0} to {@code r/3}.
 */
final class Policies {
  private static final String[] LABELS = {"one", "two", "three"};
  private static final String[] FILTERS = {"t/0", "t/1", "t/#", "r/0", "r/+", "+/2"};

  private final World world;
  private final SplittableRandom random;
  private final Hub hub;
  private final boolean used;

  /** What the topics have now, as it is configured. */
  private final Map<String, String> settings = new HashMap<>();

  private final Map<String, String> filters = new HashMap<>();

  /** Whether any message has named its policy. */
  private boolean named;

  Policies(World world, SplittableRandom random, Hub hub) {
    this.world = world;
    this.random = random;
    this.hub = hub;
    used = random.nextInt(3) == 0;
    if (used) {
      draw();
    }
  }

  /** Draws other ones; those of before may go on with other topics. */
  private void draw() {
    world.happened(Fault.POLICIES);
    settings.clear();
    filters.clear();
    hub.properties.keySet().removeIf(key -> key.startsWith("policy."));
    Set<String> taken = new HashSet<>();
    for (String label : LABELS) {
      String filter = FILTERS[random.nextInt(FILTERS.length)];
      if (taken.add(filter) && random.nextInt(4) > 0) {
        String line = line();
        settings.put(label, line);
        filters.put(filter, label);
        hub.properties.put("policy." + label, filter + " | " + line);
      }
    }
    if (random.nextInt(3) == 0) {
      settings.put("default", line());
      hub.properties.put("policy.default", settings.get("default"));
    }
    world.trace(() -> "policies: " + filters + " " + settings);
  }

  private String line() {
    String line = "priority=" + random.nextInt(10);
    line += " | keep=" + new String[] {"all", "all", "latest", "none"}[random.nextInt(4)];
    line +=
        " | whenFull=" + new String[] {"refuse", "drop-oldest", "drop-newest"}[random.nextInt(3)];
    if (random.nextInt(3) == 0) {
      line += " | deadline=" + (1 + random.nextInt(120)) + "s";
    }
    if (random.nextInt(3) == 0) {
      line += " | maxMessages=" + (2 + random.nextInt(20));
    }
    if (random.nextInt(3) == 0) {
      line += " | reserve=" + (1 + random.nextInt(2));
    }
    if (random.nextInt(6) == 0) {
      line += " | dedupe=equal";
    }
    if (random.nextInt(6) == 0) {
      line += " | rate=" + (1 + random.nextInt(100));
    }
    return line;
  }

  /** They may be changed, with the link up or down. */
  void change() {
    if (used && random.nextInt(25) == 0) {
      draw();
      hub.apply();
    }
  }

  /** A message may name its policy. */
  Message message(Message message) {
    if (!used || random.nextInt(12) > 0 || settings.isEmpty()) {
      return message;
    }
    named = true;
    String label =
        settings.keySet().stream().sorted().skip(random.nextInt(settings.size())).findFirst().get();
    return message.withPolicy(label);
  }

  private String of(String topic) {
    String exact = filters.get(topic);
    if (exact != null) {
      return exact;
    }
    String level = topic.substring(0, 2);
    for (String filter : new String[] {level + "+", level + "#", "+" + topic.substring(1)}) {
      if (filters.containsKey(filter)) {
        return filters.get(filter);
      }
    }
    return "default";
  }

  /** At most one message of a topic waits where the newest counts. */
  void count(SimulatedRooms rooms) {
    if (!used || named) {
      return;
    }
    Map<String, Integer> waiting = new HashMap<>();
    for (PendingMessage each : rooms.browse(Integer.MAX_VALUE)) {
      String topic = each.message().topic();
      if (!each.inFlight()
          && settings.getOrDefault(of(topic), "").contains("keep=latest")
          && waiting.merge(topic, 1, Integer::sum) > 1) {
        world.broken(Sentence.CONFLATION, "several wait of " + topic);
      }
    }
  }

  /** Some outcomes only some policies have. */
  void outcome(Sent sent, Outcome outcome) {
    if (outcome.kind() != Outcome.Kind.DROPPED) {
      return;
    }
    DropReason reason = ((Outcome.Dropped) outcome).reason();
    Optional<Fault> fault =
        switch (reason) {
          case EVICTED -> Optional.of(Fault.EVICTED);
          case OFFLINE -> Optional.of(Fault.OFFLINE);
          case REPLACED -> sent.retain ? Optional.empty() : Optional.of(Fault.REPLACED);
          // no two messages of a schedule are equal
          case DUPLICATE,
              EXPIRED,
              REFUSED,
              TOO_LARGE,
              QUARANTINED,
              CANCELLED,
              STORE_FAILED,
              NOT_ADMITTED,
              SHUT_DOWN ->
              Optional.empty();
        };
    fault.ifPresent(
        what -> {
          world.happened(what);
          world.check(used, Sentence.POLICY, () -> reason + " without a policy: " + sent);
        });
  }
}
