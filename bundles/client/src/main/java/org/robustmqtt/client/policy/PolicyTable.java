package org.robustmqtt.client.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.robustmqtt.Message;

/**
 * Which policy a topic has: that of the most specific filter that matches it. Filters are compared
 * level by level from the left: text is more specific than {@code +}, and that than {@code #}; so
 * their order in the file says nothing. As in MQTT, a wildcard in the first level matches no topic
 * that begins with {@code $} (4.7.2-1). Immutable.
 */
public final class PolicyTable {
  /** One policy for everything. */
  public static final PolicyTable SINGLE = new PolicyTable(DeliveryPolicy.DEFAULT, List.of());

  private final DeliveryPolicy otherwise;
  private final Map<String, DeliveryPolicy> byName = new LinkedHashMap<>();
  private final Map<String, Rule> byFilter = new TreeMap<>();
  private final Node root = new Node();

  /** The name of the policy of each filter, and that of what no filter matches. */
  private final Map<String, String> names = new HashMap<>();

  /** Topics with this filter have this policy. */
  public record Rule(String filter, DeliveryPolicy policy) {}

  private static final class Node {
    private final Map<String, Node> texts = new HashMap<>();
    private Optional<Node> any = Optional.empty();
    private Optional<Rule> here = Optional.empty();
    private Optional<Rule> below = Optional.empty();

    private Node text(String level) {
      return texts.computeIfAbsent(level, text -> new Node());
    }

    private Node any() {
      Node node = any.orElseGet(Node::new);
      any = Optional.of(node);
      return node;
    }

    private Optional<Rule> find(String topic, int from) {
      if (from > topic.length()) {
        return here.or(() -> below);
      }
      int slash = topic.indexOf('/', from);
      int end = slash < 0 ? topic.length() : slash;
      boolean wild = from > 0 || topic.charAt(0) != '$';
      Node next = texts.get(topic.substring(from, end));
      Optional<Rule> found = next == null ? Optional.empty() : next.find(topic, end + 1);
      if (found.isEmpty() && wild && any.isPresent()) {
        found = any.get().find(topic, end + 1);
      }
      return found.isEmpty() && wild ? below : found;
    }

    /** As {@link #find}, but all that match. */
    private void collect(String topic, int from, List<Rule> into) {
      if (from > topic.length()) {
        here.ifPresent(into::add);
        below.ifPresent(into::add);
        return;
      }
      int slash = topic.indexOf('/', from);
      int end = slash < 0 ? topic.length() : slash;
      boolean wild = from > 0 || topic.charAt(0) != '$';
      Node next = texts.get(topic.substring(from, end));
      if (next != null) {
        next.collect(topic, end + 1, into);
      }
      if (wild) {
        any.ifPresent(node -> node.collect(topic, end + 1, into));
        below.ifPresent(into::add);
      }
    }

    /** Returns whether no topic is left for {@code #} here: the levels below have all of them. */
    private boolean covered(boolean top) {
      return (top || here.isPresent())
          && any.filter(node -> node.below.isPresent() || node.covered(false)).isPresent();
    }

    private void collectCovered(boolean top, List<Rule> into) {
      below.filter(rule -> covered(top)).ifPresent(into::add);
      texts.values().forEach(node -> node.collectCovered(false, into));
      any.ifPresent(node -> node.collectCovered(false, into));
    }
  }

  /**
   * Makes a table.
   *
   * @param otherwise for what no filter matches
   * @param rules each filter once; the policies have names of their own
   * @throws IllegalArgumentException if two rules have one filter, or two policies one name
   */
  public PolicyTable(DeliveryPolicy otherwise, List<Rule> rules) {
    this.otherwise = otherwise;
    byName.put(otherwise.name(), otherwise);
    names.put("", otherwise.name());
    for (Rule rule : rules) {
      DeliveryPolicy same = byName.putIfAbsent(rule.policy().name(), rule.policy());
      if (same != null && !same.equals(rule.policy())) {
        throw new IllegalArgumentException("two policies are called " + same.name());
      }
      add(rule);
      names.put(rule.filter(), rule.policy().name());
    }
  }

  private void add(Rule rule) {
    Node node = root;
    String[] levels = rule.filter().split("/", -1);
    boolean all = levels[levels.length - 1].equals("#");
    for (int i = 0; i < levels.length - (all ? 1 : 0); i++) {
      node = levels[i].equals("+") ? node.any() : node.text(levels[i]);
    }
    if (byFilter.putIfAbsent(rule.filter(), rule) != null) {
      throw new IllegalArgumentException("two policies have the filter " + rule.filter());
    }
    if (all) {
      node.below = Optional.of(rule);
    } else {
      node.here = Optional.of(rule);
    }
  }

  /** Returns whether topics have policies of the same names as by another table. */
  public boolean isSameButSettings(PolicyTable other) {
    return names.equals(other.names);
  }

  /** Returns all policies; the first is for what no filter matches. */
  public List<DeliveryPolicy> policies() {
    return new ArrayList<>(byName.values());
  }

  /** Returns the policy with a name, empty if there is none. */
  public Optional<DeliveryPolicy> named(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** Returns the policy of a topic. */
  public DeliveryPolicy of(String topic) {
    return root.find(topic, 0).map(Rule::policy).orElse(otherwise);
  }

  /**
   * Returns the policy of a message: the one it names, if there is such a one, else that of its
   * topic.
   */
  public DeliveryPolicy of(Message message) {
    DeliveryPolicy named = message.policy().map(byName::get).orElse(null);
    return named == null ? of(message.topic()) : named;
  }

  /** Returns all rules whose filter matches a topic, the one that counts first. */
  public List<Rule> matching(String topic) {
    List<Rule> rules = new ArrayList<>();
    root.collect(topic, 0, rules);
    return rules;
  }

  /** Returns the rules that decide for no topic, because more specific ones match all of theirs. */
  public List<Rule> covered() {
    List<Rule> rules = new ArrayList<>();
    root.collectCovered(true, rules);
    return rules;
  }

  /** Returns whether a rule matches every topic that does not begin with {@code $}. */
  public boolean complete() {
    return root.below.isPresent() || root.covered(true);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PolicyTable table
        && table.otherwise.equals(otherwise)
        && table.byFilter.equals(byFilter);
  }

  @Override
  public int hashCode() {
    return Objects.hash(otherwise, byFilter);
  }
}
