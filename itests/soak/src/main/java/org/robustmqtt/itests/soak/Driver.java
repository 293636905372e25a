package org.robustmqtt.itests.soak;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/**
 * The other side of the broker, by a client that is not ours and over a way without faults: hears
 * what the hubs send, and sends to them.
 */
final class Driver implements MqttCallback, AutoCloseable {
  /** Mosquitto drops who has more than 20 under way. */
  private static final int WINDOW = 15;

  private static final int FULL = MqttException.REASON_CODE_MAX_INFLIGHT;
  private final Map<String, Account> accounts = new HashMap<>();
  private final MqttAsyncClient client;
  private final AtomicInteger lost = new AtomicInteger();

  Driver(int port, List<HubProcess> hubs) throws MqttException {
    hubs.forEach(hub -> accounts.putAll(hub.accounts));
    client = new MqttAsyncClient("tcp://127.0.0.1:" + port, "driver", new MemoryPersistence());
    client.setCallback(this);
    MqttConnectOptions options = new MqttConnectOptions();
    options.setCleanSession(false);
    options.setAutomaticReconnect(true);
    options.setMaxReconnectDelay(1_000);
    options.setMaxInflight(WINDOW);
    client.connect(options).waitForCompletion();
    client.subscribe("out/#", 2).waitForCompletion();
  }

  /** Returns how often the broker dropped it, which Mosquitto does now and then. */
  int lost() {
    return lost.get();
  }

  /** Sends the next message to each connection that listens, and the first one to others. */
  void send() throws MqttException {
    if (!client.isConnected()) {
      return;
    }
    for (Map.Entry<String, Account> account : accounts.entrySet()) {
      boolean subscribed = account.getValue().subscribed();
      int number = subscribed ? account.getValue().nextIn() : 0;
      byte[] payload = (number + " for " + account.getKey()).getBytes(US_ASCII);
      boolean taken = send("in/" + account.getKey(), payload, subscribed ? number % 3 : 0);
      if (subscribed && taken) {
        account.getValue().sentIn(number);
      }
    }
  }

  /** What the client takes it brings to the broker, over reconnects too. */
  private boolean send(String topic, byte[] payload, int qos) throws MqttException {
    try {
      client.publish(topic, payload, qos, false);
      return true;
    } catch (MqttException e) {
      if (client.isConnected() && e.getReasonCode() != FULL) {
        throw e;
      }
      return false;
    }
  }

  @Override
  public void messageArrived(String topic, MqttMessage message) {
    String text = new String(message.getPayload(), US_ASCII);
    String number = text.substring(0, text.indexOf(' '));
    accounts.get(topic.split("/")[1]).heard(Integer.parseInt(number));
  }

  @Override
  public void connectionLost(Throwable cause) {
    lost.incrementAndGet();
  }

  @Override
  public void deliveryComplete(IMqttDeliveryToken token) {
    // The broker has it.
  }

  @Override
  public void close() throws MqttException {
    client.disconnectForcibly(1_000, 1_000);
    client.close(true);
  }
}
