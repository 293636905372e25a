package org.robustmqtt.itests.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.robustmqtt.codec.Packet;

/** Every packet that went over the wire, in the order in which it was seen. Safe for threads. */
public final class Recording {
  /** Which way a packet went. */
  public enum Direction {
    /** Written by the client. */
    FROM_CLIENT,
    /** Written by the broker. */
    TO_CLIENT
  }

  /**
   * One packet.
   *
   * @param connection the number of the connection, from 1
   * @param direction which way
   * @param packet what
   */
  public record Line(int connection, Direction direction, Packet packet) {
    @Override
    public String toString() {
      return "#"
          + connection
          + (direction == Direction.FROM_CLIENT ? " client: " : " broker: ")
          + packet;
    }
  }

  private final List<Line> lines = new ArrayList<>();

  synchronized void add(int connection, Direction direction, Packet packet) {
    lines.add(new Line(connection, direction, packet));
    notifyAll();
  }

  /** Returns what went over the wire until now. */
  public synchronized List<Line> lines() {
    return List.copyOf(lines);
  }

  /** Returns the packets of one type that clients wrote until now. */
  public <T extends Packet> List<T> received(Class<T> type) {
    List<T> found = new ArrayList<>();
    for (Line line : lines()) {
      if (line.direction() == Direction.FROM_CLIENT && type.isInstance(line.packet())) {
        found.add(type.cast(line.packet()));
      }
    }
    return found;
  }

  /**
   * Waits until clients have written so many packets of a type.
   *
   * @return the packets of that type, at least that many
   * @throws AssertionError if they do not come in time
   */
  public <T extends Packet> List<T> await(Class<T> type, int count) throws InterruptedException {
    return await(type, count, packet -> true);
  }

  /**
   * Waits until clients have written so many packets of a type that satisfy a condition.
   *
   * @return those packets, at least that many
   * @throws AssertionError if they do not come in time
   */
  public synchronized <T extends Packet> List<T> await(
      Class<T> type, int count, Predicate<T> condition) throws InterruptedException {
    long end = System.nanoTime() + Patience.LIMIT.toNanos();
    while (true) {
      List<T> found = received(type).stream().filter(condition).toList();
      if (found.size() >= count) {
        return found;
      }
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError(
            "waited for "
                + count
                + " x "
                + type.getSimpleName()
                + ", saw "
                + found.size()
                + "\n"
                + this);
      }
      wait(left);
    }
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("on the wire:");
    for (Line line : lines()) {
      text.append("\n  ").append(line);
    }
    return text.toString();
  }
}
