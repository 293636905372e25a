package org.robustmqtt.client.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.robustmqtt.client.door.Net;

/** The lowest stage: TCP, which changes nothing. */
final class ChannelStage implements Stage {
  private final Net.Channel channel;
  private boolean blocked;
  private long taken;
  private long came;

  ChannelStage(Net.Channel channel) {
    this.channel = channel;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    int count = channel.read(into);
    came += Math.max(0, count);
    return count;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    int count = channel.write(from);
    blocked = from.hasRemaining();
    taken += count;
    return count;
  }

  @Override
  public boolean holding() {
    return false;
  }

  @Override
  public boolean blocked() {
    return blocked;
  }

  @Override
  public boolean wantsRead() {
    return true;
  }

  @Override
  public long taken() {
    return taken;
  }

  @Override
  public long came() {
    return came;
  }

  @Override
  public void close() {
    channel.close();
  }
}
