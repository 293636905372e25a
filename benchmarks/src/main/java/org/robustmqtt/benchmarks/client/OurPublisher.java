package org.robustmqtt.benchmarks.client;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.benchmarks.store.OurStores;
import org.robustmqtt.client.component.BareHub;

/** Ours: all rooms, and a journal on the disk. */
public final class OurPublisher implements Publisher {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String name;
  private final Optional<Durability> durability;
  private final BareHub hub = new BareHub();
  private final OurStores stores;
  private final RobustMqttConnection connection;
  private final String[] topics = Publisher.topics();
  private final byte[] payload = new byte[PAYLOAD];
  private int number;

  /**
   * Connects.
   *
   * @param durability of its messages; empty: the default, {@code group}
   */
  public OurPublisher(int port, int window, Optional<Durability> durability) throws Exception {
    this.name = durability.map(kind -> "ours, " + kind).orElse("ours");
    this.durability = durability;
    stores = new OurStores();
    connection =
        hub.open(
            "ours",
            stores.provider(),
            Map.of(
                "broker",
                "mqtt://127.0.0.1:" + port,
                "connectDelay",
                "0",
                "maxInflight",
                Integer.toString(window),
                "queueMaxMessages",
                Integer.toString(window + AHEAD)));
    BareHub.await(connection, ConnectionState.ONLINE, PATIENCE);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void publish(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      connection.publish(message(), PATIENCE);
    }
    if (!connection.flush(PATIENCE)) {
      throw new IllegalStateException("not idle after " + PATIENCE + ": " + connection.status());
    }
  }

  @Override
  public void publish(Runnable acknowledged) {
    connection.publish(message()).outcome().thenRun(acknowledged);
  }

  private Message message() {
    Message message = Message.of(topics[number++ % TOPICS], payload);
    return durability.isPresent() ? message.withDurability(durability.get()) : message;
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
