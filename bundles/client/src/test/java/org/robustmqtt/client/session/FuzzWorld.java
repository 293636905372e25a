package org.robustmqtt.client.session;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.robustmqtt.BrokerCapabilities;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Decoder;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.Encoder;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Pubcomp;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Pubrec;
import org.robustmqtt.codec.Pubrel;
import org.robustmqtt.codec.Sender;
import org.robustmqtt.codec.Suback;
import org.robustmqtt.codec.Subscribe;
import org.robustmqtt.codec.Unsuback;
import org.robustmqtt.codec.Unsubscribe;
import org.robustmqtt.codec.WriteBuffer;
import org.robustmqtt.journal.Level;

/**
 * What surrounds a session that is fuzzed: outbox, journal, listeners, link and, in the end, an
 * honest broker. What must hold at each moment, whatever the broker sends, is checked here.
 */
final class FuzzWorld implements SessionEffects {
  private static final int MAXIMUM_PACKET_SIZE = 1000;
  private static final int RECEIVE_MAXIMUM = 3;
  private static final int MAX_MESSAGES = 100;
  private static final int DRAIN_ROUNDS = 2_000;

  private record Change(Consumer<ModelJournal.State> change, long token) {}

  private final ProtocolVersion version;
  private final SessionSettings settings;
  private final Encoder encoder;

  // the disk, and what is on its way there
  private final ModelJournal.State disk = new ModelJournal.State();
  private final Deque<Change> changes = new ArrayDeque<>();
  private int forgetting;

  // the outbox
  private final Map<Long, Message> published = new HashMap<>();
  private final TreeMap<Long, Boolean> waiting = new TreeMap<>();
  private final Map<Long, Boolean> held = new TreeMap<>();
  private final Set<Long> settled = new HashSet<>();
  private long lastSequence;

  /** Have their outcome while they are sent, and the session is not at their end. */
  private final Set<Long> abandoned = new HashSet<>();

  /** Those of them that the session was told of. */
  private final Set<Long> givenUp = new HashSet<>();

  // the session of this run
  private Session session;
  private Map<String, QoS> wanted = Map.of();

  // the listeners
  private final Map<Long, Publish> atListeners = new LinkedHashMap<>();
  private final Set<Long> numbers = new HashSet<>();
  private final Set<Long> handled = new HashSet<>();
  private final Map<Integer, Long> deliveredAtLeastOnce = new HashMap<>();
  private final Map<Integer, Long> deliveredExactlyOnce = new HashMap<>();

  // the connection
  private boolean up;
  private boolean closed;
  private boolean again;
  private boolean established;
  private int window;
  private long largestPacket;
  private Decoder decoder;
  private ByteBuffer in = ByteBuffer.allocate(0);
  private final Map<Integer, String> open = new LinkedHashMap<>();
  private final Set<Integer> unacknowledged = new HashSet<>();
  private final Deque<Packet> toBroker = new ArrayDeque<>();

  FuzzWorld(ProtocolVersion version, boolean cleanStart, int maxInflight, boolean resubscribe) {
    this.version = version;
    encoder = new Encoder(version, Sender.CLIENT);
    settings =
        new SessionSettings(
            "broker:1883",
            "me",
            60,
            cleanStart,
            3600,
            maxInflight,
            RECEIVE_MAXIMUM,
            MAXIMUM_PACKET_SIZE,
            resubscribe,
            Optional.empty());
    start();
  }

  private void start() {
    session =
        new Session(
            settings,
            disk.record,
            ModelJournal.unfinished(disk),
            new LinkedHashSet<>(disk.received),
            0,
            this);
    Scene.want(session, Map.of(), wanted);
  }

  /** The process ends, what is on its way to the disk is lost, and it starts again. */
  void crash() {
    linkEnds();
    changes.clear();
    forgetting = 0;
    waiting.clear();
    held.clear();
    abandoned.clear();
    givenUp.clear();
    atListeners.clear();
    numbers.clear();
    handled.clear();
    deliveredAtLeastOnce.clear();
    deliveredExactlyOnce.clear();
    disk.messages.forEach(
        (sequence, stored) -> {
          settled.remove(sequence);
          if (stored.abandoned) {
            settled.add(sequence);
            abandoned.add(sequence);
            givenUp.add(sequence);
          } else if (stored.packetId == 0) {
            waiting.put(sequence, stored.requeued);
          } else {
            held.put(sequence, true);
          }
        });
    start();
  }

