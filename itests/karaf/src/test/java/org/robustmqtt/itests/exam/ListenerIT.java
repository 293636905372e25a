package org.robustmqtt.itests.exam;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import java.util.Dictionary;
import java.util.Hashtable;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.Test;
import org.osgi.framework.ServiceRegistration;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Message;
import org.robustmqtt.Outcome;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.SubscriptionStatus;
import org.robustmqtt.whiteboard.MessageListener;

/** A listener registered in the hub hears another client, and is heard by it, at every QoS. */
public class ListenerIT extends KarafTest {
  private void bothWays(String name, String address) throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    MessageListener listener = message -> heard.add(message.topic() + " " + message.text());
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put("mqtt.topics", name + "/down/+");
    properties.put("mqtt.connection", name);
    properties.put("mqtt.qos", 2);
    ServiceRegistration<MessageListener> registration =
        context.registerService(MessageListener.class, listener, properties);
    try (CfgFile file = CfgFile.connection(name);
        Independent other = new Independent(address)) {
      other.subscribe(name + "/up/+");
      file.write("broker = " + mqtt(address), "connectDelay = 0");
      RobustMqttConnection connection = Connections.await(context, name, ConnectionState.ONLINE);
      await(
          () -> "the broker has granted: " + connection.status().subscriptions(),
          () ->
              connection.status().subscriptions().stream()
                  .anyMatch(
                      one ->
                          one.filter().equals(name + "/down/+")
                              && one.state() == SubscriptionStatus.State.ACTIVE));
      for (int qos = 0; qos <= 2; qos++) {
        other.publish(name + "/down/" + qos, "down-" + qos, qos);
        String got = heard.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertNotNull("QoS " + qos + " is heard", got);
        assertEquals(name + "/down/" + qos + " down-" + qos, got);
        Outcome outcome =
            connection
                .publish(Message.text(name + "/up/" + qos, "up-" + qos).withQos(qos))
                .outcome()
                .toCompletableFuture()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertTrue(outcome.toString(), outcome.kind() != Outcome.Kind.DROPPED);
        assertEquals(name + "/up/" + qos + " up-" + qos, other.next());
      }
      assertEquals(0, connection.pending().total());
    } finally {
      registration.unregister();
    }
    await(() -> name + " is gone", () -> Connections.find(context, name).isEmpty());
  }

  @Test
  public void every_qos_both_ways_against_the_embedded_broker() throws Exception {
    bothWays("embedded", embedded());
  }

  @Test
  public void every_qos_both_ways_against_mosquitto() throws Exception {
    String port = System.getProperty("itests.mosquitto.port");
    assumeTrue("NOT RUN: mosquitto is not installed", !port.equals("0"));
    bothWays("mosquitto", "tcp://127.0.0.1:" + port);
  }
}
