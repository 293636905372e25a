package org.robustmqtt.client.listeners;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.robustmqtt.TopicFilter;

/**
 * Filters as a tree of topic levels (5.0, section 4.7). Finding those that mean a topic takes one
 * step for each level, however many filters there are, and allocates nothing. Neither search
 * recurses deeper than the tree branches, so that a filter of 30,000 levels does no harm. On the
 * loop.
 */
final class FilterTree {
  private static final Want[] NONE = {};

  private static final class Node {
    private final String level;
    private final int hash;

    /** The next in the same place of the parent's table. */
    private Node next;

    private Node[] table;
    private int count;
    private Node plus;

    /** Filters that end here, and those that go on with {@code #}. */
    private Want[] here = NONE;

    private Want[] below = NONE;

    Node(String level, int hash) {
      this.level = level;
      this.hash = hash;
    }

    boolean isEmpty() {
      return here.length == 0 && below.length == 0 && count == 0 && plus == null;
    }

    /** Returns the child for the level that is this part of a topic, or null. */
    Node child(String topic, int start, int end, int levelHash) {
      if (table == null) {
        return null;
      }
      Node node = table[levelHash & (table.length - 1)];
      while (node != null) {
        if (node.hash == levelHash
            && node.level.length() == end - start
            && topic.startsWith(node.level, start)) {
          return node;
        }
        node = node.next;
      }
      return null;
    }

    Node add(String name, int levelHash) {
      if (table == null) {
        table = new Node[2];
      } else if (count == table.length) {
        Node[] old = table;
        table = new Node[2 * old.length];
        for (Node node : old) {
          while (node != null) {
            Node rest = node.next;
            link(node);
            node = rest;
          }
        }
      }
      Node node = new Node(name, levelHash);
      link(node);
      count++;
      return node;
    }

    private void link(Node node) {
      int place = node.hash & (table.length - 1);
      node.next = table[place];
      table[place] = node;
    }

    void remove(Node gone) {
      if (plus == gone) {
        plus = null;
        return;
      }
      int place = gone.hash & (table.length - 1);
      Node node = table[place];
      if (node == gone) {
        table[place] = gone.next;
      } else {
        while (node.next != gone) {
          node = node.next;
        }
        node.next = gone.next;
      }
      count--;
    }

    void children(Consumer<Node> each) {
      if (table != null) {
        for (Node first : table) {
          for (Node node = first; node != null; node = node.next) {
            each.accept(node);
          }
        }
      }
      if (plus != null) {
        each.accept(plus);
      }
    }
  }

  /** Where a search for overlapping filters goes on. */
  private record Step(Node node, int level) {}

  private final Node root = new Node("", 0);

  void add(Want want) {
    String[] levels = levels(want.filter);
    Node node = root;
    for (String level : levels) {
      if (level.equals("#")) {
        node.below = with(node.below, want);
        return;
      }
      Node child = child(node, level);
      if (child == null && level.equals("+")) {
        node.plus = new Node(level, hash(level, 0, level.length()));
        child = node.plus;
      } else if (child == null) {
        child = node.add(level, hash(level, 0, level.length()));
      }
      node = child;
    }
    node.here = with(node.here, want);
  }

  /** Takes out one that was added. */
  void remove(Want want) {
    List<Node> path = new ArrayList<>();
    Node node = root;
    path.add(root);
    for (String level : levels(want.filter)) {
      if (level.equals("#")) {
        break;
      }
      node = child(node, level);
      path.add(node);
    }
    node.here = without(node.here, want);
    node.below = without(node.below, want);
    for (int i = path.size() - 1; i > 0 && path.get(i).isEmpty(); i--) {
      path.get(i - 1).remove(path.get(i));
    }
  }

  /** Adds those that mean a topic to a list. */
  void match(String topic, List<Want> to) {
    match(root, 0, topic, to);
  }

  private void match(Node from, int position, String topic, List<Want> to) {
    Node node = from;
    int start = position;
    while (node != null) {
      // What begins with a wildcard does not mean topics that begin with $ (MQTT-4.7.2-1).
      boolean wild = start > 0 || topic.charAt(0) != '$';
      if (wild) {
        addAll(node.below, to);
      }
      if (start > topic.length()) {
        addAll(node.here, to);
        return;
      }
      int end = topic.indexOf('/', start);
      if (end < 0) {
        end = topic.length();
      }
      Node plus = wild ? node.plus : null;
      Node child = node.child(topic, start, end, hash(topic, start, end));
      start = end + 1;
      if (plus != null && child != null) {
        match(plus, start, topic, to);
      }
      node = child != null ? child : plus;
    }
  }

  /** Tells those that can mean the same topic as this filter. */
  void overlapping(TopicFilter filter, Consumer<Want> to) {
    String[] levels = levels(filter);
    ArrayDeque<Step> steps = new ArrayDeque<>();
    steps.add(new Step(root, 0));
    for (Step step = steps.poll(); step != null; step = steps.poll()) {
      Node node = step.node();
      int next = step.level() + 1;
      boolean first = step.level() == 0;
      String level = step.level() < levels.length ? levels[step.level()] : "";
      boolean dollar = first && level.startsWith("$");
      if (!dollar) {
        tell(node.below, to);
      }
      if (step.level() == levels.length) {
        tell(node.here, to);
      } else if (level.equals("#")) {
        everything(node, first, to);
      } else if (level.equals("+")) {
        node.children(
            child -> {
              if (!(first && child.level.startsWith("$"))) {
                steps.add(new Step(child, next));
              }
            });
      } else {
        Node child = child(node, level);
        if (child != null) {
          steps.add(new Step(child, next));
        }
        if (node.plus != null && !dollar) {
          steps.add(new Step(node.plus, next));
        }
      }
    }
  }

  /** Tells all that are at a node and beneath; {@code below} of the node itself was told. */
  private static void everything(Node top, boolean first, Consumer<Want> to) {
    ArrayDeque<Node> nodes = new ArrayDeque<>();
    tell(top.here, to);
    top.children(
        child -> {
          if (!(first && child.level.startsWith("$"))) {
            nodes.add(child);
          }
        });
    for (Node node = nodes.poll(); node != null; node = nodes.poll()) {
      tell(node.here, to);
      tell(node.below, to);
      node.children(nodes::add);
    }
  }

  private static Node child(Node node, String level) {
    return level.equals("+")
        ? node.plus
        : node.child(level, 0, level.length(), hash(level, 0, level.length()));
  }

  /** Returns the levels that topics are compared with: of a shared filter, without its group. */
  private static String[] levels(TopicFilter filter) {
    String topic = filter.value();
    if (filter.shared()) {
      topic = topic.substring(topic.indexOf('/', topic.indexOf('/') + 1) + 1);
    }
    return topic.split("/", -1);
  }

  private static int hash(String text, int start, int end) {
    int hash = 0;
    for (int i = start; i < end; i++) {
      hash = 31 * hash + text.charAt(i);
    }
    return hash ^ hash >>> 15;
  }

  private static Want[] with(Want[] wants, Want want) {
    Want[] more = Arrays.copyOf(wants, wants.length + 1);
    more[wants.length] = want;
    return more;
  }

  private static Want[] without(Want[] wants, Want want) {
    return Arrays.stream(wants).filter(one -> one != want).toArray(Want[]::new);
  }

  private static void addAll(Want[] wants, List<Want> to) {
    for (Want want : wants) {
      to.add(want);
    }
  }

  private static void tell(Want[] wants, Consumer<Want> to) {
    for (Want want : wants) {
      to.accept(want);
    }
  }
}
