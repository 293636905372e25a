package org.robustmqtt.client.link;

import java.io.EOFException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.robustmqtt.BrokerCapabilities;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.DropReason;
import org.robustmqtt.Outcome;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.door.Log;
import org.robustmqtt.client.listeners.Dispatcher;
import org.robustmqtt.client.listeners.Wish;
import org.robustmqtt.client.session.Tolerated;
import org.robustmqtt.client.transport.TlsException;
import org.robustmqtt.client.transport.Transport;
import org.robustmqtt.client.transport.TransportEvents;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.PublishHead;

/**
 * Joins what a connection consists of: what the transport reads goes to the session, what session,
 * outbox and listeners want goes to the transport, and what ends the connection goes to its {@link
 * Life}. On the loop only.
 */
final class Wire implements TransportEvents, Carrier.Host, Dispatcher.Wants {
  private static final Log LOG = Log.of(Link.class);
  private static final Outcome SENT = new Outcome.Sent();

  private final String name;
  private final Doors doors;
  private final Link.Rooms rooms;
  private final StatusBoard board;
  private final Sessions sessions;
  private final Pump pump;
  private final Watch watch;
  private final Idle idle;
  private final Life life;
  private final Leniency leniency;
  private Optional<Transport> transport = Optional.empty();
  private ProtocolVersion version = ProtocolVersion.MQTT_5;

  /** Whether a message that nobody acknowledges was written on this connection. */
  private boolean unacknowledged;

  Wire(
      String name,
      Doors doors,
      Link.Rooms rooms,
      StatusBoard board,
      Sessions sessions,
      Pump pump,
      Watch watch,
      Idle idle,
      Life life) {
    this.name = name;
    this.doors = doors;
    this.rooms = rooms;
    this.board = board;
    this.sessions = sessions;
    this.pump = pump;
    this.watch = watch;
    this.idle = idle;
    this.life = life;
    leniency = new Leniency(name, rooms.dispatcher(), board);
  }

  /** Bytes can flow, in this version. */
  void open(Transport opened, ProtocolVersion spoken) {
    transport = Optional.of(opened);
    version = spoken;
    unacknowledged = false;
  }

  /** Returns whether the broker may be closing for a message that it does not acknowledge. */
  boolean unacknowledged() {
    return unacknowledged;
  }

  /**
   * Closes the transport, if there is one, and tells the session. Messages of QoS 0 that were not
   * handed over go back to the queue; those of QoS 1 and 2 stay with the session.
   */
  void close() {
    if (transport.isPresent()) {
      Transport closing = transport.get();
      transport = Optional.empty();
      closing.close(this::notHandedOver);
      sessions.carrier().lost();
    }
  }

  /** What was learnt about the broker is forgotten. */
  void forget() {
    leniency.forget();
  }

  Transport transport() {
    return transport.orElseThrow();
  }

  /** Returns how many bytes wait to be taken; 0 without a transport. */
  long waiting() {
    return transport.map(Transport::waiting).orElse(0L);
  }

  /** Writes DISCONNECT, as far as the operating system takes it at once. */
  void sayDisconnect(int reasonCode) {
    write(new Disconnect(reasonCode, Properties.NONE));
    transport.ifPresent(Transport::flush);
  }

  // What the transport tells.

  @Override
  public void received(Packet packet) {
    watch.received();
    sessions.carrier().received(packet);
  }

  @Override
  public boolean passesOver(PublishHead head, CodecException why) {
    return life.state() != ConnectionState.HANDSHAKING && leniency.passesOver(head, why);
  }

  @Override
  public void passedOver(PublishHead head, CodecException why) {
    watch.received();
    sessions.carrier().passedOver(head, why);
  }

  /** {@inheritDoc} Sends what can be sent now, and looks at everything that may have changed. */
  @Override
  public void turned() {
    if (life.over()) {
      return;
    }
    if (transport.isPresent() && life.sending() && pump.run(sessions.carrier(), transport.get())) {
      turnSoon();
    }
    life.progressed();
    watch.touch();
    board.filtersPending(sessions.filtersPending(), sessions.filtersUnwanted());
    life.saveEnergy();
    idle.check();
  }

  private void turnSoon() {
    doors.loop().execute(() -> life.guarded(this::turned));
  }

  @Override
  public void handedOver(long sequence) {
    if (sequence > 0) {
      rooms.outbox().settle(sequence, SENT);
    } else {
      presenceSettled(sequence, SENT);
    }
  }

  private void notHandedOver(long sequence) {
    if (sequence > 0) {
      rooms.outbox().requeue(sequence);
    }
  }

  @Override
  public void ended(IOException cause) {
    life.guarded(() -> lost(cause));
  }

