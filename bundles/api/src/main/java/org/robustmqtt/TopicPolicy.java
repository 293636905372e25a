package org.robustmqtt;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Which delivery policy a connection has for the messages of a topic, and why. Immutable.
 *
 * @see RobustMqttConnection#policy(String)
 */
public final class TopicPolicy {
  private final String topic;
  private final String label;
  private final Map<String, String> settings;
  private final List<Match> matches;

  /**
   * A filter that matches the topic.
   *
   * @param filter as configured
   * @param label of its policy
   */
  public record Match(String filter, String label) {}

  /**
   * Describes the policy of a topic; for those who provide connections, and for tests.
   *
   * @param settings see {@link #settings()}
   * @param matches all filters that match, the one that counts first
   */
  public TopicPolicy(
      String topic, String label, Map<String, String> settings, List<Match> matches) {
    this.topic = Objects.requireNonNull(topic);
    this.label = Objects.requireNonNull(label);
    this.settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    this.matches = List.copyOf(matches);
  }

  /** Returns the topic. */
  public String topic() {
    return topic;
  }

  /** Returns the label of the policy; {@code default} if no filter matches. */
  public String label() {
    return label;
  }

  /** Returns the filter that decides: the most specific one; empty if none matches. */
  public Optional<String> filter() {
    return matches.stream().findFirst().map(Match::filter);
  }

  /** Returns all settings in force, by their names in a policy line, with units. */
  public Map<String, String> settings() {
    return settings;
  }

  /** Returns the less specific filters that match too, the most specific first. */
  public List<Match> lessSpecific() {
    return matches.isEmpty() ? List.of() : matches.subList(1, matches.size());
  }
}
