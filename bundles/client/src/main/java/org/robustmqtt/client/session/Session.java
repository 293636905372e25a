package org.robustmqtt.client.session;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.robustmqtt.BrokerCapabilities;
import org.robustmqtt.Message;
import org.robustmqtt.Place;
import org.robustmqtt.QoS;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Pubcomp;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.PublishHead;
import org.robustmqtt.codec.Pubrec;
import org.robustmqtt.codec.Pubrel;
import org.robustmqtt.codec.Suback;
import org.robustmqtt.codec.Unsuback;

/**
 * One session with a broker, over many connections. Not safe for several threads: on the loop only.
 *
 * <p>Order of calls: {@link #connect}, then {@link #received} for each packet, {@link #lost} when
 * the link is gone, and again {@link #connect}.
 */
public final class Session {
  private SessionSettings settings;
  private final SessionEffects effects;
  private final Connection connection;
  private final Handshake handshake;
  private final Records records;
  private final Outgoing outgoing;
  private final Incoming incoming;
  private final Subscriptions subscriptions;

  /** The last serial before the last message of QoS 0, or before the broker accepted us. */
  private long unproved;

  /** What was found on disk; of another session if that is not ours. */
  private final Optional<SessionRecord> found;

  /** Messages sent in a session that is not ours any more; returned when there is a connection. */
  private final List<Long> strangers = new ArrayList<>();

  /**
   * A message that had been sent before the process ended.
   *
   * @param sequence its number
   * @param message the message
   * @param sync whether its durability is {@code sync}
   * @param epoch the session it was sent in
   * @param packetId its packet id
   * @param released whether its PUBREL may have been sent
   * @param abandoned whether it has its outcome, so that only its packet id is in use
   * @param held whether it is not sent again before {@link Session#unhold}
   * @param ended whether it has its outcome and the record that says so is on its way: it is not
   *     sent again, and {@link Session#giveUp} follows
   */
  public record Unfinished(
      long sequence,
      Message message,
      boolean sync,
      long epoch,
      int packetId,
      boolean released,
      boolean abandoned,
      boolean held,
      boolean ended) {
    /** A message without an outcome whose record is on its way. */
    public Unfinished(
        long sequence,
        Message message,
        boolean sync,
        long epoch,
        int packetId,
        boolean released,
        boolean abandoned,
        boolean held) {
      this(sequence, message, sync, epoch, packetId, released, abandoned, held, false);
    }

    /** A message that is still wanted, and not held. */
    public Unfinished(
        long sequence, Message message, boolean sync, long epoch, int packetId, boolean released) {
      this(sequence, message, sync, epoch, packetId, released, false, false);
    }
  }

  /**
   * A message to which the loss of the link is put down.
   *
   * @param sequence its number
   * @param alone whether nothing but it could be to blame
   */
  public record Suspect(long sequence, boolean alone) {}

  /**
   * Makes a session that continues what was found on disk.
   *
   * @param settings the settings; others of the same session may follow, see {@link #settings}
   * @param record the session record found on disk, if there is one; one of another broker or
   *     client identifier is not continued
   * @param unfinished messages that had been sent, in the order of their sequences; those of
   *     another epoch are requeued with the first effect
   * @param received packet ids of received QoS 2 messages whose exchange is open, in order
   * @param lastSerial the {@link #lastSerial} of the session that this one replaces, 0 if there is
   *     none: so that no late answer to the old one is taken for one to this
   * @param effects told what is to be done
   */
  public Session(
      SessionSettings settings,
      Optional<SessionRecord> record,
      List<Unfinished> unfinished,
      Set<Integer> received,
      long lastSerial,
      SessionEffects effects) {
    this.settings = settings;
    this.effects = effects;
    found = record;
    Optional<SessionRecord> ours = record.filter(this::ours);
    connection = new Connection(effects, lastSerial);
    handshake = new Handshake(settings, connection);
    PacketIds ids = new PacketIds(settings.maxInflight());
    outgoing = new Outgoing(effects, connection, ids, settings.maxInflight());
    long epoch = ours.map(SessionRecord::epoch).orElse(0L);
    long lastEpoch = record.map(SessionRecord::epoch).orElse(0L);
    Set<Integer> restored = new HashSet<>();
    // A quarantined message keeps the id it was sent with: where a later one has it, the exchange
    // of the first is over.
    Set<Integer> taken = new HashSet<>();
    for (Unfinished message : unfinished) {
      if (!message.abandoned() && message.epoch() == epoch) {
        taken.add(message.packetId());
      }
    }
    for (Unfinished message : unfinished) {
      lastEpoch = Math.max(lastEpoch, message.epoch());
      boolean valid = message.packetId() > 0 && message.epoch() == epoch;
      boolean over = message.abandoned() && taken.contains(message.packetId());
      if (valid && !over && restored.add(message.packetId())) {
        outgoing.restore(message);
      } else if (message.abandoned()) {
        effects.ended(message.sequence(), false);
      } else {
        strangers.add(message.sequence());
      }
    }
    records = new Records(effects, connection, settings, ours, Math.max(epoch, lastEpoch));
    incoming =
        new Incoming(
            effects, connection, settings.receiveMaximum(), ours.isPresent() ? received : Set.of());
    subscriptions = new Subscriptions(effects, connection, ids, records, this::idle);
    ours.ifPresent(subscriptions::restore);
  }

