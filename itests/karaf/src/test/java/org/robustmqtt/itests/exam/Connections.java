package org.robustmqtt.itests.exam;

import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.RobustMqttConnection;

/** Finds connections in the service registry. */
final class Connections {
  private Connections() {}

  static Optional<RobustMqttConnection> find(BundleContext context, String name) {
    try {
      return context
          .getServiceReferences(
              RobustMqttConnection.class, "(" + RobustMqttConnection.CONNECTION + "=" + name + ")")
          .stream()
          .findFirst()
          .map(context::getService);
    } catch (InvalidSyntaxException wrong) {
      throw new IllegalArgumentException(name, wrong);
    }
  }

  /** Waits until a connection has a state, and returns it. */
  static RobustMqttConnection await(BundleContext context, String name, ConnectionState state) {
    KarafTest.await(
        () ->
            name
                + " is "
                + state
                + "; it is "
                + find(context, name)
                    .map(
                        found ->
                            found.status().state()
                                + " "
                                + found.status().problem()
                                + " "
                                + found.status().faults())
                    .orElse("not there"),
        () -> find(context, name).filter(found -> found.status().state() == state).isPresent());
    return find(context, name).orElseThrow();
  }
}
