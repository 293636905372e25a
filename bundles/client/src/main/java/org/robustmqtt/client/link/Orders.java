package org.robustmqtt.client.link;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.client.door.Log;

/**
 * What people and configurations want of a link, and what that means for the state it is in. On the
 * loop only.
 */
final class Orders {
  private static final Log LOG = Log.of(Link.class);

  /** How long a connection that is closed by hand waits for what is in flight. */
  private static final long DRAIN_NANOS = Duration.ofSeconds(5).toNanos();

  private final String name;
  private final Life life;
  private final StatusBoard board;
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private Optional<LinkSettings> settings;
  private boolean started;
  private boolean byHand;
  private boolean stopping;

  Orders(String name, Life life, StatusBoard board, Optional<LinkSettings> settings) {
    this.name = name;
    this.life = life;
    this.board = board;
    this.settings = settings;
    life.wantedIf(() -> !byHand && this.settings.filter(LinkSettings::enabled).isPresent());
  }

  void start() {
    started = true;
    settings.ifPresent(life::settings);
    begin();
    life.expire();
  }

  /** The way out of FAULTED and CLOSED, if settings and hand allow it. */
  private void begin() {
    if (!started || stopping) {
      return;
    }
    if (settings.isEmpty()) {
      life.enter(ConnectionState.FAULTED);
    } else if (byHand || !settings.get().enabled() || manual(settings.get())) {
      life.enter(ConnectionState.CLOSED);
    } else {
      life.settle();
    }
  }

  private static boolean manual(LinkSettings settings) {
    return settings.retry().strategy() == RetrySettings.Strategy.NONE;
  }

  void apply(LinkSettings next) {
    if (stopping) {
      return;
    }
    Optional<LinkSettings> before = settings;
    settings = Optional.of(next);
    life.settings(next);
    if (before.isEmpty()) {
      begin();
      return;
    }
    SettingsChange change = SettingsChange.between(before.get(), next);
    if (change == SettingsChange.NONE) {
      LOG.debug("{}: equal settings", name);
      return;
    }
    if (change != SettingsChange.LIVE) {
      life.forget();
    }
    if (before.get().enabled() != next.enabled()) {
      enable(next.enabled());
    } else if (change == SettingsChange.LIVE) {
      applyLive(!before.get().retry().equals(next.retry()));
    } else {
      applyReconnect();
    }
  }

  private void enable(boolean enabled) {
    if (!enabled) {
      life.close("enabled=false", DRAIN_NANOS, false, () -> {});
    } else if (life.state() == ConnectionState.CLOSED) {
      begin();
    } else if (life.state() == ConnectionState.CLOSING) {
      life.afterClosing(this::begin);
    }
  }

  private void applyLive(boolean otherRetry) {
    if (otherRetry && life.state() == ConnectionState.WAITING && !life.settling()) {
      life.waitAfterFailure();
    } else if (otherRetry && life.state() == ConnectionState.CLOSED) {
      begin();
    } else {
      life.changed();
    }
    life.saveEnergy();
  }

  private void applyReconnect() {
    switch (life.state()) {
      case WAITING -> {
        if (life.settling()) {
          life.changed();
        } else {
          life.dialNow();
        }
      }
      case IDLE, CONNECTING, HANDSHAKING, ONLINE -> life.dialNow();
      case CLOSED -> begin();
      case FAULTED, CLOSING -> life.changed();
    }
  }

  void faults(List<String> lines) {
    board.faults(lines);
    if (settings.isEmpty() && !lines.isEmpty()) {
      life.problem(Place.CONFIG, ProblemKind.SETTINGS_FAULTY, 0, String.join("; ", lines));
    }
    life.changed();
  }

  void connect() {
    byHand = false;
    if (stopping || settings.isEmpty() || !settings.get().enabled()) {
      return;
    }
    if (life.state() == ConnectionState.CLOSED) {
      life.open();
    } else if (life.state() == ConnectionState.CLOSING) {
      life.afterClosing(this::connect);
    }
  }

  void disconnect() {
    byHand = true;
    if (!stopping) {
      life.close("disconnected by hand", DRAIN_NANOS, false, () -> {});
    }
  }

  void reconnectNow() {
    if (life.state() == ConnectionState.CLOSED && !byHand) {
      connect();
      return;
    }
    switch (life.state()) {
      case IDLE, WAITING, CONNECTING, HANDSHAKING, ONLINE -> life.dialNow();
      case FAULTED, CLOSING, CLOSED -> LOG.debug("{}: {}, no reconnect", name, life.state());
    }
  }

  /**
   * Ends; the future completes also when a defect shows on the way.
   *
   * @param queueToo whether queued messages are sent too, or only what is in flight is awaited
   */
  void stop(long drainNanos, boolean queueToo, CompletableFuture<Void> done) {
    stopped.thenRun(() -> done.complete(null));
    if (stopping) {
      return;
    }
    stopping = true;
    life.guarded(() -> life.close("stopped", drainNanos, queueToo, this::end));
    if (life.state() != ConnectionState.CLOSING) {
      end();
    }
  }

  private void end() {
    life.end();
    stopped.complete(null);
  }

  void whenIdle(CompletableFuture<Void> future) {
    if (life.over()) {
      life.idle().refuse(future);
    } else {
      life.idle().add(future);
      life.guarded(life::saveEnergy);
    }
  }

  void probe(CompletableFuture<Duration> future) {
    if (life.over()) {
      life.watch().probe(future);
    } else {
      life.guarded(() -> life.watch().probe(future));
    }
  }
}
