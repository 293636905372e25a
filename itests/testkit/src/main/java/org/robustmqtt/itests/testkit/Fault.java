package org.robustmqtt.itests.testkit;

import java.util.concurrent.CountDownLatch;

/**
 * What goes wrong in place of, or while, a packet is sent to the client. A test sets it on a send:
 * {@code peer.send(connack, Fault.reset())}.
 */
public sealed interface Fault
    permits Fault.Close,
        Fault.Reset,
        Fault.Silent,
        Fault.HalfPacket,
        Fault.OneByteAtATime,
        Fault.DelayUntilTold,
        Fault.RefuseToAccept {
  /** The kinds of fault. */
  enum Kind {
    /** See {@link Fault.Close}. */
    CLOSE,
    /** See {@link Fault.Reset}. */
    RESET,
    /** See {@link Fault.Silent}. */
    SILENT,
    /** See {@link Fault.HalfPacket}. */
    HALF_PACKET,
    /** See {@link Fault.OneByteAtATime}. */
    ONE_BYTE_AT_A_TIME,
    /** See {@link Fault.DelayUntilTold}. */
    DELAY_UNTIL_TOLD,
    /** See {@link Fault.RefuseToAccept}. */
    REFUSE_TO_ACCEPT
  }

  /** Returns which one it is. */
  Kind kind();

  /** Returns the fault that closes the connection instead of sending. */
  static Fault close() {
    return new Close();
  }

  /** Returns the fault that resets the connection instead of sending. */
  static Fault reset() {
    return new Reset();
  }

  /** Returns the fault that sends nothing and leaves the connection open. */
  static Fault silent() {
    return new Silent();
  }

  /** Returns the fault that sends the first half of the packet and closes. */
  static Fault halfPacket() {
    return new HalfPacket();
  }

  /** Returns the fault that sends the packet byte by byte. */
  static Fault oneByteAtATime() {
    return new OneByteAtATime();
  }

  /** Returns a fault that holds the packet, and all after it, back. */
  static DelayUntilTold delayUntilTold() {
    return new DelayUntilTold(new CountDownLatch(1));
  }

  /** Returns the fault that closes the connection and accepts no other. */
  static Fault refuseToAccept() {
    return new RefuseToAccept();
  }

  /** The connection is closed in order, instead of the packet. */
  record Close() implements Fault {
    @Override
    public Kind kind() {
      return Kind.CLOSE;
    }
  }

  /** The connection is reset, instead of the packet. */
  record Reset() implements Fault {
    @Override
    public Kind kind() {
      return Kind.RESET;
    }
  }

  /** The packet is not sent; the connection stays open. */
  record Silent() implements Fault {
    @Override
    public Kind kind() {
      return Kind.SILENT;
    }
  }

  /** The first half of the packet's bytes, then the connection is closed. */
  record HalfPacket() implements Fault {
    @Override
    public Kind kind() {
      return Kind.HALF_PACKET;
    }
  }

  /** The whole packet, each byte in a segment of its own. */
  record OneByteAtATime() implements Fault {
    @Override
    public Kind kind() {
      return Kind.ONE_BYTE_AT_A_TIME;
    }
  }

  /**
   * The packet and all after it wait.
   *
   * @param told opened by {@link #tell}
   */
  record DelayUntilTold(CountDownLatch told) implements Fault {
    /** Lets the packet go. */
    public void tell() {
      told.countDown();
    }

    @Override
    public Kind kind() {
      return Kind.DELAY_UNTIL_TOLD;
    }
  }

  /**
   * The connection is closed, and others are refused until {@link ScriptedBroker#listen} is called.
   */
  record RefuseToAccept() implements Fault {
    @Override
    public Kind kind() {
      return Kind.REFUSE_TO_ACCEPT;
    }
  }
}