  private void lost(IOException cause) {
    if (cause instanceof TlsException tls) {
      life.lose(tls.place(), tls.kind(), 0, life.broker() + ": " + tls.getMessage());
      return;
    }
    if (cause instanceof EOFException && life.replaced()) {
      life.lose(
          Place.CHECK_MESSAGE,
          ProblemKind.SESSION_TAKEN_OVER,
          0,
          life.broker()
              + ": closed by the other side time and again soon after it accepted us, and without"
              + " a reason: the session is probably taken over");
      return;
    }
    boolean handshaking = life.state() == ConnectionState.HANDSHAKING;
    life.lose(
        handshaking ? Place.CONNECT : Place.CHECK_MESSAGE,
        ProblemKind.CONNECTION_LOST,
        0,
        life.broker()
            + ": "
            + cause.getMessage()
            + (handshaking ? " before it answered our CONNECT" : ""));
  }

  @Override
  public void malformed(CodecException cause) {
    life.guarded(() -> broken(cause));
  }

  private void broken(CodecException cause) {
    boolean handshaking = life.state() == ConnectionState.HANDSHAKING;
    if (!handshaking && version == ProtocolVersion.MQTT_5) {
      sayDisconnect(cause.reason().value());
    }
    life.lose(
        handshaking ? Place.CONNECT : Place.CHECK_MESSAGE,
        handshaking ? ProblemKind.CONNACK_MALFORMED : ProblemKind.PROTOCOL_ERROR,
        cause.reason().value(),
        life.broker() + " broke the protocol: " + cause.getMessage());
  }

  @Override
  public void defect(Throwable cause) {
    life.defect(cause);
  }

  // What the session wants.

  @Override
  public void established(boolean sessionPresent, BrokerCapabilities capabilities) {
    leniency.online(capabilities.keepAliveSeconds());
    life.established(sessionPresent, capabilities);
  }

  @Override
  public void write(Packet packet) {
    watch.sent();
    try {
      if (transport.isPresent()) {
        transport.get().write(packet);
      }
    } catch (CodecException e) {
      throw new IllegalStateException("cannot be written: " + e.getMessage(), e);
    }
  }

  @Override
  public void writeUnacknowledged(long sequence, Publish packet) {
    watch.sent();
    unacknowledged |= sequence > 0;
    try {
      if (transport.isPresent()) {
        transport.get().write(packet, sequence);
      } else {
        notHandedOver(sequence);
      }
    } catch (CodecException e) {
      // Only this message is hurt, and nothing of it was written.
      LOG.warn("{}: message {} cannot be written: {}", name, sequence, e.getMessage());
      rooms
          .outbox()
          .settle(sequence, new Outcome.Dropped(DropReason.REFUSED, e.reason().value(), false));
    }
  }

  @Override
  public void presenceSettled(long sequence, Outcome outcome) {
    // Within an effect: what follows must not enter the session.
    doors.loop().execute(() -> life.guarded(() -> life.presenceSettled(sequence, outcome)));
  }

  @Override
  public void tolerated(Tolerated breach, String text) {
    leniency.tolerated(breach, text);
  }

  @Override
  public void pong() {
    if (watch.pong()) {
      rooms.dispatcher().pingAnswered();
    }
  }

  @Override
  public void close(Carrier.CloseRequest request) {
    if (transport.isPresent()) {
      request.last().ifPresent(this::write);
      transport.get().flush();
      life.lose(request.place(), request.kind(), request.reasonCode(), request.text());
    }
  }

  @Override
  public void again() {
    if (transport.isPresent()) {
      life.guarded(life::again);
    }
  }

  @Override
  public void answered() {
    life.guarded(this::turned);
  }

  @Override
  public void guarded(Runnable task) {
    life.guarded(task);
  }

  // What listeners want.

  @Override
  public void wanted(Map<String, Optional<Wish>> changes) {
    life.guarded(() -> sessions.ifPresent(carrier -> carrier.want(changes)));
    turnSoon();
  }

  @Override
  public void again(String filter) {
    life.guarded(() -> sessions.ifPresent(carrier -> carrier.subscribeAgain(filter)));
    turnSoon();
  }

  @Override
  public void unwanted(String filter) {
    life.guarded(() -> sessions.ifPresent(carrier -> carrier.unsubscribe(filter)));
    turnSoon();
  }

  @Override
  public void reading(boolean wanted) {
    transport.ifPresent(
        read -> {
          read.reading(wanted);
          watch.reading(wanted);
        });
  }

  @Override
  public int ping() {
    life.guarded(watch::roundTrip);
    turnSoon();
    return transport.isPresent() ? sessions.carrier().openReceived().size() : 0;
  }

  @Override
  public void handled(long number) {
    life.guarded(() -> sessions.ifPresent(carrier -> carrier.handled(number)));
    if (idle.matters()) {
      turnSoon();
    }
  }
}