  void cut() {
    if (up) {
      linkEnds();
      session.lost();
    }
  }

  private void linkEnds() {
    up = false;
    closed = false;
    again = false;
    established = false;
    open.clear();
    unacknowledged.clear();
    toBroker.clear();
    in = ByteBuffer.allocate(0);
  }

  void connect() {
    if (!up) {
      up = true;
      decoder = new Decoder(version, Sender.BROKER, MAXIMUM_PACKET_SIZE);
      toBroker.add(session.connect(version, Optional.empty(), Optional.empty()));
    }
  }

  /** Bytes of the broker come. */
  void feed(byte[] bytes, int length) {
    if (!up || closed) {
      return;
    }
    in = ByteBuffer.allocate(in.remaining() + length).put(in).put(bytes, 0, length).flip();
    try {
      while (up && !closed) {
        int size = decoder.frameLength(in);
        if (size == Decoder.HEADER_INCOMPLETE || size > in.remaining()) {
          break;
        }
        received(decoder.decode(in));
      }
    } catch (CodecException e) {
      // What the link does with what is no packet.
      cut();
    }
    beginAgain();
  }

  private void received(Packet packet) {
    switch (packet.type()) {
      case PUBACK -> open.remove(((Puback) packet).packetId());
      case PUBCOMP -> open.remove(((Pubcomp) packet).packetId());
      case SUBACK -> open.remove(((Suback) packet).packetId());
      case UNSUBACK -> open.remove(((Unsuback) packet).packetId());
      case PUBREC -> {
        if (((Pubrec) packet).reasonCode() >= 0x80) {
          open.remove(((Pubrec) packet).packetId());
        }
      }
      case PUBLISH -> {
        if (((Publish) packet).qos() == QoS.AT_LEAST_ONCE) {
          unacknowledged.add(((Publish) packet).packetId());
        }
      }
      case CONNACK, PUBREL, PINGRESP, DISCONNECT, AUTH -> {
        // says nothing of ids of ours
      }
      case CONNECT, SUBSCRIBE, UNSUBSCRIBE, PINGREQ ->
          throw new AssertionError("decoded from a broker: " + packet.type());
    }
    session.received(packet);
  }

  private void beginAgain() {
    if (again) {
      cut();
      connect();
    }
  }

  void publish(int topic, int qos, int more) {
    if (published.size() >= MAX_MESSAGES) {
      return;
    }
    lastSequence++;
    String text = "m" + lastSequence + ((more & 1) == 0 ? "" : "x".repeat(more));
    Message message = Message.text("t/" + topic, text).withQos(qos % 3).withRetain((more & 2) != 0);
    boolean sync = (more & 4) != 0;
    published.put(lastSequence, message);
    waiting.put(lastSequence, false);
    disk.messages.put(lastSequence, new ModelJournal.Stored(message, sync));
  }

  /** Gives the session what the outbox would: the oldest of a topic, none behind an open QoS 2. */
  void send(int most) {
    Set<String> blocked = new HashSet<>();
    for (long sequence : held.keySet()) {
      if (published.get(sequence).qos() == QoS.EXACTLY_ONCE) {
        blocked.add(published.get(sequence).topic());
      }
    }
    int left = most;
    for (Map.Entry<Long, Boolean> entry : new ArrayList<>(waiting.entrySet())) {
      long sequence = entry.getKey();
      Message message = published.get(sequence);
      if (blocked.contains(message.topic()) || !session.ready(message.qos())) {
        blocked.add(message.topic());
      } else if (left-- > 0) {
        if (message.qos() == QoS.EXACTLY_ONCE) {
          blocked.add(message.topic());
        }
        waiting.remove(sequence);
        held.put(sequence, true);
        session.send(sequence, message, disk.messages.get(sequence).sync, entry.getValue(), 0);
      }
    }
    beginAgain();
  }

