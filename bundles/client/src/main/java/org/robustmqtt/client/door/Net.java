package org.robustmqtt.client.door;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.List;

/** The network: resolve, connect, read and write without blocking, close, readiness. */
public interface Net {
  /**
   * The most bytes that a channel takes before any of them is on the line. Nobody sees when they
   * are: with the 4 MB that Linux takes if it is let, a line of 30 kB/s would need two minutes, and
   * an acknowledgement would be overdue before its message has left.
   */
  int BUFFERED = 256 * 1024;

  /** Resolves a name anew, all addresses. Blocks: on a helper only. */
  List<InetAddress> resolve(String host) throws UnknownHostException;

  /**
   * Begins to connect a TCP socket (no delay, keep alive off). On the loop only. The events come on
   * the loop, never within this call.
   */
  Channel connect(InetSocketAddress address, Events events);

  /** What happens to a channel; on the loop. */
  interface Events {
    /** Connected; reading is wanted from now on. */
    void connected();

    /** There may be bytes, or the end, to be read. */
    void readable();

    /** Bytes may be taken again; only told while writing is wanted. */
    void writable();

    /** Connecting failed. The channel is closed. */
    void failed(IOException cause);
  }

  /** A connected socket, not blocking. On the loop only. */
  interface Channel {
    /** Reads what is there; -1 at the end. */
    int read(ByteBuffer into) throws IOException;

    /** Writes what is taken; 0 if nothing is. */
    int write(ByteBuffer from) throws IOException;

    /** Says whether {@link Events#readable} is wanted. */
    void wantRead(boolean wanted);

    /** Says whether {@link Events#writable} is wanted. */
    void wantWrite(boolean wanted);

    /** Closes; no event comes afterwards. May be called more than once. */
    void close();
  }
}
