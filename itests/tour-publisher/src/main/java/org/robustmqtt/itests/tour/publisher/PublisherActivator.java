package org.robustmqtt.itests.tour.publisher;

import java.io.IOException;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.whiteboard.OutcomeListener;

/** Publishes through the first connection that there is, for as long as the bundle is started. */
public final class PublisherActivator
    implements BundleActivator,
        ServiceTrackerCustomizer<RobustMqttConnection, RobustMqttConnection> {

  private BundleContext context;
  private Settings settings;
  private Note notes;
  private ServiceTracker<RobustMqttConnection, RobustMqttConnection> connections;
  private Publisher publisher;

  @Override
  public void start(BundleContext bundleContext) throws IOException {
    context = bundleContext;
    settings = Settings.of(bundleContext);
    endWithOwner(settings.owner());
    int next = Note.next(settings.notes(), settings.sync());
    notes = Note.append(settings.notes());
    publisher = new Publisher(settings, notes, next);
    OutcomeListener listener = s -> notes.heard(s.id(), Publisher.text(s.outcome()));
    bundleContext.registerService(OutcomeListener.class, listener, null);
    connections = new ServiceTracker<>(bundleContext, RobustMqttConnection.class, this);
    connections.open();
  }

  @Override
  public void stop(BundleContext bundleContext) throws IOException {
    connections.close();
    publisher.stop();
    notes.close();
  }

  @Override
  public RobustMqttConnection addingService(ServiceReference<RobustMqttConnection> reference) {
    RobustMqttConnection connection = context.getService(reference);
    publisher.start(connection);
    return connection;
  }

  @Override
  public void modifiedService(
      ServiceReference<RobustMqttConnection> reference, RobustMqttConnection connection) {}

  @Override
  public void removedService(
      ServiceReference<RobustMqttConnection> reference, RobustMqttConnection connection) {
    context.ungetService(reference);
  }

  /** A tour that was killed must not leave its hub behind. */
  private static void endWithOwner(long pid) {
    ProcessHandle.of(pid)
        .orElseThrow(() -> new IllegalStateException("Process " + pid + " is not there"))
        .onExit()
        .thenRun(() -> Runtime.getRuntime().halt(3));
  }
}
