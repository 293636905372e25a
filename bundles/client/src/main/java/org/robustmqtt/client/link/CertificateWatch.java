package org.robustmqtt.client.link;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.robustmqtt.TlsStatus;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.door.Log;

/**
 * Watches the days that the certificates of a link still have: one line in the status from 30 days
 * on, and one WARN in the log at 30, 7 and 1 days and when it is over. Looks at each connect and,
 * while online, once a day: no more, since a wake-up costs energy. On the loop only.
 */
final class CertificateWatch {
  private static final Log LOG = Log.of(Link.class);
  private static final long LOOK_NANOS = Duration.ofDays(1).toNanos();
  private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

  /** The days at which something is said; in falling order. */
  private static final int[] DAYS = {30, 7, 1, 0};

  private final String name;
  private final Doors doors;
  private final StatusBoard board;
  private final Alarm alarm;

  /** Of which certificate how much was said last: an index into the days. */
  private final Map<TlsStatus.Certificate, Integer> said = new HashMap<>();

  private Optional<TlsStatus> watched = Optional.empty();

  CertificateWatch(String name, Doors doors, Consumer<Runnable> guard, StatusBoard board) {
    this.name = name;
    this.doors = doors;
    this.board = board;
    alarm = new Alarm(doors, guard, this::look);
  }

  /** The link is online with these certificates, or without TLS. */
  void online(Optional<TlsStatus> tls) {
    watched = tls;
    said.keySet().retainAll(certificates());
    look();
  }

  /** The link is not online any more; what was said stays true. */
  void offline() {
    alarm.cancel();
  }

  private List<TlsStatus.Certificate> certificates() {
    List<TlsStatus.Certificate> all = new ArrayList<>();
    watched.ifPresent(
        tls -> {
          all.add(tls.broker());
          tls.own().ifPresent(all::add);
        });
    return all;
  }

  private void look() {
    List<String> lines = new ArrayList<>();
    watched.ifPresent(
        tls -> {
          look("the broker's certificate", tls.broker()).ifPresent(lines::add);
          tls.own().flatMap(own -> look("our client certificate", own)).ifPresent(lines::add);
          alarm.in(LOOK_NANOS);
        });
    board.certificates(lines);
  }

  private Optional<String> look(String whose, TlsStatus.Certificate certificate) {
    long left = certificate.notAfter().toEpochMilli() - doors.clock().wallMillis();
    int stage = stage(left);
    if (stage < 0) {
      return Optional.empty();
    }
    String line =
        String.format(
            Locale.ROOT,
            "%s (%s) %s",
            whose,
            certificate.subject(),
            when(left, certificate.notAfter()));
    if (said.getOrDefault(certificate, -1) < stage) {
      said.put(certificate, stage);
      LOG.warn("{}: {}", name, line);
    }
    return Optional.of(line);
  }

  /** Returns which of the days is reached; -1: none. */
  private static int stage(long leftMillis) {
    int stage = -1;
    for (int i = 0; i < DAYS.length; i++) {
      if (leftMillis <= DAYS[i] * DAY_MILLIS) {
        stage = i;
      }
    }
    return stage;
  }

  private static String when(long leftMillis, Instant notAfter) {
    if (leftMillis <= 0) {
      return "has expired on " + notAfter + "; the next connect will fail";
    }
    long days = leftMillis / DAY_MILLIS;
    String left =
        days == 0 ? "in less than a day" : days == 1 ? "in 1 day" : "in " + days + " days";
    return "expires " + left + ", on " + notAfter + "; a new one counts from the next connect on";
  }
}