  /** One of the messages with the session gets its outcome otherwise; that is recorded first. */
  void giveUp(int which) {
    List<Long> candidates = new ArrayList<>(held.keySet());
    candidates.removeAll(abandoned);
    if (!candidates.isEmpty()) {
      long sequence = candidates.get(which % candidates.size());
      check(settled.add(sequence), () -> "settled twice: " + sequence);
      abandoned.add(sequence);
      append(
          state -> {
            ModelJournal.Stored stored = state.messages.get(sequence);
            if (stored != null) {
              stored.abandoned = true;
            }
          },
          -sequence);
    }
  }

  void want(Map<String, QoS> filters) {
    Scene.want(session, wanted, filters);
    wanted = filters;
  }

  void subscribeAgain(String filter) {
    session.subscribeAgain(filter);
  }

  /** The next records reach the disk; or the last of them cannot be written. */
  void answerRecords(int count, boolean written) {
    for (int i = 0; i < count && !changes.isEmpty(); i++) {
      Change change = changes.poll();
      boolean ok = written || change.token <= 0 || i < count - 1;
      if (ok) {
        change.change.accept(disk);
      }
      if (change.token < 0) {
        givenUp.add(-change.token);
        session.giveUp(-change.token);
      } else if (change.token != 0) {
        session.written(change.token, ok);
      }
      beginAgain();
    }
  }

  void handle(int which) {
    if (!atListeners.isEmpty()) {
      List<Long> all = new ArrayList<>(atListeners.keySet());
      long number = all.get(which % all.size());
      atListeners.remove(number);
      handled.add(number);
      session.handled(number);
    }
  }

  /** Returns the packet ids that the broker has to answer. */
  List<Integer> openIds() {
    return new ArrayList<>(open.keySet());
  }

  /** An honest broker that knows no session: nothing may be left, whatever happened before. */
  void drain() {
    cut();
    for (int round = 0; round < DRAIN_ROUNDS && !drained(); round++) {
      if (closed) {
        cut();
      }
      connect();
      answerRecords(1, true);
      handle(0);
      send(1);
      if (!toBroker.isEmpty()) {
        answer(toBroker.poll());
      }
    }
    check(drained(), () -> "stuck: waiting " + waiting.keySet() + ", held " + held.keySet());
    published.keySet().forEach(s -> check(settled.contains(s), () -> s + " has no outcome"));
  }

  private boolean drained() {
    return established
        && !closed
        && waiting.isEmpty()
        && held.isEmpty()
        && abandoned.isEmpty()
        && changes.isEmpty()
        && toBroker.isEmpty()
        && atListeners.isEmpty()
        && session.inFlight() == 0
        && session.filtersPending() == 0
        && session.oldestUnacknowledged() == 0;
  }

  private void answer(Packet packet) {
    Properties none = Properties.NONE;
    switch (packet.type()) {
      case CONNECT -> honest(new Connack(false, 0, none));
      case PUBLISH -> {
        Publish publish = (Publish) packet;
        switch (publish.qos()) {
          case AT_MOST_ONCE -> {}
          case AT_LEAST_ONCE -> honest(new Puback(publish.packetId(), 0, none));
          case EXACTLY_ONCE -> honest(new Pubrec(publish.packetId(), 0, none));
        }
      }
      case PUBREL -> honest(new Pubcomp(((Pubrel) packet).packetId(), 0, none));
      case SUBSCRIBE -> {
        Subscribe subscribe = (Subscribe) packet;
        List<Integer> granted =
            subscribe.subscriptions().stream().map(s -> s.qos().level()).toList();
        honest(new Suback(subscribe.packetId(), granted, none));
      }
      case UNSUBSCRIBE -> {
        Unsubscribe unsubscribe = (Unsubscribe) packet;
        List<Integer> codes =
            version == ProtocolVersion.MQTT_5
                ? unsubscribe.filters().stream().map(f -> 0).toList()
                : List.of();
        honest(new Unsuback(unsubscribe.packetId(), codes, none));
      }
      case CONNACK,
          PUBACK,
          PUBREC,
          PUBCOMP,
          SUBACK,
          UNSUBACK,
          PINGREQ,
          PINGRESP,
          DISCONNECT,
          AUTH -> {
        // needs no answer
      }
    }
  }

