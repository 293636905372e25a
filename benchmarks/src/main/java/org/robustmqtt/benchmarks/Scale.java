package org.robustmqtt.benchmarks;

/**
 * How much is measured.
 *
 * @param name its name
 * @param rounds how often the candidates take turns
 * @param messages messages of a round of throughput
 * @param paced messages of a run at 1000 messages a second
 * @param received messages of a round of receiving
 * @param forced messages of a round of durable enqueue by one producer
 * @param stored messages of the lines that count bytes
 * @param queued messages of the line of the long queue
 * @param idle connections of the line of idle connections
 * @param idleSeconds how long they are watched
 * @param outageSeconds how long the broker is away
 * @param jmh options of JMH for the codec lines
 */
public record Scale(
    String name,
    int rounds,
    int messages,
    int paced,
    int received,
    int forced,
    int stored,
    int queued,
    int idle,
    int idleSeconds,
    int outageSeconds,
    String jmh) {
  /** For the table: minutes. */
  public static final Scale FULL =
      new Scale("full", 5, 100_000, 4000, 1_000_000, 200, 10_000, 1_000_000, 1000, 10, 5, "-f 2");

  /** For a look: about a minute and a half. */
  public static final Scale QUICK =
      new Scale(
          "quick",
          5,
          30_000,
          1500,
          500_000,
          100,
          2000,
          100_000,
          200,
          3,
          2,
          "-f 1 -wi 2 -w 300ms -i 3 -r 300ms");

  /** For the build: whether each line gives a number; the numbers mean nothing. */
  public static final Scale SMOKE =
      new Scale("smoke", 1, 200, 20, 1000, 3, 50, 500, 5, 0, 0, "-f 0 -wi 0 -i 1 -r 1ms");
}
