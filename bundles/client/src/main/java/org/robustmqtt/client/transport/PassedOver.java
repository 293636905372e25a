package org.robustmqtt.client.transport;

import java.nio.ByteBuffer;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.PublishHead;

/** A PUBLISH that is not read but passed over, as its bytes come: nothing is kept of it. */
final class PassedOver {
  private final PublishHead head;
  private final CodecException why;
  private int left;

  PassedOver(PublishHead head, CodecException why) {
    this.head = head;
    this.why = why;
    left = head.length();
  }

  PublishHead head() {
    return head;
  }

  CodecException why() {
    return why;
  }

  /** Passes over what is there of it; true if that was the rest. */
  boolean pass(ByteBuffer in) {
    int bytes = Math.min(left, in.remaining());
    in.position(in.position() + bytes);
    left -= bytes;
    return left == 0;
  }
}