  private void honest(Packet packet) {
    WriteBuffer out = new WriteBuffer(64);
    try {
      new Encoder(version, Sender.BROKER).encode(packet, out);
    } catch (CodecException e) {
      throw new AssertionError(e);
    }
    feed(out.array(), out.length());
  }

  // effects

  @Override
  public void established(boolean sessionPresent, BrokerCapabilities capabilities) {
    check(up && !closed && !established, "established at a wrong time");
    established = true;
    window = Math.min(settings.maxInflight(), capabilities.receiveMaximum());
    largestPacket = capabilities.maximumPacketSize();
    check(window >= 1, "a window of " + window);
  }

  @Override
  public void write(Packet packet) {
    check(up && !closed && established, () -> "written without a link: " + packet.type());
    int size = size(packet);
    switch (packet.type()) {
      case PUBLISH -> {
        Publish publish = (Publish) packet;
        check(publish.qos() != QoS.AT_MOST_ONCE, "QoS 0 that waits for an answer");
        check(size <= largestPacket, () -> "larger than the broker takes: " + size);
        use(publish.packetId(), "PUBLISH");
        long inFlight = open.values().stream().filter("PUBLISH"::equals).count();
        check(inFlight <= window, () -> inFlight + " in flight, window " + window);
        String text = Tape.text(publish);
        long sequence = sequence(text);
        check(held.containsKey(sequence), () -> "written, but not ours: " + text);
        check(!givenUp.contains(sequence), () -> "written although given up: " + text);
        check(
            disk.messages.containsKey(sequence) && !disk.messages.get(sequence).released,
            () -> "PUBLISH after its PUBREL: " + text);
      }
      case SUBSCRIBE -> use(((Subscribe) packet).packetId(), "SUBSCRIBE");
      case UNSUBSCRIBE -> use(((Unsubscribe) packet).packetId(), "UNSUBSCRIBE");
      case PUBACK -> {
        int id = ((Puback) packet).packetId();
        check(unacknowledged.remove(id), () -> "PUBACK without PUBLISH: #" + id);
        check(
            handled.contains(deliveredAtLeastOnce.get(id)),
            () -> "acknowledged before it was handled: #" + id);
      }
      case PUBREC -> {
        int id = ((Pubrec) packet).packetId();
        Long number = deliveredExactlyOnce.get(id);
        check(number == null || handled.contains(number), () -> "PUBREC before handling: #" + id);
        check(disk.received.contains(id), () -> "PUBREC before its record: #" + id);
      }
      case PUBCOMP -> {
        int id = ((Pubcomp) packet).packetId();
        // What a lost session had received is forgotten as a whole, also while that is on its way.
        check(
            forgetting > 0 || !disk.received.contains(id),
            () -> "PUBCOMP before its record: #" + id);
      }
      case PUBREL -> {}
      case CONNECT, CONNACK, SUBACK, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT, AUTH ->
          throw new AssertionError("the session wrote " + packet.type());
    }
    toBroker.add(packet);
  }

  private static long sequence(String text) {
    return Long.parseLong(text.replaceAll(".*=m([0-9]+)x*$", "$1"));
  }

  private void use(int id, String what) {
    String before = open.put(id, what);
    check(before == null, () -> "#" + id + " for " + what + " is in use by " + before);
  }

  private int size(Packet packet) {
    try {
      return encoder.size(packet);
    } catch (CodecException e) {
      throw new AssertionError("cannot be written: " + packet, e);
    }
  }

  @Override
  public void writeUnacknowledged(long sequence, Publish packet) {
    check(up && !closed && established, "written without a link");
    check(packet.qos() == QoS.AT_MOST_ONCE, () -> "not to be acknowledged: " + packet.qos());
    int size = size(packet);
    check(size <= largestPacket, () -> "larger than the broker takes: " + size);
    end(sequence);
  }

  @Override
  public void recordSent(long sequence, long epoch, int packetId, Level level, long token) {
    check(held.containsKey(sequence), () -> "recorded, but not ours: " + sequence);
    append(
        state -> {
          ModelJournal.Stored stored = state.messages.get(sequence);
          if (stored != null) {
            stored.epoch = epoch;
            stored.packetId = packetId;
            stored.released = false;
          }
        },
        token);
  }

