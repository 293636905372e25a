package org.robustmqtt.client.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.robustmqtt.Message;
import org.robustmqtt.QoS;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Pubcomp;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Pubrec;
import org.robustmqtt.codec.Pubrel;
import org.robustmqtt.codec.Suback;
import org.robustmqtt.codec.Unsuback;

/** A session on a stage: inputs in short words, effects as lines of text. */
final class Scene {
  static final SessionSettings SETTINGS = settings(false, 10, true);

  final Tape tape = new Tape();
  final Session session;
  private final ProtocolVersion version;
  private Map<String, QoS> wanted = Map.of();
  Connect connect;

  private Scene(
      ProtocolVersion version,
      SessionSettings settings,
      Optional<SessionRecord> record,
      List<Session.Unfinished> unfinished,
      Set<Integer> received) {
    this.version = version;
    tape.record = record;
    session = new Session(settings, record, unfinished, received, 0, tape);
  }

  static SessionSettings settings(boolean cleanStart, int maxInflight, boolean resubscribe) {
    return new SessionSettings(
        "broker:1883",
        "me",
        60,
        cleanStart,
        3600,
        maxInflight,
        3,
        100_000,
        resubscribe,
        Optional.empty());
  }

  /** A session of MQTT 5 that knows nothing, not connected. */
  static Scene fresh() {
    return of(ProtocolVersion.MQTT_5, SETTINGS);
  }

  static Scene of(ProtocolVersion version, SessionSettings settings) {
    return new Scene(version, settings, Optional.empty(), List.of(), Set.of());
  }

  /** A session of MQTT 5 after a restart of the process. */
  static Scene restarted(
      SessionRecord record, List<Session.Unfinished> unfinished, Set<Integer> received) {
    return restarted(ProtocolVersion.MQTT_5, record, unfinished, received);
  }

  static Scene restarted(
      ProtocolVersion version,
      SessionRecord record,
      List<Session.Unfinished> unfinished,
      Set<Integer> received) {
    return new Scene(version, SETTINGS, Optional.of(record), unfinished, received);
  }

  static SessionRecord record(long epoch) {
    return record(epoch, Map.of(), Set.of());
  }

  /** A record of filters that have no subscription identifier. */
  static SessionRecord record(long epoch, Map<String, QoS> filters, Set<String> acknowledged) {
    Map<String, SessionRecord.Held> held = new LinkedHashMap<>();
    filters.forEach(
        (filter, qos) ->
            held.put(filter, new SessionRecord.Held(qos, 0, acknowledged.contains(filter))));
    return new SessionRecord("broker:1883", "me", epoch, held);
  }

  /** A session of MQTT 5 with a new session at the broker, its record forced, nothing on tape. */
  static Scene online() {
    return fresh().begin();
  }

  static Scene online(ProtocolVersion version) {
    return of(version, SETTINGS).begin();
  }

  Scene begin() {
    connect();
    connack(false);
    written();
    if (tape.lines.contains("again")) {
      reconnect(false);
    }
    clear();
    return this;
  }

  Scene connect() {
    connect = session.connect(version, Optional.empty(), Optional.empty());
    return this;
  }

  Scene connack(boolean present) {
    return got(new Connack(present, 0, Properties.NONE));
  }

  /** The link is lost and comes back. */
  Scene reconnect(boolean present) {
    session.lost();
    connect();
    return connack(present);
  }

  Scene got(Packet packet) {
    session.received(packet);
    return this;
  }

  Scene puback(int id) {
    return got(new Puback(id, 0, Properties.NONE));
  }

  Scene pubrec(int id) {
    return got(new Pubrec(id, 0, Properties.NONE));
  }

  Scene pubcomp(int id) {
    return got(new Pubcomp(id, 0, Properties.NONE));
  }

  Scene pubrel(int id) {
    return got(new Pubrel(id, 0, Properties.NONE));
  }

  Scene suback(int id, Integer... codes) {
    return got(new Suback(id, List.of(codes), Properties.NONE));
  }

  Scene unsuback(int id, Integer... codes) {
    return got(new Unsuback(id, List.of(codes), Properties.NONE));
  }

  Scene publish(int qos, int id, String topic, String payload) {
    return got(publish(false, qos, id, topic, payload));
  }

  Scene publishAgain(int qos, int id, String topic, String payload) {
    return got(publish(true, qos, id, topic, payload));
  }

  private static Publish publish(boolean dup, int qos, int id, String topic, String payload) {
    return new Publish(
        dup,
        QoS.of(qos),
        false,
        topic,
        id,
        Properties.NONE,
        payload.getBytes(StandardCharsets.UTF_8));
  }

  Scene send(long sequence, int qos, String topic) {
    session.send(sequence, message(sequence, qos, topic), false, false, 0);
    return this;
  }

  Scene sendSync(long sequence, int qos, String topic) {
    session.send(sequence, message(sequence, qos, topic), true, false, 0);
    return this;
  }

  static Message message(long sequence, int qos, String topic) {
    return Message.text(topic, "m" + sequence).withQos(qos);
  }

  /** Everything that was asked of the disk has its level. */
  Scene written() {
    while (!tape.tokens.isEmpty()) {
      session.written(tape.tokens.remove(0), true);
    }
    return this;
  }

  /** One of the records that were asked for has its level. */
  Scene written(int index) {
    session.written(tape.tokens.remove(index), true);
    return this;
  }

  /** The oldest record that was asked for could not be written. */
  Scene writeFailed() {
    session.written(tape.tokens.remove(0), false);
    return this;
  }

  /** The listeners are done with the n-th delivered message. */
  Scene handled(int index) {
    session.handled(tape.numbers.get(index));
    return this;
  }

  Scene want(Object... filtersWithQos) {
    Map<String, QoS> filters = new LinkedHashMap<>();
    for (int i = 0; i < filtersWithQos.length; i += 2) {
      filters.put((String) filtersWithQos[i], QoS.of((Integer) filtersWithQos[i + 1]));
    }
    want(session, wanted, filters);
    wanted = filters;
    return this;
  }

  /** Tells a session all filters that are wanted, without identifiers. */
  static void want(Session session, Map<String, QoS> before, Map<String, QoS> now) {
    before.keySet().stream().filter(filter -> !now.containsKey(filter)).forEach(session::unwant);
    now.forEach((filter, qos) -> session.want(filter, qos, 0));
    session.wanted();
  }

  Scene clear() {
    tape.lines.clear();
    return this;
  }

  /** These effects and no others, since the last look. */
  Scene expect(String... lines) {
    List<String> seen = new ArrayList<>(tape.lines);
    tape.lines.clear();
    assertEquals(String.join("\n", lines), String.join("\n", seen));
    return this;
  }
}
