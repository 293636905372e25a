package org.robustmqtt.client.link;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.robustmqtt.ReasonCode;
import org.robustmqtt.client.door.Log;
import org.robustmqtt.client.listeners.Dispatcher;
import org.robustmqtt.client.session.Tolerated;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.PublishHead;

/**
 * What the broker does wrong and the connection survives: a line for each kind in the status, with
 * how often, and one in the log when it happens first. On the loop only.
 */
final class Leniency {
  private static final Log LOG = Log.of(Link.class);

  private static final class Said {
    private String text = "";
    private long times;
  }

  /** So many connections a malformed message ends. */
  private static final int CLOSES = 2;

  /** So many different ones are remembered. */
  private static final int REMEMBERED = 64;

  private final String name;
  private final Dispatcher dispatcher;
  private final StatusBoard board;
  private final Map<Tolerated, Said> said = new EnumMap<>(Tolerated.class);

  /** How many connections a malformed message has ended, by its mark. */
  private final Map<Integer, Integer> closes =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Integer> eldest) {
          return size() > REMEMBERED;
        }
      };

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
    if (breach == Tolerated.RECEIVE_MAXIMUM_EXCEEDED) {
      dispatcher.boundAcknowledged(sipNanos);
    }
    show();
  }

  /**
   * Returns whether a message that cannot be read is passed over. One that is too large is. One
   * that is malformed ends the connection, as the standard wants (MQTT-1.5.3-1 of 3.1.1); but where
   * the same one has ended {@value #CLOSES} of them, a broker that keeps it would never let us hear
   * what is behind it.
   */
  boolean passesOver(PublishHead head, CodecException why) {
    if (why.reason() == ReasonCode.PACKET_TOO_LARGE) {
      return true;
    }
    int before = closes.getOrDefault(head.mark(), 0);
    if (before < CLOSES) {
      closes.put(head.mark(), before + 1);
    }
    return before >= CLOSES;
  }

  /** Other settings: perhaps another broker. */
  void forget() {
    said.clear();
    closes.clear();
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
