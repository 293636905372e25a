package org.robustmqtt.client.link;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.robustmqtt.Problem;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.door.Log;

/**
 * Tells the log of loss and return: INFO for both, one WARN when an outage lasts, and one WARN when
 * the broker refuses us for good. A network that is a network is no more than that, so a line has
 * no stack trace. An outage ends when the link is back: one that is cut again and again has many
 * short ones, and none of them is long. On the loop only.
 */
final class Outage {
  private static final Log LOG = Log.of(Link.class);

  private final String name;
  private final Doors doors;
  private final Alarm warning;
  private OptionalLong since = OptionalLong.empty();
  private Optional<Problem> last = Optional.empty();
  private long warnAfterNanos;
  private boolean warned;
  private boolean online;

  Outage(String name, Doors doors, Consumer<Runnable> guard) {
    this.name = name;
    this.doors = doors;
    warning = new Alarm(doors, guard, this::warn);
  }

  /** After how long offline the warning comes. */
  void warnAfter(long nanos) {
    warnAfterNanos = nanos;
    schedule();
  }

  /** Not online from now on, or still not, because of nothing yet. */
  void begin() {
    online = false;
    if (since.isEmpty()) {
      since = OptionalLong.of(doors.clock().nanos());
      warned = false;
      last = Optional.empty();
    }
    schedule();
  }

  /** A link was lost, or an attempt failed. */
  void failed(Problem problem, boolean refused, OptionalLong waitNanos) {
    ProblemKind before = last.map(Problem::kind).orElse(null);
    boolean first = since.isEmpty() || online || before != problem.kind();
    begin();
    last = Optional.of(problem);
    String next =
        waitNanos.isEmpty()
            ? "no further attempt before it is told to connect"
            : "next attempt in " + seconds(waitNanos.getAsLong());
    if (!first) {
      LOG.debug("{}: {}; {}", name, problem.text(), next);
    } else if (refused) {
      LOG.warn("{}: {}; {}", name, problem.text(), next);
    } else {
      LOG.info("{}: {}; {}", name, problem.text(), next);
    }
  }

  /** Connected. */
  void online(String how) {
    online = true;
    warning.cancel();
    if (since.isPresent() && last.isPresent()) {
      String time = seconds(doors.clock().nanos() - since.getAsLong());
      LOG.info("{}: {}, after {}", name, how, time);
    } else {
      LOG.info("{}: {}", name, how);
    }
    since = OptionalLong.empty();
  }

  /** Closed by will: there is no outage. */
  void closed(String why) {
    warning.cancel();
    since = OptionalLong.empty();
    last = Optional.empty();
    online = false;
    LOG.info("{}: closed, {}", name, why);
  }

  /** Nothing needs a link: there is no outage. */
  void rests() {
    warning.cancel();
    since = OptionalLong.empty();
    last = Optional.empty();
    online = false;
    LOG.debug("{}: nothing to do, closed to save energy", name);
  }

  void cancel() {
    warning.cancel();
  }

  private void schedule() {
    if (since.isPresent() && !online && !warned && warnAfterNanos > 0) {
      warning.in(since.getAsLong() + warnAfterNanos - doors.clock().nanos());
    }
  }

  private void warn() {
    warned = true;
    LOG.warn(
        "{}: offline for {}; {}",
        name,
        seconds(doors.clock().nanos() - since.orElse(doors.clock().nanos())),
        last.map(Problem::text).orElse("not connected yet"));
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, nanos < 10_000_000_000L ? "%.1f s" : "%.0f s", nanos / 1e9);
  }
}
