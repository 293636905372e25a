package org.robustmqtt.client.component;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;
import org.robustmqtt.Durability;
import org.robustmqtt.client.policy.DeliveryPolicy;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.client.policy.PolicyTable;

/**
 * Reads the policies of one configuration: {@code policy.LABEL = FILTER, FILTER | SETTING=VALUE |
 * ...}, and {@code policy.default}, which has no filter. The settings, their defaults and ranges
 * are the tables in {@code docs/policies.md}. All faults in one pass.
 */
final class PolicyReader {
  /** What the key of a policy begins with. */
  static final String PREFIX = "policy.";

  private static final String LABEL = "[A-Za-z0-9._-]{1,64}";
  private final PropertyReader reader;
  private final Map<String, Object> properties;
  private final List<PolicyLine> lines = new ArrayList<>();

  /** Reads from the properties; faults and warnings go to the reader. */
  PolicyReader(PropertyReader reader, Map<String, Object> properties) {
    this.reader = reader;
    this.properties = properties;
  }

  /** Returns whether a key is one of a policy. */
  static boolean isKey(String key) {
    return key.startsWith(PREFIX);
  }

  /** Reads all policies; if one is faulty the table is of no use. */
  PolicyTable read(Limits limits) {
    int faults = reader.faults().size();
    for (Map.Entry<String, Object> entry : properties.entrySet()) {
      String text = String.join(", ", PropertyValue.texts(entry.getValue()));
      if (isKey(entry.getKey()) && !text.isBlank()) {
        PolicyLine line = new PolicyLine(reader, entry.getKey());
        if (!line.key.substring(PREFIX.length()).matches(LABEL)) {
          reader.fault(
              PropertyReader.quoted(line.key)
                  + ": policy. is followed by a label; allowed: 1 to 64 of A-Z a-z 0-9 . _ -");
        } else if (Leftover.in(entry.getValue())) {
          line.fault(Leftover.text(entry.getValue()) + "; check the name in it");
        } else {
          line.read(text);
          lines.add(line);
        }
      }
    }
    checkFilters();
    checkReserves(limits);
    return reader.faults().size() > faults ? PolicyTable.SINGLE : table();
  }

  private PolicyTable table() {
    DeliveryPolicy otherwise = DeliveryPolicy.DEFAULT;
    List<PolicyTable.Rule> rules = new ArrayList<>();
    for (PolicyLine line : lines) {
      if (line.isDefault()) {
        otherwise = line.policy;
      }
      line.filters.forEach(filter -> rules.add(new PolicyTable.Rule(filter, line.policy)));
    }
    return new PolicyTable(otherwise, rules);
  }

  private void checkFilters() {
    Map<String, PolicyLine> owners = new HashMap<>();
    for (PolicyLine line : lines) {
      for (String filter : line.filters) {
        PolicyLine owner = owners.putIfAbsent(filter, line);
        if (owner != null) {
          line.fault(
              "filter "
                  + PropertyReader.quoted(filter)
                  + (owner == line ? ": stands twice" : ": is that of " + owner.key + " too")
                  + "; remove one");
        }
      }
    }
  }

  private void checkReserves(Limits limits) {
    for (PolicyLine line : lines) {
      DeliveryPolicy.Space space = line.policy.space();
      OptionalLong most =
          space.maxMessages().isPresent()
              ? OptionalLong.of(space.maxMessages().getAsInt())
              : OptionalLong.empty();
      line.reserve(PolicySetting.RESERVE, space.reserve(), most, PolicySetting.MAX_MESSAGES);
      line.reserve(
          PolicySetting.RESERVE_BYTES,
          space.reserveBytes(),
          space.maxBytes(),
          PolicySetting.MAX_BYTES);
    }
    reserves(limits, false);
  }

  private void reserves(Limits limits, boolean lint) {
    reserves(
        PolicySetting.RESERVE,
        DeliveryPolicy.Space::reserve,
        Key.QUEUE_MAX_MESSAGES,
        limits.maxMessages(),
        lint);
    reserves(
        PolicySetting.RESERVE_BYTES,
        DeliveryPolicy.Space::reserveBytes,
        Key.QUEUE_MAX_BYTES,
        limits.maxBytes(),
        lint);
  }

