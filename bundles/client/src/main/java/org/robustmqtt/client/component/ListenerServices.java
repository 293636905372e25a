package org.robustmqtt.client.component;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;
import org.robustmqtt.client.door.Log;
import org.robustmqtt.whiteboard.ConnectionListener;
import org.robustmqtt.whiteboard.MessageListener;
import org.robustmqtt.whiteboard.OutcomeListener;

/** Follows one kind of listener services and tells the whiteboard. */
final class ListenerServices<T> implements ServiceTrackerCustomizer<T, Listening> {
  private static final Log LOG = Log.of(ListenerServices.class);

  /** Reads the service properties. */
  private interface Reader extends BiFunction<String, Map<String, Object>, ListenerReader.Asked> {}

  private final BundleContext context;
  private final Whiteboard whiteboard;
  private final Reader reader;
  private final BiFunction<T, ListenerReader.Asked, Listening> maker;
  private final ServiceTracker<T, Listening> tracker;

  private ListenerServices(
      Class<T> type,
      BundleContext context,
      Whiteboard whiteboard,
      Reader reader,
      BiFunction<T, ListenerReader.Asked, Listening> maker) {
    this.context = context;
    this.whiteboard = whiteboard;
    this.reader = reader;
    this.maker = maker;
    tracker = new ServiceTracker<>(context, type, this);
  }

  static ListenerServices<MessageListener> messages(BundleContext context, Whiteboard whiteboard) {
    return new ListenerServices<>(
        MessageListener.class, context, whiteboard, ListenerReader::messages, Listening::messages);
  }

  static ListenerServices<OutcomeListener> outcomes(BundleContext context, Whiteboard whiteboard) {
    return new ListenerServices<>(
        OutcomeListener.class, context, whiteboard, ListenerReader::others, Listening::outcomes);
  }

  static ListenerServices<ConnectionListener> states(BundleContext context, Whiteboard whiteboard) {
    return new ListenerServices<>(
        ConnectionListener.class, context, whiteboard, ListenerReader::others, Listening::states);
  }

  void open() {
    tracker.open();
  }

  void close() {
    tracker.close();
  }

  @Override
  public Listening addingService(ServiceReference<T> reference) {
    T service;
    try {
      service = context.getService(reference);
    } catch (RuntimeException e) {
      LOG.warn("{}: cannot be had: {}", owner(reference), e.toString());
      return null;
    }
    if (service == null) {
      return null;
    }
    Listening listening = maker.apply(service, asked(reference));
    whiteboard.add(listening);
    return listening;
  }

  @Override
  public void modifiedService(ServiceReference<T> reference, Listening listening) {
    whiteboard.change(listening, asked(reference));
  }

  @Override
  public void removedService(ServiceReference<T> reference, Listening listening) {
    whiteboard.remove(listening);
    context.ungetService(reference);
  }

  private ListenerReader.Asked asked(ServiceReference<T> reference) {
    Map<String, Object> properties = new HashMap<>();
    for (String key : reference.getPropertyKeys()) {
      properties.put(key, reference.getProperty(key));
    }
    return reader.apply(owner(reference), properties);
  }

  private static String owner(ServiceReference<?> reference) {
    return "bundle "
        + reference.getBundle().getSymbolicName()
        + " ["
        + reference.getBundle().getBundleId()
        + "], service "
        + reference.getProperty(Constants.SERVICE_ID);
  }
}
