package org.robustmqtt.client.component;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.robustmqtt.Problem;

/** One configuration, with the connection made of it if there is one. On the component lane. */
final class Configured {
  /** What it says, as texts, without what belongs to the hub. */
  Map<String, List<String>> said = Map.of();

  Parsed parsed = new Parsed("", Optional.empty(), Settings.DEFAULT, List.of(), List.of());

  /** Why there is no working connection; empty if there is one. */
  Optional<Problem> problem = Optional.empty();

  /** What of the configuration waits, a line each. */
  List<String> waiting = List.of();

  Optional<Running> running = Optional.empty();

  /** Returns the name, or what to show instead. */
  String shownName() {
    return parsed.name().orElse("(" + parsed.source() + ")");
  }

  Optional<Running.Working> working() {
    return running.flatMap(open -> open.working);
  }

  /** Returns whether the hub did not find a value that it takes from elsewhere. */
  boolean awaitsValue() {
    return parsed.faults().stream().anyMatch(Leftover::told);
  }

  /** Returns what is wrong or doubtful, a line each. */
  List<String> lines(List<String> ofListeners) {
    List<String> lines = new ArrayList<>(parsed.faults());
    lines.addAll(waiting);
    lines.addAll(parsed.warnings());
    lines.addAll(ofListeners);
    return List.copyOf(lines);
  }
}
