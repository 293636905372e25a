package org.robustmqtt.client.testing;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/**
 * The other side of TLS on a channel of the virtual network, by an engine of its own. Does all at
 * once and on the test's thread.
 */
public final class TlsPeer {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final VirtualChannel channel;
  private final SSLEngine engine;
  private final Consumer<byte[]> receiver;
  private Runnable onClosed = () -> {};
  private ByteBuffer in = ByteBuffer.allocate(0);
  private ByteBuffer unsent = ByteBuffer.allocate(0);
  private int sendAtMost = Integer.MAX_VALUE;
  private int freezeAfter = Integer.MAX_VALUE;
  private int endAfter = Integer.MAX_VALUE;
  private int sent;
  private boolean mute;
  private boolean held;
  private boolean clientClosed;
  private boolean closeNotified;
  private SSLException failure;

  /** Makes a peer of this engine, in server mode, that gives what it reads to the receiver. */
  public TlsPeer(VirtualChannel channel, SSLEngine engine, Consumer<byte[]> receiver) {
    this.channel = channel;
    this.engine = engine;
    this.receiver = receiver;
    channel.peer(this::bytes, this::closed);
  }

  /** Hears that the client closed. */
  public void onClosed(Runnable hearer) {
    onClosed = hearer;
  }

  private void closed() {
    clientClosed = true;
    onClosed.run();
  }

  /** From now on nothing is answered: what is read is dropped. */
  public void mute() {
    mute = true;
  }

  /** What is read is kept and answered later; or is answered. */
  public void hold(boolean now) {
    held = now;
    if (!held) {
      pump();
    }
  }

  /** Bytes go to the client in pieces of this size. */
  public void sendAtMost(int bytes) {
    sendAtMost = bytes;
  }

  /** Sends so many bytes, and nothing more. */
  public void freezeAfter(int bytes) {
    freezeAfter = bytes;
  }

  /** Sends so many bytes, and closes without a word. */
  public void endAfter(int bytes) {
    endAfter = bytes;
  }

  /** Returns how many bytes were sent. */
  public int sent() {
    return sent;
  }

  /** Returns the engine, to be asked what was agreed on. */
  public SSLEngine engine() {
    return engine;
  }

  /** Returns whether the client said close_notify. */
  public boolean closeNotified() {
    return closeNotified;
  }

  /** Returns whether the client closed. */
  public boolean clientClosed() {
    return clientClosed;
  }

  /** Returns why the engine failed; {@code null} if it did not. */
  public SSLException failure() {
    return failure;
  }

  /** Writes to the client. */
  public void send(byte[] plain) {
    unsent = joined(unsent, plain);
    pump();
  }

  /** Says close_notify. */
  public void close() {
    engine.closeOutbound();
    pump();
  }

  private void bytes(byte[] more) {
    if (!mute) {
      in = joined(in, more);
      if (!held) {
        pump();
      }
    }
  }

  /** Goes on with whatever the engine wants. */
  public void pump() {
    try {
      while (step()) {
        continue;
      }
    } catch (SSLException e) {
      failure = e;
      lastWord();
      channel.sendEnd();
    }
  }

  private boolean step() throws SSLException {
    HandshakeStatus status = engine.getHandshakeStatus();
    if (status == HandshakeStatus.NEED_TASK) {
      engine.getDelegatedTask().run();
      return true;
    }
    if (status == HandshakeStatus.NEED_WRAP) {
      return wrap();
    }
    boolean moved = false;
    if (status == HandshakeStatus.NOT_HANDSHAKING && unsent.hasRemaining()) {
      moved = wrap();
    }
    return unwrap() || moved;
  }

  private boolean wrap() throws SSLException {
    ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    SSLEngineResult result = engine.wrap(unsent.hasRemaining() ? unsent : NOTHING, out);
    deliver(out.flip());
    return result.bytesProduced() > 0;
  }

  private boolean unwrap() throws SSLException {
    ByteBuffer plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
    SSLEngineResult result = engine.unwrap(in, plain);
    if (result.getStatus() == Status.CLOSED) {
      closeNotified = true;
      return false;
    }
    if (result.bytesProduced() > 0) {
      receiver.accept(Arrays.copyOf(plain.array(), plain.position()));
    }
    return result.bytesConsumed() > 0
        || (result.getStatus() == Status.OK
            && result.getHandshakeStatus() == HandshakeStatus.NEED_TASK);
  }

  private void lastWord() {
    try {
      while (wrap()) {
        continue;
      }
    } catch (SSLException e) {
      failure.addSuppressed(e);
    }
  }

  private void deliver(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      int left = Math.min(freezeAfter, endAfter) - sent;
      if (left <= 0) {
        return;
      }
      byte[] piece = new byte[Math.min(left, Math.min(bytes.remaining(), sendAtMost))];
      bytes.get(piece);
      sent += piece.length;
      channel.send(piece);
      if (sent == endAfter) {
        channel.sendEnd();
      }
    }
  }

  private static ByteBuffer joined(ByteBuffer rest, byte[] more) {
    return ByteBuffer.allocate(rest.remaining() + more.length).put(rest).put(more).flip();
  }
}
