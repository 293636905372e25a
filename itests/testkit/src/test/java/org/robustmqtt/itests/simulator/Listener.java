package org.robustmqtt.itests.simulator;

import java.util.SplittableRandom;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.QoS;
import org.robustmqtt.ReceivedMessage;
import org.robustmqtt.TopicFilter;
import org.robustmqtt.client.component.SimulatedRooms;

/** A listener of an application: comes and goes, throws, acknowledges by hand, late or never. */
final class Listener {
  private static final long PARKED = 59_000_000_000L;
  private static final long SECOND = 1_000_000_000L;

  final int number;
  final String filter;
  final QoS qos;
  final boolean manual;
  private final World world;
  private final SplittableRandom random;
  private final Ledger ledger;
  private final Inbox inbox;
  private MqttSubscriptionHandle handle;
  private long awaySince;
  private long goings;

  /** Percent of the calls that throw. */
  int throwing;

  /** Percent of the acknowledgements by hand that come late or never. */
  int lazy;

  /** Whether the application ever gave the filter back. */
  boolean unsubscribed;

  Listener(
      int number,
      String filter,
      QoS qos,
      boolean manual,
      World world,
      SplittableRandom random,
      Ledger ledger,
      Inbox inbox) {
    this.number = number;
    this.filter = filter;
    this.qos = qos;
    this.manual = manual;
    this.world = world;
    this.random = random;
    this.ledger = ledger;
    this.inbox = inbox;
  }

  boolean isThere() {
    return handle != null;
  }

  boolean matches(String topic) {
    return new TopicFilter(filter).matches(topic);
  }

  /** Returns whether a message that comes now may be given up. */
  boolean longAway() {
    return handle == null && world.now() - awaySince > PARKED;
  }

  void come(SimulatedRooms rooms) {
    if (handle == null) {
      world.trace(() -> "listener " + number + " comes for " + filter + ", " + qos);
      handle = rooms.listen("listener" + number, filter, qos, manual, this::received);
    }
  }

  /** Comes, also where its filter was given back meanwhile. */
  void comeAnew(SimulatedRooms rooms) {
    if (handle != null && unsubscribed) {
      handle.close();
      handle = null;
    }
    come(rooms);
  }

  void go() {
    if (handle != null) {
      world.trace(() -> "listener " + number + " goes");
      handle.close();
      gone();
      world.happened(Fault.LISTENER_AWAY);
    }
  }

  /** Its process is gone, or it went. */
  void gone() {
    handle = null;
    awaySince = world.now();
    long going = ++goings;
    world.at(PARKED, () -> excuse(going));
  }

  private void excuse(long going) {
    if (handle == null && going == goings) {
      excuseAll();
    }
  }

  /** What it has not heard may be acknowledged without it. */
  void excuseAll() {
    for (Received message : inbox.all()) {
      if (!message.heard && matches(message.topic)) {
        message.excused = true;
      }
    }
  }

  private void received(ReceivedMessage message) {
    inbox
        .byKey(Tap.key(message.payload()))
        .ifPresent(
            known -> {
              inbox.unsure = ledger.filterUnrecorded;
              inbox.again = message.duplicate() ? message.qos().level() : 0;
              inbox.heard(known, number, qos.level(), ledger.run());
            });
    if (throwing > 0 && random.nextInt(100) < throwing) {
      world.happened(Fault.LISTENER_THROWS);
      if (world.seed % 4 == 0) {
        world.happened(Fault.ERROR_IN_LISTENER);
        throw new Planned.PlannedError();
      }
      throw new IllegalStateException("as planned");
    }
    if (manual) {
      if (lazy > 0 && random.nextInt(100) < lazy) {
        world.happened(Fault.LISTENER_LATE_ACKNOWLEDGEMENT);
        if (random.nextBoolean()) {
          world.at(random.nextLong(50 * SECOND), message::acknowledge);
        }
      } else {
        message.acknowledge();
      }
    }
  }
}
