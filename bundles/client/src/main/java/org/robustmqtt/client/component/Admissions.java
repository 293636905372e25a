package org.robustmqtt.client.component;

import java.util.Optional;
import java.util.function.Function;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Message;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.link.Link;
import org.robustmqtt.client.outbox.Outbox;
import org.robustmqtt.client.policy.Gate;
import org.robustmqtt.spi.Admission;
import org.robustmqtt.spi.AdmissionPolicy;
import org.robustmqtt.spi.AdmissionRequest;

/** Asks the {@link AdmissionPolicy} that a connection names. Safe for several threads. */
final class Admissions implements Gate {
  private static final long SLOW_NANOS = 1_000_000_000L;

  private final String connection;
  private final String name;
  private final Function<String, Optional<AdmissionPolicy>> services;
  private final Outbox outbox;
  private final Link link;
  private final Clock clock;

  /** What is wrong and told. */
  private volatile Optional<String> told = Optional.empty();

  Admissions(
      String connection,
      String name,
      Function<String, Optional<AdmissionPolicy>> services,
      Outbox outbox,
      Link link,
      Clock clock) {
    this.connection = connection;
    this.name = name;
    this.services = services;
    this.outbox = outbox;
    this.link = link;
    this.clock = clock;
  }

  @Override
  public Admission admit(Message message, String policy) {
    Optional<AdmissionPolicy> service = services.apply(name);
    if (service.isEmpty()) {
      return failed("no service has " + AdmissionPolicy.NAME + "=" + name);
    }
    AdmissionRequest request =
        new AdmissionRequest(connection, message, policy, link.state(), outbox.status());
    long begun = clock.nanos();
    Admission answer;
    try {
      answer = service.get().admit(request);
    } catch (Throwable thrown) {
      // whatever it is: the publisher is not to suffer from it
      return failed("it threw " + thrown);
    }
    if (answer == null) {
      return failed("it answered null");
    }
    tell(
        clock.nanos() - begun > SLOW_NANOS
            ? Optional.of("it took longer than a second, and publishers wait for it")
            : Optional.empty());
    return answer;
  }

  private Admission failed(String why) {
    tell(Optional.of(why + "; messages are accepted as their policies say"));
    return Admission.keep();
  }

  private void tell(Optional<String> wrong) {
    if (!wrong.equals(told)) {
      told = wrong;
      link.admission(wrong.map(why -> Key.ADMISSION.text() + " = " + name + ": " + why));
    }
  }

  @Override
  public boolean isOnline() {
    return link.state() == ConnectionState.ONLINE;
  }
}
