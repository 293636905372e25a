package org.robustmqtt.benchmarks.client;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.benchmarks.store.OurStores;
import org.robustmqtt.client.component.BareHub;

/** Ours: all rooms, and a journal on the disk. */
public final class OurPublisher implements Publisher {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final String name;
  private final Optional<Durability> durability;
  private final BareHub hub = new BareHub();
  private final OurStores stores = new OurStores();
  private final RobustMqttConnection connection;

  /**
   * Connects.
   *
   * @param durability of its messages; empty: the default, {@code group}
   */
  public OurPublisher(int port, int window, Optional<Durability> durability) throws Exception {
    this.name =
        durability
            .map(kind -> "ours, `" + kind.name().toLowerCase(Locale.ROOT) + "`")
            .orElse("ours");
    this.durability = durability;
    connection =
        hub.open(
            "ours",
            stores.provider(),
            Map.of(
                "broker",
                "mqtt://127.0.0.1:" + port,
                "clientId",
                "ours" + NUMBER.incrementAndGet(),
                "connectDelay",
                "0",
                "maxInflight",
                Integer.toString(window)));
    BareHub.await(connection, ConnectionState.ONLINE, PATIENCE);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public CompletionStage<?> publish(String topic, byte[] payload, int qos) {
    Message message = Message.of(topic, payload);
    if (qos != 1) {
      message = message.withQos(qos);
    }
    if (durability.isPresent()) {
      message = message.withDurability(durability.get());
    }
    return connection.publish(message).outcome();
  }

  /** Returns the service. */
  public RobustMqttConnection connection() {
    return connection;
  }

  /** Returns bytes and forces of its journal. */
  public OurStores stores() {
    return stores;
  }

  @Override
  public void close() throws Exception {
    hub.close();
    stores.close();
  }
}
