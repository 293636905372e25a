package org.robustmqtt.client.session;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.robustmqtt.BrokerCapabilities;
import org.robustmqtt.Outcome;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Pubcomp;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Pubrec;
import org.robustmqtt.codec.Pubrel;
import org.robustmqtt.codec.Subscribe;
import org.robustmqtt.codec.Unsubscribe;
import org.robustmqtt.journal.Level;

/** Effects as lines of text, in the order of the calls; tokens and numbers kept aside. */
final class Tape implements SessionEffects {
  final List<String> lines = new ArrayList<>();
  final List<Long> tokens = new ArrayList<>();
  final List<Long> numbers = new ArrayList<>();
  final List<Packet> packets = new ArrayList<>();
  Optional<BrokerCapabilities> capabilities = Optional.empty();
  Optional<SessionRecord> record = Optional.empty();
  String closeText = "";

  @Override
  public void established(boolean sessionPresent, BrokerCapabilities learnt) {
    capabilities = Optional.of(learnt);
    lines.add(sessionPresent ? "established, resumed" : "established, new");
  }

  @Override
  public void write(Packet packet) {
    packets.add(packet);
    lines.add(text(packet));
  }

  @Override
  public void writeUnacknowledged(long sequence, Publish packet) {
    packets.add(packet);
    lines.add(text(packet) + " for " + sequence);
  }

  @Override
  public void recordSent(long sequence, long epoch, int packetId, Level level, long token) {
    tokens.add(token);
    lines.add("disk: sent " + sequence + " in " + epoch + " as #" + packetId + " " + lower(level));
  }

  @Override
  public void recordReleased(long sequence, Level level, long token) {
    tokens.add(token);
    lines.add("disk: released " + sequence + " " + lower(level));
  }

  @Override
  public void recordReceived(int packetId, long token) {
    tokens.add(token);
    lines.add("disk: received #" + packetId);
  }

  @Override
  public void recordCompleted(int packetId, long token) {
    tokens.add(token);
    lines.add("disk: completed #" + packetId);
  }

  @Override
  public void forgetReceived() {
    lines.add("disk: forget received");
  }

  @Override
  public void recordSession(SessionChange change, long token) {
    tokens.add(token);
    SessionRecord written = ModelJournal.with(record, change);
    record = Optional.of(written);
    lines.add(
        "disk: session "
            + written.epoch()
            + written.filters().entrySet().stream()
                .map(
                    e ->
                        " "
                            + e.getKey()
                            + ":"
                            + e.getValue().qos().level()
                            + identifier(e.getValue().identifier())
                            + (e.getValue().acknowledged() ? "+" : ""))
                .collect(Collectors.joining()));
  }

  private static String identifier(int identifier) {
    return identifier == 0 ? "" : "=" + identifier;
  }

  @Override
  public void identified(String filter, int identifier) {
    lines.add("identified " + filter + " " + identifier);
  }

  @Override
  public void settle(long sequence, Outcome outcome) {
    lines.add(
        "settled "
            + sequence
            + " "
            + switch (outcome.kind()) {
              case ACKNOWLEDGED -> {
                Outcome.Acknowledged a = (Outcome.Acknowledged) outcome;
                yield "acknowledged "
                    + hex(a.reasonCode())
                    + (a.mayBeDuplicate() ? " perhaps duplicate" : "")
                    + (a.qosLowered() ? " lowered" : "");
              }
              case SENT -> "sent";
              case DROPPED -> {
                Outcome.Dropped d = (Outcome.Dropped) outcome;
                yield d.reason()
                    + " "
                    + hex(d.reasonCode())
                    + (d.mayHaveArrived() ? " perhaps arrived" : "");
              }
            });
  }

  @Override
  public void requeue(long sequence) {
    lines.add("requeued " + sequence);
  }

  @Override
  public void freed(long sequence) {
    lines.add("freed " + sequence);
  }

  @Override
  public void ended(long sequence, boolean acknowledged) {
    lines.add("ended " + sequence + (acknowledged ? ", acknowledged late" : ""));
  }

  @Override
  public void deliver(long number, Publish packet) {
    numbers.add(number);
    lines.add("delivered " + text(packet));
  }

  @Override
  public void subscribed(String filter, int reasonCode) {
    lines.add("subscribed " + filter + " " + hex(reasonCode));
  }

  @Override
  public void unsubscribed(String filter) {
    lines.add("unsubscribed " + filter);
  }

  @Override
  public void tolerated(Tolerated breach, String text) {
    lines.add("tolerated " + breach);
  }

  @Override
  public void pong() {
    lines.add("pong");
  }

  @Override
  public void again() {
    lines.add("again");
  }

  @Override
  public void close(
      Place place, ProblemKind kind, int reasonCode, String text, Optional<Disconnect> last) {
    closeText = text;
    lines.add(
        "closed "
            + place
            + " "
            + kind
            + " "
            + hex(reasonCode)
            + last.map(d -> ", DISCONNECT " + hex(d.reasonCode())).orElse(""));
  }

  static String text(Packet packet) {
    return switch (packet.type()) {
      case PUBLISH -> {
        Publish p = (Publish) packet;
        yield "PUBLISH"
            + p.qos().level()
            + (p.qos().level() > 0 ? " #" + p.packetId() : "")
            + (p.duplicate() ? " dup" : "")
            + (p.retain() ? " retain" : "")
            + " "
            + p.topic()
            + "="
            + new String(p.payload(), StandardCharsets.UTF_8);
      }
      case PUBACK -> answer("PUBACK", ((Puback) packet).packetId(), ((Puback) packet).reasonCode());
      case PUBREC -> answer("PUBREC", ((Pubrec) packet).packetId(), ((Pubrec) packet).reasonCode());
      case PUBREL -> answer("PUBREL", ((Pubrel) packet).packetId(), ((Pubrel) packet).reasonCode());
      case PUBCOMP ->
          answer("PUBCOMP", ((Pubcomp) packet).packetId(), ((Pubcomp) packet).reasonCode());
      case SUBSCRIBE -> {
        Subscribe s = (Subscribe) packet;
        yield "SUBSCRIBE #"
            + s.packetId()
            + s.properties().subscriptionIdentifiers().stream()
                .map(identifier -> "=" + identifier)
                .collect(Collectors.joining())
            + s.subscriptions().stream()
                .map(f -> " " + f.filter() + ":" + f.qos().level() + retain(f.retainHandling()))
                .collect(Collectors.joining());
      }
      case UNSUBSCRIBE -> {
        Unsubscribe u = (Unsubscribe) packet;
        yield "UNSUBSCRIBE #" + u.packetId() + " " + String.join(" ", u.filters());
      }
      case CONNECT, CONNACK, SUBACK, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT, AUTH ->
          packet.type().toString();
    };
  }

  private static String retain(org.robustmqtt.codec.RetainHandling handling) {
    return switch (handling) {
      case ALWAYS -> "";
      case IF_NEW -> "/if-new";
      case NEVER -> "/never";
    };
  }

  private static String answer(String name, int packetId, int code) {
    return name + " #" + packetId + (code == 0 ? "" : " " + hex(code));
  }

  private static String hex(int code) {
    return String.format("0x%02X", code);
  }

  private static String lower(Level level) {
    return level.name().toLowerCase(Locale.ROOT);
  }
}
