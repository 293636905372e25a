package org.robustmqtt.spi;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Decides what becomes of a message that is published. Registered as a service with the property
 * {@value #NAME}; a connection whose configuration says {@code admission=NAME} asks it. Of several
 * with one name the one with the highest ranking is asked.
 *
 * <p>Where there is none, or it throws or answers {@code null}, that is told as a problem of kind
 * {@link org.robustmqtt.ProblemKind#EXTENSION_FAILED}, and the message is accepted as its policy
 * says.
 */
@ConsumerType
@FunctionalInterface
public interface AdmissionPolicy {
  /** The service property with the name, a String of letters, digits, {@code . _ -}: {@value}. */
  String NAME = "mqtt.admission";

  /**
   * Decides. Called in the thread of the publisher, by several threads at once, before anything of
   * the message is accepted and with no lock held. It should return at once: the publisher waits;
   * longer than a second is told as a problem.
   *
   * @param request the message, and what is known of its connection
   */
  Admission admit(AdmissionRequest request);
}
