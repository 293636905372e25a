package org.robustmqtt.client.transport;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.TlsStatus;
import org.robustmqtt.client.door.Helpers;

/**
 * TLS as a stage, by an {@link SSLEngine}. Without I/O of its own. On the loop only; what takes
 * time (signatures, checks of certificates) runs on a helper, and meanwhile the engine is not
 * touched: it holds a lock then.
 *
 * <p>A byte counts as handed over when the last byte of its record was taken. An end without
 * close_notify is a lost connection like any other: MQTT tells by itself where a packet ends.
 */
final class TlsStage implements Stage {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** So many bytes are encrypted before they are handed on together. */
  private static final int BATCH = 64 * 1024;

  /** The most plain bytes of a record (RFC 8446, section 5.1). */
  private static final int RECORD = 16 * 1024;

  private static final int LARGEST_INPUT = 64 * 1024;

  /** So many records are read before others have their turn. */
  private static final int TURN_RECORDS = 1_024;

  /** An alert, close_notify, and one that is thrown. */
  private static final int LAST_WORDS = 3;

  /** Content types of records (RFC 8446, section 5.1): what a handshake may begin with. */
  private static final int ALERT = 21;

  private static final int HANDSHAKE = 22;

  private final Stage below;
  private final TlsParty party;
  private final SSLEngine engine;
  private final Helpers helpers;
  private final String broker;
  private final long taskNanos;
  private final Runnable again;

  /** What came, encrypted; ready to be taken out. */
  private ByteBuffer netIn;

  /** What goes, encrypted; ready to be taken out. */
  private ByteBuffer netOut;

  /** What came, decrypted, and did not fit where it was wanted; ready to be taken out. */
  private ByteBuffer plain = NOTHING;

  /** Behind which encrypted byte how many plain bytes more are complete. */
  private final SettlementMarks records = new SettlementMarks();

  private int packetSize;
  private long wrapped;
  private long handedOn;
  private int complete;
  private boolean busy;

  /** Whether the task that was given to a helper last has begun. */
  private volatile boolean helped;

  private boolean established;
  private boolean spoken;
  private boolean heard;
  private boolean end;
  private boolean closed;
  private Optional<IOException> failure = Optional.empty();

  /**
   * Makes a stage that has said nothing yet.
   *
   * @param broker host and port
   * @param taskNanos how long the engine's tasks may take
   * @param again asks for a turn soon: there may be something to read or write that no readiness of
   *     the channel tells
   */
  TlsStage(
      Stage below, TlsParty party, Helpers helpers, String broker, long taskNanos, Runnable again) {
    this.below = below;
    this.party = party;
    this.engine = party.engine();
    this.helpers = helpers;
    this.broker = broker;
    this.taskNanos = taskNanos;
    this.again = again;
    packetSize = engine.getSession().getPacketBufferSize();
    netIn = ByteBuffer.allocate(packetSize).limit(0);
    netOut = ByteBuffer.allocate(packetSize).limit(0);
  }

  /** Goes on with the handshake as far as that is possible; true when it is done. */
  boolean shake() throws IOException {
    write(NOTHING);
    read(NOTHING);
    established = !busy && engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING && spoken;
    return established;
  }

  /** Returns what was agreed on; after the handshake. */
  TlsStatus facts() {
    return party.status();
  }

  // Reading.

  @Override
  public int read(ByteBuffer into) throws IOException {
    throwFailure();
    int start = into.position();
    move(into);
    try {
      int steps = 0;
      while (readStep(into, into.position() > start)) {
        if (++steps == TURN_RECORDS) {
          again.run();
          break;
        }
      }
    } catch (IOException e) {
      failed(e);
      if (into.position() == start) {
        throwFailure();
      }
      // What came before is handed on first; the next call throws.
    }
    int count = into.position() - start;
    heard |= count > 0;
    return count == 0 && end ? -1 : count;
  }

  /** Goes one step; returns whether there may be another. */
  private boolean readStep(ByteBuffer into, boolean some) throws IOException {
    if (busy || end || plain.hasRemaining()) {
      return false;
    }
    return switch (engine.getHandshakeStatus()) {
      case NEED_TASK -> startTasks();
      case NEED_WRAP -> wrapHandshake();
      case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap(into, some);
      case NOT_HANDSHAKING, FINISHED -> into.hasRemaining() && unwrap(into, some);
    };
  }

  private boolean unwrap(ByteBuffer into, boolean some) throws IOException {
    SSLEngineResult result = engine.unwrap(netIn, into);
    return switch (result.getStatus()) {
      case OK ->
          result.bytesConsumed() > 0
              || result.bytesProduced() > 0
              || result.getHandshakeStatus() != HandshakeStatus.NEED_UNWRAP;
      case BUFFER_UNDERFLOW -> !some && fill();
      case BUFFER_OVERFLOW -> !some && unwrapAside(into);
      case CLOSED -> {
        end = true;
        yield false;
      }
    };
  }

