package org.robustmqtt.itests.tour;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * The table.
 *
 * @param verdict its figures
 * @param sync whether each message was forced at once
 * @param staged whether a staging buffer held what was not on disk
 * @param total how many messages were to be published
 * @param rate messages per second
 * @param storeDelaySeconds how long {@code group} may wait before it writes
 * @param forceSeconds the longest force measured on the same disk
 */
record Report(
    Verdict verdict,
    boolean sync,
    boolean staged,
    int total,
    int rate,
    double storeDelaySeconds,
    double forceSeconds) {

  /** The table for people. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        format(
            "%,d messages, QoS 1, 10 topics, %d/s, %s; broker and hub killed with -9 meanwhile",
            total, rate, sync ? "durability sync" : "durability group (the default)"));
    lines.add("");
    lines.add(row("accepted", verdict.accepted(), ""));
    lines.add(
        row(
            "on disk",
            verdict.onDisk(),
            sync ? "" : "the others were acknowledged first, or are in the staging buffer"));
    lines.add(row("delivered", verdict.delivered(), ""));
    lines.add(row("lost", verdict.lost(), "on disk or acknowledged, and never heard"));
    lines.add(row("at risk", verdict.atRisk(), atRiskNote()));
    lines.add(
        row(
            "duplicates",
            verdict.duplicates(),
            "allowed "
                + verdict.duplicatesAllowed()
                + ": what was in flight at each of two kills"));
    if (verdict.redelivered() > 0) {
      lines.add(row("", verdict.redelivered(), "more sent twice by the killed broker itself"));
    }
    lines.add(row("reordered", verdict.reordered(), "first deliveries of a topic"));
    lines.add(row("refused", verdict.refused(), ""));
    if (verdict.dropped() > 0) {
      lines.add(
          row("dropped", verdict.dropped(), "accepted, with another outcome than Acknowledged"));
    }
    if (verdict.unfinished() > 0) {
      lines.add(row("not published", verdict.unfinished(), "the time was over"));
    }
    lines.add(
        "back after    " + seconds(verdict.backAfterBroker()) + "   the broker answered again");
    lines.add(
        "back after    " + seconds(verdict.backAfterHub()) + "   the hub's JVM was started again");
    lines.add("");
    lines.add(
        verdict.kept() ? "KEPT: nothing lost, nothing refused, nothing reordered." : "BROKEN");
    return lines;
  }

  /** The same for programs: one JSON object. */
  String json() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("kept", verdict.kept());
    fields.put("durability", sync ? "\"sync\"" : "\"group\"");
    fields.put("total", total);
    fields.put("rate", rate);
    fields.put("accepted", verdict.accepted());
    fields.put("onDisk", verdict.onDisk());
    fields.put("delivered", verdict.delivered());
    fields.put("lost", verdict.lost());
    fields.put("atRisk", verdict.atRisk());
    fields.put("atRiskAllowed", verdict.atRiskAllowed());
    fields.put("dropped", verdict.dropped());
    fields.put("duplicates", verdict.duplicates());
    fields.put("duplicatesAllowed", verdict.duplicatesAllowed());
    fields.put("redeliveredByBroker", verdict.redelivered());
    fields.put("reordered", verdict.reordered());
    fields.put("refused", verdict.refused());
    fields.put("unfinished", verdict.unfinished());
    fields.put("backAfterBrokerMillis", orNull(verdict.backAfterBroker()));
    fields.put("backAfterHubMillis", orNull(verdict.backAfterHub()));
    fields.put("forceMillis", Math.round(forceSeconds * 1000));
    return fields.entrySet().stream()
        .map(field -> "  \"" + field.getKey() + "\": " + field.getValue())
        .collect(Collectors.joining(",\n", "{\n", "\n}\n"));
  }

  private String atRiskNote() {
    return sync || staged
        ? "allowed 0"
        : format(
            "allowed %d: no staging buffer, %d/s x (%.3f s store delay + %.3f s force)",
            verdict.atRiskAllowed(), rate, storeDelaySeconds, forceSeconds);
  }

  private static String row(String name, int value, String note) {
    return format("%-13s %,7d   %s", name, value, note).stripTrailing();
  }

  private static String seconds(OptionalLong millis) {
    return millis.isPresent() ? format("%5.1f s", millis.getAsLong() / 1000.0) : "  never";
  }

  private static String orNull(OptionalLong millis) {
    return millis.isPresent() ? Long.toString(millis.getAsLong()) : "null";
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