  /**
   * Gives sessions that begin from now on higher numbers than this. Not all of the store can be
   * read: messages that are found later may be of sessions that nobody knows, and must not be taken
   * for those of one that begins now.
   */
  public void epochsAbove(long lowest) {
    records.epochsAbove(lowest);
  }

  /**
   * Begins a connection and returns the CONNECT for it. Clean start is 0 only if a session record
   * was forced for this broker and client identifier. In MQTT 3.1.1 a session that is to last takes
   * two connections to begin, see {@link SessionEffects#again}.
   */
  public Connect connect(
      ProtocolVersion version, Optional<String> username, Optional<byte[]> password) {
    if (!connection.down()) {
      lost();
    }
    connection.begin(version);
    return handshake.connect(version, username, password, records.forced(), records.begin());
  }

  /** Takes a packet of the broker. */
  public void received(Packet packet) {
    if (!connection.open()) {
      return;
    }
    if (connection.preparing()) {
      // Of a session that is about to end with this connection.
      return;
    }
    if (!connection.online() && !(packet instanceof Connack)) {
      connection.breach(
          Place.CONNECT, "The broker sent " + packet.type() + " before its CONNACK (MQTT-3.2.0-1)");
      return;
    }
    boolean allowed =
        switch (packet.type()) {
          case CONNACK -> connack((Connack) packet);
          case PUBLISH -> {
            incoming.publish((Publish) packet);
            yield true;
          }
          case PUBACK -> outgoing.puback((Puback) packet);
          case PUBREC -> outgoing.pubrec((Pubrec) packet);
          case PUBREL -> {
            incoming.pubrel(((Pubrel) packet).packetId());
            yield true;
          }
          case PUBCOMP -> outgoing.pubcomp((Pubcomp) packet);
          case SUBACK -> subscriptions.suback((Suback) packet);
          case UNSUBACK -> subscriptions.unsuback((Unsuback) packet);
          case PINGRESP -> {
            effects.pong();
            yield true;
          }
          case DISCONNECT -> handshake.ended((Disconnect) packet);
          case CONNECT, SUBSCRIBE, UNSUBSCRIBE, PINGREQ, AUTH -> false;
        };
    if (!allowed) {
      connection.breach(
          Place.WAIT_MESSAGE,
          "The broker sent a packet that is not allowed here: " + packet.type());
    }
    test();
  }

  /**
   * Returns whether the broker has acknowledged nothing of what it was given after the last message
   * of QoS 0, or on this connection.
   */
  public boolean silent() {
    return connection.answered() <= unproved;
  }

  private boolean idle() {
    return outgoing.inFlight() == 0;
  }

  /** A filter that is asked for alone waits until nothing else is to be answered. */
  private void test() {
    if (subscriptions.testing() && idle()) {
      subscriptions.proceed();
    }
  }

  /** A PUBLISH came that cannot be read and was passed over: it is acknowledged, and not heard. */
  public void passedOver(PublishHead head, CodecException why) {
    if (connection.online()) {
      incoming.passedOver(head, why);
    }
  }

  /** The link is gone; what is in flight stays for the next connection. */
  public void lost() {
    boolean unanswered = connection.connecting();
    connection.end();
    incoming.linkLost();
    subscriptions.linkLost();
    if (unanswered) {
      // The broker may have read that CONNECT and begun a session that looks like ours next time.
      subscriptions.doubt();
      incoming.doubt();
    }
    outgoing.linkLost();
  }

  /** Returns whether a message with this QoS may be given to {@link #send} now. */
  public boolean ready(QoS qos) {
    return outgoing.ready(qos) && !subscriptions.testing();
  }

