package org.robustmqtt.itests.probe;

import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;
import org.osgi.service.component.annotations.Component;
import org.robustmqtt.spi.RetrySituation;
import org.robustmqtt.spi.RetryStrategy;

/** Connects between one and five in the night, and at once for an alarm: {@code retry = night}. */
@Component(property = RetryStrategy.NAME + "=night")
public class NightOnly implements RetryStrategy {
  private static final LocalTime FROM = LocalTime.of(1, 0);
  private static final LocalTime TO = LocalTime.of(5, 0);

  @Override
  public Optional<Duration> nextAttempt(RetrySituation s) {
    boolean alarm =
        s.waiting().stream().anyMatch(w -> w.policy().equals("alarm") && w.messages() > 0);
    ZonedDateTime now = s.now().atZone(ZoneId.systemDefault());
    LocalTime time = now.toLocalTime();
    if (alarm || (!time.isBefore(FROM) && time.isBefore(TO))) {
      return Optional.of(Duration.ofSeconds(s.attempt() == 0 ? 0 : 60));
    }
    ZonedDateTime night = now.with(FROM);
    return Optional.of(Duration.between(now, night.isAfter(now) ? night : night.plusDays(1)));
  }
}
