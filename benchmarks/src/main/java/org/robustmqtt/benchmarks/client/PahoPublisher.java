package org.robustmqtt.benchmarks.client;

import java.util.concurrent.Semaphore;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/** Eclipse Paho v3 with persistence in memory; it refuses more than its window. */
public final class PahoPublisher implements Publisher {
  private final MqttAsyncClient client;
  private final Semaphore window;
  private final String[] topics = Publisher.topics();
  private final byte[] payload = new byte[PAYLOAD];
  private final Countdown left = new Countdown();
  private int number;

  private final IMqttActionListener acknowledged =
      new IMqttActionListener() {
        @Override
        public void onSuccess(IMqttToken token) {
          window.release();
          left.one();
        }

        @Override
        public void onFailure(IMqttToken token, Throwable cause) {
          throw new IllegalStateException(cause);
        }
      };

  /** Connects. */
  public PahoPublisher(int port, int window, boolean reconnect) throws MqttException {
    this.window = new Semaphore(window);
    client = new MqttAsyncClient("tcp://127.0.0.1:" + port, "paho", new MemoryPersistence());
    MqttConnectOptions options = new MqttConnectOptions();
    options.setMaxInflight(window);
    options.setAutomaticReconnect(reconnect);
    options.setCleanSession(!reconnect);
    client.connect(options).waitForCompletion();
  }

  @Override
  public String name() {
    return "Paho";
  }

  @Override
  public void publish(int count) throws Exception {
    left.set(count);
    for (int i = 0; i < count; i++) {
      window.acquire();
      client.publish(topics[number++ % TOPICS], payload, 1, false, null, acknowledged);
    }
    left.await();
  }

  @Override
  public void publish(Runnable told) throws Exception {
    IMqttActionListener listener =
        new IMqttActionListener() {
          @Override
          public void onSuccess(IMqttToken token) {
            told.run();
          }

          @Override
          public void onFailure(IMqttToken token, Throwable cause) {
            // not told
          }
        };
    client.publish(topics[number++ % TOPICS], payload, 1, false, null, listener);
  }

  /** Returns whether it is connected. */
  public boolean connected() {
    return client.isConnected();
  }

  @Override
  public void close() throws MqttException {
    client.disconnectForcibly(0, 100, false);
    client.close(true);
  }
}
