package org.robustmqtt.client.outbox;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.robustmqtt.Message;
import org.robustmqtt.client.door.Log;
import org.robustmqtt.client.policy.PolicyTable;

/** Tells of found messages that name a policy that is gone. Safe for several threads. */
final class PolicyNames {
  private static final Log LOG = Log.of(Outbox.class);

  private final String connection;
  private final Set<String> told = ConcurrentHashMap.newKeySet();
  private final Supplier<PolicyTable> table;

  PolicyNames(String connection, Supplier<PolicyTable> table) {
    this.connection = connection;
    this.table = table;
  }

  private Optional<String> unknown(Message message) {
    return message.policy().filter(label -> table.get().named(label).isEmpty());
  }

  /** A message was found that may name a policy that is gone. Not under the lock. */
  void found(Message message) {
    unknown(message)
        .filter(told::add)
        .ifPresent(
            label ->
                LOG.warn(
                    "connection {}: messages that were found name the policy \"{}\", which is gone;"
                        + " they have the policy of their topic",
                    connection,
                    label));
  }
}
