package org.robustmqtt.client.link;

import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.robustmqtt.BrokerCapabilities;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.listeners.Wish;
import org.robustmqtt.client.session.Session;
import org.robustmqtt.client.session.SessionChange;
import org.robustmqtt.client.session.SessionEffects;
import org.robustmqtt.client.session.SessionRecord;
import org.robustmqtt.client.session.SessionSettings;
import org.robustmqtt.client.session.Tolerated;
import org.robustmqtt.client.transport.Secret;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.PublishHead;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.WrittenCallback;

/**
 * Holds one session: gives it its inputs and carries out its effects. The session is never entered
 * from within one of its effects: what comes back meanwhile is given to it when it has returned. On
 * the loop only, but for the journal's answers.
 *
 * <p>Messages of presence have sequences below 0: they are not accepted messages, so that they have
 * neither a record nor an outcome.
 */
final class Carrier implements SessionEffects {
  /** What a carrier asks of its link; within an effect, so that it must not call back. */
  interface Host {
    void established(boolean sessionPresent, BrokerCapabilities capabilities);

    void write(Packet packet);

    void writeUnacknowledged(long sequence, Publish packet);

    /** A message of presence has its end. */
    void presenceSettled(long sequence, Outcome outcome);

    /** See {@link SessionEffects#tolerated}. */
    void tolerated(Tolerated breach, String text);

    void pong();

    /** The link is to be closed; told when the session has returned. */
    void close(CloseRequest request);

    /** The link is to be ended and begun anew at once; told when the session has returned. */
    void again();

    /** Answers that came from another thread were given to the session. */
    void answered();

    /** Runs what comes from another thread; a defect costs the connection. */
    void guarded(Runnable task);
  }

  /** See {@link SessionEffects#close}. */
  record CloseRequest(
      Place place, ProblemKind kind, int reasonCode, String text, Optional<Disconnect> last) {}

  private final Doors doors;
  private final Link.Rooms rooms;
  private final Host host;
  private final Answers answers;
  private final Answers.Receiver written = this::written;
  private final ArrayDeque<Runnable> later = new ArrayDeque<>();
  private final Set<Integer> openReceived;

  /** Messages of presence that are not acknowledged. */
  private final Set<Long> presence = new LinkedHashSet<>();

  private final Session session;
  private final SessionStore store;

  private Optional<CloseRequest> close = Optional.empty();
  private boolean closeTold;
  private boolean again;
  private boolean storeWorks = true;
  private boolean retains = true;
  private int depth;
  private boolean settling;
  private boolean retired;

  Carrier(
      Doors doors,
      Link.Rooms rooms,
      Host host,
      SessionStore store,
      SessionSettings settings,
      Optional<SessionRecord> record,
      List<Session.Unfinished> unfinished,
      Set<Integer> received,
      long lastSerial) {
    this.doors = doors;
    this.rooms = rooms;
    this.host = host;
    this.store = store;
    openReceived = new LinkedHashSet<>(received);
    answers = new Answers(doors.loop(), () -> host.guarded(this::answered));
    depth++;
    session = new Session(settings, record, unfinished, received, lastSerial, this);
    depth--;
  }

  /** See {@link Session#epochsAbove}. */
  void epochsAbove(long lowest) {
    session.epochsAbove(lowest);
  }

  // Inputs.

  /** Looks whether the store takes records; returns whether that has changed. */
  boolean lookAtStore() {
    boolean works = rooms.journal().takesRecords();
    if (works == storeWorks) {
      return false;
    }
    storeWorks = works;
    call(() -> session.storeWorks(works));
    return true;
  }

  Connect connect(ProtocolVersion version, Optional<String> username, Optional<Secret> password) {
    close = Optional.empty();
    again = false;
    depth++;
    try {
      return session.connect(version, username, password.map(Secret::reveal));
    } finally {
      depth--;
      settle();
    }
  }

  void received(Packet packet) {
    if (close.isPresent()) {
      return;
    }
    depth++;
    try {
      session.received(packet);
    } finally {
      depth--;
    }
    settle();
  }

