package org.robustmqtt.shell;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.robustmqtt.BrokerCapabilities;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.Counters;
import org.robustmqtt.DropReason;
import org.robustmqtt.Pending;
import org.robustmqtt.Problem;
import org.robustmqtt.QueueStatus;
import org.robustmqtt.ReasonCode;
import org.robustmqtt.SubscriptionStatus;
import org.robustmqtt.TlsStatus;

/** The text of {@code mqtt:info}: everything that a status says. */
final class StatusText {
  private static final String LINE = "%-16s %s";

  private final ConnectionStatus status;
  private final Instant now;
  private final ZoneId zone;
  private final List<String> lines = new ArrayList<>();

  private StatusText(ConnectionStatus status, Instant now, ZoneId zone) {
    this.status = status;
    this.now = now;
    this.zone = zone;
  }

  /**
   * Returns the text, a line each.
   *
   * @param pending the things to do; empty if there is no service to ask
   */
  static List<String> lines(
      ConnectionStatus status, Optional<Pending> pending, Instant now, ZoneId zone) {
    StatusText text = new StatusText(status, now, zone);
    text.connection();
    text.problem();
    text.queue(pending);
    status
        .journal()
        .ifPresentOrElse(
            journal -> JournalText.lines(journal, text::line),
            () -> text.line("Journal", "none is open"));
    text.counters();
    status.capabilities().ifPresent(text::capabilities);
    status.tls().ifPresent(text::tls);
    text.list("Subscriptions", status.subscriptions().stream().map(StatusText::text).toList());
    text.list("Faults", status.faults());
    return List.copyOf(text.lines);
  }

  private void connection() {
    line("Connection", status.name());
    line(
        "State",
        status.state()
            + " since "
            + Ages.at(status.since(), zone)
            + ", "
            + Ages.between(status.since(), now));
    line("Broker", orDash(status.broker()));
    line("Client id", orDash(status.clientId()));
    line(
        "Protocol",
        orDash(status.protocolVersion().isEmpty() ? "" : "MQTT " + status.protocolVersion()));
    line(
        "Session",
        status
            .sessionPresent()
            .map(kept -> kept ? "the broker had kept it" : "new at the last connect")
            .orElse("-"));
    status.waitsFor().ifPresent(what -> line("Waits for", what));
    status
        .nextAttempt()
        .ifPresent(
            next ->
                line(
                    "Next try",
                    (next.isAfter(now) ? "in " + Ages.between(now, next) : "now")
                        + ", after "
                        + status.attempt()
                        + " failed"));
  }

  private void problem() {
    Optional<Problem> last = status.problem();
    if (last.isEmpty()) {
      line("Last problem", "-");
      return;
    }
    Problem problem = last.get();
    line(
        "Last problem",
        problem.kind()
            + " ("
            + problem.kind().code()
            + ") at "
            + problem.place()
            + ", "
            + Ages.at(problem.at(), zone)
            + ", "
            + Ages.between(problem.at(), now)
            + " ago");
    line("", problem.text());
    if (problem.reasonCode() != 0) {
      line("", "reason code " + ReasonCode.describe(problem.reasonCode()));
    }
  }

  private void queue(Optional<Pending> pending) {
    QueueStatus queue = status.queue();
    line(
        "Queue",
        queue.messages()
            + " of "
            + queue.maxMessages()
            + " messages, "
            + Sizes.text(queue.bytes())
            + " of "
            + Sizes.text(queue.maxBytes())
            + ", "
            + queue.inFlight()
            + " in flight"
            + queue.oldest().map(at -> ", oldest " + Ages.between(at, now)).orElse(""));
    if (queue.quarantined() > 0) {
      line(
          "",
          Counts.of(queue.quarantined(), "message") + " put aside, see mqtt:browse --quarantined");
    }
    pending.ifPresent(
        todo ->
            line(
                "To do",
                Counts.of(todo.messages(), "message")
                    + ", "
                    + Counts.of(todo.subscriptions(), "subscription")
                    + ", "
                    + Counts.of(todo.unsubscriptions(), "unsubscription")
                    + ", "
                    + todo.received()
                    + " received"));
  }

