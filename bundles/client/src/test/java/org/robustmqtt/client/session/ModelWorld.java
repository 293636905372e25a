package org.robustmqtt.client.session;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.robustmqtt.BrokerCapabilities;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Pubcomp;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Pubrec;
import org.robustmqtt.codec.Subscribe;
import org.robustmqtt.codec.Unsubscribe;
import org.robustmqtt.journal.Level;

/**
 * A session between a model of the outbox, of the disk, of the listeners and of a broker, where
 * each step is one event chosen by the caller. What must hold at each moment is checked here.
 */
final class ModelWorld implements SessionEffects {
  static final int MAX_INFLIGHT = 4;
  private static final List<String> FILTERS = List.of("f/1", "f/2", "f/3", "in");

  final long seed;
  final ModelBroker broker;
  final Set<Long> accepted = new TreeSet<>();
  final Map<Long, Message> published = new HashMap<>();

  /** Accepted, and not on the disk when the process ended. */
  final Set<Long> vanished = new HashSet<>();

  /** How often a message of QoS 0 was written: again if the disk lost that it had been. */
  final Map<Long, Integer> timesWritten = new HashMap<>();

  final Set<Long> sync = new HashSet<>();
  final Map<String, Integer> heard = new HashMap<>();
  final Set<String> handledTexts = new HashSet<>();
  final List<String> log = new ArrayList<>();
  boolean up;
  int crashes;
  int firstSession;
  boolean powerCuts;
  private final Random random;
  private final boolean logging;
  private final ProtocolVersion version;
  private ModelJournal journal = new ModelJournal(new ModelJournal.State());
  private Session session;
  private final Deque<Packet> toBroker = new ArrayDeque<>();
  private final TreeMap<Long, Boolean> waiting = new TreeMap<>();
  private final Set<Long> sentOut = new TreeSet<>();
  private final Set<Long> settled = new HashSet<>();
  private final Map<Long, String> atListeners = new LinkedHashMap<>();
  private final Set<Integer> openIds = new HashSet<>();
  private final Set<Integer> openPublishes = new HashSet<>();
  private final Map<Integer, String> lastUnderId = new HashMap<>();
  Map<String, QoS> wanted = new LinkedHashMap<>();

  /** What has its outcome while it was sent, and for good: an end of the process may undo it. */
  final Set<Long> givenUp = new TreeSet<>();

  final Set<Long> everGivenUp = new HashSet<>();

  /** Those of them that the session has not come to its end with. */
  private final Set<Long> abandoned = new TreeSet<>();

  /** Those of them that the session was not told of. */
  private final Deque<Long> toGiveUp = new ArrayDeque<>();

  /** Those of them that the session was told of, in this process. */
  private final Set<Long> told = new HashSet<>();

  /** How often in a row the link was lost with something unacknowledged. */
  private int losses;

  int late;
  int retired;
  private long lastSequence;
  private long epoch;
  private int lastText;
  private int window;
  private boolean closing;
  private boolean again;

  /** What was accepted for us in a session that we know. */
  final Set<String> owed = new HashSet<>();

  ModelWorld(long seed, boolean logging) {
    this.seed = seed;
    this.logging = logging;
    random = new Random(seed);
    version = random.nextInt(3) == 0 ? ProtocolVersion.MQTT_3_1_1 : ProtocolVersion.MQTT_5;
    broker = new ModelBroker(random);
    start(new ModelJournal.State());
  }

  private void start(ModelJournal.State state) {
    session =
        new Session(
            Scene.settings(false, MAX_INFLIGHT, true),
            state.record,
            ModelJournal.unfinished(state),
            state.received,
            0,
            this);
    Scene.want(session, Map.of(), wanted);
  }