  /** A record larger than the room for it is decrypted aside, and handed on in parts. */
  private boolean unwrapAside(ByteBuffer into) throws IOException {
    ByteBuffer aside = emptied(plain, engine.getSession().getApplicationBufferSize());
    SSLEngineResult result = engine.unwrap(netIn, aside);
    plain = aside.flip();
    if (result.getStatus() == Status.BUFFER_OVERFLOW) {
      throw new SSLException("a record larger than the engine said");
    }
    if (result.getStatus() == Status.BUFFER_UNDERFLOW) {
      // The engine asks for room before it looks whether the record is there.
      return fill();
    }
    move(into);
    return true;
  }

  private void move(ByteBuffer into) {
    int count = Math.min(plain.remaining(), into.remaining());
    if (count > 0) {
      into.put(into.position(), plain, plain.position(), count).position(into.position() + count);
      plain.position(plain.position() + count);
    }
  }

  /** Reads from below; returns whether something came. */
  private boolean fill() throws IOException {
    netIn.compact();
    if (!netIn.hasRemaining()) {
      ByteBuffer larger = ByteBuffer.allocate(Math.min(2 * netIn.capacity(), LARGEST_INPUT));
      netIn = larger.put(netIn.flip());
    }
    int count;
    try {
      count = below.read(netIn);
    } finally {
      netIn.flip();
    }
    if (count < 0) {
      if (!established || early()) {
        throw new EOFException("closed by the other side");
      }
      end = true;
      return false;
    }
    if (count > 0 && !spoken) {
      spoken = true;
      int first = netIn.get(0) & 0xFF;
      if (first != HANDSHAKE && first != ALERT) {
        throw new TlsException(
            ProblemKind.TLS_NOT_SPOKEN,
            "it does not speak TLS on this port; a port without TLS is written mqtt://");
      }
    }
    return count > 0;
  }

  // Writing.

  @Override
  public int write(ByteBuffer from) throws IOException {
    throwFailure();
    try {
      handOn();
      while (!busy && !netOut.hasRemaining() && writeStep(from)) {
        handOn();
      }
    } catch (IOException e) {
      failed(e);
      throwFailure();
    }
    int count = complete;
    complete = 0;
    return count;
  }

  private boolean writeStep(ByteBuffer from) throws IOException {
    return switch (engine.getHandshakeStatus()) {
      case NEED_TASK -> startTasks();
      case NEED_WRAP -> wrapHandshake();
      case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> false;
      case NOT_HANDSHAKING, FINISHED -> from.hasRemaining() && wrap(from);
    };
  }

  /** Encrypts as much as is handed on together. */
  private boolean wrap(ByteBuffer from) throws IOException {
    int count = Math.min(from.remaining(), BATCH);
    ByteBuffer to = emptied(netOut, ((count - 1) / RECORD + 1) * packetSize);
    try {
      boolean more = true;
      while (more && from.hasRemaining() && to.remaining() >= packetSize) {
        SSLEngineResult result = engine.wrap(from, to);
        wrapped += result.bytesProduced();
        if (result.bytesConsumed() > 0) {
          records.add(wrapped, result.bytesConsumed());
        }
        if (result.getStatus() == Status.BUFFER_OVERFLOW) {
          enlargePackets();
        }
        more =
            result.getStatus() == Status.OK
                && result.bytesProduced() > 0
                && result.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
      }
    } finally {
      netOut = to.flip();
    }
    if (!netOut.hasRemaining() && engine.isOutboundDone()) {
      throw new EOFException("closed by the other side");
    }
    return netOut.hasRemaining();
  }

  /** Writes what the engine itself has to say; returns whether it said something. */
  private boolean wrapHandshake() throws IOException {
    handOn();
    if (netOut.hasRemaining()) {
      return false;
    }
    ByteBuffer to = emptied(netOut, packetSize);
    SSLEngineResult result;
    try {
      result = engine.wrap(NOTHING, to);
    } finally {
      // Also when it throws: what is in it may not look like something to be sent.
      netOut = to.flip();
    }
    wrapped += result.bytesProduced();
    if (result.getStatus() == Status.BUFFER_OVERFLOW) {
      enlargePackets();
      return true;
    }
    handOn();
    return result.bytesProduced() > 0 || result.getHandshakeStatus() != HandshakeStatus.NEED_WRAP;
  }

  private void enlargePackets() throws SSLException {
    int larger = engine.getSession().getPacketBufferSize();
    if (larger <= packetSize) {
      throw new SSLException("a record larger than the engine said");
    }
    packetSize = larger;
  }

  private void handOn() throws IOException {
    if (netOut.hasRemaining() || below.holding()) {
      handedOn += below.write(netOut);
      while (records.reached(handedOn)) {
        complete += (int) records.take();
      }
    }
  }

