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

  /** The quality of service; see {@link ListenerProperties#QOS}. */
  int qos() default 1;

  /** {@code auto} or {@code manual}; see {@link ListenerProperties#ACK}. */
  String ack() default "auto";
}
