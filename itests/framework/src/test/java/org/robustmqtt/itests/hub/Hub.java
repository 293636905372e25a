package org.robustmqtt.itests.hub;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.robustmqtt.ConnectionDirectory;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.itests.house.Artifacts;
import org.robustmqtt.itests.house.Header;
import org.robustmqtt.itests.testkit.Await;
import org.robustmqtt.itests.testkit.Patience;
import org.robustmqtt.itests.testkit.Threads;

/**
 * A hub in this JVM: the framework on the class path, ConfigAdmin, Declarative Services and the
 * bundles of the product. What is on its disk outlives {@link #close}.
 */
final class Hub implements AutoCloseable {
  static final String PID = "org.robustmqtt.connection";
  static final String THREADS = "robust-mqtt/";
  static final String PERSISTENCE = Artifacts.OURS + "persistence";
  static final String CLIENT = Artifacts.OURS + "client";
  static final String CONFIG_ADMIN = "org.apache.felix.configadmin";
  static final String SCR = "org.apache.felix.scr";
  static final String FILE_INSTALL = "org.apache.felix.fileinstall";
  static final String INTERPOLATION = "org.apache.felix.configadmin.plugin.interpolation";

  private static final List<String> LIBRARIES =
      List.of("org.osgi.util.function", "org.osgi.util.promise", "org.osgi.service.component");

  /** Where the classes of the API come from. */
  enum Api {
    /** From the class path of the test, which then speaks to the services with its own types. */
    OF_THE_TEST,
    /** From our bundle, as on a real hub. */
    OF_ITS_BUNDLE
  }

  private final Framework framework;
  private final Map<String, Bundle> bundles = new HashMap<>();

  private Hub(Framework framework) {
    this.framework = framework;
  }

  /** Starts a hub on a folder, with everything installed and started. */
  static Hub start(Path folder) throws BundleException, IOException {
    Hub hub = install(folder, Api.OF_THE_TEST);
    hub.startBundles(List.of(CONFIG_ADMIN, SCR, PERSISTENCE, CLIENT));
    return hub;
  }

  /** Starts the framework and installs everything; no bundle with code of its own is started. */
  static Hub install(Path folder, Api api) throws BundleException, IOException {
    return install(folder, api, 1, Map.of(), (hub, event) -> {});
  }

  /** Starts a hub as {@link #start}, and with it what Karaf reads files and secrets with. */
  static Hub startWithFiles(Path folder, Path etc) throws BundleException, IOException {
    Map<String, String> settings =
        Map.of(
            "felix.fileinstall.dir", etc.toString(),
            "felix.fileinstall.poll", "50",
            "felix.fileinstall.noInitialDelay", "true",
            "felix.fileinstall.enableConfigSave", "false",
            "org.apache.felix.configadmin.plugin.interpolation.secretsdir", etc.toString());
    Hub hub = install(folder, Api.OF_THE_TEST, 1, settings, (booting, event) -> {});
    hub.startBundles(List.of(CONFIG_ADMIN));
    for (String name : List.of("org.apache.felix.converter", INTERPOLATION, FILE_INSTALL)) {
      hub.bundles.put(name, hub.context().installBundle("artifact:" + name, Artifacts.jar(name)));
    }
    hub.startBundles(List.of(INTERPOLATION, SCR, PERSISTENCE, CLIENT, FILE_INSTALL));
    return hub;
  }

  /** Hears what happens to bundles, within it. */
  interface Watcher {
    void changed(Hub hub, BundleEvent event);
  }

  /** Starts the framework up to a level, with what is installed and started there. */
  static Hub boot(Path folder, int level, Watcher watcher) throws BundleException, IOException {
    return install(folder, Api.OF_THE_TEST, level, Map.of(), watcher);
  }

