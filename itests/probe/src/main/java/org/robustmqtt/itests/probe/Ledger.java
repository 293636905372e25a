package org.robustmqtt.itests.probe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.robustmqtt.ReceivedMessage;
import org.robustmqtt.whiteboard.MessageListener;
import org.robustmqtt.whiteboard.MqttSubscription;

/**
 * Writes each message that it hears as a line into a file: what was heard before a kill stays
 * written. The file is the framework property {@code probe.ledger}; without it nothing is written.
 */
@Component
@MqttSubscription(topics = "ledger/#", qos = 1)
public class Ledger implements MessageListener {
  private final String file;

  /** Finds the file. */
  @Activate
  public Ledger(BundleContext context) {
    String property = context.getProperty("probe.ledger");
    file = property == null ? "" : property;
  }

  @Override
  public void received(ReceivedMessage message) {
    if (file.isEmpty()) {
      return;
    }
    try {
      Files.writeString(
          Path.of(file),
          message.text() + "\n",
          StandardCharsets.UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
