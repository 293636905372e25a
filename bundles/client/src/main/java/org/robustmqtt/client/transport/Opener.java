package org.robustmqtt.client.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.door.Helpers;
import org.robustmqtt.client.door.Loop;
import org.robustmqtt.client.door.Net;
import org.robustmqtt.codec.ProtocolVersion;

/**
 * Opens a way to a host, once: resolves its name anew, then tries its addresses one after the other
 * in the resolver's order, TLS included where it is spoken. Each has an even share of the time that
 * is left, so that one that does not answer leaves some for the next. If none works, the answer is
 * the last failure, but rather one of TLS: who answers is nearer than who does not. Exactly one
 * answer, unless cancelled. On the loop only.
 */
public final class Opener {
  private static final Pattern IPV4 = Pattern.compile("[0-9]+(\\.[0-9]+){3}");

  /** The broker is not to blame: no thread of ours had time. */
  static final String WAITING =
      "waiting for a helper: this hub's threads for that are busy with work that does not end";

  /**
   * Where to and how.
   *
   * @param host name or address
   * @param port 1 to 65,535
   * @param timeoutNanos for all of it
   * @param version the version that will be spoken
   * @param maximumPacketSize the largest packet that is read
   * @param tls how TLS is spoken; empty: not at all
   */
  public record Target(
      String host,
      int port,
      long timeoutNanos,
      ProtocolVersion version,
      int maximumPacketSize,
      Optional<TlsSettings> tls) {
    /** Without TLS. */
    public Target(
        String host, int port, long timeoutNanos, ProtocolVersion version, int maximumPacketSize) {
      this(host, port, timeoutNanos, version, maximumPacketSize, Optional.empty());
    }
  }

  /** Hears the answer, on the loop, never within {@link Opener#start()}. */
  public interface Answer {
    /** The name was resolved; comes before the others. */
    void resolved(List<InetAddress> addresses);

    /** Bytes can flow. */
    void opened(Transport transport);

    /** No address could be reached in time. */
    void failed(OpenFailure failure);
  }

  private final Doors doors;
  private final Target target;
  private final TransportEvents events;
  private final Answer answer;
  private final ArrayDeque<InetAddress> left = new ArrayDeque<>();

  private long deadline;
  private int addresses;
  private boolean done;
  private Attempt attempt;
  private Optional<OpenFailure> tlsFailure = Optional.empty();

  /** Whether the work that was given to a helper last has begun. */
  private volatile boolean helped;

  /** Makes an opener; the events are those of the transport that it opens. */
  public Opener(Doors doors, Target target, TransportEvents events, Answer answer) {
    this.doors = doors;
    this.target = target;
    this.events = events;
    this.answer = answer;
  }

  /** Begins. */
  public void start() {
    assert doors.loop().isCurrent() : "not on the loop";
    deadline = doors.clock().nanos() + target.timeoutNanos();
    if (literal(target.host())) {
      doors.loop().execute(() -> guarded(this::takeLiteral));
      return;
    }
    doors
        .helpers()
        .call(
            Helpers.Work.RESOLVE,
            target.host(),
            () -> {
              helped = true;
              return doors.net().resolve(HostNames.ascii(target.host()));
            },
            target.timeoutNanos(),
            new Helpers.Answer<>() {
              @Override
              public void done(List<InetAddress> found) {
                guarded(() -> resolved(found));
              }

              @Override
              public void failed(Throwable cause) {
                guarded(() -> unresolved(cause));
              }
            });
  }

