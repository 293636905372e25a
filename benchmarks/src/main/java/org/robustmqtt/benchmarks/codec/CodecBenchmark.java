package org.robustmqtt.benchmarks.codec;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttPublish;
import org.eclipse.paho.client.mqttv3.internal.wire.MqttWireMessage;
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
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Decoder;
import org.robustmqtt.codec.Encoder;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Sender;
import org.robustmqtt.codec.WriteBuffer;

/**
 * A PUBLISH of QoS 1 in MQTT 3.1.1 with a topic of 25 ASCII characters, to and from bytes in
 * memory. Each encoder appends to a buffer that is reused if its own client reuses it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 6, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class CodecBenchmark {
  private static final String TOPIC = "home/kitchen/temperature1";
  private static final int PACKET_ID = 4711;

  private final byte[] content = new byte[64];
  private final byte[] floorOut = new byte[1024];
  private final byte[] packet = new byte[1024];
  private final int length = FloorCodec.encode(TOPIC, PACKET_ID, content, packet, 0);

  private final Encoder encoder = new Encoder(ProtocolVersion.MQTT_3_1_1);
  private final WriteBuffer out = new WriteBuffer(1024);
  private final Publish publish =
      new Publish(false, QoS.AT_LEAST_ONCE, false, TOPIC, PACKET_ID, Properties.NONE, content);
  private final Decoder decoder = new Decoder(ProtocolVersion.MQTT_3_1_1, Sender.BROKER, 1 << 20);
  private final ByteBuffer in = ByteBuffer.wrap(packet, 0, length);

  private final HiveCodec hive = new HiveCodec(TOPIC, PACKET_ID, content);
  private final ByteBuf hiveIn = HiveCodec.body(packet, length);

  private final byte[] pahoIn = Arrays.copyOf(packet, length);
  private final MqttMessage pahoMessage = new MqttMessage(content);

  /** Hand-written. */
  @Benchmark
  public int encodeFloor() {
    return FloorCodec.encode(TOPIC, PACKET_ID, content, floorOut, 0);
  }

  /** Ours. */
  @Benchmark
  public int encodeOurs() throws CodecException {
    out.clear();
    return encoder.encode(publish, out);
  }

  /** Ours, with the packet that is made for each message. */
  @Benchmark
  public int encodeOursWithPacket() throws CodecException {
    out.clear();
    return encoder.encode(
        new Publish(false, QoS.AT_LEAST_ONCE, false, TOPIC, PACKET_ID, Properties.NONE, content),
        out);
  }

  /** HiveMQ's, into a pooled buffer as its client does. */
  @Benchmark
  public int encodeHive() throws Throwable {
    ByteBuf encoded = hive.encode();
    int size = encoded.readableBytes();
    encoded.release();
    return size;
  }

  /** Paho's: a header and a payload, written one after the other. */
  @Benchmark
  public int encodePaho() throws MqttException {
    pahoMessage.setQos(1);
    MqttPublish wire = new MqttPublish(TOPIC, pahoMessage);
    wire.setMessageId(PACKET_ID);
    byte[] header = wire.getHeader();
    byte[] body = wire.getPayload();
    System.arraycopy(header, 0, floorOut, 0, header.length);
    System.arraycopy(body, 0, floorOut, header.length, body.length);
    return header.length + body.length;
  }

  /** Hand-written. */
  @Benchmark
  public FloorCodec.Message decodeFloor() {
    return FloorCodec.decode(packet, 0);
  }

  /** Ours: framing and packet, as the transport does it. */
  @Benchmark
  public Packet decodeOurs() throws CodecException {
    in.position(0);
    int size = decoder.frameLength(in);
    return size > in.remaining() ? null : decoder.decode(in, size);
  }

  /** HiveMQ's, from behind the fixed header. */
  @Benchmark
  public Object decodeHive() throws Exception {
    return hive.decode(hiveIn.readerIndex(0));
  }

  /** Paho's, from the bytes of one packet. */
  @Benchmark
  public Object decodePaho() throws Exception {
    return MqttWireMessage.createWireMessage(pahoIn);
  }
}
