package org.robustmqtt.client.component;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Message;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.link.Link;
import org.robustmqtt.client.outbox.Outbox;
import org.robustmqtt.client.policy.DeliveryPolicy;
import org.robustmqtt.client.policy.Gate;
import org.robustmqtt.spi.Admission;
import org.robustmqtt.spi.AdmissionPolicy;
import org.robustmqtt.spi.AdmissionRequest;

/**
 * Asks the {@link AdmissionPolicy} that the policy of a message names, or the connection. Safe for
 * several threads.
 */
final class Admissions implements Gate {
  private static final long SLOW_NANOS = 1_000_000_000L;

  private final String connection;
  private final Settings settings;
  private final Function<String, Optional<AdmissionPolicy>> services;
  private final Outbox outbox;
  private final Link link;
  private final Clock clock;

  /** What is wrong and told, by the name of the service. */
  private final Map<String, String> told = new ConcurrentSkipListMap<>();

  Admissions(
      String connection,
      Settings settings,
      Function<String, Optional<AdmissionPolicy>> services,
      Outbox outbox,
      Link link,
      Clock clock) {
    this.connection = connection;
    this.settings = settings;
    this.services = services;
    this.outbox = outbox;
    this.link = link;
    this.clock = clock;
  }

  @Override
  public Admission admit(Message message, String policy) {
    return settings
        .policies()
        .named(policy)
        .flatMap(DeliveryPolicy::admission)
        .or(settings::admission)
        .map(name -> ask(name, message, policy))
        .orElseGet(Admission::keep);
  }

  private Admission ask(String name, Message message, String policy) {
    Optional<AdmissionPolicy> service = services.apply(name);
    if (service.isEmpty()) {
      return failed(name, "no service has " + AdmissionPolicy.NAME + "=" + name);
    }
    AdmissionRequest request =
        new AdmissionRequest(connection, message, policy, link.state(), outbox.status());
    long begun = clock.nanos();
    Admission answer;
    try {
      answer = service.get().admit(request);
    } catch (Throwable thrown) {
      // whatever it is: the publisher is not to suffer from it
      return failed(name, "it threw " + thrown);
    }
    if (answer == null) {
      return failed(name, "it answered null");
    }
    tell(
        name,
        clock.nanos() - begun > SLOW_NANOS
            ? Optional.of("it took longer than a second, and publishers wait for it")
            : Optional.empty());
    return answer;
  }

  private Admission failed(String name, String why) {
    tell(name, Optional.of(why + "; messages are accepted as their policies say"));
    return Admission.keep();
  }

  private void tell(String name, Optional<String> wrong) {
    String before = wrong.isEmpty() ? told.remove(name) : told.put(name, wrong.get());
    if (!wrong.equals(Optional.ofNullable(before))) {
      String all =
          told.entrySet().stream()
              .map(each -> Key.ADMISSION.text() + " = " + each.getKey() + ": " + each.getValue())
              .collect(Collectors.joining("; "));
      link.admission(Optional.of(all).filter(lines -> !lines.isEmpty()));
    }
  }

  @Override
  public boolean isOnline() {
    return link.state() == ConnectionState.ONLINE;
  }
}