  /** Returns the highest QoS that the broker takes on this connection. */
  public QoS maximumQos() {
    return connection.capabilities().maximumQos();
  }

  /**
   * Sends a message; {@link #ready} was true.
   *
   * @param sequence its number
   * @param message the message
   * @param sync whether its durability is {@code sync}: QoS 2 records are forced then
   * @param duplicate whether it was sent as new before, so that its outcome says so
   * @param expirySeconds message expiry to send along in MQTT 5; 0 for none
   */
  public void send(
      long sequence, Message message, boolean sync, boolean duplicate, long expirySeconds) {
    if (message.qos() == QoS.AT_MOST_ONCE) {
      unproved = connection.lastSerial();
    }
    outgoing.send(new Exchange(sequence, message, sync, duplicate, expirySeconds));
  }

  /**
   * A message that was given to {@link #send}, or found, has its outcome: it is not sent again.
   * Told when it is {@linkplain SessionEffects#freed not sent any more} and when it has {@linkplain
   * SessionEffects#ended ended}; the latter at once if the session does not know it.
   */
  public void giveUp(long sequence) {
    strangers.remove(Long.valueOf(sequence));
    outgoing.giveUp(sequence);
    test();
  }

  /** Nothing is held any more for its age. */
  public void unhold() {
    outgoing.unhold();
  }

  /**
   * The link is being lost through no wish of ours; comes before {@link #lost}. Returns the message
   * that this is put down to: the one that waits longest for its acknowledgement.
   */
  public Optional<Suspect> blame() {
    return outgoing.blame();
  }

  /**
   * The broker closes the link, or left something unanswered; comes before {@link #lost}. Returns
   * the filter that is put aside for that, if it has been found: the broker closes whenever it is
   * asked for it.
   */
  public Optional<String> blameFilter() {
    return subscriptions.blame(idle());
  }

  /** A record has the level asked for, or could not be written. */
  public void written(long token, boolean written) {
    switch (Token.kind(token)) {
      case SENT, RELEASED -> outgoing.recorded(token, written);
      case RECEIVED, COMPLETED -> incoming.recorded(token, written);
      case SESSION -> {
        subscriptions.recorded(token, written);
        if (connection.preparing() && records.forced()) {
          connection.prepared();
        }
      }
      case DELIVERED_0, DELIVERED_1, DELIVERED_2 ->
          throw new IllegalArgumentException("no token of a record: " + token);
    }
  }

  /** The listeners are done with a received message. */
  public void handled(long number) {
    incoming.handled(number);
  }

  /**
   * A filter is wanted from now on, with this QoS; {@link #wanted} follows.
   *
   * @param identifier the subscription identifier it is to have where the broker takes any, 0 for
   *     none
   */
  public void want(String filter, QoS qos, int identifier) {
    subscriptions.want(filter, qos, identifier);
  }

  /** A filter is not wanted any more; {@link #wanted} follows. */
  public void unwant(String filter) {
    subscriptions.unwant(filter);
  }

  /**
   * That was all for now. What is new is subscribed, what is gone is unsubscribed; while not
   * connected this is done at the next connect, by difference to what the broker has.
   */
  public void wanted() {
    subscriptions.proceed();
  }

  /**
   * Returns the newest record, to go on with another object; the one that was found only if it is
   * of another broker or client identifier: one of this session that has ended is none.
   */
  public Optional<SessionRecord> record() {
    return records.of(subscriptions.held()).or(() -> found.filter(one -> !ours(one)));
  }

  /** Subscribes a wanted filter again, for its retained messages or because it had been refused. */
  public void subscribeAgain(String filter) {
    subscriptions.subscribeAgain(filter);
  }

  /** The configuration has changed: filters that were put aside are tried again. */
  public void pardon() {
    subscriptions.pardon();
  }

  /** Takes a filter off the broker that nobody wants, and that may be there all the same. */
  public void unsubscribe(String filter) {
    subscriptions.unsubscribe(filter);
  }

  /** Returns what its successor has to know, so that numbers are unique over both. */
  public long lastSerial() {
    return connection.lastSerial();
  }

  /** Returns the number of messages in flight: sent, not acknowledged. */
  public int inFlight() {
    return outgoing.inFlight();
  }

  /** Returns whether the broker accepted us and the record of its session is awaited. */
  public boolean preparing() {
    return connection.preparing();
  }

  /** Returns whether this message is in flight. */
  public boolean inFlight(long sequence) {
    return outgoing.inFlight(sequence);
  }

