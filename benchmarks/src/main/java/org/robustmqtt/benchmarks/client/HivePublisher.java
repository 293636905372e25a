package org.robustmqtt.benchmarks.client;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The HiveMQ client, MQTT 5, asynchronous. */
public final class HivePublisher implements Publisher {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final Mqtt5AsyncClient client;

  /** Connects. */
  public HivePublisher(int port, int window, boolean reconnect) throws Exception {
    Mqtt5ClientBuilder builder =
        MqttClient.builder()
            .useMqttVersion5()
            .identifier("hive" + NUMBER.incrementAndGet())
            .serverHost("127.0.0.1")
            .serverPort(port);
    if (reconnect) {
      builder = builder.automaticReconnectWithDefaultConfig();
    }
    client = builder.buildAsync();
    client
        .connectWith()
        .cleanStart(!reconnect)
        .sessionExpiryInterval(reconnect ? 3600 : 0)
        .restrictions()
        .sendMaximum(window)
        .applyRestrictions()
        .send()
        .get(30, TimeUnit.SECONDS);
  }

  @Override
  public String name() {
    return "HiveMQ";
  }

  @Override
  public CompletionStage<?> publish(String topic, byte[] payload, int qos) {
    return client.publish(
        Mqtt5Publish.builder()
            .topic(topic)
            .payload(payload)
            .qos(qos == 1 ? MqttQos.AT_LEAST_ONCE : MqttQos.EXACTLY_ONCE)
            .build());
  }

  @Override
  public void close() throws Exception {
    client.disconnect().get(10, TimeUnit.SECONDS);
  }
}
