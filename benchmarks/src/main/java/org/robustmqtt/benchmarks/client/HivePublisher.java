package org.robustmqtt.benchmarks.client;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The HiveMQ client, MQTT 5, asynchronous. */
public final class HivePublisher implements Publisher {
  private final Mqtt5AsyncClient client;
  private final Semaphore ahead;
  private final String[] topics = Publisher.topics();
  private final byte[] payload = new byte[PAYLOAD];
  private final Countdown left = new Countdown();
  private int number;

  /** Connects. */
  public HivePublisher(int port, int window, boolean reconnect) throws Exception {
    ahead = new Semaphore(window + AHEAD);
    Mqtt5ClientBuilder builder =
        MqttClient.builder()
            .useMqttVersion5()
            .identifier("hive")
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
  public void publish(int count) throws Exception {
    left.set(count);
    for (int i = 0; i < count; i++) {
      ahead.acquire();
      client
          .publish(message())
          .whenComplete(
              (result, failure) -> {
                ahead.release();
                left.one();
              });
    }
    left.await();
  }

  @Override
  public void publish(Runnable acknowledged) {
    client
        .publish(message())
        .whenComplete(
            (result, failure) -> {
              if (failure == null) {
                acknowledged.run();
              }
            });
  }

  private Mqtt5Publish message() {
    return Mqtt5Publish.builder()
        .topic(topics[number++ % TOPICS])
        .payload(payload)
        .qos(MqttQos.AT_LEAST_ONCE)
        .build();
  }

  @Override
  public void close() throws Exception {
    client.disconnect().get(10, TimeUnit.SECONDS);
  }
}