  /** See {@link Session#passedOver}. */
  void passedOver(PublishHead head, CodecException why) {
    if (close.isEmpty()) {
      call(() -> session.passedOver(head, why));
    }
  }

  /** Returns whether the broker of this connection retains messages. */
  boolean retains() {
    return retains;
  }

  void send(long sequence, Message message, boolean sync, boolean duplicate, long expirySeconds) {
    if (sequence < 0) {
      presence.add(sequence);
    }
    depth++;
    try {
      session.send(sequence, message, sync, duplicate, expirySeconds);
    } finally {
      depth--;
    }
    settle();
  }

  void handled(long number) {
    call(() -> session.handled(number));
  }

  /** Filters are wanted from now on, or not any more. */
  void want(Map<String, Optional<Wish>> changes) {
    call(
        () -> {
          changes.forEach(
              (filter, wish) ->
                  wish.ifPresentOrElse(
                      one -> session.want(filter, one.qos(), one.identifier()),
                      () -> session.unwant(filter)));
          session.wanted();
        });
  }

  void subscribeAgain(String filter) {
    call(() -> session.subscribeAgain(filter));
  }

  /** See {@link Session#unsubscribe}. */
  void unsubscribe(String filter) {
    call(() -> session.unsubscribe(filter));
  }

  /** The link is gone, and with it every message of presence: what it said is not true any more. */
  void lost() {
    call(session::lost);
    List.copyOf(presence).forEach(this::giveUp);
    presence.clear();
  }

  /** See {@link Session#giveUp}. */
  void giveUp(long sequence) {
    call(() -> session.giveUp(sequence));
  }

  /** See {@link Session#unhold}. */
  void unhold() {
    call(session::unhold);
  }

  /** See {@link Session#blame}. */
  Optional<Session.Suspect> blame() {
    return session.blame();
  }

  /** See {@link Session#blameFilter}. */
  Optional<String> blameFilter() {
    return session.blameFilter();
  }

  /** Returns whether an exchange of QoS 2 can begin: its steps can be recorded, or it has none. */
  boolean recordsExactlyOnce() {
    return storeWorks || session.maximumQos() != QoS.EXACTLY_ONCE;
  }

  boolean ready(QoS qos) {
    return close.isEmpty() && session.ready(qos);
  }

  int inFlight() {
    return session.inFlight();
  }

  boolean preparing() {
    return session.preparing();
  }

  int filtersPending() {
    return session.filtersPending();
  }

  int filtersUnwanted() {
    return session.filtersUnwanted();
  }

  long oldestUnacknowledged() {
    return session.oldestUnacknowledged();
  }

  /** Goes on with other settings of the same session, see {@link Session#settings}. */
  void settings(SessionSettings other) {
    session.settings(other);
  }

  /** See {@link Session#silent}. */
  boolean silent() {
    return session.silent();
  }

  /** See {@link Session#pardon}. */
  void pardon() {
    session.pardon();
  }

  /** Returns the newest record of the session, to continue it with another object. */
  Optional<SessionRecord> record() {
    return session.record();
  }

  /** Returns what the numbers of another object have to begin above. */
  long lastSerial() {
    return session.lastSerial();
  }

  /** Returns the ids of received QoS 2 messages whose exchange is open. */
  Set<Integer> openReceived() {
    return openReceived;
  }

  /** The session is replaced: it is told nothing any more, and nothing it wants is done. */
  void retire() {
    retired = true;
  }

  private void call(Runnable input) {
    if (retired) {
      return;
    }
    if (depth > 0) {
      later.add(() -> call(input));
      return;
    }
    depth++;
    try {
      input.run();
    } finally {
      depth--;
    }
    settle();
  }

  /** Gives the session what came back while it was busy, until there is nothing left. */
  private void settle() {
    if (depth > 0 || settling || retired) {
      return;
    }
    settling = true;
    try {
      boolean more;
      do {
        more = answers.take(written);
        for (Runnable task = later.poll(); task != null; task = later.poll()) {
          more = true;
          task.run();
        }
      } while (more && !retired);
    } finally {
      settling = false;
    }
    Optional<CloseRequest> asked = close;
    if (asked.isPresent() && !closeTold) {
      closeTold = true;
      host.close(asked.get());
    } else if (again) {
      again = false;
      host.again();
    }
  }

