package org.robustmqtt.client.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
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
 * in the resolver's order. Each has an even share of the time that is left, so that one that does
 * not answer leaves some for the next. Exactly one answer, unless cancelled. On the loop only.
 */
public final class Opener {
  private static final Pattern IPV4 = Pattern.compile("[0-9]+(\\.[0-9]+){3}");

  /**
   * Where to and how.
   *
   * @param host name or address
   * @param port 1 to 65,535
   * @param timeoutNanos for all of it
   * @param version the version that will be spoken
   * @param maximumPacketSize the largest packet that is read
   */
  public record Target(
      String host, int port, long timeoutNanos, ProtocolVersion version, int maximumPacketSize) {}

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
      doors.loop().execute(this::takeLiteral);
      return;
    }
    doors
        .helpers()
        .call(
            "resolve",
            () -> doors.net().resolve(target.host()),
            target.timeoutNanos(),
            new Helpers.Answer<>() {
              @Override
              public void done(List<InetAddress> found) {
                resolved(found);
              }

              @Override
              public void failed(Throwable cause) {
                unresolved(cause);
              }
            });
  }

  /** Gives up; no answer comes any more. */
  public void cancel() {
    assert doors.loop().isCurrent() : "not on the loop";
    done = true;
    if (attempt != null) {
      attempt.end();
    }
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
    String text =
        cause instanceof TimeoutException
            ? target.host() + ": its name was not resolved within " + seconds()
            : target.host() + ": its name is not known";
    fail(new OpenFailure(Place.DNS, ProblemKind.HOST_UNKNOWN, text));
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
    private boolean ended;

    Attempt(InetAddress address, long shareNanos) {
      this.address = new InetSocketAddress(address, target.port());
      this.shareNanos = shareNanos;
    }

    void begin() {
      timer = doors.loop().schedule(shareNanos, this::late);
      channel = doors.net().connect(address, this);
    }

    void end() {
      if (!ended) {
        ended = true;
        timer.cancel();
        channel.close();
      }
    }

    @Override
    public void connected() {
      if (ended) {
        return;
      }
      ended = true;
      done = true;
      timer.cancel();
      transport =
          new Transport(
              doors.loop(), channel, target.version(), target.maximumPacketSize(), events);
      answer.opened(transport);
    }

    @Override
    public void readable() {
      if (transport != null) {
        transport.readable();
      }
    }

    @Override
    public void writable() {
      if (transport != null) {
        transport.writable();
      }
    }

    @Override
    public void failed(IOException cause) {
      if (!ended) {
        end();
        nextAfter(describe(cause));
      }
    }

    private void late() {
      if (!ended) {
        end();
        nextAfter(
            new OpenFailure(
                Place.CONNECT, ProblemKind.CONNECT_TIMEOUT, name() + " did not answer in time"));
      }
    }

    private void nextAfter(OpenFailure failure) {
      if (!left.isEmpty()) {
        next();
        return;
      }
      fail(
          addresses == 1
              ? failure
              : new OpenFailure(
                  failure.place(),
                  failure.kind(),
                  failure.text() + " (the last of " + addresses + " addresses)"));
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
