package org.robustmqtt.itests.soak;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.robustmqtt.QoS;

/** What there is to see of a soak at a moment. */
final class Table {
  private static final double MEGABYTE = 1 << 20;

  private final List<HubProcess> hubs;
  private final List<Growth> growths;
  private final Weather weather;

  Table(List<HubProcess> hubs, List<Growth> growths, Weather weather) {
    this.hubs = hubs;
    this.growths = growths;
    this.weather = weather;
  }

  String text(long second) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(String.format("%n== after %d:%02d%n", second / 60, second % 60));
    int unreadable = 0;
    for (int i = 0; i < hubs.size(); i++) {
      HubProcess hub = hubs.get(i);
      unreadable += hub.unreadableSegments();
      text.append(uses(hub.name, growths.get(i).samples()));
      hub.accounts.forEach((name, account) -> text.append(line(name, account.sums())));
      text.append(String.format("%-8s defects in the log %d%n", hub.name, hub.defects()));
    }
    Map<String, Integer> faults = new TreeMap<>(weather.faults());
    faults.put("unreadable segment", unreadable);
    return text.append("faults   ").append(faults).toString();
  }

  private static String uses(String name, List<Growth.Sample> samples) {
    if (samples.isEmpty()) {
      return String.format("%-8s not measured%n", name);
    }
    Growth.Sample last = samples.get(samples.size() - 1);
    return String.format(
        "%-8s heap after GC %.1f MB, threads %d, files %d, pending %d (at %d:%02d)%n",
        name,
        last.heap() / MEGABYTE,
        last.threads(),
        last.files(),
        last.pending(),
        last.second() / 60,
        last.second() % 60);
  }

  private static String line(String name, Account.Sums sums) {
    List<String> twice = new ArrayList<>();
    for (QoS qos : QoS.values()) {
      twice.add(sums.twiceOut().getOrDefault(qos, 0L) + "/" + sums.twiceIn().getOrDefault(qos, 0L));
    }
    return String.format(
        "%-8s accepted %d, refused %d, outcomes %s, pending %d, gone with a kill %d; heard %d,"
            + " to be heard %d, given up by the broker %d; duplicates out/in of QoS 0, 1, 2: %s%n",
        name,
        sums.accepted(),
        sums.refused(),
        sums.outcomes(),
        sums.pending(),
        sums.atRisk(),
        sums.heardIn(),
        sums.missingIn(),
        sums.givenUp(),
        String.join(", ", twice));
  }
}