  /** The process ends, and starts again with what is on the disk. */
  void crash(boolean powerCut) {
    crashes++;
    powerCuts |= powerCut;
    if (up) {
      broker.disconnected();
    }
    up = false;
    closing = false;
    toBroker.clear();
    ModelJournal.State state = journal.recover(powerCut);
    if (state.record.map(SessionRecord::epoch).orElse(0L) < epoch) {
      // The process ended between a new session and its record. The broker would call it present,
      // and nothing tells it from the one before; see ModelBroker.keepsUnanswered.
      broker.loseSession();
    }
    log(() -> "crash, found " + state.messages.keySet());
    journal = new ModelJournal(state);
    for (long sequence : accepted) {
      if (!settled.contains(sequence) && !state.messages.containsKey(sequence)) {
        vanished.add(sequence);
      }
    }
    accepted.removeIf(s -> !settled.contains(s) && !state.messages.containsKey(s));
    settled.removeIf(state.messages::containsKey);
    givenUp.removeIf(s -> state.messages.containsKey(s) && !state.messages.get(s).abandoned);
    abandoned.clear();
    toGiveUp.clear();
    told.clear();
    losses = 0;
    waiting.clear();
    sentOut.clear();
    atListeners.clear();
    openIds.clear();
    openPublishes.clear();
    state.messages.forEach(
        (sequence, stored) -> {
          if (stored.abandoned) {
            settled.add(sequence);
            abandoned.add(sequence);
            told.add(sequence);
          } else if (stored.packetId == 0) {
            waiting.put(sequence, stored.requeued);
          } else {
            sentOut.add(sequence);
          }
        });
    start(state);
  }

  void cut() {
    if (up) {
      log(() -> "cut");
      up = false;
      closing = false;
      toBroker.clear();
      openIds.clear();
      openPublishes.clear();
      broker.disconnected();
      if (session.blame().isPresent()) {
        losses++;
      }
      session.lost();
    }
  }

  void connect() {
    if (!up) {
      Connect connect = session.connect(version, Optional.empty(), Optional.empty());
      log(() -> "connect, clean start " + connect.cleanStart());
      up = true;
      toBroker.add(connect);
    }
  }

  /** Whether MQTT 3.1.1 is spoken, where a session that is begun clean ends with its connection. */
  boolean old() {
    return version == ProtocolVersion.MQTT_3_1_1;
  }

  void publish() {
    lastSequence++;
    long sequence = lastSequence;
    int qos = random.nextInt(5) == 0 ? 0 : 1 + random.nextInt(2);
    Message message = Message.text("t/" + random.nextInt(3), "m" + sequence).withQos(qos);
    boolean forced = random.nextBoolean();
    published.put(sequence, message);
    accepted.add(sequence);
    if (forced) {
      sync.add(sequence);
    }
    waiting.put(sequence, false);
    journal.append(state -> state.messages.put(sequence, new ModelJournal.Stored(message, forced)));
  }

  /** Gives the session one message, if there is one whose turn it is. */
  boolean send() {
    Set<String> blocked = new HashSet<>();
    for (long sequence : sentOut) {
      if (published.get(sequence).qos() == QoS.EXACTLY_ONCE) {
        blocked.add(published.get(sequence).topic());
      }
    }
    for (Map.Entry<Long, Boolean> entry : waiting.entrySet()) {
      Message message = published.get(entry.getKey());
      if (blocked.add(message.topic()) && session.ready(message.qos())) {
        long sequence = entry.getKey();
        boolean before = entry.getValue();
        waiting.remove(sequence);
        sentOut.add(sequence);
        session.send(sequence, message, sync.contains(sequence), before, 0);
        return true;
      }
    }
    return false;
  }

  /** One of the messages that are sent gets its outcome by another way than the broker's. */
  void giveUp() {
    List<Long> candidates = new ArrayList<>(sentOut);
    candidates.removeAll(abandoned);
    if (!candidates.isEmpty()) {
      long sequence = candidates.get(random.nextInt(candidates.size()));
      log(() -> "given up " + sequence);
      check(settled.add(sequence), "settled twice: " + sequence);
      givenUp.add(sequence);
      abandoned.add(sequence);
      everGivenUp.add(sequence);
      journal.append(
          state -> {
            ModelJournal.Stored stored = state.messages.get(sequence);
            if (stored != null) {
              stored.abandoned = true;
            }
          },
          Level.APPENDED,
          -sequence);
    }
  }

  /** The session is told of it, some time later. */
  boolean tellGivenUp() {
    if (toGiveUp.isEmpty()) {
      return false;
    }
    long sequence = toGiveUp.poll();
    told.add(sequence);
    session.giveUp(sequence);
    return true;
  }

  boolean writeDisk() {
    if (!journal.hasUnwritten()) {
      return false;
    }
    long token = journal.write();
    if (token < 0) {
      // The outcome is announced; before that, nobody behaves as if there were one.
      toGiveUp.add(-token);
    } else if (token != 0) {
      session.written(token, true);
      beginAgain();
    }
    return true;
  }

  boolean forceDisk() {
    if (!journal.hasUnforced()) {
      return false;
    }
    journal.force().forEach(token -> session.written(token, true));
    beginAgain();
    return true;
  }

