package org.robustmqtt.shell;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.karaf.shell.support.CommandException;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.robustmqtt.ConnectionDirectory;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.journal.JournalInspector;

/** The services of the hub, looked up anew for each command: they may come and go. */
final class Hub {
  private final BundleContext context;

  Hub(BundleContext context) {
    this.context = context;
  }

  /** Something to be done with a service. */
  @FunctionalInterface
  interface Work<S, R> {
    R with(S service) throws Exception;
  }

  /** Returns the names of the connections that have a service, in order. */
  List<String> names() {
    TreeSet<String> names = new TreeSet<>();
    for (ServiceReference<RobustMqttConnection> reference : connections()) {
      names.add(name(reference));
    }
    return new ArrayList<>(names);
  }

  /** Does something with the directory of connections. */
  <R> R directory(Work<ConnectionDirectory, R> work) throws Exception {
    ServiceReference<ConnectionDirectory> reference =
        context.getServiceReference(ConnectionDirectory.class);
    if (reference == null) {
      throw new CommandException("The bundle org.robustmqtt.client is not active.");
    }
    return use(reference, work);
  }

  /** Does something with the journals. */
  <R> R journals(Work<JournalInspector, R> work) throws Exception {
    ServiceReference<JournalInspector> reference =
        context.getServiceReference(JournalInspector.class);
    if (reference == null) {
      throw new CommandException("The bundle org.robustmqtt.persistence is not active.");
    }
    return use(reference, work);
  }

  /** Does something with the connection that is meant. */
  <R> R connection(Optional<String> given, Work<RobustMqttConnection, R> work) throws Exception {
    String chosen = ConnectionChoice.choose(given, names());
    for (ServiceReference<RobustMqttConnection> reference : connections()) {
      if (name(reference).equals(chosen)) {
        return use(reference, work);
      }
    }
    throw new CommandException("The connection \"" + chosen + "\" is gone.");
  }

  private Collection<ServiceReference<RobustMqttConnection>> connections() {
    try {
      return context.getServiceReferences(RobustMqttConnection.class, null);
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException("there is no filter", e);
    }
  }

  private <S, R> R use(ServiceReference<S> reference, Work<S, R> work) throws Exception {
    S service = context.getService(reference);
    if (service == null) {
      throw new CommandException("It has just gone.");
    }
    try {
      return work.with(service);
    } finally {
      context.ungetService(reference);
    }
  }

  private static String name(ServiceReference<?> reference) {
    return String.valueOf(reference.getProperty(RobustMqttConnection.CONNECTION));
  }
}
