package org.robustmqtt.client.component;

import java.time.Instant;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ManagedServiceFactory;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.robustmqtt.ConnectionDirectory;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.client.door.Clock;
import org.robustmqtt.client.door.Doors;
import org.robustmqtt.client.door.Log;
import org.robustmqtt.client.link.Link;
import org.robustmqtt.client.link.Pacing;
import org.robustmqtt.client.listeners.Registration;
import org.robustmqtt.client.runtime.ComponentLane;
import org.robustmqtt.client.runtime.HubRuntime;
import org.robustmqtt.journal.JournalProvider;
import org.robustmqtt.spi.AdmissionPolicy;
import org.robustmqtt.spi.RetryStrategy;

/**
 * The one component of the bundle: it <em>is</em> the factory of connections, and it registers each
 * connection itself. Its name is not the PID, or Declarative Services would take the configurations
 * too.
 */
@Component(
    name = "org.robustmqtt.client",
    service = ManagedServiceFactory.class,
    property = {
      "service.pid=" + MqttComponent.PID,
      "service.description=Robust MQTT connections",
      // what openHAB's settings page looks for; see OH-INF/config
      "service.config.description.uri=robustmqtt:connection",
      "service.config.label=Robust MQTT Connection",
      "service.config.category=io",
      "service.config.factory:Boolean=true"
    },
    immediate = true,
    configurationPolicy = ConfigurationPolicy.IGNORE)
@Capability(
    namespace = "osgi.service",
    attribute = "objectClass:List<String>=\"org.robustmqtt.RobustMqttConnection\"",
    effective = "active")
@Capability(
    namespace = "osgi.service",
    attribute = "objectClass:List<String>=\"org.robustmqtt.ConnectionDirectory\"",
    effective = "active")
public final class MqttComponent implements ManagedServiceFactory {
  /** The PID of a connection's configuration. */
  static final String PID = "org.robustmqtt.connection";

  private static final Log LOG = Log.of(MqttComponent.class);
  private static final long STOP_SECONDS = 15;

  private final AtomicReference<Optional<JournalProvider>> provider =
      new AtomicReference<>(Optional.empty());
  private final Whiteboard whiteboard = new Whiteboard();
  private final Directory directory = new Directory(provider::get);
  private final ComponentLane lane;
  private final Connections connections;
  private final BundleContext context;
  private final HubStart hubStart;
  private final StrayConfigurations strays;
  private final ListenerServices<?>[] listeners;
  private final NamedServices<RetryStrategy> strategies;
  private final NamedServices<AdmissionPolicy> admissions;
  private final AtomicReference<Optional<Registration>> directoryRegistration =
      new AtomicReference<>(Optional.empty());

  /** Starts without a connection and without a thread. */
  @Activate
  public MqttComponent(BundleContext context) {
    this.context = context;
    lane = new ComponentLane(defect -> LOG.error("Defect, please report: {}", defect, defect));
    Doors doors = new HubRuntime().doors();
    Clock clock = doors.clock();
    strategies =
        new NamedServices<>(
            context, RetryStrategy.class, RetryStrategy.NAME, this::extensionsChanged);
    admissions =
        new NamedServices<>(
            context, AdmissionPolicy.class, AdmissionPolicy.NAME, this::extensionsChanged);
    hubStart = new HubStart(context, clock, this::hubStarted);
    Supplier<Instant> now = () -> Instant.ofEpochMilli(clock.wallMillis());
    strays = new StrayConfigurations(context, lane, directory, now);
    ConnectionOpener opener =
        new ConnectionOpener(
            new Journals(provider::get),
            () ->
                new HubEngine(
                    hubStart::awaited,
                    new ConnectionRooms.Hub(
                        new Link.Hub(new Pacing(), strategies::named), admissions::named)),
            this::register,
            whiteboard,
            directory,
            now,
            doors.entropy());
    ResolvedConfigurations resolved = new ResolvedConfigurations(context, strays::admin);
    connections = new Connections(lane, opener, whiteboard, directory, resolved::of);
    whiteboard.onChange(connections::listenersChanged);
    listeners =
        new ListenerServices<?>[] {
          ListenerServices.messages(context, whiteboard),
          ListenerServices.outcomes(context, whiteboard),
          ListenerServices.states(context, whiteboard)
        };
  }

  /** Follows listeners and shows the directory. */
  @Activate
  void activate() {
    hubStart.open();
    strays.open();
    strategies.open();
    admissions.open();
    for (ListenerServices<?> services : listeners) {
      services.open();
    }
    lane.execute(() -> directoryRegistration.set(Optional.of(registerDirectory())));
  }

  /** Closes every connection, waits for it, and leaves no thread behind. */
  @Deactivate
  void deactivate() {
    hubStart.close();
    strays.close();
    CountDownLatch ended = new CountDownLatch(1);
    connections.stop().thenRun(ended::countDown);
    try {
      if (!ended.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("Not every connection could be closed in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (ListenerServices<?> services : listeners) {
      services.close();
    }
    strategies.close();
    admissions.close();
    lane.execute(() -> directoryRegistration.get().ifPresent(Registration::close));
    lane.close();
  }

  /** A journal service is there. */
  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindJournals(JournalProvider service) {
    provider.set(Optional.of(service));
    connections.providerCame();
  }

  /** A journal service goes. */
  void unbindJournals(JournalProvider service) {
    provider.updateAndGet(present -> present.filter(other -> other != service));
    connections.providerGoes(service);
  }

  @Override
  public String getName() {
    return "Robust MQTT connections";
  }

  @Override
  public void updated(String pid, Dictionary<String, ?> properties) {
    Map<String, Object> copy = new HashMap<>();
    for (String key : Collections.list(properties.keys())) {
      copy.put(key, properties.get(key));
    }
    connections.updated(pid, copy);
  }

  @Override
  public void deleted(String pid) {
    connections.deleted(pid);
  }

  private void extensionsChanged() {
    connections.extensionsChanged();
  }

  private void hubStarted() {
    connections.hubStarted();
  }

  private Registration register(ConnectionService service) {
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put(RobustMqttConnection.CONNECTION, service.name());
    properties.put("service.description", "MQTT connection " + service.name());
    return registration(context.registerService(RobustMqttConnection.class, service, properties));
  }

  private Registration registerDirectory() {
    return registration(
        context.registerService(ConnectionDirectory.class, directory, new Hashtable<>()));
  }

  /** The framework may have unregistered it already, when it stops the bundle. */
  private static Registration registration(ServiceRegistration<?> registration) {
    return () -> {
      try {
        registration.unregister();
      } catch (IllegalStateException e) {
        LOG.debug("Already unregistered: {}", e.toString());
      }
    };
  }
}
