package org.robustmqtt.client.component;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.robustmqtt.TopicPolicy;
import org.robustmqtt.client.policy.DeliveryPolicy;
import org.robustmqtt.client.policy.Limits;
import org.robustmqtt.client.policy.PolicyTable;

/**
 * What a policy line may set. What is not built yet is known all the same, so that it is refused
 * and never ignored.
 */
enum PolicySetting {
  PRESET("preset"),
  KEEP("keep"),
  DURABILITY("durability"),
  DEADLINE("deadline"),
  PRIORITY("priority"),
  MAX_MESSAGES("maxMessages"),
  MAX_BYTES("maxBytes"),
  RESERVE("reserve"),
  RESERVE_BYTES("reserveBytes"),
  WHEN_FULL("whenFull"),
  DEDUPE("dedupe"),
  MAX_ATTEMPTS("maxAttempts"),
  DRAIN("drain", false),
  DRAIN_RATE("drainRate", false),
  RATE("rate"),
  RATE_BYTES("rateBytes"),
  RETAIN("retain"),
  WAKE("wake"),
  ADMISSION("admission"),
  ACK_TIMEOUT("ackTimeout", false),
  RETRY("retry", false);

  /** The names, in order. */
  static final List<String> NAMES = Arrays.stream(values()).map(PolicySetting::text).toList();

  private final String text;
  private final boolean built;

  PolicySetting(String text) {
    this(text, true);
  }

  PolicySetting(String text, boolean built) {
    this.text = text;
    this.built = built;
  }

  /** Returns the name as it stands in a line. */
  String text() {
    return text;
  }

  /** Returns whether this version does what it says. */
  boolean built() {
    return built;
  }

  /** Returns what is in force for a topic. */
  static TopicPolicy of(
      PolicyTable table, Limits limits, Optional<String> admission, String topic) {
    DeliveryPolicy policy = table.of(topic);
    Map<String, String> settings = new LinkedHashMap<>();
    for (PolicySetting setting : values()) {
      String value = setting.in(policy, limits, admission);
      if (setting.built && !value.isEmpty()) {
        settings.put(setting.text, value);
      }
    }
    return new TopicPolicy(
        topic,
        policy.name(),
        settings,
        table.matching(topic).stream()
            .map(rule -> new TopicPolicy.Match(rule.filter(), rule.policy().name()))
            .toList());
  }

  /** Returns the value in force; empty if it is none by itself, or not built. */
  private String in(DeliveryPolicy policy, Limits limits, Optional<String> admission) {
    DeliveryPolicy.Space space = policy.space();
    DeliveryPolicy.Pace pace = policy.pace();
    return switch (this) {
      case KEEP -> PolicyLine.text(policy.keep());
      case DURABILITY -> PolicyLine.text(policy.durability());
      case DEADLINE ->
          policy.deadlineMillis().isEmpty()
              ? "never"
              : Quantity.text(Duration.ofMillis(policy.deadlineMillis().getAsLong()));
      case PRIORITY -> Integer.toString(policy.priority());
      case MAX_MESSAGES ->
          space.maxMessages().isPresent()
              ? Integer.toString(space.maxMessages().getAsInt())
              : limits.maxMessages() + ", the connection's";
      case MAX_BYTES ->
          space.maxBytes().isPresent()
              ? Quantity.text(space.maxBytes().getAsLong())
              : Quantity.text(limits.maxBytes()) + ", the connection's";
      case RESERVE -> Integer.toString(space.reserve());
      case RESERVE_BYTES -> Quantity.text(space.reserveBytes());
      case WHEN_FULL -> PolicyLine.text(policy.whenFull());
      case DEDUPE -> policy.dedupe() ? "equal" : "none";
      case MAX_ATTEMPTS ->
          policy.maxAttempts().isPresent()
              ? Integer.toString(policy.maxAttempts().getAsInt())
              : limits.maxAttempts() + ", the connection's";
      case DRAIN -> PolicyLine.text(pace.drain());
      case DRAIN_RATE -> rate(Integer.toString(pace.drainRate()));
      case RATE -> rate(Integer.toString(pace.rate()));
      case RATE_BYTES -> rate(pace.rateBytes() == 0 ? "0" : Quantity.text(pace.rateBytes()));
      case RETAIN -> policy.stripRetain() ? "strip" : "refuse";
      case ADMISSION ->
          policy
              .admission()
              .or(() -> admission.map(name -> name + ", the connection's"))
              .orElse("");
      case WAKE -> Boolean.toString(policy.wake());
      case PRESET, ACK_TIMEOUT, RETRY -> "";
    };
  }

  private static String rate(String value) {
    return value.equals("0") ? "no limit" : value + "/s";
  }

  /** Returns the setting with this name, exactly. */
  static Optional<PolicySetting> of(String text) {
    return Arrays.stream(values()).filter(setting -> setting.text.equals(text)).findFirst();
  }
}
