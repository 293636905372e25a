package org.robustmqtt.benchmarks;

/**
 * How much is measured.
 *
 * @param name its name
 * @param rounds how often the candidates take turns
 * @param warmMillis how long a candidate publishes before its first round
 * @param roundMillis how long a round of publishing takes about, for each candidate
 * @param paced messages of a round at 1000 messages a second
 * @param received messages of a round of receiving
 * @param forced messages of a round of durable enqueue by one producer
 * @param stored messages of the lines that count bytes
 * @param backlog messages that are drained from a store
 * @param queued messages of the line of the long queue
 * @param cancelled deep messages of it that are cancelled
 * @param filters most filters of the line of many filters; it has five times as many topics
 * @param connections most connections of the lines of connections
 * @param idleSeconds how long they are watched
 * @param outageSeconds how long the broker is away
 * @param outages how many times, for each client and each age of a link
 * @param seeds of the simulated outages
 * @param jmh options of JMH for the codec lines
 */
public record Scale(
    String name,
    int rounds,
    int warmMillis,
    int roundMillis,
    int paced,
    int received,
    int forced,
    int stored,
    int backlog,
    int queued,
    int cancelled,
    int filters,
    int connections,
    int idleSeconds,
    int outageSeconds,
    int outages,
    int seeds,
    String jmh) {
  /** For the table. */
  public static final Scale FULL =
      new Scale(
          "full",
          5,
          1500,
          500,
          800,
          1_000_000,
          200,
          10_000,
          100_000,
          1_000_000,
          80_000,
          20_000,
          1000,
          10,
          5,
          7,
          10_000,
          "-f 1 -wi 5 -w 300ms -i 5 -r 400ms");

  /** For a look. */
  public static final Scale QUICK =
      new Scale(
          "quick",
          3,
          400,
          200,
          300,
          300_000,
          100,
          2000,
          20_000,
          100_000,
          8000,
          2000,
          200,
          3,
          2,
          3,
          10_000,
          "-f 1 -wi 3 -w 200ms -i 3 -r 200ms");

  /** For the build: whether each line gives a number; the numbers mean nothing. */
  public static final Scale SMOKE =
      new Scale(
          "smoke",
          1,
          0,
          1,
          20,
          1000,
          3,
          50,
          100,
          500,
          20,
          20,
          5,
          0,
          0,
          1,
          100,
          "-f 0 -wi 0 -i 1 -r 1ms");
}
