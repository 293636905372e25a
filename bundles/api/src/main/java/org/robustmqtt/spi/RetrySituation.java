package org.robustmqtt.spi;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.robustmqtt.Energy;
import org.robustmqtt.Problem;

/** What a {@link RetryStrategy} is told. Immutable. */
public final class RetrySituation {
  private final String connection;
  private final Instant now;
  private final int attempt;
  private final Optional<Problem> problem;
  private final List<WaitingMessages> waiting;
  private final Energy energy;

  /**
   * Describes a situation.
   *
   * @param connection the name of the connection
   * @param now the wall time
   * @param attempt attempts and short links that failed since the last stable link; 0 and more
   * @param problem why the last attempt or link failed; empty before the first
   * @param waiting what waits, an element for each policy
   * @param energy what the connection has to be careful with
   */
  public RetrySituation(
      String connection,
      Instant now,
      int attempt,
      Optional<Problem> problem,
      List<WaitingMessages> waiting,
      Energy energy) {
    this.connection = Objects.requireNonNull(connection);
    this.now = Objects.requireNonNull(now);
    this.attempt = attempt;
    this.problem = Objects.requireNonNull(problem);
    this.waiting = List.copyOf(waiting);
    this.energy = Objects.requireNonNull(energy);
  }

  /** Returns the name of the connection. */
  public String connection() {
    return connection;
  }

  /** Returns the wall time at which it is asked. */
  public Instant now() {
    return now;
  }

  /** Returns how many attempts and short links failed since the last stable link; 0: none. */
  public int attempt() {
    return attempt;
  }

  /** Returns why the last attempt or link failed; empty before the first. */
  public Optional<Problem> problem() {
    return problem;
  }

  /** Returns what waits, one element for each policy that the connection has. */
  public List<WaitingMessages> waiting() {
    return waiting;
  }

  /** Returns what the connection has to be careful with. */
  public Energy energy() {
    return energy;
  }
}
