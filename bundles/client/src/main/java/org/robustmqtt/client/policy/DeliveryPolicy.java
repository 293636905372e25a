package org.robustmqtt.client.policy;

/**
 * What is done for the messages of a policy.
 *
 * @param name the name, unique in its {@link PolicyTable}
 * @param priority 0 to 9; what has more goes first
 */
public record DeliveryPolicy(String name, int priority) {
  /** Of what no policy names. */
  public static final DeliveryPolicy DEFAULT = new DeliveryPolicy("default", 5);

  /** Checks the values. */
  public DeliveryPolicy {
    if (priority < 0 || priority > 9) {
      throw new IllegalArgumentException("priority " + priority + ": must be 0 to 9");
    }
  }
}
