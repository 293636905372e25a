package org.robustmqtt.benchmarks.codec;

import com.hivemq.client.internal.mqtt.codec.decoder.MqttDecoderContext;
import com.hivemq.client.internal.mqtt.codec.decoder.MqttMessageDecoder;
import com.hivemq.client.internal.mqtt.codec.decoder.mqtt3.Mqtt3PublishDecoder;
import com.hivemq.client.internal.mqtt.codec.decoder.mqtt5.Mqtt5PublishDecoder;
import com.hivemq.client.internal.mqtt.codec.encoder.MqttEncoderContext;
import com.hivemq.client.internal.mqtt.codec.encoder.MqttMessageEncoder;
import com.hivemq.client.internal.mqtt.codec.encoder.mqtt3.Mqtt3PublishEncoder;
import com.hivemq.client.internal.mqtt.codec.encoder.mqtt5.Mqtt5PublishEncoder;
import com.hivemq.client.internal.mqtt.datatypes.MqttTopicImpl;
import com.hivemq.client.internal.mqtt.datatypes.MqttUserPropertiesImpl;
import com.hivemq.client.internal.mqtt.datatypes.MqttUserPropertyImpl;
import com.hivemq.client.internal.mqtt.message.MqttMessage;
import com.hivemq.client.internal.mqtt.message.publish.MqttPublish;
import com.hivemq.client.internal.mqtt.message.publish.MqttStatefulPublish;
import com.hivemq.client.internal.util.collections.ImmutableList;
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

  private final MqttMessageEncoder<?> encoder;
  private final MqttMessageDecoder decoder;
  private final MqttEncoderContext encoding;
  private final MqttDecoderContext decoding;
  private final MqttPublish message;
  private final int packetId;

  /** A codec of MQTT 3.1.1. */
  HiveCodec(String topic, int packetId, byte[] payload) {
    this(
        topic,
        packetId,
        payload,
        MqttUserPropertiesImpl.NO_USER_PROPERTIES,
        make(Mqtt3PublishEncoder.class),
        make(Mqtt3PublishDecoder.class));
  }

  /** A codec of MQTT 5; names and values of user properties in turn. */
  HiveCodec(String topic, int packetId, byte[] payload, String... properties) {
    this(
        topic,
        packetId,
        payload,
        userProperties(properties),
        make(Mqtt5PublishEncoder.class),
        make(Mqtt5PublishDecoder.class));
  }

  private HiveCodec(
      String topic,
      int packetId,
      byte[] payload,
      MqttUserPropertiesImpl properties,
      MqttMessageEncoder<?> encoder,
      MqttMessageDecoder decoder) {
    this.encoder = encoder;
    this.decoder = decoder;
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
            properties,
            null);
    this.packetId = packetId;
  }

  private static MqttUserPropertiesImpl userProperties(String... texts) {
    ImmutableList.Builder<MqttUserPropertyImpl> all = ImmutableList.builder();
    for (int i = 0; i < texts.length; i += 2) {
      all.add(MqttUserPropertyImpl.of(texts[i], texts[i + 1]));
    }
    return MqttUserPropertiesImpl.of(all.build());
  }

  /** Returns what follows the fixed header of a packet that is shorter than 16,384 bytes. */
  static ByteBuf body(byte[] packet, int length) {
    int fixed = packet[1] < 0 ? 3 : 2;
    return Unpooled.wrappedBuffer(packet, fixed, length - fixed);
  }

  ByteBuf encode() throws Throwable {
    MqttStatefulPublish stateful =
        message.createStateful(
            packetId,
            false,
            MqttStatefulPublish.DEFAULT_NO_TOPIC_ALIAS,
            MqttStatefulPublish.DEFAULT_NO_SUBSCRIPTION_IDENTIFIERS);
    return (ByteBuf) ENCODE.invokeExact(encoder, (MqttMessage) stateful, encoding);
  }

  MqttMessage decode(ByteBuf body) throws Exception {
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
