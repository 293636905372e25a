package org.robustmqtt.client.component;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.robustmqtt.Acknowledgement;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.Message;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Pending;
import org.robustmqtt.PendingMessage;
import org.robustmqtt.QoS;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.Ticket;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.TopicName;
import org.robustmqtt.TopicPolicy;
import org.robustmqtt.client.listeners.ListenerSpec;
import org.robustmqtt.whiteboard.MessageListener;

/**
 * The service of one connection, one object for all bundles and for its whole life; the rooms
 * behind it may come later. Subscriptions made here move over to new rooms. Safe for several
 * threads.
 */
final class ConnectionService implements RobustMqttConnection {
  /** How long a message waits while the connection begins anew. */
  private static final long PATIENCE_SECONDS = 1;

  /** Longer waits are not told apart. */
  private static final Duration LONGEST_WAIT = Duration.ofNanos(Long.MAX_VALUE);

  private final String name;
  private volatile Rooms rooms;
  private volatile boolean closed;

  /** Guards the list and the rooms' change; held for calls that only enqueue. */
  private final Object guard = new Object();

  private final List<Subscribed> subscriptions = new ArrayList<>();

  /** Open until there are other rooms. */
  private CountDownLatch nextRooms = new CountDownLatch(1);

  /** Makes a service that begins with these rooms. */
  ConnectionService(String name, Rooms rooms) {
    this.name = name;
    this.rooms = Objects.requireNonNull(rooms);
  }

  /** Returns the rooms of this moment. */
  Rooms rooms() {
    return rooms;
  }

  /** Puts other rooms behind the service. */
  void rooms(Rooms other) {
    synchronized (guard) {
      rooms = Objects.requireNonNull(other);
      subscriptions.forEach(Subscribed::attach);
      nextRooms.countDown();
      nextRooms = new CountDownLatch(1);
    }
  }

  /** From now on no message is accepted. */
  void close() {
    closed = true;
  }

  /** Lets the rooms go. */
  void gone(Instant at) {
    String text = "the connection was deleted or stopped";
    rooms(new AbsentRooms(Statuses.closed(name, at), NotAcceptedException.Reason.CLOSED, text));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Ticket publish(Message message) {
    return accepted(now -> now.publish(message));
  }

  @Override
  public Ticket publish(Message message, Duration maxWait) throws InterruptedException {
    checkWaiting("publish with a time to wait");
    checkOpen();
    Rooms now = rooms;
    try {
      return now.publish(message, maxWait);
    } catch (NotAcceptedException e) {
      return following(now, e).publish(message, maxWait);
    }
  }

  private <T> T accepted(Function<Rooms, T> action) {
    checkOpen();
    Rooms now = rooms;
    try {
      return action.apply(now);
    } catch (NotAcceptedException e) {
      return action.apply(following(now, e));
    }
  }

  /** Returns the rooms that follow if these were closed because the connection begins anew. */
  private Rooms following(Rooms before, NotAcceptedException refusal) {
    if (refusal.reason() != NotAcceptedException.Reason.CLOSED || closed) {
      throw refusal;
    }
    CountDownLatch change;
    synchronized (guard) {
      if (rooms != before) {
        return rooms;
      }
      change = nextRooms;
    }
    try {
      if (change.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return rooms;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new NotAcceptedException(
        NotAcceptedException.Reason.STORE_BUSY,
        name + ": the connection begins anew with another journal");
  }

  @Override
  public MqttSubscriptionHandle subscribe(
      String filter, QoS qos, Acknowledgement acknowledgement, MessageListener listener) {
    boolean manual = acknowledgement == Acknowledgement.MANUAL;
    ListenerSpec spec =
        new ListenerSpec(
            "subscription to " + filter, List.of(new TopicFilter(filter)), qos, manual);
    Subscribed subscribed = new Subscribed(spec, Objects.requireNonNull(listener));
    synchronized (guard) {
      subscriptions.add(subscribed);
      subscribed.attach();
    }
    return subscribed;
  }

  @Override
  public boolean unsubscribe(String filter) {
    return rooms.unsubscribe(new TopicFilter(filter).value());
  }

  @Override
  public ConnectionStatus status() {
    return rooms.status();
  }

  @Override
  public TopicPolicy policy(String topic) {
    return rooms.policy(new TopicName(topic).value());
  }

  @Override
  public Pending pending() {
    return rooms.pending();
  }

  @Override
  public List<PendingMessage> browse(int limit) {
    if (limit <= 0) {
      throw new IllegalArgumentException("limit " + limit + ": must be more than 0");
    }
    return rooms.browse(limit);
  }

  @Override
  public CompletionStage<Void> whenIdle() {
    return rooms.whenIdle();
  }

  @Override
  public boolean flush(Duration timeout) throws InterruptedException {
    checkWaiting("flush");
    CountDownLatch told = new CountDownLatch(1);
    AtomicBoolean gone = new AtomicBoolean();
    rooms
        .whenIdle()
        .whenComplete(
            (nothing, problem) -> {
              gone.set(problem != null);
              told.countDown();
            });
    Duration wait = timeout.compareTo(LONGEST_WAIT) < 0 ? timeout : LONGEST_WAIT;
    return told.await(wait.toNanos(), TimeUnit.NANOSECONDS) && !gone.get();
  }

  @Override
  public boolean cancel(long id) {
    return rooms.cancel(id);
  }

  @Override
  public int purge() {
    return rooms.purge();
  }

  @Override
  public List<PendingMessage> quarantined(int limit) {
    if (limit <= 0) {
      throw new IllegalArgumentException("limit " + limit + ": must be more than 0");
    }
    return rooms.quarantined(limit);
  }

  @Override
  public Optional<Ticket> retry(long id) {
    return accepted(now -> now.retry(id));
  }

  @Override
  public int purgeQuarantined() {
    return rooms.purgeQuarantined();
  }

  @Override
  public void connect() {
    rooms.connect();
  }

  @Override
  public void disconnect() {
    rooms.disconnect();
  }

  @Override
  public void reconnectNow() {
    rooms.reconnectNow();
  }

  @Override
  public CompletionStage<Duration> probe() {
    return rooms.probe();
  }

  @Override
  public String toString() {
    return "RobustMqttConnection[" + name + "]";
  }

  private void checkOpen() {
    if (closed) {
      throw new NotAcceptedException(
          NotAcceptedException.Reason.CLOSED, name + ": the connection was deleted or stopped");
    }
  }

  private void checkWaiting(String what) {
    if (rooms.onListenerThread()) {
      throw new IllegalStateException(name + ": " + what + " is not allowed in a listener");
    }
  }

  /** One subscription made by code. */
  private final class Subscribed implements MqttSubscriptionHandle {
    private final ListenerSpec spec;
    private final MessageListener listener;
    private MqttSubscriptionHandle inRooms = () -> {};

    Subscribed(ListenerSpec spec, MessageListener listener) {
      this.spec = spec;
      this.listener = listener;
    }

    /** Under the guard. */
    void attach() {
      inRooms = rooms.listen(spec, listener);
    }

    @Override
    public void close() {
      synchronized (guard) {
        if (subscriptions.remove(this)) {
          inRooms.close();
        }
      }
    }
  }
}
