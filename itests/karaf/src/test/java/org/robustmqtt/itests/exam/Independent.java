package org.robustmqtt.itests.exam;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/** Another client than ours (Eclipse Paho), to see from outside what arrives and to send. */
final class Independent implements AutoCloseable {
  private final MqttClient client;
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  Independent(String broker) throws MqttException {
    client = new MqttClient(broker, MqttClient.generateClientId(), new MemoryPersistence());
    MqttConnectOptions options = new MqttConnectOptions();
    options.setCleanSession(true);
    client.connect(options);
  }

  void subscribe(String filter) throws MqttException {
    client.subscribe(
        filter,
        1,
        (topic, message) ->
            heard.add(topic + " " + new String(message.getPayload(), StandardCharsets.UTF_8)));
  }

  void publish(String topic, String text, int qos) throws MqttException {
    client.publish(topic, text.getBytes(StandardCharsets.UTF_8), qos, false);
  }

  /** Waits for the next message; {@code topic text}. */
  String next() throws InterruptedException {
    String message = heard.poll(KarafTest.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("nothing was heard");
    }
    return message;
  }

  @Override
  public void close() throws MqttException {
    client.disconnect();
    client.close();
  }
}
