package org.robustmqtt.benchmarks.codec;

import com.hivemq.client.internal.mqtt.codec.decoder.MqttDecoderContext;
import com.hivemq.client.internal.mqtt.codec.decoder.mqtt3.Mqtt3PublishDecoder;
import com.hivemq.client.internal.mqtt.codec.encoder.MqttEncoderContext;
import com.hivemq.client.internal.mqtt.codec.encoder.MqttMessageEncoder;
import com.hivemq.client.internal.mqtt.codec.encoder.mqtt3.Mqtt3PublishEncoder;
import com.hivemq.client.internal.mqtt.datatypes.MqttTopicImpl;
import com.hivemq.client.internal.mqtt.datatypes.MqttUserPropertiesImpl;
import com.hivemq.client.internal.mqtt.message.MqttMessage;
import com.hivemq.client.internal.mqtt.message.publish.MqttPublish;
import com.hivemq.client.internal.mqtt.message.publish.MqttStatefulPublish;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;

/**
 * HiveMQ's codec for one message. It is not public; what is called in the measured path is called
 * by a constant handle, which costs what a plain call costs.
 */
final class HiveCodec {
  private static final MethodHandle ENCODE = encodeHandle();

  private final Mqtt3PublishEncoder encoder;
  private final Mqtt3PublishDecoder decoder;
  private final MqttEncoderContext encoding;
  private final MqttDecoderContext decoding;
  private final MqttPublish message;
  private final int packetId;

  HiveCodec(String topic, int packetId, byte[] payload) {
    encoder = make(Mqtt3PublishEncoder.class);
    decoder = make(Mqtt3PublishDecoder.class);
    ByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;
    encoding = make(MqttEncoderContext.class, allocator);
    decoding =
        make(MqttDecoderContext.class, 268_435_460, 0, false, false, false, false, false, false);
    message =
        new MqttPublish(
            MqttTopicImpl.of(topic),
            ByteBuffer.wrap(payload),
            MqttQos.AT_LEAST_ONCE,
            false,
            MqttPublish.NO_MESSAGE_EXPIRY,
            null,
            null,
            null,
            null,
            MqttUserPropertiesImpl.NO_USER_PROPERTIES,
            null);
    this.packetId = packetId;
  }

  /** Returns what follows the fixed header of a packet that is shorter than 128 bytes. */
  static ByteBuf body(byte[] packet, int length) {
    return Unpooled.wrappedBuffer(packet, 2, length - 2);
  }

  ByteBuf encode() throws Throwable {
    MqttStatefulPublish stateful =
        message.createStateful(
            packetId,
            false,
            MqttStatefulPublish.DEFAULT_NO_TOPIC_ALIAS,
            MqttStatefulPublish.DEFAULT_NO_SUBSCRIPTION_IDENTIFIERS);
    return (ByteBuf)
        ENCODE.invokeExact((MqttMessageEncoder<?>) encoder, (MqttMessage) stateful, encoding);
  }

  MqttStatefulPublish decode(ByteBuf body) throws Exception {
    return decoder.decode(0x02, body, decoding);
  }

  private static MethodHandle encodeHandle() {
    try {
      Method encode =
          MqttMessageEncoder.class.getDeclaredMethod(
              "encode", MqttMessage.class, MqttEncoderContext.class);
      encode.setAccessible(true);
      return MethodHandles.lookup().unreflect(encode);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("another version of the HiveMQ client", e);
    }
  }

  private static <T> T make(Class<T> type, Object... arguments) {
    try {
      Constructor<?> constructor = type.getDeclaredConstructors()[0];
      constructor.setAccessible(true);
      return type.cast(constructor.newInstance(arguments));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("another version of the HiveMQ client", e);
    }
  }
}