  @Override
  public void recordReleased(long sequence, Level level, long token) {
    append(
        state ->
            Optional.ofNullable(state.messages.get(sequence))
                .ifPresent(stored -> stored.released = true),
        token);
  }

  @Override
  public void recordReceived(int packetId, long token) {
    append(state -> state.received.add(packetId), token);
  }

  @Override
  public void recordCompleted(int packetId, long token) {
    append(state -> state.received.remove(packetId), token);
  }

  @Override
  public void forgetReceived() {
    forgetting++;
    append(
        state -> {
          state.received.clear();
          forgetting--;
        },
        0);
  }

  @Override
  public void recordSession(SessionChange change, long token) {
    append(state -> state.record = Optional.of(ModelJournal.with(state.record, change)), token);
  }

  @Override
  public void identified(String filter, int identifier) {
    // listeners are not looked at here
  }

  private void append(Consumer<ModelJournal.State> change, long token) {
    changes.add(new Change(change, token));
  }

  @Override
  public void settle(long sequence, Outcome outcome) {
    check(outcome != null, "no outcome");
    end(sequence);
  }

  private void end(long sequence) {
    if (abandoned.contains(sequence)) {
      // It has its outcome, which the session was not told yet: a late acknowledgement.
      forget(sequence);
      return;
    }
    check(held.remove(sequence) != null, () -> "an outcome, but not ours: " + sequence);
    check(settled.add(sequence), () -> "settled twice: " + sequence);
    append(state -> state.messages.remove(sequence), 0);
  }

  private void forget(long sequence) {
    abandoned.remove(sequence);
    held.remove(sequence);
    append(state -> state.messages.remove(sequence), 0);
  }

  @Override
  public void requeue(long sequence) {
    if (abandoned.contains(sequence)) {
      forget(sequence);
      return;
    }
    check(held.remove(sequence) != null, () -> "given back, but not ours: " + sequence);
    waiting.put(sequence, true);
    append(
        state -> {
          ModelJournal.Stored stored = state.messages.get(sequence);
          stored.packetId = 0;
          stored.released = false;
          stored.requeued = true;
        },
        0);
  }

  @Override
  public void freed(long sequence) {
    check(givenUp.contains(sequence), () -> "freed, but not given up: " + sequence);
    held.remove(sequence);
  }

  @Override
  public void ended(long sequence, boolean acknowledged) {
    check(givenUp.contains(sequence), () -> "ended, but not given up: " + sequence);
    forget(sequence);
  }

  @Override
  public void deliver(long number, Publish packet) {
    check(up && !closed && established, "delivered without a link");
    check(numbers.add(number), "a number for the second time");
    check(!packet.topic().isEmpty(), "delivered without a topic");
    atListeners.put(number, packet);
    switch (packet.qos()) {
      case AT_MOST_ONCE -> {}
      case AT_LEAST_ONCE -> deliveredAtLeastOnce.put(packet.packetId(), number);
      case EXACTLY_ONCE -> deliveredExactlyOnce.put(packet.packetId(), number);
    }
  }

  @Override
  public void subscribed(String filter, int reasonCode) {
    check(reasonCode >= 0 && reasonCode <= 0xFF, "reason code " + reasonCode);
  }

  @Override
  public void unsubscribed(String filter) {
    check(!filter.isEmpty(), "no filter");
  }

  @Override
  public void tolerated(Tolerated breach, String text) {
    // changes nothing for the session
  }

  @Override
  public void pong() {
    check(established, "pong before CONNACK");
  }

  @Override
  public void again() {
    check(up && !closed && !established && !again, "again at a wrong time");
    again = true;
  }

  @Override
  public void close(
      Place place, ProblemKind kind, int reasonCode, String text, Optional<Disconnect> last) {
    check(up && !closed, "closed twice");
    check(place != null && kind != null && !text.isBlank(), "closed without saying why");
    check(reasonCode >= 0 && reasonCode <= 0xFF, "reason code " + reasonCode);
    check(last.isEmpty() || established, "DISCONNECT before CONNACK");
    last.ifPresent(this::size);
    closed = true;
  }

  private static void check(boolean holds, String otherwise) {
    check(holds, () -> otherwise);
  }

  private static void check(boolean holds, Supplier<String> otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise.get());
    }
  }
}
