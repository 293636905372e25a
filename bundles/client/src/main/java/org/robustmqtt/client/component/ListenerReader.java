package org.robustmqtt.client.component;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.client.listeners.InboundRule;
import org.robustmqtt.client.listeners.ListenerSpec;
import org.robustmqtt.whiteboard.ListenerProperties;

/** Reads the service properties of listeners. Pure. */
final class ListenerReader {
  /** What the properties begin with that a line of the connection may say too. */
  private static final String PREFIX = "mqtt.";

  private final String owner;
  private final Map<String, Object> properties;
  private final List<String> faults = new ArrayList<>();

  private ListenerReader(String owner, Map<String, Object> properties) {
    this.owner = owner;
    this.properties = properties;
  }

  /**
   * What a listener asks for.
   *
   * @param owner names bundle and service
   * @param connections the connections meant; empty: every one
   * @param spec what messages it wants; empty for other listeners, and where something is wrong
   * @param faults what is wrong, a line each; then the listener is not called
   */
  record Asked(
      String owner, Set<String> connections, Optional<ListenerSpec> spec, List<String> faults) {
    /** Returns whether a connection is meant. */
    boolean means(String connection) {
      return connections.isEmpty() || connections.contains(connection);
    }

    /** Returns whether the listener may be called. */
    boolean good() {
      return faults.isEmpty();
    }
  }

  /** Reads what a listener for messages asks for. */
  static Asked messages(String owner, Map<String, Object> properties) {
    ListenerReader reader = new ListenerReader(owner, properties);
    Set<String> connections = reader.connections();
    List<TopicFilter> filters = reader.filters();
    InboundRule asked = reader.asked();
    boolean manual = reader.manual();
    Optional<ListenerSpec> spec =
        reader.faults.isEmpty()
            ? Optional.of(new ListenerSpec(owner, filters, manual, asked))
            : Optional.empty();
    return new Asked(owner, connections, spec, List.copyOf(reader.faults));
  }

  /** Reads what another listener asks for: only which connections. */
  static Asked others(String owner, Map<String, Object> properties) {
    ListenerReader reader = new ListenerReader(owner, properties);
    return new Asked(owner, reader.connections(), Optional.empty(), List.copyOf(reader.faults));
  }

  private Set<String> connections() {
    Set<String> names = new TreeSet<>();
    for (String name : texts(ListenerProperties.CONNECTION)) {
      if (ConnectionName.valid(name)) {
        names.add(name);
      } else {
        fault(ListenerProperties.CONNECTION, name, "allowed: " + ConnectionName.ALLOWED);
      }
    }
    return names;
  }

  private List<TopicFilter> filters() {
    List<TopicFilter> filters = new ArrayList<>();
    List<String> texts = texts(ListenerProperties.TOPICS);
    if (texts.isEmpty()) {
      faults.add(owner + ": " + ListenerProperties.TOPICS + " is missing; allowed: topic filters");
    }
    for (String text : texts) {
      try {
        TopicFilter filter = new TopicFilter(text);
        if (!filters.contains(filter)) {
          filters.add(filter);
        }
      } catch (IllegalArgumentException e) {
        fault(ListenerProperties.TOPICS, text, e.getMessage());
      }
    }
    return filters;
  }

  private InboundRule asked() {
    Map<String, String> written = new HashMap<>();
    for (String name : InboundReader.NAMES) {
      written.put(name, one(PREFIX + name, ""));
    }
    if (written.get(InboundReader.QOS).equals("-1")) {
      written.remove(InboundReader.QOS);
    }
    return InboundReader.read(
        written, (name, value, problem) -> fault(PREFIX + name, value, problem));
  }

  private boolean manual() {
    String text = one(ListenerProperties.ACK, "auto");
    if (!text.equals("auto") && !text.equals("manual")) {
      fault(ListenerProperties.ACK, text, "allowed: auto, manual");
    }
    return text.equals("manual");
  }

  private String one(String key, String absent) {
    List<String> texts = texts(key);
    return texts.isEmpty() ? absent : String.join(", ", texts);
  }

  private List<String> texts(String key) {
    return PropertyValue.texts(properties.get(key)).stream()
        .map(String::strip)
        .filter(text -> !text.isEmpty())
        .toList();
  }

  private void fault(String key, String value, String problem) {
    faults.add(owner + ": " + key + " = " + PropertyReader.quoted(value) + ": " + problem);
  }
}