  boolean carryToBroker() {
    if (!up || toBroker.isEmpty()) {
      return false;
    }
    Packet packet = toBroker.poll();
    if (packet instanceof Connect connect) {
      broker.connected(connect);
    } else {
      broker.got(packet);
    }
    return true;
  }

  boolean carryToClient() {
    if (!up || broker.out.isEmpty()) {
      return false;
    }
    Packet packet = broker.next();
    if (packet instanceof Puback || packet instanceof Pubrec || packet instanceof Pubcomp) {
      losses = 0;
    }
    if (packet instanceof Puback ack) {
      close(ack.packetId());
    } else if (packet instanceof Pubcomp comp) {
      close(comp.packetId());
    } else if (packet instanceof org.robustmqtt.codec.Suback ack) {
      close(ack.packetId());
    } else if (packet instanceof org.robustmqtt.codec.Unsuback ack) {
      close(ack.packetId());
    }
    session.received(packet);
    if (closing) {
      cut();
    }
    beginAgain();
    return true;
  }

  private void beginAgain() {
    if (again) {
      again = false;
      cut();
      connect();
    }
  }

  private void close(int id) {
    openIds.remove(id);
    openPublishes.remove(id);
  }

  void offer() {
    lastText++;
    String text = "in" + lastText + "q" + (1 + lastText % 2);
    if (broker.offer(text, 1 + lastText % 2) && broker.session == firstSession) {
      owed.add(text);
    }
  }

  boolean handle() {
    if (atListeners.isEmpty()) {
      return false;
    }
    List<Long> numbers = new ArrayList<>(atListeners.keySet());
    long number = numbers.get(random.nextInt(numbers.size()));
    handledTexts.add(atListeners.remove(number));
    session.handled(number);
    return true;
  }

  void wantOthers() {
    Map<String, QoS> before = wanted;
    wanted = new LinkedHashMap<>();
    for (String filter : FILTERS) {
      if (random.nextInt(3) > 0) {
        wanted.put(filter, QoS.of(random.nextInt(3)));
      }
    }
    log(() -> "want " + wanted);
    Scene.want(session, before, wanted);
  }

  void subscribeAgain() {
    session.subscribeAgain(FILTERS.get(random.nextInt(FILTERS.size())));
  }

  boolean idle() {
    return up
        && waiting.isEmpty()
        && toGiveUp.isEmpty()
        && sentOut.isEmpty()
        && toBroker.isEmpty()
        && atListeners.isEmpty()
        && broker.idle()
        && !journal.hasUnwritten()
        && !journal.hasUnforced()
        && session.inFlight() == 0
        && session.filtersPending() == 0
        && session.oldestUnacknowledged() == 0;
  }

  String state() {
    return "waiting "
        + waiting.keySet()
        + ", sent "
        + sentOut
        + ", filters pending "
        + session.filtersPending()
        + ", at listeners "
        + atListeners
        + ", broker idle "
        + broker.idle();
  }

  // effects

  @Override
  public void established(boolean sessionPresent, BrokerCapabilities capabilities) {
    window = Math.min(MAX_INFLIGHT, capabilities.receiveMaximum());
    log(() -> "established, resumed " + sessionPresent);
    if (firstSession == 0 && old()) {
      firstSession = broker.session;
    }
  }

  @Override
  public void write(Packet packet) {
    log(() -> Tape.text(packet));
    check(up && !closing, "written without a link");
    toBroker.add(packet);
    if (packet instanceof Publish publish) {
      String text = new String(publish.payload(), StandardCharsets.UTF_8);
      check(openIds.add(publish.packetId()), "packet id in use: #" + publish.packetId());
      openPublishes.add(publish.packetId());
      int allowed = losses < 2 ? window : 1;
      check(openPublishes.size() <= allowed, "more than " + allowed + " unacknowledged");
      check(!told.contains(Long.parseLong(text.substring(1))), "sent although given up: " + text);
      String last = lastUnderId.put(publish.packetId(), text);
      // After a restart it is not known whether what was recorded as sent had been written.
      boolean known = crashes == 0 && publish.duplicate();
      check(!known || text.equals(last), "DUP of another message");
    } else if (packet instanceof Subscribe subscribe) {
      check(openIds.add(subscribe.packetId()), "packet id in use: #" + subscribe.packetId());
    } else if (packet instanceof Unsubscribe unsubscribe) {
      check(openIds.add(unsubscribe.packetId()), "packet id in use: #" + unsubscribe.packetId());
    }
  }