  private void written(long token, boolean ok) {
    if (retired) {
      return;
    }
    depth++;
    try {
      session.written(token, ok);
    } finally {
      depth--;
    }
  }

  private void answered() {
    if (!retired) {
      settle();
      host.answered();
    }
  }

  private WrittenCallback answer(long token) {
    return ok -> answers.put(token, ok, doors.loop().isCurrent() && depth > 0);
  }

  // Effects.

  @Override
  public void established(boolean sessionPresent, BrokerCapabilities capabilities) {
    retains = capabilities.retainAvailable();
    host.established(sessionPresent, capabilities);
  }

  @Override
  public void write(Packet packet) {
    host.write(packet);
  }

  @Override
  public void writeUnacknowledged(long sequence, Publish packet) {
    presence.remove(sequence);
    host.writeUnacknowledged(sequence, packet);
  }

  @Override
  public void recordSent(long sequence, long epoch, int packetId, Level level, long token) {
    if (sequence < 0) {
      answers.put(token, true, true);
    } else {
      rooms.journal().sent(sequence, epoch, packetId, level, answer(token));
    }
  }

  @Override
  public void recordReleased(long sequence, Level level, long token) {
    if (sequence < 0) {
      answers.put(token, true, true);
    } else {
      rooms.journal().released(sequence, level, answer(token));
    }
  }

  @Override
  public void recordReceived(int packetId, long token) {
    openReceived.add(packetId);
    rooms.journal().received(packetId, answerNow(token));
  }

  @Override
  public void recordCompleted(int packetId, long token) {
    openReceived.remove(packetId);
    rooms.journal().completed(packetId, answerNow(token));
  }

  /**
   * While the store takes no records, what we receive is not held back for them: if the process
   * ends, listeners hear it once more, as they may after a crash.
   */
  private WrittenCallback answerNow(long token) {
    if (storeWorks) {
      return answer(token);
    }
    answers.put(token, true, true);
    return WrittenCallback.NONE;
  }

  @Override
  public void forgetReceived() {
    openReceived.clear();
    rooms.journal().forgetReceived();
  }

  @Override
  public void recordSession(SessionChange change, long token) {
    store.write(change, answer(token));
  }

  @Override
  public void settle(long sequence, Outcome outcome) {
    if (sequence < 0) {
      presence.remove(sequence);
      host.presenceSettled(sequence, outcome);
    } else {
      rooms.outbox().settle(sequence, outcome);
    }
  }

  @Override
  public boolean stripsRetain(long sequence) {
    return rooms.outbox().stripsRetain(sequence);
  }

  @Override
  public void requeue(long sequence) {
    if (sequence > 0) {
      rooms.journal().unsent(sequence);
      rooms.outbox().requeue(sequence);
    }
  }

  @Override
  public void freed(long sequence) {
    if (sequence > 0) {
      rooms.outbox().freed(sequence);
    }
  }

  @Override
  public void ended(long sequence, boolean acknowledged) {
    if (sequence > 0) {
      rooms.outbox().ended(sequence, acknowledged);
    }
  }

  @Override
  public void deliver(long number, Publish packet) {
    rooms.dispatcher().deliver(number, packet);
  }

  @Override
  public void identified(String filter, int identifier) {
    rooms.dispatcher().identified(filter, identifier);
  }

  @Override
  public void subscribed(String filter, int reasonCode) {
    rooms.dispatcher().subscribed(filter, reasonCode);
  }

  @Override
  public void unsubscribed(String filter) {
    // The dispatcher gave the filter up already; it waits for no answer.
  }

  @Override
  public void tolerated(Tolerated breach, String text) {
    host.tolerated(breach, text);
  }

  @Override
  public void pong() {
    host.pong();
  }

  @Override
  public void again() {
    again = true;
  }

  @Override
  public void close(
      Place place, ProblemKind kind, int reasonCode, String text, Optional<Disconnect> last) {
    if (close.isEmpty()) {
      closeTold = false;
      close = Optional.of(new CloseRequest(place, kind, reasonCode, text, last));
    }
  }
}
