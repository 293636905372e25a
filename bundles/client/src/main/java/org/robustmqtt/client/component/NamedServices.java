package org.robustmqtt.client.component;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;
import org.robustmqtt.client.door.Log;

/**
 * The services of one kind that other bundles have, each with a name. Safe for several threads.
 *
 * @param <T> what they are
 */
final class NamedServices<T> extends ServiceTracker<T, T> {
  private static final Log LOG = Log.of(NamedServices.class);

  private final String property;
  private final Runnable changed;
  private final Map<ServiceReference<T>, T> found = new ConcurrentHashMap<>();

  /**
   * Makes one that is not open.
   *
   * @param property the service property with the name
   * @param changed told that one came, went or has another name; must not block
   */
  NamedServices(BundleContext context, Class<T> type, String property, Runnable changed) {
    super(context, type, null);
    this.property = property;
    this.changed = changed;
  }

  /** Returns the one with this name; of several that with the highest ranking. */
  Optional<T> named(String name) {
    return found.entrySet().stream()
        .filter(entry -> name.equals(entry.getKey().getProperty(property)))
        .max(Map.Entry.comparingByKey())
        .map(Map.Entry::getValue);
  }

  @Override
  public T addingService(ServiceReference<T> reference) {
    T service;
    try {
      service = context.getService(reference);
    } catch (RuntimeException e) {
      LOG.warn("{}={} cannot be had: {}", property, reference.getProperty(property), e.toString());
      return null;
    }
    if (service != null) {
      found.put(reference, service);
      changed.run();
    }
    return service;
  }

  @Override
  public void modifiedService(ServiceReference<T> reference, T service) {
    changed.run();
  }

  @Override
  public void removedService(ServiceReference<T> reference, T service) {
    found.remove(reference);
    changed.run();
    context.ungetService(reference);
  }
}
