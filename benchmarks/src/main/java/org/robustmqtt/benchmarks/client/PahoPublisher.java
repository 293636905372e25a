package org.robustmqtt.benchmarks.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/**
 * Eclipse Paho v3 with persistence in memory. It refuses more than its window, so its caller waits
 * for a place in it and cannot be ahead.
 */
public final class PahoPublisher implements Publisher {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final MqttAsyncClient client;
  private final Semaphore window;

  /** Connects. */
  public PahoPublisher(int port, int window, boolean reconnect) throws MqttException {
    this.window = new Semaphore(window);
    client =
        new MqttAsyncClient(
            "tcp://127.0.0.1:" + port, "paho" + NUMBER.incrementAndGet(), new MemoryPersistence());
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
  public CompletionStage<?> publish(String topic, byte[] payload, int qos) throws Exception {
    CompletableFuture<Void> outcome = new CompletableFuture<>();
    IMqttActionListener listener =
        new IMqttActionListener() {
          @Override
          public void onSuccess(IMqttToken token) {
            window.release();
            outcome.complete(null);
          }

          @Override
          public void onFailure(IMqttToken token, Throwable cause) {
            window.release();
            outcome.completeExceptionally(cause);
          }
        };
    window.acquire();
    try {
      client.publish(topic, payload, qos, false, null, listener);
    } catch (MqttException e) {
      window.release();
      throw e;
    }
    return outcome;
  }

  @Override
  public void close() throws MqttException {
    client.disconnectForcibly(0, 100, false);
    client.close(true);
  }
}
