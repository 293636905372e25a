package org.robustmqtt.itests.process;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/**
 * Another client than ours, with a session that the broker keeps: to see from outside what arrives,
 * and to send. Safe for several threads.
 */
final class Bystander implements MqttCallback, AutoCloseable {
  private final MqttClient client;
  private final List<String> heard = new ArrayList<>();

  Bystander(int port, String clientId) throws MqttException {
    client = new MqttClient("tcp://127.0.0.1:" + port, clientId, new MemoryPersistence());
    client.setTimeToWait(30_000);
    client.setCallback(this); // before it connects: what waits at the broker comes at once
    connect();
  }

  private void connect() throws MqttException {
    MqttConnectOptions options = new MqttConnectOptions();
    options.setCleanSession(false);
    options.setMaxInflight(100);
    client.connect(options);
  }

  void subscribe(String filter) throws MqttException {
    client.subscribe(filter, 1);
  }

  /** Publishes with QoS 1 and waits for the acknowledgement. */
  void publish(String topic, String text) throws MqttException {
    client.publish(topic, text.getBytes(StandardCharsets.UTF_8), 1, false);
  }

  @Override
  public synchronized void messageArrived(String topic, MqttMessage message) {
    heard.add(new String(message.getPayload(), StandardCharsets.UTF_8));
    notifyAll();
  }

  @Override
  public void connectionLost(Throwable cause) {
    // a bystander lives no longer than its broker
  }

  @Override
  public void deliveryComplete(IMqttDeliveryToken token) {
    // publish has waited for it
  }

  synchronized List<String> heard() {
    return List.copyOf(heard);
  }

  /**
   * Waits until so many different messages were heard, as long as more come; returns what was
   * heard, in order.
   */
  synchronized List<String> await(int distinct, Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    int before = heard.size();
    while (heard.stream().distinct().count() < distinct) {
      if (heard.size() > before) {
        before = heard.size();
        end = System.nanoTime() + patience.toNanos();
      }
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError(
            "heard " + heard.stream().distinct().count() + " of " + distinct + " messages");
      }
      wait(left);
    }
    return List.copyOf(heard);
  }

  @Override
  public void close() throws MqttException {
    if (client.isConnected()) {
      client.disconnectForcibly(1000, 1000);
    }
    client.close(true);
  }
}
