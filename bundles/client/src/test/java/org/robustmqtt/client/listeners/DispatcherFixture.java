package org.robustmqtt.client.listeners;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.QoS;
import org.robustmqtt.ReceivedMessage;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.door.Lanes;
import org.robustmqtt.client.testing.SteppedJournal;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.whiteboard.MessageListener;

/** A dispatcher in virtual time with lanes that can be held one by one, and what it has told. */
final class DispatcherFixture implements Dispatcher.Wants {
  static final Dispatcher.Times TIMES =
      new Dispatcher.Times(
          Duration.ofMinutes(10).toNanos(),
          Duration.ofSeconds(60).toNanos(),
          15,
          Duration.ofSeconds(30).toNanos());

  /** A lane that runs what it has when it is told. */
  static final class HeldLane implements Executor {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    boolean runOne() {
      Runnable task = tasks.poll();
      if (task != null) {
        task.run();
      }
      return task != null;
    }
  }

  /** A listener that keeps what it hears. */
  static final class Ear implements MessageListener {
    final List<String> heard = new ArrayList<>();
    final List<ReceivedMessage> messages = new ArrayList<>();

    @Override
    public void received(ReceivedMessage message) {
      heard.add(message.text());
      messages.add(message);
    }
  }

  final VirtualWorld world = new VirtualWorld(1);
  final SteppedJournal journal = new SteppedJournal();
  final List<Map<String, QoS>> wanted = new ArrayList<>();

  /** The subscription identifiers of the wanted filters, as they were told. */
  final Map<String, Integer> identifiers = new TreeMap<>();

  final List<String> again = new ArrayList<>();
  final List<Long> handled = new ArrayList<>();
  final List<String> unwanted = new ArrayList<>();
  final List<Boolean> reading = new ArrayList<>();
  final Dispatcher dispatcher;
  private Optional<Executor> nextLane = Optional.empty();
  int pings;
  private long number;
  private boolean delivering;

  DispatcherFixture() {
    this(Map.of());
  }

  DispatcherFixture(Map<String, byte[]> found) {
    this(found, dispatcher -> {});
  }

  /** Does something before it is bound. */
  DispatcherFixture(Map<String, byte[]> found, Consumer<Dispatcher> before) {
    Doors doors = world.doors();
    Lanes lanes =
        new Lanes() {
          @Override
          public Executor lane() {
            Executor lane = nextLane.orElseGet(doors.lanes()::lane);
            nextLane = Optional.empty();
            return lane;
          }

          @Override
          public Executor pool() {
            return doors.lanes().pool();
          }

          @Override
          public boolean isCurrent() {
            return doors.lanes().isCurrent();
          }
        };
    dispatcher =
        new Dispatcher(
            "home",
            new Doors(
                doors.clock(), doors.loop(), doors.helpers(), lanes, doors.entropy(), doors.net()),
            TIMES,
            journal,
            found);
    before.accept(dispatcher);
    dispatcher.bind(this);
    world.run();
  }

  /** Returns one that finds what this one has written. */
  DispatcherFixture restarted() {
    return restarted(dispatcher -> {});
  }

  DispatcherFixture restarted(Consumer<Dispatcher> before) {
    journal.stepAll();
    return new DispatcherFixture(journal.crash().values(), before);
  }

  @Override
  public void wanted(Map<String, Optional<Wish>> changes) {
    assert world.doors().loop().isCurrent();
    changes.forEach(
        (filter, wish) ->
            wish.ifPresentOrElse(
                one -> identifiers.put(filter, one.identifier()),
                () -> identifiers.remove(filter)));
    wanted.add(wanted());
  }

  /** Returns the filters that are wanted now. */
  Map<String, QoS> wanted() {
    Map<String, QoS> filters = new LinkedHashMap<>();
    dispatcher.wanted().forEach((filter, wish) -> filters.put(filter, wish.qos()));
    return filters;
  }

  @Override
  public void again(String filter) {
    again.add(filter);
  }

  @Override
  public void unwanted(String filter) {
    unwanted.add(filter);
  }

  @Override
  public void reading(boolean now) {
    reading.add(now);
  }

  @Override
  public void defect(Throwable thrown) {
    throw new AssertionError(thrown);
  }

  @Override
  public int ping() {
    pings++;
    return 0;
  }

  @Override
  public void handled(long done) {
    assert !delivering : "handled within deliver";
    handled.add(done);
  }

  static ListenerSpec spec(int qos, boolean manual, String... filters) {
    return new ListenerSpec(
        "test/" + filters[0],
        Stream.of(filters).map(TopicFilter::new).toList(),
        QoS.of(qos),
        manual);
  }

  MqttSubscriptionHandle add(MessageListener listener, String... filters) {
    return add(spec(1, false, filters), listener);
  }

  MqttSubscriptionHandle add(ListenerSpec spec, MessageListener listener) {
    MqttSubscriptionHandle handle = dispatcher.add(spec, listener);
    world.run();
    return handle;
  }

  /** Adds a listener whose lane runs only when it is told. */
  HeldLane held(MessageListener listener, String... filters) {
    HeldLane lane = new HeldLane();
    on(lane, spec(1, false, filters), listener);
    return lane;
  }

  MqttSubscriptionHandle on(Executor lane, ListenerSpec spec, MessageListener listener) {
    nextLane = Optional.of(lane);
    return add(spec, listener);
  }

  void run(HeldLane lane) {
    do {
      world.run();
    } while (lane.runOne());
  }

  static Publish publish(String topic, int qos, boolean retain, String text) {
    return new Publish(
        false,
        QoS.of(qos),
        retain,
        topic,
        qos == 0 ? 0 : 1,
        Properties.NONE,
        text.getBytes(StandardCharsets.UTF_8));
  }

  /** Delivers a message; its text is what listeners hear. Returns its number. */
  long deliver(String topic, int qos, String text) {
    return deliver(publish(topic, qos, false, text));
  }

  long retained(String topic, String text) {
    return deliver(publish(topic, 1, true, text));
  }

  long deliver(Publish packet) {
    long given = ++number;
    loop(
        () -> {
          delivering = true;
          dispatcher.deliver(given, packet);
          delivering = false;
        });
    return given;
  }

  void loop(Runnable task) {
    world.onLoop(task);
  }

  void online(boolean online) {
    loop(
        () -> {
          if (online) {
            dispatcher.online(true, true);
          } else {
            dispatcher.offline(world.doors().clock().nanos(), world.doors().clock().wallMillis());
          }
        });
  }
}