  /** Whatever is thrown costs this attempt at once, not the time it has. */
  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error defect) {
      if (done) {
        throw defect;
      }
      events.defect(defect);
    }
  }

  /** Gives up; no answer comes any more. */
  public void cancel() {
    assert doors.loop().isCurrent() : "not on the loop";
    done = true;
    if (attempt != null) {
      attempt.end();
    }
  }

  /** Returns what to say if it takes too long now. */
  public OpenFailure late() {
    if (attempt == null) {
      return unresolvedInTime();
    }
    if (!attempt.securing) {
      return new OpenFailure(
          Place.CONNECT,
          ProblemKind.CONNECT_TIMEOUT,
          target.host() + ":" + target.port() + " could not be reached within " + seconds());
    }
    boolean helpless = attempt.tls == null ? !helped : attempt.tls.waitsForHelper();
    return new OpenFailure(
        Place.TLS,
        ProblemKind.TLS_STALLED,
        attempt.name()
            + ": the TLS handshake was not finished within "
            + seconds()
            + (helpless ? "; it is " + WAITING : "; is this its port for TLS?"));
  }

  private OpenFailure unresolvedInTime() {
    String text = target.host() + ": its name was not resolved within " + seconds();
    return helped
        ? new OpenFailure(Place.DNS, ProblemKind.HOST_UNKNOWN, text)
        : new OpenFailure(Place.DNS, ProblemKind.CONNECT_TIMEOUT, text + "; it is " + WAITING);
  }

  /** An address needs no resolver, only its parser. */
  static boolean literal(String host) {
    return host.indexOf(':') >= 0 || IPV4.matcher(host).matches();
  }

  private void takeLiteral() {
    if (done) {
      return;
    }
    try {
      resolved(doors.net().resolve(target.host()));
    } catch (UnknownHostException e) {
      unresolved(e);
    }
  }

  private void resolved(List<InetAddress> found) {
    if (done) {
      return;
    }
    if (found.isEmpty()) {
      unresolved(new UnknownHostException(target.host()));
      return;
    }
    left.addAll(found);
    addresses = found.size();
    answer.resolved(found);
    if (!done) {
      next();
    }
  }

  private void unresolved(Throwable cause) {
    if (done) {
      return;
    }
    fail(
        cause instanceof TimeoutException
            ? unresolvedInTime()
            : new OpenFailure(
                Place.DNS, ProblemKind.HOST_UNKNOWN, target.host() + ": its name is not known"));
  }

  private void next() {
    long now = deadline - doors.clock().nanos();
    attempt = new Attempt(left.remove(), Math.max(0, now) / (left.size() + 1));
    attempt.begin();
  }

  private void fail(OpenFailure failure) {
    done = true;
    answer.failed(failure);
  }

  private String seconds() {
    long millis = target.timeoutNanos() / 1_000_000;
    return millis % 1_000 == 0 ? millis / 1_000 + " s" : millis + " ms";
  }

  /** One address. */
  private final class Attempt implements Net.Events {
    private final InetSocketAddress address;
    private final long shareNanos;
    private Net.Channel channel;
    private Loop.Timer timer;
    private Transport transport;
    private TlsStage tls;
    private boolean securing;
    private boolean ended;

    Attempt(InetAddress address, long shareNanos) {
      this.address = new InetSocketAddress(address, target.port());
      this.shareNanos = shareNanos;
    }

    void begin() {
      timer = doors.loop().schedule(shareNanos, () -> guarded(this::late));
      channel = doors.net().connect(address, this);
    }

    /** Gives back what there is; {@link #begin} may have thrown before it had all. */
    void end() {
      if (!ended) {
        ended = true;
        if (timer != null) {
          timer.cancel();
        }
        if (tls != null) {
          tls.close();
        }
        if (channel != null) {
          channel.close();
        }
      }
    }

    @Override
    public void connected() {
      guarded(this::open);
    }

    private void open() {
      if (ended) {
        return;
      }
      if (target.tls().isPresent()) {
        secure(target.tls().get());
      } else {
        opened(new ChannelStage(channel));
      }
    }

    private void opened(Stage stage) {
      transport =
          new Transport(
              doors.loop(), channel, stage, target.version(), target.maximumPacketSize(), events);
      ended = true;
      done = true;
      timer.cancel();
      answer.opened(transport);
    }

    @Override
    public void readable() {
      if (transport != null) {
        transport.readable();
      } else if (tls != null) {
        guarded(this::shake);
      }
    }

    @Override
    public void writable() {
      if (transport != null) {
        transport.writable();
      } else if (tls != null) {
        guarded(this::shake);
      }
    }

    /** Reads the certificates, then begins the handshake; what comes meanwhile waits. */
    private void secure(TlsSettings settings) {
      securing = true;
      helped = false;
      channel.wantRead(false);
      long wall = doors.clock().wallMillis();
      doors
          .helpers()
          .call(
              Helpers.Work.FILES,
              target.host() + ":" + target.port(),
              () -> {
                helped = true;
                return TlsParty.prepare(
                    settings, target.host(), target.port(), doors.files(), wall);
              },
              target.timeoutNanos(),
              new Helpers.Answer<>() {
                @Override
                public void done(TlsParty party) {
                  guarded(() -> begin(party));
                }

                @Override
                public void failed(Throwable cause) {
                  guarded(() -> unsecured(cause));
                }
              });
    }

    private void begin(TlsParty party) {
      if (!ended) {
        Stage below = new ChannelStage(channel);
        tls =
            new TlsStage(
                below,
                party,
                doors.helpers(),
                target.host() + ":" + target.port(),
                target.timeoutNanos(),
                () -> doors.loop().execute(this::readable));
        shake();
      }
    }

    private void shake() {
      if (ended) {
        return;
      }
      try {
        boolean finished = tls.shake();
        channel.wantWrite(tls.blocked());
        channel.wantRead(tls.wantsRead());
        if (finished) {
          channel.wantRead(true);
          channel.wantWrite(false);
          opened(tls);
          // What came behind the handshake is read already, and no readiness tells of it.
          doors.loop().execute(this::readable);
        }
      } catch (IOException e) {
        unsecured(e);
      }
    }

    private void unsecured(Throwable cause) {
      if (!ended) {
        end();
        nextAfter(describeTls(cause));
      }
    }

    private OpenFailure describeTls(Throwable cause) {
      if (cause instanceof TlsException told) {
        return new OpenFailure(told.place(), told.kind(), name() + ": " + told.getMessage());
      }
      return cause instanceof TimeoutException
          ? Opener.this.late()
          : new OpenFailure(
              Place.TLS, ProblemKind.TLS_FAILED, name() + ": TLS could not begin: " + cause);
    }

    @Override
    public void failed(IOException cause) {
      guarded(
          () -> {
            if (!ended) {
              end();
              nextAfter(describe(cause));
            }
          });
    }

    private void late() {
      if (!ended) {
        end();
        nextAfter(
            securing
                ? Opener.this.late()
                : new OpenFailure(
                    Place.CONNECT,
                    ProblemKind.CONNECT_TIMEOUT,
                    name() + " did not answer in time"));
      }
    }

    private void nextAfter(OpenFailure failure) {
      if (failure.place() == Place.TLS) {
        tlsFailure = Optional.of(failure);
      }
      if (!left.isEmpty()) {
        next();
        return;
      }
      fail(
          addresses == 1
              ? failure
              : tlsFailure.orElseGet(
                  () ->
                      new OpenFailure(
                          failure.place(),
                          failure.kind(),
                          failure.text() + " (the last of " + addresses + " addresses)")));
    }

    private OpenFailure describe(IOException cause) {
      String reason = String.valueOf(cause.getMessage());
      String lower = reason.toLowerCase(Locale.ROOT);
      if (lower.contains("refused")) {
        return new OpenFailure(
            Place.CONNECT, ProblemKind.CONNECTION_REFUSED, name() + " refused the connection");
      }
      if (lower.contains("timed out")) {
        return new OpenFailure(
            Place.CONNECT, ProblemKind.CONNECT_TIMEOUT, name() + " did not answer in time");
      }
      if (cause instanceof NoRouteToHostException
          || lower.contains("unreachable")
          || lower.contains("no route")) {
        return new OpenFailure(
            Place.CONNECT,
            ProblemKind.NETWORK_UNREACHABLE,
            name() + ": there is no way to it (" + reason + ")");
      }
      return new OpenFailure(Place.CONNECT, ProblemKind.CONNECTION_LOST, name() + ": " + reason);
    }

    /** The host as configured, and the address where that is another. */
    private String name() {
      String ip = address.getAddress().getHostAddress();
      String shown = target.host().indexOf(':') >= 0 ? "[" + target.host() + "]" : target.host();
      return ip.equals(target.host())
          ? shown + ":" + target.port()
          : shown + ":" + target.port() + " (" + ip + ")";
    }
  }
}