  @Override
  public boolean holding() {
    return complete > 0 || netOut.hasRemaining() || below.holding();
  }

  @Override
  public boolean blocked() {
    return netOut.hasRemaining() || below.blocked();
  }

  /** {@inheritDoc} Not while the engine thinks, or must say something first that is not taken. */
  @Override
  public boolean wantsRead() {
    return !busy
        && below.wantsRead()
        && !(netOut.hasRemaining() && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP);
  }

  @Override
  public long taken() {
    return below.taken();
  }

  @Override
  public long came() {
    return below.came();
  }

  // Tasks and ends.

  /** Gives the engine's tasks to a helper. Never anything to go on with now. */
  private boolean startTasks() {
    busy = true;
    helped = false;
    helpers.call(
        Helpers.Work.TLS,
        broker,
        () -> {
          helped = true;
          for (Runnable task = engine.getDelegatedTask();
              task != null;
              task = engine.getDelegatedTask()) {
            task.run();
          }
          return engine;
        },
        taskNanos,
        new Helpers.Answer<>() {
          @Override
          public void done(SSLEngine same) {
            busy = false;
            comeBack();
          }

          @Override
          public void failed(Throwable cause) {
            // Stays busy: the task may still have the engine.
            boolean late = cause instanceof TimeoutException;
            failure =
                Optional.of(
                    new TlsException(
                        late ? ProblemKind.TLS_STALLED : ProblemKind.TLS_FAILED,
                        late ? tooLate() : "a task of TLS failed: " + cause,
                        cause));
            comeBack();
          }
        });
    return false;
  }

  private String tooLate() {
    return helped
        ? "this hub was too slow for the TLS handshake; a longer connectTimeout gives it more time"
        : "the TLS handshake is " + Opener.WAITING;
  }

  /** Returns whether a task of the engine waits, and no helper has begun it. */
  boolean waitsForHelper() {
    return busy && !helped;
  }

  private void comeBack() {
    if (!closed) {
      again.run();
    }
  }

  private void throwFailure() throws IOException {
    if (failure.isPresent()) {
      throw failure.get();
    }
  }

  /** Finds out what an exception means, and tells the other side what the engine has against it. */
  private void failed(IOException e) {
    if (e instanceof SSLException tls) {
      failure = Optional.of(party.explain(tls));
      lastWord();
    } else if (e instanceof TlsException) {
      failure = Optional.of(e);
    } else if (established) {
      failure = Optional.of(early() ? afterHandshake(e) : e);
    } else {
      failure = Optional.of(inHandshake(e));
    }
  }

  /** Whether TLS 1.3 has it that the other side did not say yet what it thinks of us. */
  private boolean early() {
    return !heard && engine.getSession().getProtocol().equals("TLSv1.3");
  }

  /** The reason may have come just before the end. */
  private IOException afterHandshake(IOException e) {
    try {
      while (netIn.hasRemaining() || fill()) {
        if (engine.unwrap(netIn, ByteBuffer.allocate(BATCH)).bytesConsumed() == 0 && !fill()) {
          break;
        }
      }
    } catch (SSLException alert) {
      return party.explain(alert);
    } catch (IOException gone) {
      // Nothing more was said.
      netIn.limit(netIn.position());
    }
    return party.closedEarly().<IOException>map(told -> told).orElse(e);
  }

  private IOException inHandshake(IOException e) {
    boolean closing = e instanceof EOFException;
    String how =
        closing ? "it closed the connection" : "the connection broke (" + e.getMessage() + ")";
    String text =
        spoken
            ? how + " during the TLS handshake"
            : how + " instead of answering in TLS; is this its port for TLS?";
    return spoken ? party.closedEarly().orElseGet(() -> lost(text, e)) : lost(text, e);
  }

  private static TlsException lost(String text, IOException cause) {
    return new TlsException(ProblemKind.CONNECTION_LOST, text, cause);
  }

  /** Tells an alert, or close_notify, as far as it is taken at once. */
  private void lastWord() {
    boolean more = true;
    for (int i = 0; more && i < LAST_WORDS && !netOut.hasRemaining(); i++) {
      try {
        netOut = emptied(netOut, packetSize);
        more = engine.wrap(NOTHING, netOut).bytesProduced() > 0;
        below.write(netOut.flip());
      } catch (SSLException e) {
        // The engine throws what its task threw once more, before it has its alert.
        netOut.limit(0);
      } catch (IOException e) {
        // Nobody listens any more; the reason for ending is known without this.
        netOut.limit(0);
        more = false;
      }
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (!busy && failure.isEmpty()) {
      engine.closeOutbound();
      lastWord();
    }
    below.close();
  }

  private static ByteBuffer emptied(ByteBuffer buffer, int size) {
    return buffer.capacity() < size ? ByteBuffer.allocate(size) : buffer.clear();
  }
}
