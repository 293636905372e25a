package org.robustmqtt.itests.probe;

import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.robustmqtt.Message;
import org.robustmqtt.ReceivedMessage;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.Ticket;
import org.robustmqtt.whiteboard.MessageListener;
import org.robustmqtt.whiteboard.MqttSubscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A button is pressed, a chime is rung: the example of the README. */
@Component
@MqttSubscription(topics = "home/+/button", connection = "home")
public class Bell implements MessageListener {
  private static final Logger LOG = LoggerFactory.getLogger(Bell.class);

  @Reference(target = "(mqtt.connection=home)")
  RobustMqttConnection mqtt;

  @Override
  public void received(ReceivedMessage m) {
    if (m.retained()) {
      return;
    }
    Ticket t = mqtt.publish(Message.text("home/chime", "ding").withQos(1));
    t.outcome().thenAccept(o -> LOG.info("chime {}: {}", t.id(), o));
  }
}
