package org.robustmqtt.itests.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the clauses of the standards that a test shows to be kept. {@code docs/conformance.md} is
 * held against these names, as they stand in the sources.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Clause {
  /** The clauses of MQTT 3.1.1. */
  String[] v311() default {};

  /** The clauses of MQTT 5.0. */
  String[] v5() default {};
}
