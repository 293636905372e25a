package org.robustmqtt.benchmarks.codec;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.robustmqtt.QoS;
import org.robustmqtt.UserProperty;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Decoder;
import org.robustmqtt.codec.Encoder;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Sender;
import org.robustmqtt.codec.WriteBuffer;

/** A PUBLISH of QoS 1 in MQTT 5 with two user properties, as {@link CodecBenchmark}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 6, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class Codec5Benchmark {
  private static final String TOPIC = "home/kitchen/temperature1";
  private static final int PACKET_ID = 4711;

  private final String[] texts = {"source", "sensor-17", "unit", "degree-celsius"};
  private final byte[] content = new byte[64];
  private final byte[] floorOut = new byte[1024];
  private final byte[] packet = new byte[1024];
  private final int length = FloorCodec.encode5(TOPIC, PACKET_ID, texts, content, packet);

  private final Encoder encoder = new Encoder(ProtocolVersion.MQTT_5);
  private final WriteBuffer out = new WriteBuffer(1024);
  private final UserProperty[] users = {
    new UserProperty(texts[0], texts[1]), new UserProperty(texts[2], texts[3])
  };
  private final Properties properties = Properties.builder().user(users[0]).user(users[1]).build();
  private final Publish publish =
      new Publish(false, QoS.AT_LEAST_ONCE, false, TOPIC, PACKET_ID, properties, content);
  private final Decoder decoder = new Decoder(ProtocolVersion.MQTT_5, Sender.BROKER, 1 << 20);
  private final ByteBuffer in = ByteBuffer.wrap(packet, 0, length);

  private final HiveCodec hive = new HiveCodec(TOPIC, PACKET_ID, content, texts);
  private final ByteBuf hiveIn = HiveCodec.body(packet, length);

  /** Hand-written. */
  @Benchmark
  public int encode5Floor() {
    return FloorCodec.encode5(TOPIC, PACKET_ID, texts, content, floorOut);
  }

  /** Ours. */
  @Benchmark
  public int encode5Ours() throws CodecException {
    out.clear();
    return encoder.encode(publish, out);
  }

  /** Ours, with the packet and the properties that are made for each message. */
  @Benchmark
  public int encode5OursWithPacket() throws CodecException {
    out.clear();
    Properties made = Properties.builder().user(users[0]).user(users[1]).build();
    return encoder.encode(
        new Publish(false, QoS.AT_LEAST_ONCE, false, TOPIC, PACKET_ID, made, content), out);
  }

  /** HiveMQ's, into a pooled buffer as its client does. */
  @Benchmark
  public int encode5Hive() throws Throwable {
    ByteBuf encoded = hive.encode();
    int size = encoded.readableBytes();
    encoded.release();
    return size;
  }

  /** Hand-written. */
  @Benchmark
  public FloorCodec.Message5 decode5Floor() {
    return FloorCodec.decode5(packet);
  }

  /** Ours: framing and packet, as the transport does it. */
  @Benchmark
  public Packet decode5Ours() throws CodecException {
    in.position(0);
    int size = decoder.frameLength(in);
    return size > in.remaining() ? null : decoder.decode(in, size);
  }

  /** HiveMQ's, from behind the fixed header. */
  @Benchmark
  public Object decode5Hive() throws Exception {
    return hive.decode(hiveIn.readerIndex(0));
  }
}