  private void reserves(
      PolicySetting setting,
      ToLongFunction<DeliveryPolicy.Space> reserve,
      Key limit,
      long most,
      boolean lint) {
    long sum = 0;
    List<String> parts = new ArrayList<>();
    for (PolicyLine line : lines) {
      long one = reserve.applyAsLong(line.policy.space());
      sum += one;
      if (one > 0) {
        parts.add(line.key + ": " + PolicyLine.text(setting, one) + line.preset());
      }
    }
    String limitText =
        limit.text() + " = " + (setting == PolicySetting.RESERVE ? most : Quantity.text(most));
    if (sum > most && !lint) {
      reader.fault(
          String.join(", ", parts)
              + (parts.size() == 1 ? ": does" : ": together they do")
              + " not fit into "
              + limitText);
    } else if (sum == most && lint) {
      reader.warn(
          String.join(", ", parts) + ": nothing of " + limitText + " is left for other policies");
    }
  }

  /** Reports what is allowed and does not do what was probably meant. */
  void lint(PolicyTable table, Limits limits) {
    for (PolicyLine line : lines) {
      characters(line);
      keepNone(line);
      pace(line);
      space(line, limits);
    }
    reserves(limits, true);
    for (PolicyTable.Rule rule : table.covered()) {
      for (PolicyLine line : lines) {
        if (line.filters.contains(rule.filter())) {
          line.warn(
              "filter "
                  + PropertyReader.quoted(rule.filter())
                  + ": never decides, because more specific filters match all its topics");
        }
      }
    }
    lines.stream()
        .filter(line -> line.isDefault() && table.complete())
        .forEach(
            line ->
                line.warn(
                    "applies only to topics that begin with $, because other policies match all"
                        + " others"));
  }

  private void characters(PolicyLine line) {
    String text = String.join(", ", PropertyValue.texts(properties.get(line.key)));
    if (text.indexOf('\uFFFD') >= 0) {
      line.warn("contains U+FFFD: the hub could not read a character of it");
    }
    for (String filter : line.filters) {
      String[] parts = filter.split("\\s+");
      String first = parts[0].substring(0, parts[0].indexOf('/') + 1);
      boolean several =
          parts.length > 1
              && !first.isEmpty()
              && Arrays.stream(parts).allMatch(part -> part.startsWith(first));
      if (several) {
        line.warn(
            "filter "
                + PropertyReader.quoted(filter)
                + ": one filter with a space in it; filters are separated by commas");
      }
    }
  }

  private void keepNone(PolicyLine line) {
    if (line.policy.keep() != DeliveryPolicy.Keep.NONE) {
      return;
    }
    String why = "no effect, because keep = none drops what cannot be sent at once";
    if (line.policy.durability() == Durability.SYNC) {
      line.warn(
          PolicySetting.DURABILITY,
          PolicyLine.text(line.policy.durability()),
          "each message waits for the disk, and keep = none drops what cannot be sent at once;"
              + " write durability=memory");
    }
    for (PolicySetting setting : List.of(PolicySetting.DRAIN, PolicySetting.DRAIN_RATE)) {
      if (line.written.containsKey(setting)) {
        line.warn(setting, line.written.get(setting), why);
      }
    }
  }

  private void pace(PolicyLine line) {
    DeliveryPolicy.Pace pace = line.policy.pace();
    if (pace.rate() > 0 && pace.drainRate() >= pace.rate()) {
      line.warn(
          PolicySetting.DRAIN_RATE,
          Integer.toString(pace.drainRate()),
          "no effect, because rate = " + pace.rate());
    }
  }

  private void space(PolicyLine line, Limits limits) {
    DeliveryPolicy.Space space = line.policy.space();
    if (space.maxMessages().isPresent() && space.maxMessages().getAsInt() > limits.maxMessages()) {
      line.warn(
          PolicySetting.MAX_MESSAGES,
          Integer.toString(space.maxMessages().getAsInt()),
          "no effect, because queueMaxMessages = " + limits.maxMessages());
    }
    if (space.maxBytes().isPresent() && space.maxBytes().getAsLong() > limits.maxBytes()) {
      line.warn(
          PolicySetting.MAX_BYTES,
          Quantity.text(space.maxBytes().getAsLong()),
          "no effect, because queueMaxBytes = " + Quantity.text(limits.maxBytes()));
    }
  }
}