  private void counters() {
    Counters counters = status.counters();
    line(
        "Accepted",
        counters.accepted()
            + ", recovered "
            + counters.recovered()
            + ", refused "
            + counters.refused());
    StringBuilder outcomes = new StringBuilder();
    outcomes.append("acknowledged ").append(counters.acknowledged());
    outcomes.append(", sent ").append(counters.sent());
    for (Map.Entry<DropReason, Long> entry : counters.dropped().entrySet()) {
      if (entry.getValue() > 0) {
        outcomes.append(", ").append(entry.getKey().name().toLowerCase(Locale.ROOT));
        outcomes.append(' ').append(entry.getValue());
      }
    }
    if (counters.lateAcknowledgements() > 0) {
      outcomes.append("; acknowledged too late ").append(counters.lateAcknowledgements());
    }
    line("Outcomes", outcomes.toString());
    line(
        "Received",
        counters.received()
            + ", unclaimed "
            + counters.unclaimed()
            + ", overflowed "
            + counters.overflowed()
            + ", stale "
            + counters.stale()
            + ", handlers failed "
            + counters.handlerFailures()
            + ", late "
            + counters.handlerTimeouts());
    line("Connects", Long.toString(counters.connects()));
  }

  private void capabilities(BrokerCapabilities broker) {
    line(
        "Broker can",
        "QoS up to "
            + broker.maximumQos().level()
            + ", retain "
            + yes(broker.retainAvailable())
            + ", wildcards "
            + yes(broker.wildcardAvailable())
            + ", shared "
            + yes(broker.sharedAvailable())
            + ", identifiers "
            + yes(broker.subscriptionIdentifiersAvailable()));
    line(
        "",
        "receive maximum "
            + broker.receiveMaximum()
            + ", packets up to "
            + Sizes.text(broker.maximumPacketSize())
            + ", keep alive "
            + broker.keepAliveSeconds()
            + "s, session kept "
            + expiry(broker.sessionExpirySeconds()));
  }

  private void tls(TlsStatus tls) {
    line(
        "TLS",
        tls.protocol()
            + ", "
            + tls.cipherSuite()
            + (tls.hostnameValidated() ? "" : "; the broker's name is NOT CHECKED"));
    certificate("Broker's", tls.broker());
    tls.own().ifPresent(own -> certificate("Our", own));
  }

  private void certificate(String whose, TlsStatus.Certificate certificate) {
    String names = String.join(", ", certificate.names());
    line("", whose + " certificate: " + certificate.subject());
    if (!names.isEmpty()) {
      line("", "  for " + names);
    }
    line("", "  by " + certificate.issuer());
    line("", "  until " + Ages.at(certificate.notAfter(), zone));
  }

  private static String expiry(long seconds) {
    return seconds == 0xFFFF_FFFFL ? "for ever" : seconds + "s";
  }

  private static String text(SubscriptionStatus subscription) {
    return subscription.filter()
        + "  QoS "
        + subscription.qos().level()
        + "  "
        + subscription.state()
        + (subscription.state() == SubscriptionStatus.State.REFUSED
            ? " " + ReasonCode.describe(subscription.reasonCode())
            : "")
        + "  "
        + subscription.listeners()
        + (subscription.listeners() == 1 ? " listener" : " listeners");
  }

  private void list(String name, List<String> values) {
    if (values.isEmpty()) {
      line(name, "-");
    }
    for (int i = 0; i < values.size(); i++) {
      line(i == 0 ? name : "", values.get(i));
    }
  }

  private void line(String name, String value) {
    lines.add(String.format(Locale.ROOT, LINE, name, value));
  }

  private static String yes(boolean value) {
    return value ? "yes" : "no";
  }

  private static String orDash(String value) {
    return value.isEmpty() ? "-" : value;
  }
}
