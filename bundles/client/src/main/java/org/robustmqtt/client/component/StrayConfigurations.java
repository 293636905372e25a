package org.robustmqtt.client.component;

import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;
import org.robustmqtt.Place;
import org.robustmqtt.Problem;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.client.door.Log;
import org.robustmqtt.client.door.SerialLane;

/**
 * Looks for configurations that were meant for a connection and are none: single ones of our PID,
 * and those that openHAB files under {@code org.openhab.FILE} because something stands before the
 * {@code pid:} line. They are said in the log, and shown as faulted. Of a configuration that is not
 * of our PID nothing is read but its PID: ConfigAdmin itself looks whether it has our key {@code
 * broker}. openHAB keeps such a configuration after its file was mended, so it does not count while
 * a connection has the same broker. On the component lane, but for the methods that say otherwise.
 */
final class StrayConfigurations
    implements ConfigurationListener,
        ServiceTrackerCustomizer<ConfigurationAdmin, ConfigurationAdmin> {
  private static final Log LOG = Log.of(StrayConfigurations.class);
  private static final String FILTER =
      "(&(!(service.factoryPid=*))(|(service.pid=@)(service.pid=@~*)(service.pid=@#*)"
          + "(&(service.pid=org.openhab.*)(|(broker=mqtt://*)(broker=mqtts://*))%)))";
  private static final String OURS = "(service.factoryPid=" + MqttComponent.PID + ")";

  private final BundleContext context;
  private final SerialLane lane;
  private final Directory directory;
  private final Supplier<Instant> now;
  private final ServiceTracker<ConfigurationAdmin, ConfigurationAdmin> tracker;
  private Optional<ServiceRegistration<ConfigurationListener>> listening = Optional.empty();

  /** What is shown, by PID. */
  private final Map<String, String> shown = new TreeMap<>();

  StrayConfigurations(
      BundleContext context, SerialLane lane, Directory directory, Supplier<Instant> now) {
    this.context = context;
    this.lane = lane;
    this.directory = directory;
    this.now = now;
    tracker = new ServiceTracker<>(context, ConfigurationAdmin.class, this);
  }

  /** Follows ConfigAdmin. The component's thread. */
  void open() {
    listening = Optional.of(context.registerService(ConfigurationListener.class, this, null));
    tracker.open();
  }

  /** Follows it no more. The component's thread. */
  void close() {
    tracker.close();
    listening.ifPresent(ServiceRegistration::unregister);
    listening = Optional.empty();
  }

  /** Any thread. */
  @Override
  public void configurationEvent(ConfigurationEvent event) {
    boolean single = event.getFactoryPid() == null && StrayText.mayBeMeantForUs(event.getPid());
    if (single || MqttComponent.PID.equals(event.getFactoryPid())) {
      lane.execute(this::look);
    }
  }

  /** Any thread. */
  @Override
  public ConfigurationAdmin addingService(ServiceReference<ConfigurationAdmin> reference) {
    ConfigurationAdmin admin = context.getService(reference);
    if (admin != null) {
      lane.execute(() -> look(admin));
    }
    return admin;
  }

  @Override
  public void modifiedService(
      ServiceReference<ConfigurationAdmin> reference, ConfigurationAdmin admin) {
    // it is the same
  }

  @Override
  public void removedService(
      ServiceReference<ConfigurationAdmin> reference, ConfigurationAdmin admin) {
    context.ungetService(reference);
  }

  /** Returns ConfigAdmin, if it is there. Any thread. */
  Optional<ConfigurationAdmin> admin() {
    return Optional.ofNullable(tracker.getService());
  }

  private void look() {
    admin().ifPresent(this::look);
  }

  private void look(ConfigurationAdmin admin) {
    try {
      show(found(admin));
    } catch (IOException | IllegalStateException | InvalidSyntaxException e) {
      LOG.debug("The configurations cannot be listed", e);
    }
  }

  private static Map<String, String> found(ConfigurationAdmin admin)
      throws IOException, InvalidSyntaxException {
    Map<String, String> found = new TreeMap<>();
    String filter = FILTER.replace("@", MqttComponent.PID).replace("%", mended(admin));
    for (Configuration one : list(admin, filter)) {
      found.put(one.getPid(), StrayText.of(one.getPid(), file(one)));
    }
    return found;
  }

  private static List<Configuration> list(ConfigurationAdmin admin, String filter)
      throws IOException, InvalidSyntaxException {
    Configuration[] found = admin.listConfigurations(filter);
    return found == null ? List.of() : List.of(found);
  }

  /** Leaves out whose broker a connection has. */
  private static String mended(ConfigurationAdmin admin)
      throws IOException, InvalidSyntaxException {
    StringBuilder filter = new StringBuilder();
    for (Configuration ours : list(admin, OURS)) {
      Object broker = ours.getProperties().get(Key.BROKER.text());
      PropertyValue.texts(broker)
          .forEach(text -> filter.append("(!(broker=").append(escaped(text)).append("))"));
    }
    return filter.toString();
  }

  /** Returns a text as it stands in a filter. */
  static String escaped(String text) {
    return text.replaceAll("[\\\\()*]", "\\\\$0");
  }

  /** The file, of a configuration of our PID only. */
  private static Optional<String> file(Configuration configuration) {
    if (!configuration.getPid().startsWith(MqttComponent.PID)) {
      return Optional.empty();
    }
    Map<String, Object> properties = new HashMap<>();
    Object file = configuration.getProperties().get(ConnectionName.FILE);
    if (file != null) {
      properties.put(ConnectionName.FILE, file);
    }
    return ConnectionName.file(properties);
  }

  private void show(Map<String, String> found) {
    shown.keySet().stream().filter(pid -> !found.containsKey(pid)).forEach(directory::forget);
    shown.keySet().retainAll(found.keySet());
    found.forEach(
        (pid, text) -> {
          if (!text.equals(shown.put(pid, text))) {
            LOG.warn("{}", text);
            Problem problem =
                new Problem(Place.CONFIG, ProblemKind.SETTINGS_FAULTY, 0, text, now.get());
            directory.show(pid, () -> Statuses.faulted("(" + pid + ")", problem, List.of(text)));
          }
        });
  }
}