  /** Returns the number of filters whose SUBACK or UNSUBACK is awaited or that are not sent yet. */
  public int filtersPending() {
    return subscriptions.pending();
  }

  /** Returns how many of these are to be given back. */
  public int filtersUnwanted() {
    return subscriptions.unwanted();
  }

  /**
   * Returns a number that stays the same as long as the oldest packet that the broker has to
   * acknowledge is the same; 0 if there is none. The link closes when it stays too long.
   */
  public long oldestUnacknowledged() {
    return connection.online() ? earlier(outgoing.oldest(), subscriptions.oldest()) : 0;
  }

  /**
   * Goes on with other settings of the same broker and client identifier, so that it is the same
   * session: what is in flight, subscribed or in doubt stays so. Not while connected.
   */
  public void settings(SessionSettings other) {
    settings = other;
    handshake.settings(other);
    outgoing.maxInflight(other.maxInflight());
  }

  private boolean ours(SessionRecord record) {
    return record.brokerKey().equals(settings.brokerKey())
        && record.clientId().equals(settings.clientId());
  }

  private boolean connack(Connack packet) {
    if (connection.online()) {
      return false;
    }
    Optional<BrokerCapabilities> capabilities = handshake.judge(packet);
    if (capabilities.isEmpty()) {
      return true;
    }
    if (handshake.passing() || !packet.sessionPresent() && lacksRecord()) {
      prepare();
      return true;
    }
    unproved = connection.lastSerial();
    boolean begins = records.begins();
    connection.establish(capabilities.get(), Capabilities.topicAliases(packet.properties()));
    effects.established(packet.sessionPresent(), capabilities.get());
    incoming.begin();
    if (packet.sessionPresent()) {
      requeueStrangers();
      outgoing.resume(records.epoch());
      subscriptions.resume();
    } else if (begins) {
      outgoing.begin(records.epoch());
      subscriptions.begin();
    } else {
      // The record first: if the process ends after it, what is not requeued yet is of an older
      // epoch and will be; the other way round, a later message could be resumed before an earlier
      // one.
      incoming.abandon();
      records.nextEpoch();
      subscriptions.abandon(settings.resubscribe());
      outgoing.abandon(strangers);
      requeueStrangers();
      outgoing.begin(records.epoch());
      if (records.without() && records.works() && lasts()) {
        // The store came back while the broker answered.
        connection.prepared();
      }
    }
    return true;
  }

  /**
   * This connection was asked for with CleanSession 1, so that the broker has nothing left of
   * sessions that we do not know. What lasts in MQTT 3.1.1 begins with CleanSession 0, which is not
   * sent before there is a record: so that is forced, nothing is sent, and the next connection
   * begins the session. What was sent in this one would not be known to the broker after the first
   * outage, and what comes during that would be lost.
   */
  private void prepare() {
    connection.prepare();
    incoming.abandon();
    if (records.works()) {
      records.nextEpochAhead();
      subscriptions.prepare(settings.resubscribe());
    } else {
      records.nextEpoch();
      subscriptions.forget(settings.resubscribe());
    }
    outgoing.abandon(strangers);
    requeueStrangers();
    if (!records.works()) {
      connection.prepared();
    }
  }

  /** Returns whether the broker begins a session that is to last and can have no record. */
  private boolean lacksRecord() {
    return lasts() && !records.works() && !records.without() && !records.isAhead();
  }

  private boolean lasts() {
    return !settings.cleanStart();
  }

  /**
   * The store takes records, or takes none, from now on. While it takes none, nothing waits for one
   * but an exchange of QoS 2 that we send: a session without a record ends with its connection, and
   * one that has a record goes on. When it takes them again, a session begins that lasts.
   */
  public void storeWorks(boolean works) {
    if (works == records.works()) {
      return;
    }
    records.works(works);
    outgoing.storeWorks(works);
    if (works) {
      if (connection.online() && records.without() && lasts()) {
        connection.prepared();
      } else {
        subscriptions.proceed();
      }
      return;
    }
    incoming.goOn();
    if (connection.preparing() || connection.online() && lasts() && !records.forced()) {
      // Its record will not come, and without one it must not last.
      records.nextEpoch();
      subscriptions.forget(settings.resubscribe());
      connection.prepared();
    } else {
      subscriptions.goOn();
    }
  }

  private void requeueStrangers() {
    strangers.sort(null);
    strangers.forEach(effects::requeue);
    strangers.clear();
  }

  /** Returns the smaller of two serials, where 0 is none. */
  static long earlier(long one, long other) {
    return one == 0 || other != 0 && other < one ? other : one;
  }
}
