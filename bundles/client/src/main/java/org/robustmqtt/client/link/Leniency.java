package org.robustmqtt.client.link;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.robustmqtt.client.listeners.Dispatcher;
import org.robustmqtt.client.session.Tolerated;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the broker does wrong and the connection survives: a line for each kind in the status, with
 * how often, and one in the log when it happens first. On the loop only.
 */
final class Leniency {
  private static final Logger LOG = LoggerFactory.getLogger(Link.class);

  private static final class Said {
    private String text = "";
    private long times;
  }

  private final String name;
  private final Dispatcher dispatcher;
  private final StatusBoard board;
  private final Map<Tolerated, Said> said = new EnumMap<>(Tolerated.class);
  private long sipNanos;

  Leniency(String name, Dispatcher dispatcher, StatusBoard board) {
    this.name = name;
    this.dispatcher = dispatcher;
    this.board = board;
  }

  /** A connection with this keep alive begins. */
  void online(int keepAliveSeconds) {
    sipNanos = Watch.sip(keepAliveSeconds);
  }

  /** It happens; the text is the newest of its kind. */
  void tolerated(Tolerated breach, String text) {
    Said line = said.computeIfAbsent(breach, first -> new Said());
    line.text = text;
    line.times++;
    if (line.times == 1) {
      LOG.warn("{}: {}", name, text);
    }
    switch (breach) {
      case RECEIVE_MAXIMUM_EXCEEDED -> dispatcher.boundAcknowledged(sipNanos);
    }
    show();
  }

  /** Other settings: perhaps another broker. */
  void forget() {
    said.clear();
    show();
  }

  private void show() {
    List<String> lines = new ArrayList<>();
    said.values().forEach(one -> lines.add(one.text + times(one.times)));
    board.tolerated(lines);
  }

  private static String times(long times) {
    return times == 1 ? "" : " (" + times + " times)";
  }
}
