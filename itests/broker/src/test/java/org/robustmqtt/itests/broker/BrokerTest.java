package org.robustmqtt.itests.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerTest {

  private static final int WAIT_SECONDS = 60;

  @TempDir Path folder;

  @Test
  void inside_a_test_it_delivers_and_frees_its_port() throws Exception {
    int port;
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder)) {
      port = broker.port();
      BlockingQueue<String> heard = new LinkedBlockingQueue<>();
      MqttClient client = client(port, "a", false);
      client.subscribe("t", 1, (topic, message) -> heard.add(text(message.getPayload())));
      client.publish("t", "1".getBytes(UTF_8), 1, false);
      assertEquals("1", heard.poll(WAIT_SECONDS, TimeUnit.SECONDS));
      client.disconnect();
      client.close();
    }
    try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
      assertEquals(port, free.getLocalPort());
    }
  }

  @Test
  void a_taken_port_is_an_error() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      IOException e =
          assertThrows(
              IOException.class,
              () -> EmbeddedBroker.start("127.0.0.1", taken.getLocalPort(), folder));
      assertTrue(e.getMessage().contains(Integer.toString(taken.getLocalPort())), e.getMessage());
    }
  }

  @Test
  void sessions_and_their_queues_survive_a_killed_process() throws Exception {
    int port = EmbeddedBroker.freePort();
    try (BrokerProcess broker =
        BrokerProcess.start(port, folder, System.getProperty("java.class.path"))) {
      MqttClient absent = client(port, "absent", false);
      absent.subscribe("t", 1);
      absent.disconnect();
      absent.close();
      MqttClient sender = client(port, "sender", true);
      for (int i = 0; i < 100; i++) {
        sender.publish("t", Integer.toString(i).getBytes(UTF_8), 1, false);
      }
      CountDownLatch noticed = new CountDownLatch(1);
      sender.setCallback(new Hearing(new LinkedBlockingQueue<>(), noticed::countDown));
      broker.kill();
      // Paho refuses to be closed until its reader has seen the end.
      assertTrue(noticed.await(WAIT_SECONDS, TimeUnit.SECONDS));
      sender.close(true);
      broker.start();

      BlockingQueue<String> heard = new LinkedBlockingQueue<>();
      MqttClient back =
          new MqttClient("tcp://127.0.0.1:" + port, "absent", new MemoryPersistence());
      back.setCallback(new Hearing(heard));
      assertTrue(back.connectWithResult(options(false)).getSessionPresent());
      for (int i = 0; i < 100; i++) {
        assertEquals(Integer.toString(i), heard.poll(WAIT_SECONDS, TimeUnit.SECONDS));
      }
      back.disconnect();
      back.close();
    }
  }

  private static MqttClient client(int port, String id, boolean clean) throws MqttException {
    MqttClient client = new MqttClient("tcp://127.0.0.1:" + port, id, new MemoryPersistence());
    client.connect(options(clean));
    return client;
  }

  private static MqttConnectOptions options(boolean clean) {
    MqttConnectOptions options = new MqttConnectOptions();
    options.setCleanSession(clean);
    return options;
  }

  private static String text(byte[] payload) {
    return new String(payload, UTF_8);
  }
}