  private static Hub install(
      Path folder, Api api, int level, Map<String, String> more, Watcher watcher)
      throws BundleException, IOException {
    Map<String, String> settings = new HashMap<>(more);
    settings.put(Constants.FRAMEWORK_BEGINNING_STARTLEVEL, Integer.toString(level));
    settings.put(Constants.FRAMEWORK_STORAGE, folder.toString());
    settings.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, shared(api));
    settings.put("osgi.console.enable.builtin", "false");
    Hub hub =
        new Hub(
            ServiceLoader.load(FrameworkFactory.class).iterator().next().newFramework(settings));
    hub.framework.init();
    SynchronousBundleListener listener = event -> watcher.changed(hub, event);
    hub.context().addBundleListener(listener);
    hub.framework.start();
    List<String> names = new ArrayList<>(LIBRARIES);
    names.addAll(List.of(CONFIG_ADMIN, SCR, Artifacts.OURS + "codec", PERSISTENCE, CLIENT));
    if (api == Api.OF_ITS_BUNDLE) {
      names.add(Artifacts.OURS + "api");
    }
    for (String name : names) {
      hub.bundles.put(name, hub.context().installBundle("artifact:" + name, Artifacts.jar(name)));
    }
    return hub;
  }

  private static String shared(Api api) {
    String packages = "org.osgi.service.cm;version=1.6.1,org.slf4j;version=1.7.36";
    return api == Api.OF_ITS_BUNDLE
        ? packages
        : packages
            + Header.read(Artifacts.manifest(Artifacts.OURS + "api"), "Export-Package").stream()
                .map(clause -> "," + clause.name() + ";version=" + clause.version())
                .collect(Collectors.joining());
  }

  BundleContext context() {
    return framework.getBundleContext();
  }

  Bundle bundle(String symbolicName) {
    return Optional.ofNullable(bundles.get(symbolicName)).orElseThrow();
  }

  void startBundles(List<String> symbolicNames) throws BundleException {
    for (String name : symbolicNames) {
      bundle(name).start();
    }
  }

  /** Uninstalls bundles, installs them anew, and lets the framework forget the old ones. */
  void reinstall(List<String> symbolicNames) throws BundleException, IOException {
    List<Bundle> old = new ArrayList<>();
    for (String name : symbolicNames) {
      old.add(bundle(name));
      bundle(name).uninstall();
    }
    CountDownLatch refreshed = new CountDownLatch(1);
    framework.adapt(FrameworkWiring.class).refreshBundles(old, event -> refreshed.countDown());
    try {
      if (!refreshed.await(Patience.millis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("not refreshed: " + old);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    for (String name : symbolicNames) {
      bundles.put(name, context().installBundle("artifact:" + name, Artifacts.jar(name)));
    }
  }

  /** Writes a configuration, as {@code etc/org.robustmqtt.connection-NAME.cfg} would. */
  Configuration configure(String name, Map<String, ?> properties) throws IOException {
    Configuration configuration =
        service(ConfigurationAdmin.class).getFactoryConfiguration(PID, name, "?");
    configuration.update(new Hashtable<>(properties));
    return configuration;
  }

  /** Returns a quick, valid configuration for a broker. */
  static Map<String, Object> settings(String broker) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("broker", broker);
    settings.put("connectDelay", "0");
    settings.put("retryMin", "100ms");
    settings.put("retryMax", "1s");
    return settings;
  }

  /** Returns the settings with one more. */
  static Map<String, Object> with(Map<String, ?> settings, String key, Object value) {
    Map<String, Object> more = new HashMap<>(settings);
    more.put(key, value);
    return more;
  }

  /** Returns a service, waiting for it. */
  <T> T service(Class<T> type) {
    Await.until(
        "a service " + type.getSimpleName(), () -> context().getServiceReference(type) != null);
    return context().getService(context().getServiceReference(type));
  }

  /** Returns the service of a connection, waiting for it. */
  RobustMqttConnection connection(String name) {
    Await.until("a service of connection " + name, () -> reference(name).isPresent());
    return context().getService(reference(name).orElseThrow());
  }

  /** Returns the service reference of a connection, if it is registered. */
  Optional<ServiceReference<RobustMqttConnection>> reference(String name) {
    try {
      Collection<ServiceReference<RobustMqttConnection>> found =
          context()
              .getServiceReferences(
                  RobustMqttConnection.class,
                  "(" + RobustMqttConnection.CONNECTION + "=" + name + ")");
      return found.stream().findFirst();
    } catch (InvalidSyntaxException wrong) {
      throw new IllegalArgumentException(name, wrong);
    }
  }

  /** Waits until a connection has a state, and returns it. */
  RobustMqttConnection await(String name, ConnectionState state) {
    RobustMqttConnection connection = connection(name);
    Await.until(
        () ->
            name
                + " is "
                + state
                + "; it is "
                + connection.status().state()
                + ", "
                + connection.status().problem()
                + ", "
                + connection.status().faults(),
        () -> connection.status().state() == state);
    return connection;
  }

  ConnectionDirectory directory() {
    return service(ConnectionDirectory.class);
  }

  <T> ServiceRegistration<T> register(Class<T> type, T service, Map<String, ?> properties) {
    Dictionary<String, Object> copy = new Hashtable<>(properties);
    return context().registerService(type, service, copy);
  }

  /** Stops the framework, and waits until it and every thread of ours have ended. */
  @Override
  public void close() throws BundleException {
    framework.stop();
    try {
      framework.waitForStop(Patience.millis());
      Threads.awaitNone(THREADS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
