package org.robustmqtt.client.link;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.robustmqtt.Durability;
import org.robustmqtt.PendingMessage;
import org.robustmqtt.Problem;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.listeners.Wish;
import org.robustmqtt.client.session.Session;
import org.robustmqtt.client.session.SessionRecord;
import org.robustmqtt.client.session.SessionSettings;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.Recovery;

/**
 * Makes the session object, first from what was found on disk, and another one when broker or
 * client identifier change: then it is another session. On the loop only, but for the constructor.
 */
final class Sessions {
  private final Doors doors;
  private final Link.Rooms rooms;
  private final SessionStore store;
  private final List<Session.Unfinished> foundUnfinished;
  private final Set<Integer> foundReceived;
  private Optional<Carrier> carrier = Optional.empty();
  private Optional<SessionSettings> used = Optional.empty();
  private boolean outdated;

  /** The sessions of earlier runs have lower numbers, or this one. */
  private final long epochsAbove;

  Sessions(String name, Doors doors, Link.Rooms rooms, Recovery recovery) {
    this.doors = doors;
    this.rooms = rooms;
    store = new SessionStore(name, rooms.journal(), recovery.values());
    boolean hidden = rooms.journal().status().unreadable().isPresent();
    store
        .found()
        .map(SessionRecord::filters)
        .orElse(Map.of())
        .forEach(
            (filter, held) ->
                rooms.dispatcher().held(filter, new Wish(held.qos(), held.identifier()), hidden));
    // a number that is given out once, and above all that were before
    epochsAbove = hidden ? rooms.journal().nextSequence() : 0;
    foundUnfinished = new ArrayList<>();
    for (RecoveredMessage message : recovery.messages()) {
      if (message.stage() != RecoveredMessage.Stage.WAITING) {
        foundUnfinished.add(
            new Session.Unfinished(
                message.stored().sequence(),
                message.stored().message(),
                message.stored().durability() == Durability.SYNC,
                message.epoch(),
                message.packetId(),
                message.stage() == RecoveredMessage.Stage.RELEASED,
                abandoned(message.stage()),
                rooms.outbox().isHeld(message.stored().sequence()),
                !rooms.outbox().isPending(message.stored().sequence())));
      }
    }
    foundReceived = recovery.received();
  }

  private static boolean abandoned(RecoveredMessage.Stage stage) {
    return switch (stage) {
      case ABANDONED, QUARANTINED -> true;
      case WAITING, SENT, RELEASED -> false;
    };
  }

  /** The session object cannot be trusted: the next connect is that of another one. */
  void outdated() {
    outdated = true;
  }

  /** Makes sure that the session is there and has these settings. Not while connected. */
  void prepare(SessionSettings settings, Carrier.Host host) {
    Optional<SessionSettings> before = used;
    used = Optional.of(settings);
    if (carrier.isPresent() && !outdated && sameSession(before.orElseThrow(), settings)) {
      carrier.get().settings(settings);
      return;
    }
    outdated = false;
    Carrier next;
    if (carrier.isEmpty()) {
      next =
          new Carrier(
              doors,
              rooms,
              host,
              store,
              settings,
              store.found(),
              foundUnfinished,
              foundReceived,
              0);
    } else {
      Carrier old = carrier.get();
      old.retire();
      requeueAll();
      next =
          new Carrier(
              doors,
              rooms,
              host,
              store,
              settings,
              old.record(),
              List.of(),
              old.openReceived(),
              old.lastSerial());
    }
    next.epochsAbove(epochsAbove);
    carrier = Optional.of(next);
    giveUp();
    if (!rooms.outbox().isHolding()) {
      next.unhold();
    }
    Map<String, Optional<Wish>> wanted = new LinkedHashMap<>();
    rooms.dispatcher().wanted().forEach((filter, wish) -> wanted.put(filter, Optional.of(wish)));
    next.want(wanted);
  }

  private static boolean sameSession(SessionSettings one, SessionSettings other) {
    return one.brokerKey().equals(other.brokerKey()) && one.clientId().equals(other.clientId());
  }

  /** What the old object had in flight, is not known to the new one. */
  private void requeueAll() {
    for (PendingMessage message : rooms.outbox().browse(Integer.MAX_VALUE)) {
      if (message.inFlight()) {
        rooms.journal().unsent(message.id());
        rooms.outbox().requeue(message.id());
      }
    }
    rooms.outbox().endAbandoned();
  }

  /** Has the session give up messages that have their outcome. */
  void giveUp() {
    if (carrier.isEmpty()) {
      // They are told to the session when there is one.
      return;
    }
    for (long sequence : rooms.outbox().takeGivenUp()) {
      carrier.get().giveUp(sequence);
    }
  }

  /**
   * The link is being lost: puts it down to a message, if there is one that may be to blame;
   * returns whether that is one of presence.
   */
  boolean blame(Problem problem) {
    Optional<Session.Suspect> suspect = carrier.flatMap(Carrier::blame);
    suspect
        .filter(one -> one.sequence() > 0)
        .ifPresent(one -> rooms.outbox().charge(one.sequence(), problem, one.alone()));
    return suspect.filter(one -> one.sequence() < 0).isPresent();
  }

  Carrier carrier() {
    return carrier.orElseThrow();
  }

  void ifPresent(Consumer<Carrier> action) {
    carrier.ifPresent(action);
  }

  int filtersPending() {
    return carrier.map(Carrier::filtersPending).orElseGet(() -> rooms.dispatcher().wanted().size());
  }

  int filtersUnwanted() {
    return carrier.map(Carrier::filtersUnwanted).orElse(0);
  }
}
