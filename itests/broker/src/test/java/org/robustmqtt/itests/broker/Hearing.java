package org.robustmqtt.itests.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Queue;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttMessage;

/**
 * Notes the text of every message.
 *
 * @param lost runs when the connection is lost
 */
record Hearing(Queue<String> heard, Runnable lost) implements MqttCallback {

  Hearing(Queue<String> heard) {
    this(heard, () -> {});
  }

  @Override
  public void connectionLost(Throwable cause) {
    lost.run();
  }

  @Override
  public void messageArrived(String topic, MqttMessage message) {
    heard.add(new String(message.getPayload(), UTF_8));
  }

  @Override
  public void deliveryComplete(IMqttDeliveryToken token) {}
}
