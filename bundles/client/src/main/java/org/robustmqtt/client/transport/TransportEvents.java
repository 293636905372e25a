package org.robustmqtt.client.transport;

import java.io.IOException;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.PublishHead;

/**
 * What a transport tells its link, on the loop. After {@link Transport#close} nothing is told any
 * more but a defect of the turn in which it was closed. One of {@code ended}, {@code malformed} and
 * {@code defect} is the last that is told; the link closes the transport then.
 */
public interface TransportEvents {
  /** A packet of the broker was read. */
  void received(Packet packet);

  /**
   * Asks about a PUBLISH that cannot be read, because it is too large or malformed: true if it is
   * to be passed over, false if it is to end the connection as {@link #malformed}.
   */
  boolean passesOver(PublishHead head, CodecException why);

  /** All bytes of such a PUBLISH were passed over. */
  void passedOver(PublishHead head, CodecException why);

  /** A turn is over: packets were received, or bytes were taken by the operating system. */
  void turned();

  /**
   * The bytes of a message given to {@link Transport#write(Packet, long)} were taken by the
   * operating system.
   */
  void handedOver(long sequence);

  /** The other side closed the connection, or reading or writing failed. */
  void ended(IOException cause);

  /** The broker sent bytes that are no packet it may send. */
  void malformed(CodecException cause);

  /** A defect of this program showed while the way was opened, or a packet read or handled. */
  void defect(Throwable cause);
}
