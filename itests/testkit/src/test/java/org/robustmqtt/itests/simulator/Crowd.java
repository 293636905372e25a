package org.robustmqtt.itests.simulator;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.component.SimulatedRooms;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalProvider;

/**
 * Other connections of the hub, which share its loop, its journal thread and its disk. Each has a
 * broker and a line of its own, without faults.
 */
final class Crowd {
  /** With the one of the schedule they are forty. */
  private static final int SIZE = 39;

  private static final long SECOND = 1_000_000_000L;
  private static final long RETRY_OPEN = 10 * SECOND;

  /** One of them. */
  private static final class Member {
    private final String name;
    private final Ledger ledger;
    private final Broker broker;
    private final SimNet net;
    private Optional<SimulatedRooms> rooms = Optional.empty();
    private Journal journal;
    private Spy spy;
    private int published;
    private boolean clean;

    /** The worst that happened to its disk since it was opened last. */
    private SimDisk.Crash worst = SimDisk.Crash.KILL;

    private Member(String name, World world, SplittableRandom random) {
      this.name = name;
      ledger = new Ledger(world);
      broker = new Broker(world, random.split(), ledger, new Inbox(world));
      net = new SimNet(world, random.split(), broker);
      broker.taps = none -> new Tap(world, ledger, spy, () -> Integer.MAX_VALUE);
    }
  }

  private final World world;
  private final SplittableRandom random;
  private final SimDisk disk;
  private final List<Member> members = new ArrayList<>();

  private Crowd(World world, SplittableRandom random, SimDisk disk) {
    this.world = world;
    this.random = random;
    this.disk = disk;
  }

  /** Nobody. */
  static Crowd none(World world, SplittableRandom random, SimDisk disk) {
    return new Crowd(world, random, disk);
  }

  /** Comes to a schedule. */
  void gather(Ledger first) {
    for (int i = 0; i < SIZE; i++) {
      Member member = new Member("member" + i, world, random);
      members.add(member);
      first.follow(member.ledger);
    }
  }

  /** See {@link Ledger#hides}. */
  boolean hides() {
    return members.stream().anyMatch(member -> member.ledger.hides());
  }

  /** A process begins. */
  void open(Machine machine, JournalProvider store, Map<String, Object> properties, Journals how) {
    for (Member member : members) {
      open(member, machine, store, properties, how);
    }
  }

  /**
   * How the journals are found and opened.
   *
   * @param window how many messages of a long queue are in memory
   * @param within how long the writing of a message may take, in nanoseconds
   */
  record Journals(int window, int lease, long within) {}

  private void open(
      Member member,
      Machine machine,
      JournalProvider store,
      Map<String, Object> properties,
      Journals how) {
    if (!machine.isAlive() || member.rooms.isPresent()) {
      return;
    }
    try {
      member.journal =
          store.open(
              member.name,
              SimulatedRooms.journal(properties),
              () -> member.rooms.ifPresent(SimulatedRooms::journalChanged));
    } catch (SimDisk.Crashed e) {
      return;
    } catch (JournalException e) {
      world.at(RETRY_OPEN, () -> open(member, machine, store, properties, how));
      return;
    }
    world.happened(Fault.CROWD);
    member.spy = new Spy(member.journal, world, disk, member.ledger, how.lease());
    member.ledger.begins(
        member.spy.found(),
        member.spy.forcedWhatItFound(),
        member.journal.status().unreadable().isPresent(),
        member.worst,
        member.clean);
    member.worst = SimDisk.Crash.KILL;
    member.clean = false;
    if (disk.hasFault()) {
      member.ledger.diskFailed();
    }
    member.ledger.writesWithin(how.within());
    SimulatedRooms rooms =
        SimulatedRooms.open(
            member.name, machine.doors(member.net), member.spy, properties, how.window());
    member.rooms = Optional.of(rooms);
    rooms.watch(settled -> member.ledger.outcome(settled.id(), settled.outcome()), status -> {});
  }

  /** Some of them publish. */
  void publish() {
    for (int i = 0; i < 3 && !members.isEmpty(); i++) {
      Member member = members.get(random.nextInt(members.size()));
      member.rooms.ifPresent(rooms -> publish(member, rooms));
    }
  }

  private void publish(Member member, SimulatedRooms rooms) {
    String key = member.name + "-" + ++member.published;
    Durability durability = Durability.values()[random.nextInt(Durability.values().length)];
    Message message =
        Message.of("t/" + random.nextInt(2), (key + " ").getBytes(StandardCharsets.US_ASCII))
            .withQos(random.nextInt(3))
            .withDurability(durability);
    try {
      Ticket ticket = rooms.publish(message);
      Sent sent =
          new Sent(
              key,
              ticket.id(),
              message.topic(),
              message.qos().level(),
              false,
              durability,
              world.now(),
              member.ledger.run());
      sent.droppedAtOnce = ticket.outcomeNow().isPresent();
      member.ledger.accepted(sent);
      member.spy.toldAtOnce(ticket.id()).ifPresent(stored -> member.ledger.stored(sent, stored));
    } catch (NotAcceptedException | SimDisk.Crashed e) {
      world.trace(() -> member.name + ": not accepted: " + e.getMessage());
    }
  }

  /** The process ends with a crash. */
  void crashed(SimDisk.Crash crash) {
    for (Member member : members) {
      member.broker.clientCrashed();
      if (crash != SimDisk.Crash.KILL) {
        member.worst = crash;
        member.net.powerCut();
      }
    }
  }

  /** The process is gone. */
  void ended(Machine machine) {
    for (Member member : members) {
      if (member.rooms.isPresent()) {
        member.ledger.ends();
      }
      member.net.processEnded(machine);
      member.rooms = Optional.empty();
    }
  }

  /** Stops them with the first one. */
  CompletableFuture<Void> stop(CompletableFuture<Void> first, Duration drain) {
    List<CompletableFuture<Void>> all = new ArrayList<>(List.of(first));
    for (Member member : members) {
      member.rooms.ifPresent(rooms -> all.add(rooms.stop(drain).toCompletableFuture()));
    }
    return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new));
  }

  /** Closes their journals; they are whole if the journal thread could begin. */
  void close(boolean written) {
    for (Member member : members) {
      if (member.rooms.isPresent()) {
        member.journal.close();
        member.clean = written && member.journal.status().degraded().isEmpty();
        if (!member.clean) {
          member.broker.clientCrashed();
        }
        world.check(
            member.net.open() == 0, Sentence.NO_LEAK, () -> member.name + ": channels are open");
      }
    }
  }

  /** Returns who is not done. */
  Optional<String> busy() {
    for (Member member : members) {
      boolean quiet =
          member
              .rooms
              .map(SimulatedRooms::status)
              .filter(status -> status.state() == ConnectionState.ONLINE)
              .filter(status -> status.queue().messages() == 0)
              .isPresent();
      if (!quiet) {
        return Optional.of(
            member.name + " " + member.rooms.map(one -> one.status() + " " + one.browse(3)));
      }
    }
    return Optional.empty();
  }

  /** Everything was left alone long enough. */
  void end() {
    members.forEach(member -> member.ledger.end(member.broker.retained()));
  }

  /** Returns how many messages a new process found. */
  int recovered() {
    return members.stream().mapToInt(member -> member.ledger.recovered()).sum();
  }
}
