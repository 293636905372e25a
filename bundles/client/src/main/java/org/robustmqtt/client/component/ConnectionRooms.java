package org.robustmqtt.client.component;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.DropReason;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.Outcome;
import org.robustmqtt.Pending;
import org.robustmqtt.PendingMessage;
import org.robustmqtt.QoS;
import org.robustmqtt.Ticket;
import org.robustmqtt.TopicPolicy;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.door.Entropy;
import org.robustmqtt.client.door.Log;
import org.robustmqtt.client.link.Link;
import org.robustmqtt.client.link.LinkSettings;
import org.robustmqtt.client.listeners.Dispatcher;
import org.robustmqtt.client.listeners.ListenerSpec;
import org.robustmqtt.client.listeners.Notifier;
import org.robustmqtt.client.listeners.Registration;
import org.robustmqtt.client.outbox.Handover;
import org.robustmqtt.client.outbox.Known;
import org.robustmqtt.client.outbox.Outbox;
import org.robustmqtt.client.outcome.Outcomes;
import org.robustmqtt.client.policy.DeliveryPolicy;
import org.robustmqtt.client.policy.Gate;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.journal.WrittenCallback;
import org.robustmqtt.spi.AdmissionPolicy;
import org.robustmqtt.whiteboard.ConnectionListener;
import org.robustmqtt.whiteboard.MessageListener;
import org.robustmqtt.whiteboard.OutcomeListener;

/** Builds and joins the rooms of one connection. */
final class ConnectionRooms implements Rooms {
  /** The journal's key of the generated client identifier. */
  static final String CLIENT_ID_KEY = "clientId";

  private static final Log LOG = Log.of(ConnectionRooms.class);
  private static final int RANDOM_CHARACTERS = 8;
  private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

  private final String name;
  private final Doors doors;
  private final Hub hub;
  private final String clientId;
  private final Notifier notifier;
  private final Outbox outbox;
  private final Dispatcher dispatcher;
  private final Link link;

  /** The policies of which it was told that a message of QoS 0 does not keep what they promise. */
  private final Set<String> toldOfQos0 = ConcurrentHashMap.newKeySet();

  /** What is configured. */
  private volatile Settings settings;

  /** What is in force; on the component lane. */
  private Optional<Settings.Before> before = Optional.empty();

  /**
   * Builds the rooms of a connection and starts it.
   *
   * @param settings what is configured; empty while that is faulty: default limits, no connecting
   */
  ConnectionRooms(String name, Doors doors, Journal journal, Optional<Settings> settings) {
    this(
        name,
        doors,
        journal,
        settings,
        Outbox.Window.STANDARD,
        Optional.empty(),
        Handover.nothing());
  }

  /**
   * The same with another window of what is in memory, and perhaps on a hub that is starting.
   *
   * @param starting what is waited for; empty if the hub has started
   * @param left what the rooms before have left
   */
  ConnectionRooms(
      String name,
      Doors doors,
      Journal journal,
      Optional<Settings> settings,
      Outbox.Window window,
      Optional<HubStart.Awaited> starting,
      Handover left) {
    this(name, doors, journal, settings, window, starting, left, Hub.ofNone());
  }

  /**
   * The same beside other connections.
   *
   * @param hub what they have in common
   */
  ConnectionRooms(
      String name,
      Doors doors,
      Journal journal,
      Optional<Settings> settings,
      Outbox.Window window,
      Optional<HubStart.Awaited> starting,
      Handover left,
      Hub hub) {
    Recovery recovery = journal.recovery();
    Settings used = settings.orElse(Settings.DEFAULT);
    this.name = name;
    this.doors = doors;
    this.settings = used;
    this.hub = hub;
    clientId = clientId(name, recovery, journal, doors.entropy());
    notifier = new Notifier(doors.lanes());
    notifier.holdOutcomes();
    Outcomes outcomes = new Outcomes(name, journal, notifier);
    outbox =
        new Outbox(
            name,
            doors.clock(),
            journal,
            used.limits(),
            new Outbox.Found(
                recovery.messages(),
                recovery.waiting(),
                recovery.lastWallMillis(),
                used.clock(),
                recovery.aliases(),
                left),
            used.policies(),
            window,
            outcomes,
            doors.lanes());
    dispatcher = new Dispatcher(name, doors, used.times(), journal, recovery.values());
    Optional<LinkSettings> first = settings.flatMap(this::inForce);
    doors.loop().execute(() -> dispatcher.rules(used.inbound()));
    Link.Rooms others = new Link.Rooms(outbox, outcomes, dispatcher, notifier, journal);
    link = new Link(name, doors, others, hub.links(), first, recovery);
    outbox.gate(gate(used));
    // two journals were put together, and a newer retained message of the topic was in the other
    Outcome replaced = new Outcome.Dropped(DropReason.REPLACED, 0, false);
    recovery.replaced().forEach(sequence -> outbox.settle(sequence, replaced));
    starting.ifPresent(this::hubStarting);
    link.start();
  }

  /**
   * What the connections of one hub have in common.
   *
   * @param links what their links have
   * @param admissions finds an admission policy of another bundle by its name; any thread
   */
  record Hub(Link.Hub links, Function<String, Optional<AdmissionPolicy>> admissions) {
    static Hub ofNone() {
      return new Hub(Link.Hub.ofNone(), name -> Optional.empty());
    }
  }

  private Gate gate(Settings settings) {
    boolean any =
        settings.admission().isPresent()
            || settings.policies().policies().stream()
                .anyMatch(policy -> policy.admission().isPresent());
    return any
        ? new Admissions(name, settings, hub.admissions(), outbox, link, doors.clock())
        : Gate.OPEN;
  }

