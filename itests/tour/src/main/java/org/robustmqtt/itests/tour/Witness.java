package org.robustmqtt.itests.tour;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/**
 * A subscriber by an MQTT client that is not ours, with a session that the broker keeps. It comes
 * back by itself, 50 ms after each failed attempt. Safe for several threads.
 */
public final class Witness implements MqttCallback, AutoCloseable {

  private static final long RETRY_NANOS = 50_000_000;

  private final MqttClient client;
  private final List<Delivery> heard = new ArrayList<>();
  private volatile boolean closed;

  private Witness(MqttClient client) {
    this.client = client;
  }

  /**
   * Connects and subscribes with QoS 1.
   *
   * @param port of the broker on 127.0.0.1
   * @param topics how many topics {@code tour/0}, {@code tour/1} and so on
   * @return the connected and subscribed witness
   * @throws MqttException if the broker does not let it
   */
  public static Witness subscribe(int port, int topics) throws MqttException {
    MqttClient client =
        new MqttClient("tcp://127.0.0.1:" + port, "witness", new MemoryPersistence());
    client.setTimeToWait(20_000);
    Witness witness = new Witness(client);
    client.setCallback(witness);
    client.connect(options());
    for (int topic = 0; topic < topics; topic++) {
      client.subscribe("tour/" + topic, 1);
    }
    return witness;
  }

  /** Returns whether it is connected to the broker. */
  boolean isConnected() {
    return client.isConnected();
  }

  /** All that it has heard so far, in the order of arrival. */
  List<Delivery> heard() {
    synchronized (heard) {
      return List.copyOf(heard);
    }
  }

  /**
   * How much it has heard so far, duplicates included.
   *
   * @return 0 or more
   */
  public int count() {
    synchronized (heard) {
      return heard.size();
    }
  }

  /**
   * Waits until it has heard so much.
   *
   * @param messages how many messages, duplicates included
   * @param patience how long to wait without a message
   * @return whether they came
   * @throws InterruptedException if the thread is interrupted meanwhile
   */
  public boolean await(int messages, Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    synchronized (heard) {
      int before = heard.size();
      while (heard.size() < messages) {
        if (heard.size() > before) {
          before = heard.size();
          end = System.nanoTime() + patience.toNanos();
        }
        long left = end - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        heard.wait(left / 1_000_000 + 1);
      }
      return true;
    }
  }

  /** How much it has heard from the given time on, in milliseconds of the wall clock. */
  int countSince(long time) {
    synchronized (heard) {
      int count = 0;
      for (int i = heard.size() - 1; i >= 0 && heard.get(i).at() >= time; i--) {
        count++;
      }
      return count;
    }
  }

  @Override
  public void messageArrived(String topic, MqttMessage message) {
    String text = new String(message.getPayload(), US_ASCII);
    int number = Integer.parseInt(text.substring(0, text.indexOf(' ')));
    synchronized (heard) {
      heard.add(new Delivery(number, topic, System.currentTimeMillis()));
      heard.notifyAll();
    }
  }

  @Override
  public void connectionLost(Throwable cause) {
    Thread again = new Thread(this::comeBack, "witness");
    again.setDaemon(true);
    again.start();
  }

  @Override
  public void deliveryComplete(IMqttDeliveryToken token) {}

  @Override
  public void close() throws MqttException {
    closed = true;
    if (client.isConnected()) {
      client.disconnectForcibly(1000, 1000);
    }
    client.close(true);
  }

  private void comeBack() {
    while (!closed) {
      try {
        client.connect(options());
        return;
      } catch (MqttException e) {
        LockSupport.parkNanos(RETRY_NANOS); // the broker is not back yet
      }
    }
  }

  private static MqttConnectOptions options() {
    MqttConnectOptions options = new MqttConnectOptions();
    options.setCleanSession(false);
    options.setConnectionTimeout(10);
    return options;
  }
}
