package org.robustmqtt.itests.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Encoder;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Pingresp;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.WriteBuffer;
import org.robustmqtt.itests.testkit.Recording.Direction;

/**
 * The broker's end of one connection, driven line by line: <em>expect</em> takes the next packet
 * that the client wrote, <em>send</em> answers. PINGREQ is answered without being asked for, unless
 * {@link #mutePings} was called.
 */
public final class Peer {
  private static final int BUFFER = 16 * 1024;

  private final ScriptedBroker broker;
  private final int number;
  private final Socket socket;
  private final Optional<Manners> manners;
  private final BlockingQueue<Packet> inbox = new LinkedBlockingQueue<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final ExecutorService writer;
  private volatile ProtocolVersion version = ProtocolVersion.MQTT_5;
  private volatile boolean answerPings = true;
  private volatile String end = "";

  Peer(ScriptedBroker broker, int number, Socket socket, Optional<Manners> manners) {
    this.broker = broker;
    this.number = number;
    this.socket = socket;
    this.manners = manners;
    this.writer =
        Executors.newSingleThreadExecutor(work -> daemon(work, "scripted-broker/write " + number));
  }

  static Thread daemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  void begin() {
    daemon(this::read, "scripted-broker/read " + number).start();
  }

  /** Returns the number of the connection, from 1. */
  public int number() {
    return number;
  }

  /** Leaves PINGREQ to the script from now on. */
  public Peer mutePings() {
    answerPings = false;
    return this;
  }

  /**
   * Takes the next packet of the client.
   *
   * @throws AssertionError if it is of another type, or none comes, or the client closes
   */
  public <T extends Packet> T expect(Class<T> type) throws InterruptedException {
    long deadline = System.nanoTime() + Patience.LIMIT.toNanos();
    Packet packet = null;
    while (packet == null && System.nanoTime() < deadline) {
      boolean over = ended.getCount() == 0;
      packet = over ? inbox.poll() : inbox.poll(20, TimeUnit.MILLISECONDS);
      if (packet == null && over) {
        throw failure(type, "the connection ended: " + end);
      }
    }
    if (packet == null) {
      throw failure(type, "nothing came");
    }
    if (!type.isInstance(packet)) {
      throw failure(type, "got " + packet);
    }
    return type.cast(packet);
  }

  /** Expects CONNECT and answers that there is no session. */
  public Connect greet() throws InterruptedException {
    return greet(false);
  }

  /** Expects CONNECT and accepts it. */
  public Connect greet(boolean sessionPresent) throws InterruptedException {
    Connect connect = expect(Connect.class);
    send(new Connack(sessionPresent, 0, Properties.NONE));
    return connect;
  }

  /**
   * Waits until the client has closed the connection.
   *
   * @throws AssertionError if it does not
   */
  public void expectEnd() throws InterruptedException {
    if (!ended.await(Patience.millis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError(
          "connection " + number + ": the client did not close it\n" + broker.recording());
    }
  }

  /** Sends a packet, after those sent before. */
  public Peer send(Packet packet) {
    writer.execute(() -> put(packet));
    return this;
  }

  /** Sends a packet, and something goes wrong with it. */
  public Peer send(Packet packet, Fault fault) {
    writer.execute(() -> suffer(packet, fault));
    return this;
  }

  /** Sends bytes that need not be a packet. */
  public Peer sendRaw(byte... bytes) {
    writer.execute(() -> raw(bytes, bytes.length));
    return this;
  }

  /** Closes the connection in order, after what was sent before. */
  public void close() {
    writer.execute(this::shut);
  }

  /** Resets the connection, after what was sent before. */
  public void reset() {
    writer.execute(this::abort);
  }

  /** Closes at once, whatever is waiting to be sent. */
  void end() {
    writer.shutdownNow();
    shut();
  }

  private void suffer(Packet packet, Fault fault) {
    Runnable act =
        switch (fault.kind()) {
          case CLOSE -> this::shut;
          case RESET -> this::abort;
          case SILENT -> () -> {};
          case HALF_PACKET ->
              () -> {
                byte[] bytes = bytes(packet);
                raw(bytes, bytes.length / 2);
                shut();
              };
          case ONE_BYTE_AT_A_TIME -> () -> dribble(packet);
          case DELAY_UNTIL_TOLD -> () -> delayed(packet, (Fault.DelayUntilTold) fault);
          case REFUSE_TO_ACCEPT ->
              () -> {
                broker.refuse();
                shut();
              };
        };
    act.run();
  }

  private void put(Packet packet) {
    byte[] bytes = bytes(packet);
    broker.recording().add(number, Direction.TO_CLIENT, packet);
    raw(bytes, bytes.length);
  }

  private void dribble(Packet packet) {
    broker.recording().add(number, Direction.TO_CLIENT, packet);
    for (byte one : bytes(packet)) {
      raw(new byte[] {one}, 1);
    }
  }

  private void delayed(Packet packet, Fault.DelayUntilTold delay) {
    try {
      delay.told().await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return;
    }
    put(packet);
  }

  private byte[] bytes(Packet packet) {
    try {
      WriteBuffer out = new WriteBuffer(BUFFER);
      new Encoder(version).encode(packet, out);
      return java.util.Arrays.copyOf(out.array(), out.length());
    } catch (CodecException wrong) {
      end = "the script wrote what the standard does not allow: " + wrong.getMessage();
      shut();
      throw new IllegalArgumentException(end, wrong);
    }
  }

  private void raw(byte[] bytes, int length) {
    try {
      OutputStream out = socket.getOutputStream();
      out.write(bytes, 0, length);
      out.flush();
    } catch (IOException gone) {
      shut();
    }
  }

  private void read() {
    Framer framer = new Framer();
    byte[] bytes = new byte[BUFFER];
    try {
      InputStream in = socket.getInputStream();
      for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
        for (Packet packet : framer.feed(bytes, n)) {
          hear(packet);
        }
      }
      end = "closed by the client";
    } catch (IOException gone) {
      end = gone.toString();
    } catch (CodecException wrong) {
      end = "the client wrote what the standard does not allow: " + wrong.getMessage();
    } finally {
      shut();
      ended.countDown();
    }
  }

  private void hear(Packet packet) {
    if (packet instanceof Connect connect) {
      version = connect.version();
    }
    broker.recording().add(number, Direction.FROM_CLIENT, packet);
    if (manners.isPresent()) {
      manners.get().answer(packet).forEach(this::send);
    } else if (packet.type() == PacketType.PINGREQ && answerPings) {
      send(new Pingresp());
    } else {
      inbox.add(packet);
    }
  }

  private void shut() {
    try {
      socket.close();
    } catch (IOException already) {
      end = already.toString();
    }
  }

  private void abort() {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException already) {
      end = already.toString();
    }
    shut();
  }

  private AssertionError failure(Class<?> type, String what) {
    return new AssertionError(
        "connection "
            + number
            + ": expected "
            + type.getSimpleName()
            + ", "
            + what
            + "\n"
            + broker.recording());
  }
}