  @Override
  public void writeUnacknowledged(long sequence, Publish packet) {
    log(() -> Tape.text(packet));
    toBroker.add(packet);
    timesWritten.merge(sequence, 1, Integer::sum);
    accepted.remove(sequence);
    sentOut.remove(sequence);
    settled.add(sequence);
    abandoned.remove(sequence);
    journal.append(state -> state.messages.remove(sequence));
  }

  @Override
  public void recordSent(long sequence, long epoch, int packetId, Level level, long token) {
    log(() -> "sent " + sequence + " in " + epoch + " as " + packetId);
    journal.append(
        state -> {
          ModelJournal.Stored stored = state.messages.get(sequence);
          if (stored != null) {
            stored.epoch = epoch;
            stored.packetId = packetId;
            stored.released = false;
          }
        },
        level,
        token);
  }

  @Override
  public void recordReleased(long sequence, Level level, long token) {
    journal.append(
        state -> {
          if (state.messages.containsKey(sequence)) {
            state.messages.get(sequence).released = true;
          }
        },
        level,
        token);
  }

  @Override
  public void recordReceived(int packetId, long token) {
    journal.append(state -> state.received.add(packetId), Level.APPENDED, token);
  }

  @Override
  public void recordCompleted(int packetId, long token) {
    journal.append(state -> state.received.remove(packetId), Level.APPENDED, token);
  }

  @Override
  public void forgetReceived() {
    journal.append(state -> state.received.clear());
  }

  @Override
  public void recordSession(SessionChange change, long token) {
    epoch = change.epoch();
    journal.append(
        state -> state.record = Optional.of(ModelJournal.with(state.record, change)),
        Level.FORCED,
        token);
  }

  @Override
  public void identified(String filter, int identifier) {
    // listeners are not looked at here
  }

  @Override
  public void settle(long sequence, Outcome outcome) {
    log(() -> "settled " + sequence + " " + outcome);
    if (abandoned.contains(sequence)) {
      // It had its outcome, and the session did not know: this is its late acknowledgement.
      end(sequence);
      return;
    }
    check(outcome.kind() == Outcome.Kind.ACKNOWLEDGED, "outcome " + outcome);
    check(sentOut.remove(sequence), "settled, but not sent: " + sequence);
    check(settled.add(sequence), "settled twice: " + sequence);
    journal.append(state -> state.messages.remove(sequence));
  }

  @Override
  public void requeue(long sequence) {
    log(() -> "requeued " + sequence);
    if (abandoned.contains(sequence)) {
      end(sequence);
      return;
    }
    check(sentOut.remove(sequence), "requeued, but not sent: " + sequence);
    waiting.put(sequence, true);
    journal.append(
        state -> {
          ModelJournal.Stored stored = state.messages.get(sequence);
          stored.packetId = 0;
          stored.requeued = true;
        });
  }

  @Override
  public void freed(long sequence) {
    log(() -> "freed " + sequence);
    check(abandoned.contains(sequence), "freed, but not given up: " + sequence);
    retired++;
    sentOut.remove(sequence);
  }

  @Override
  public void ended(long sequence, boolean acknowledged) {
    log(() -> "ended " + sequence);
    check(told.contains(sequence), "ended, but not given up: " + sequence);
    late += acknowledged ? 1 : 0;
    end(sequence);
  }

  private void end(long sequence) {
    abandoned.remove(sequence);
    sentOut.remove(sequence);
    journal.append(state -> state.messages.remove(sequence));
  }

  @Override
  public void deliver(long number, Publish packet) {
    String text = new String(packet.payload(), StandardCharsets.UTF_8);
    log(() -> "delivered " + text + " #" + packet.packetId());
    heard.merge(text, 1, Integer::sum);
    atListeners.put(number, text);
  }

  @Override
  public void subscribed(String filter, int reasonCode) {
    log(() -> "subscribed " + filter + " " + reasonCode);
  }

  @Override
  public void unsubscribed(String filter) {
    log(() -> "unsubscribed " + filter);
  }

  @Override
  public void tolerated(Tolerated breach, String text) {
    // changes nothing for the session
  }

  @Override
  public void pong() {
    throw new AssertionError("nobody asked");
  }

  @Override
  public void again() {
    log(() -> "again");
    check(up && !again, "again without a link");
    again = true;
  }

  @Override
  public void close(
      Place place, ProblemKind kind, int reasonCode, String text, Optional<Disconnect> last) {
    throw new AssertionError("closed: " + place + " " + kind + " " + text);
  }

  private void log(Supplier<String> line) {
    if (logging) {
      log.add(line.get());
    }
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
