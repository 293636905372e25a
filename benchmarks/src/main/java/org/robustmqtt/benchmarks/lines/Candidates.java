package org.robustmqtt.benchmarks.lines;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.robustmqtt.Durability;
import org.robustmqtt.benchmarks.client.Application;
import org.robustmqtt.benchmarks.client.FloorPublisher;
import org.robustmqtt.benchmarks.client.HivePublisher;
import org.robustmqtt.benchmarks.client.Load;
import org.robustmqtt.benchmarks.client.OurPublisher;
import org.robustmqtt.benchmarks.client.PahoPublisher;
import org.robustmqtt.benchmarks.client.Publisher;
import org.robustmqtt.benchmarks.wire.Broker;

/** Those who publish in turns: the floor, ours, ours with {@code memory}, and the peers. */
final class Candidates implements AutoCloseable {
  private final List<Application> all = new ArrayList<>();
  private final OurPublisher ours;

  Candidates(Broker broker, int window, Load load) throws Exception {
    int port = broker.port();
    add(new FloorPublisher(port, window), window, load);
    ours = new OurPublisher(port, window, Optional.empty());
    add(ours, window, load);
    add(new OurPublisher(port, window, Optional.of(Durability.MEMORY)), window, load);
    add(new HivePublisher(port, window, false), window, load);
    add(new PahoPublisher(port, window, false), window, load);
  }

  private void add(Publisher publisher, int window, Load load) {
    all.add(new Application(publisher, window, load));
  }

  List<Application> all() {
    return all;
  }

  OurPublisher ours() {
    return ours;
  }

  @Override
  public void close() throws Exception {
    for (Application one : all) {
      one.close();
    }
  }
}
