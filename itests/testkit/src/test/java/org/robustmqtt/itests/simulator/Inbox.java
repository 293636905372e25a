package org.robustmqtt.itests.simulator;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What the broker has for the hub, and what the listeners heard of it. */
final class Inbox {
  /** Three quarters of the receive maximum. */
  private static final int PARKED = 75;

  private final World world;
  private final Map<String, Received> byKey = new LinkedHashMap<>();
  private final Map<String, Integer> lastHeard = new HashMap<>();
  private int number;
  private boolean powerCut;

  /** How many the broker had in flight at the most. */
  int mostInFlight;

  /** Whether every listener is there, and stays. */
  boolean attended;

  /** Whether the broker sends a copy for each filter. */
  boolean copies;

  /** Whether copies may be for a filter that nobody knows: the store could not record it. */
  boolean unsure;

  /** The QoS of a duplicate that a listener is called with; 0: it is none. */
  int again;

  Inbox(World world) {
    this.world = world;
  }

  Received create(String topic, int qos, int session) {
    number++;
    Received received = new Received("in" + number, number, topic, qos, session);
    byKey.put(received.key, received);
    return received;
  }

  Optional<Received> byKey(String key) {
    return Optional.ofNullable(byKey.get(key));
  }

  Iterable<Received> all() {
    return byKey.values();
  }

  /**
   * The power was cut: a record that an exchange of QoS 2 was complete may be gone, and its id is
   * taken for open; a new message under it whose first PUBLISH was lost looks like the old one.
   */
  void powerCut() {
    powerCut = true;
  }

  /**
   * An application gave its filter back by hand. The one that comes afterwards is another handler:
   * it hears what is kept for listeners that are away (rule 6), also what the one before heard.
   */
  void gaveBack(int listener) {
    byKey.values().forEach(received -> received.heardBy.remove(listener));
  }

  /**
   * A listener was called with it.
   *
   * <p>A copy of QoS 1 that is sent again is heard at least once (MQTT-4.3.2-5), also by those who
   * have a filter of QoS 2 besides: until a broker has shown in this session and run that it sends
   * copies, they must not wait for another one that may never come. So it may also be older than
   * what they have heard of their own filter.
   */
  void heard(Received received, int listener, int granted, int run) {
    world.trace(() -> "listener " + listener + " hears " + received.key);
    if (received.heardRun != run) {
      received.heardRun = run;
      received.heardBy.clear();
    }
    int times = received.heardBy.merge(listener, copies && again == 1 ? 0 : 1, Integer::sum);
    world.check(
        received.qos < 2 || times <= 1 || copies && (granted < 2 || !received.told || unsure),
        Sentence.HANDLED_ONCE,
        () -> "listener " + listener + " heard it " + times + " times in a run: " + received);
    // A listener that hears the copies of other filters, too, hears them in the order of none; and
    // what was given up, and its acknowledgement lost, comes again behind newer ones.
    boolean ordered = (!copies || received.told && again == 0) && !crowdedOut();
    if (ordered && !received.heard && received.qos > 0 && !received.excused) {
      int qos = copies ? Math.min(received.qos, granted) : received.qos;
      String stream = received.session + "/" + listener + "/" + received.topic + "/" + qos;
      int last = lastHeard.getOrDefault(stream, 0);
      world.check(
          received.number > last,
          Sentence.IN_ORDER,
          () -> "after in" + last + " of its topic came " + received);
      lastHeard.put(stream, Math.max(last, received.number));
    }
    received.heard = true;
  }

  /** Whether it may have been one too many to be parked until its listener comes. */
  private boolean crowdedOut() {
    return !attended && mostInFlight > PARKED;
  }

  /** The broker got the acknowledgement, PUBREC for QoS 2. */
  void acknowledged(Received received) {
    received.acknowledged = true;
    Received original = received.original();
    world.check(
        original.heard
            || original.excused
            || received.excused
            || crowdedOut()
            || received.qos == 2 && powerCut,
        Sentence.HANDLED,
        () -> "acknowledged, and no listener heard it: " + received);
  }
}