  private void hubStarting(HubStart.Awaited awaited) {
    link.hubStarting(awaited.what(), awaited.dialNanos());
    doors.loop().execute(() -> dispatcher.hubStarting(awaited.parkNanos()));
  }

  @Override
  public void listenersAttached() {
    notifier.tellHeld();
  }

  @Override
  public void hubStarted() {
    link.hubStarted();
    doors.loop().execute(dispatcher::hubStarted);
  }

  /** The identifier belongs to the name, for as long as the journal lives. */
  private static String clientId(String name, Recovery recovery, Journal journal, Entropy entropy) {
    byte[] kept = recovery.values().get(CLIENT_ID_KEY);
    if (kept != null) {
      return new String(kept, StandardCharsets.UTF_8);
    }
    StringBuilder id = new StringBuilder("robust-").append(name).append('-');
    for (int i = 0; i < RANDOM_CHARACTERS; i++) {
      id.append(ALPHABET.charAt((int) (entropy.nextDouble() * ALPHABET.length())));
    }
    byte[] bytes = id.toString().getBytes(StandardCharsets.UTF_8);
    journal.put(CLIENT_ID_KEY, bytes, Level.FORCED, WrittenCallback.NONE);
    return id.toString();
  }

  private Optional<LinkSettings> inForce(Settings settings) {
    Optional<LinkSettings> made = settings.link(doors.files(), clientId, before);
    before = made.map(part -> new Settings.Before(settings.presence(), part));
    return made;
  }

  @Override
  public void apply(Settings settings) {
    outbox.limits(settings.limits());
    outbox.policies(settings.policies());
    boolean changed =
        !settings.admission().equals(this.settings.admission())
            || !settings.policies().equals(this.settings.policies());
    this.settings = settings;
    if (changed) {
      link.admission(Optional.empty());
      outbox.gate(gate(settings));
    }
    outbox.clock(settings.clock());
    Dispatcher.Times times = settings.times();
    doors
        .loop()
        .execute(
            () -> {
              dispatcher.times(times);
              dispatcher.rules(settings.inbound());
            });
    inForce(settings).ifPresent(link::apply);
  }

  @Override
  public void journalChanged() {
    link.journalChanged();
  }

  @Override
  public void extensionsChanged() {
    link.strategiesChanged();
  }

  @Override
  public void faults(List<String> lines) {
    link.faults(lines);
  }

  @Override
  public CompletionStage<Void> stop(Duration drain) {
    return link.stop(drain).thenRunAsync(this::close, doors.loop()::execute);
  }

  @Override
  public Known known() {
    return outbox;
  }

  @Override
  public CompletionStage<Void> leave(Duration drain) {
    return link.leave(drain).thenRunAsync(dispatcher::close, doors.loop()::execute);
  }

  @Override
  public Handover handOver() {
    return outbox.handOver();
  }

  /** On the loop, after the link. */
  private void close() {
    dispatcher.close();
    outbox.close();
  }

  @Override
  public Ticket publish(Message message) {
    doubtful(message);
    return outbox.publish(message);
  }

  @Override
  public Ticket publish(Message message, Duration maxWait) throws InterruptedException {
    doubtful(message);
    return outbox.publish(message, maxWait);
  }

  /** Tells once for each policy that its durability does not help a message of QoS 0. */
  private void doubtful(Message message) {
    if (message.qos() == QoS.AT_MOST_ONCE && message.durability().isEmpty()) {
      DeliveryPolicy policy = settings.policies().of(message);
      if (policy.durability() == Durability.SYNC && toldOfQos0.add(policy.name())) {
        String label = policy.name();
        doors
            .lanes()
            .pool()
            .execute(
                () ->
                    LOG.warn(
                        "connection {}: a message of QoS 0 on {} has the policy {} with"
                            + " durability=sync: it is forced to the disk, and may be lost on the"
                            + " way all the same; publish it with QoS 1",
                        name,
                        message.topic(),
                        label));
      }
    }
  }

  @Override
  public boolean unsubscribe(String filter) {
    return dispatcher.unsubscribe(filter);
  }

  @Override
  public ConnectionStatus status() {
    return link.status();
  }

  @Override
  public Pending pending() {
    return link.pending();
  }

  @Override
  public TopicPolicy policy(String topic) {
    Settings now = settings;
    return PolicySetting.of(now.policies(), now.limits(), now.admission(), topic);
  }

  @Override
  public List<PendingMessage> browse(int limit) {
    return outbox.browse(limit);
  }

  @Override
  public CompletionStage<Void> whenIdle() {
    return link.whenIdle();
  }

  @Override
  public boolean cancel(long id) {
    return outbox.cancel(id);
  }

  @Override
  public int purge() {
    return outbox.purge();
  }

  @Override
  public List<PendingMessage> quarantined(int limit) {
    return outbox.quarantined(limit);
  }

  @Override
  public Optional<Ticket> retry(long id) {
    return outbox.retry(id);
  }

  @Override
  public int purgeQuarantined() {
    return outbox.purgeQuarantined();
  }

  @Override
  public void connect() {
    link.connect();
  }

  @Override
  public void disconnect() {
    link.disconnect();
  }

  @Override
  public void reconnectNow() {
    link.reconnectNow();
  }

  @Override
  public CompletionStage<Duration> probe() {
    return link.probe();
  }

  @Override
  public MqttSubscriptionHandle listen(ListenerSpec spec, MessageListener listener) {
    return dispatcher.add(spec, listener);
  }

  @Override
  public Registration listenOutcomes(String owner, OutcomeListener listener) {
    return notifier.addOutcomeListener(owner, listener);
  }

  @Override
  public Registration listenStates(String owner, ConnectionListener listener) {
    return notifier.addConnectionListener(owner, listener);
  }

  @Override
  public boolean onListenerThread() {
    return doors.lanes().isCurrent();
  }
}
