package org.robustmqtt.itests.simulator;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.robustmqtt.Durability;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.Pubcomp;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Pubrec;
import org.robustmqtt.codec.Pubrel;
import org.robustmqtt.codec.Subscribe;

/** Reads what the client writes, at the moment when it writes: what had to be on disk by then. */
final class Tap {
  private final World world;
  private final Ledger ledger;
  private final Spy spy;
  private final IntSupplier idRange;
  private final Frames frames = new Frames();

  /** Which message of QoS 2 was sent last under a packet id. */
  private final Map<Integer, Sent> under = new HashMap<>();

  Tap(World world, Ledger ledger, Spy spy, IntSupplier idRange) {
    this.world = world;
    this.ledger = ledger;
    this.spy = spy;
    this.idRange = idRange;
  }

  void wrote(byte[] bytes) {
    frames.add(bytes);
    try {
      for (Optional<Packet> next = frames.next(); next.isPresent(); next = frames.next()) {
        wrote(next.get());
      }
    } catch (CodecException e) {
      world.broken(Sentence.PROTOCOL, e.getMessage());
    }
  }

  private void wrote(Packet packet) {
    world.trace(() -> "client: " + text(packet));
    if (packet instanceof Connect connect) {
      world.check(
          connect.cleanStart() || spy.hasRecord(),
          Sentence.CLEAN_START,
          () -> "clean start 0 without a record");
    } else if (packet instanceof Publish publish) {
      ledger.byKey(key(publish.payload())).ifPresent(sent -> publish(sent, publish));
    } else if (packet instanceof Pubrel pubrel) {
      Sent sent = under.get(pubrel.packetId());
      world.check(
          sent == null || recordless(sent) || spy.releaseRecorded(sent.id),
          Sentence.RELEASE_RECORDED,
          () -> "PUBREL #" + pubrel.packetId() + " of " + sent);
    } else if (packet instanceof Pubrec pubrec) {
      world.check(
          spy.isDead() || spy.receivedRecorded(pubrec.packetId()),
          Sentence.PUBREC_RECORDED,
          () -> "PUBREC #" + pubrec.packetId());
    } else if (packet instanceof Pubcomp pubcomp) {
      world.check(
          spy.isDead() || spy.completedRecorded(pubcomp.packetId()),
          Sentence.PUBCOMP_RECORDED,
          () -> "PUBCOMP #" + pubcomp.packetId());
    } else if (packet instanceof Subscribe) {
      world.check(
          spy.isDead() || spy.hasRecord(),
          Sentence.RECORD_FIRST,
          () -> "SUBSCRIBE without a record");
    }
  }

  /** Whether it has no record: it is in memory only, or its store failed. */
  private static boolean recordless(Sent sent) {
    return sent.durability == Durability.MEMORY
        || sent.stored.filter(how -> how != org.robustmqtt.Stored.ON_DISK).isPresent();
  }

  private void publish(Sent sent, Publish publish) {
    ledger.written(sent);
    if (publish.packetId() == 0) {
      return;
    }
    int id = publish.packetId();
    if (publish.qos().level() == 2) {
      under.put(id, sent);
    } else {
      // A PUBREL that follows clears the id, and releases no message.
      under.remove(id);
    }
    if (!recordless(sent)) {
      boolean recorded = spy.sentRecorded(sent.id, id);
      if (publish.qos().level() == 2) {
        world.check(recorded, Sentence.QOS2_RECORDED, () -> "PUBLISH #" + id + " of " + sent);
        world.check(
            sent.durability != Durability.SYNC || spy.sentForced(sent.id),
            Sentence.QOS2_RECORDED,
            () -> "not forced: PUBLISH #" + id + " of " + sent);
      } else {
        world.check(
            recorded || sent.recordFailed,
            Sentence.ID_RECORDED,
            () -> "PUBLISH #" + id + " of " + sent);
      }
    }
    world.check(
        publish.qos().level() < 2 || publish.duplicate() || id <= idRange.getAsInt(),
        Sentence.QOS2_IDS,
        () -> "#" + id + ", allowed are 1 to " + idRange.getAsInt());
  }

  /** Returns the key of a message, which is the first word of its payload. */
  static String key(byte[] payload) {
    int end = 0;
    while (end < payload.length && payload[end] != ' ') {
      end++;
    }
    return new String(payload, 0, end, StandardCharsets.UTF_8);
  }

  static String text(Packet packet) {
    if (packet instanceof Publish publish) {
      return "PUBLISH "
          + key(publish.payload())
          + " #"
          + publish.packetId()
          + " QoS "
          + publish.qos().level()
          + (publish.duplicate() ? " DUP" : "")
          + (publish.retain() ? " RETAIN " : " ")
          + publish.topic();
    }
    return packet instanceof Connect connect
        ? "CONNECT " + connect.version() + " clean start " + connect.cleanStart()
        : packet.toString();
  }
}
