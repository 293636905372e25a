package org.robustmqtt.client.component;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.robustmqtt.client.door.Log;

/** Asks ConfigAdmin for what stands in a configuration, and for what its plugins make of it. */
final class ResolvedConfigurations {
  private static final Log LOG = Log.of(ResolvedConfigurations.class);
  private static final String PLACEHOLDER = "$[";

  private final BundleContext context;
  private final Supplier<Optional<ConfigurationAdmin>> admin;

  ResolvedConfigurations(BundleContext context, Supplier<Optional<ConfigurationAdmin>> admin) {
    this.context = context;
    this.admin = admin;
  }

  /** Returns a configuration of ours, if it has values from elsewhere. On the component lane. */
  Optional<Resolved> of(String pid) {
    return find(pid)
        .filter(found -> values(found.getProperties()).anyMatch(text -> text.contains(PLACEHOLDER)))
        .map(found -> new OfAdmin(this, pid));
  }

  /** Equal by PID. */
  private record OfAdmin(ResolvedConfigurations all, String pid) implements Resolved {
    @Override
    public Optional<Map<String, Object>> now() {
      return all.find(pid).flatMap(all::resolved);
    }
  }

  private Optional<Configuration> find(String pid) {
    try {
      if (admin.get().isEmpty()) {
        return Optional.empty();
      }
      String filter = "(" + Constants.SERVICE_PID + "=" + StrayConfigurations.escaped(pid) + ")";
      Configuration[] found = admin.get().get().listConfigurations(filter);
      return found == null ? Optional.empty() : Arrays.stream(found).findFirst();
    } catch (IOException | InvalidSyntaxException | RuntimeException e) {
      LOG.debug("{}: cannot be looked at", pid, e);
      return Optional.empty();
    }
  }

  private Optional<Map<String, Object>> resolved(Configuration configuration) {
    try {
      return factory().map(configuration::getProcessedProperties).map(ResolvedConfigurations::copy);
    } catch (RuntimeException e) {
      LOG.debug("{}: cannot be resolved", configuration.getPid(), e);
      return Optional.empty();
    }
  }

  /** The service that the plugins are asked for. */
  private Optional<ServiceReference<?>> factory() {
    ServiceReference<?>[] ours = context.getBundle().getRegisteredServices();
    return ours == null
        ? Optional.empty()
        : Arrays.stream(ours)
            .filter(one -> MqttComponent.PID.equals(one.getProperty(Constants.SERVICE_PID)))
            .findFirst();
  }

  private static Map<String, Object> copy(Dictionary<String, Object> properties) {
    Map<String, Object> copy = new HashMap<>();
    Collections.list(properties.keys()).forEach(key -> copy.put(key, properties.get(key)));
    return copy;
  }

  private static Stream<String> values(Dictionary<String, Object> properties) {
    return Collections.list(properties.elements()).stream()
        .flatMap(value -> PropertyValue.texts(value).stream());
  }
}
