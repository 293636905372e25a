package org.robustmqtt.itests.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.robustmqtt.codec.Connack;

class MosquittoTest {
  @Test
  void it_answers_and_keeps_a_session_over_a_kill(@TempDir Path folder) throws Exception {
    assumeTrue(Mosquitto.installed().isPresent(), "NOT RUN: mosquitto is not installed");
    try (Mosquitto broker = Mosquitto.start(folder)) {
      try (RawClient client = new RawClient(broker.port())) {
        client.write(RawClient.connect("one"));
        client.read();
      }
      broker.kill();
      broker.start();
      try (RawClient client = new RawClient(broker.port())) {
        client.write(RawClient.connect("one"));
        assertTrue(client.read() instanceof Connack);
      }
    }
  }
}
