package org.robustmqtt.client.link;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.door.Helpers;
import org.robustmqtt.spi.RetrySituation;
import org.robustmqtt.spi.RetryStrategy;

/**
 * Asks a {@link RetryStrategy} of another bundle on a helper. What it answers too late, or to a
 * question that does not matter any more, is not heard. On the loop only.
 */
final class Consultation {
  static final long MOST_NANOS = 5_000_000_000L;

  private final Doors doors;
  private final Consumer<Runnable> guard;
  private final Function<String, Optional<RetryStrategy>> strategies;
  private int question;

  Consultation(
      Doors doors, Consumer<Runnable> guard, Function<String, Optional<RetryStrategy>> strategies) {
    this.doors = doors;
    this.guard = guard;
    this.strategies = strategies;
  }

  /**
   * Asks, instead of what was asked before.
   *
   * @param decided told the answer
   * @param failed told why there is none, for people
   */
  void ask(
      String name,
      RetrySituation situation,
      Consumer<Optional<Duration>> decided,
      Consumer<String> failed) {
    question++;
    Optional<RetryStrategy> strategy = strategies.apply(name);
    if (strategy.isEmpty()) {
      failed.accept("no service has " + RetryStrategy.NAME + "=" + name);
      return;
    }
    doors
        .helpers()
        .call(
            Helpers.Work.EXTENSION,
            situation.connection() + " " + name,
            () -> strategy.get().nextAttempt(situation),
            MOST_NANOS,
            new Awaited(question, name, decided, failed));
  }

  /** Nobody wants to know any more. */
  void cancel() {
    question++;
  }

  private final class Awaited implements Helpers.Answer<Optional<Duration>> {
    private final int number;
    private final String name;
    private final Consumer<Optional<Duration>> decided;
    private final Consumer<String> failed;

    Awaited(
        int number, String name, Consumer<Optional<Duration>> decided, Consumer<String> failed) {
      this.number = number;
      this.name = name;
      this.decided = decided;
      this.failed = failed;
    }

    @Override
    public void done(Optional<Duration> answer) {
      if (number == question) {
        guard.accept(
            () -> {
              if (answer == null) {
                failed.accept("the strategy " + name + " answered null");
              } else {
                decided.accept(answer);
              }
            });
      }
    }

    @Override
    public void failed(Throwable cause) {
      if (number == question) {
        String what =
            cause instanceof TimeoutException
                ? " did not answer within " + Watch.seconds(MOST_NANOS)
                : " threw " + cause;
        guard.accept(() -> failed.accept("the strategy " + name + what));
      }
    }
  }
}
