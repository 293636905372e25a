package org.robustmqtt.whiteboard;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.service.component.annotations.ComponentPropertyType;

/** The service properties of a {@link MessageListener} that is a Declarative Services component. */
@ComponentPropertyType
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface MqttSubscription {
  /** The prefix of the properties. */
  String PREFIX_ = "mqtt.";

  /** The filters; see {@link ListenerProperties#TOPICS}. */
  String[] topics();

  /** The names of the connections; see {@link ListenerProperties#CONNECTION}. */
  String[] connection() default {};

  /** The quality of service, -1 to leave it unsaid; see {@link ListenerProperties#QOS}. */
  int qos() default -1;

  /** {@code auto} or {@code manual}; see {@link ListenerProperties#ACK}. */
  String ack() default "auto";

  /** What is done with retained values; see {@link ListenerProperties#RETAINED}. */
  String retained() default "";

  /** What is done with what the broker had queued; see {@link ListenerProperties#QUEUED}. */
  String queued() default "";

  /** The age above which a message is not heard; see {@link ListenerProperties#MAX_AGE}. */
  String maxAge() default "";
}
