package org.robustmqtt.spi;

import java.time.Duration;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Decides when a connection is tried next. Registered as a service with the property {@value
 * #NAME}; a connection whose configuration says {@code retry=NAME} asks it. Of several with one
 * name the one with the highest ranking is asked.
 *
 * <p>Where there is none, or it throws, answers {@code null} or takes longer than 5 seconds, that
 * is told as a problem of kind {@link org.robustmqtt.ProblemKind#EXTENSION_FAILED}, and {@code
 * exponential} decides until the next time.
 */
@ConsumerType
@FunctionalInterface
public interface RetryStrategy {
  /** The service property with the name, a String of letters, digits, {@code . _ -}: {@value}. */
  String NAME = "mqtt.retry";

  /**
   * Answers when to try next. Called on a helper thread, one call at a time for each connection:
   * before the first attempt, after each failed one and each lost link, and once more while it
   * waits if a message comes whose policy has {@code wake} and none had waited. May block for 5
   * seconds at the most, and is interrupted then.
   *
   * @param situation what is known now
   * @return how long to wait from now, at least 100 ms are waited after a failure; empty: only
   *     {@link org.robustmqtt.RobustMqttConnection#connect()} or {@code reconnectNow()} connects
   */
  Optional<Duration> nextAttempt(RetrySituation situation);
}
