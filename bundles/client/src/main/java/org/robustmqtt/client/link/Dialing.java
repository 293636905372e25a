package org.robustmqtt.client.link;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.door.Helpers;
import org.robustmqtt.client.transport.OpenFailure;
import org.robustmqtt.client.transport.Opener;
import org.robustmqtt.client.transport.Transport;
import org.robustmqtt.client.transport.TransportEvents;
import org.robustmqtt.codec.ProtocolVersion;

/**
 * One attempt at a time, from resolving the name to CONNACK, within the time to connect, and in
 * which version of the protocol. On the loop only.
 */
final class Dialing implements Opener.Answer {
  /** What dialling asks of its link. */
  interface Host {
    /** Bytes can flow: CONNECT is to be sent. */
    void opened(Transport transport, ProtocolVersion version, LinkSettings used);

    /** Returns whether the broker has answered, and the journal is what is awaited. */
    boolean preparing();

    void lose(Place place, ProblemKind kind, int reasonCode, String text);
  }

  private final Doors doors;
  private final Consumer<Runnable> guard;
  private final Retries retries;
  private final Host host;
  private final Alarm late;
  private final VersionChoice versions = new VersionChoice();
  private Optional<Opener> opener = Optional.empty();
  private Optional<LinkSettings> used = Optional.empty();
  private Optional<Reading> reading = Optional.empty();

  Dialing(Doors doors, Consumer<Runnable> guard, Retries retries, Host host) {
    this.doors = doors;
    this.guard = guard;
    this.retries = retries;
    this.host = host;
    late = new Alarm(doors, guard, this::late);
  }

  /** Begins an attempt; nothing of an earlier one is left. */
  void begin(LinkSettings settings, TransportEvents events) {
    used = Optional.of(settings);
    late.in(settings.connectTimeoutNanos());
    if (settings.source().isEmpty()) {
      open(settings, events);
      return;
    }
    CredentialSource source = settings.source().get();
    Reading attempt = new Reading(events);
    reading = Optional.of(attempt);
    doors
        .helpers()
        .call(
            Helpers.Work.FILES,
            settings.broker().host() + ":" + settings.broker().port(),
            () -> source.read(settings),
            settings.connectTimeoutNanos(),
            attempt);
  }

  /** The credentials of one attempt are being read. */
  private final class Reading implements Helpers.Answer<LinkSettings> {
    private final TransportEvents events;

    Reading(TransportEvents events) {
      this.events = events;
    }

    /** Returns whether the attempt is still wanted; it is read then. */
    private boolean ends() {
      boolean wanted = reading.filter(present -> present == this).isPresent();
      if (wanted) {
        reading = Optional.empty();
      }
      return wanted;
    }

    @Override
    public void done(LinkSettings read) {
      if (ends()) {
        guard.accept(
            () -> {
              used = Optional.of(read);
              open(read, events);
            });
      }
    }

    @Override
    public void failed(Throwable cause) {
      if (!ends()) {
        return;
      }
      if (cause instanceof IOException) {
        guard.accept(() -> lose(cause.getMessage()));
      } else if (cause instanceof TimeoutException) {
        guard.accept(Dialing.this::notRead);
      } else {
        guard.accept(() -> lose("the credentials cannot be read: " + cause));
      }
    }
  }

  private void notRead() {
    String time = Watch.seconds(used.orElseThrow().connectTimeoutNanos());
    lose("the credentials were not read within " + time + "; does the disk answer?");
  }

  private void lose(String text) {
    host.lose(Place.CONFIG, ProblemKind.CREDENTIALS_UNREADABLE, 0, text);
  }

  private void open(LinkSettings settings, TransportEvents events) {
    Opener.Target target =
        new Opener.Target(
            settings.broker().host(),
            settings.broker().port(),
            settings.connectTimeoutNanos(),
            versions.next(settings.version()),
            settings.session().maximumPacketSize(),
            settings.broker().tls());
    Opener opening = new Opener(doors, target, events, this);
    opener = Optional.of(opening);
    opening.start();
  }

  /** The broker accepted us: the attempt is over. */
  void accepted() {
    late.cancel();
    versions.worked();
  }

  /**
   * An attempt failed between CONNECT and CONNACK.
   *
   * @return whether the other version is to be tried at once
   */
  boolean tryOtherVersion(ProblemKind kind) {
    return versions.failed(kind, used.orElseThrow().version());
  }

  /** Returns the version of the present attempt. */
  ProtocolVersion spoken() {
    return versions.spoken();
  }

  /** Returns the version of the present attempt, as people write it. */
  String version() {
    return switch (versions.spoken()) {
      case MQTT_5 -> "5";
      case MQTT_3_1_1 -> "3.1.1";
    };
  }

  /** Other settings: nothing is known of the broker. */
  void forget() {
    versions.reset();
  }

  boolean hasDeadline() {
    return late.isSet();
  }

  void cancel() {
    late.cancel();
    reading = Optional.empty();
    opener.ifPresent(Opener::cancel);
    opener = Optional.empty();
  }

  @Override
  public void resolved(List<InetAddress> addresses) {
    retries.resolved(addresses);
  }

  @Override
  public void opened(Transport transport) {
    opener = Optional.empty();
    handshakeTimeout().ifPresent(late::in);
    guard.accept(() -> host.opened(transport, versions.spoken(), used.orElseThrow()));
  }

  private OptionalLong handshakeTimeout() {
    long nanos = used.orElseThrow().handshakeTimeoutNanos();
    return nanos == 0 ? OptionalLong.empty() : OptionalLong.of(nanos);
  }

  @Override
  public void failed(OpenFailure failure) {
    opener = Optional.empty();
    guard.accept(() -> host.lose(failure.place(), failure.kind(), 0, failure.text()));
  }

  private void late() {
    LinkSettings settings = used.orElseThrow();
    String broker = settings.broker().host() + ":" + settings.broker().port();
    long limit =
        reading.isPresent() || opener.isPresent()
            ? settings.connectTimeoutNanos()
            : handshakeTimeout().orElse(settings.connectTimeoutNanos());
    String time = Watch.seconds(limit);
    if (reading.isPresent()) {
      reading = Optional.empty();
      notRead();
    } else if (opener.isPresent()) {
      OpenFailure failure = opener.get().late();
      host.lose(failure.place(), failure.kind(), 0, failure.text());
    } else if (host.preparing()) {
      String text =
          "the journal did not force the record of the session within "
              + time
              + ", although "
              + broker
              + " accepted us";
      host.lose(Place.STORE, ProblemKind.STORE_DEGRADED, 0, text);
    } else {
      String text = broker + " sent no CONNACK within " + time;
      host.lose(Place.CONNECT, ProblemKind.CONNACK_TIMEOUT, 0, text);
    }
  }
}
