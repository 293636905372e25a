package org.robustmqtt.itests.tour.publisher;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Outcome;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.Ticket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the messages from a number on at a steady rate in a thread of its own. The payload is
 * the number in decimal, filled up to 200 bytes.
 *
 * <p>With durability {@code sync} it is what a careful application does: it goes on with the next
 * message when the ticket of this one says that it is stored, and a message of which that was not
 * said before the process ended, is published once more by the next process.
 */
final class Publisher {

  private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);
  private static final int PAYLOAD_BYTES = 200;
  private static final Duration IDLE_WAIT = Duration.ofMinutes(2);

  /** How far it may fall behind the rate and catch up; what is lost beyond is not made good. */
  private static final long CATCH_UP_NANOS = 5_000_000;

  private final Settings settings;
  private final Note notes;
  private final int first;
  private final AtomicBoolean started = new AtomicBoolean();
  private volatile Thread thread;

  Publisher(Settings settings, Note notes, int first) {
    this.settings = settings;
    this.notes = notes;
    this.first = first;
  }

  /** Begins; only the first call does something. */
  void start(RobustMqttConnection connection) {
    if (started.compareAndSet(false, true)) {
      Thread worker = new Thread(() -> run(connection), "robust-mqtt-tour-publisher");
      worker.setDaemon(true);
      thread = worker;
      worker.start();
    }
  }

  void stop() {
    Thread worker = thread;
    if (worker != null) {
      worker.interrupt();
    }
  }

  static String text(Outcome outcome) {
    return switch (outcome.kind()) {
      case ACKNOWLEDGED, SENT -> outcome.kind().name();
      case DROPPED -> "DROPPED_" + ((Outcome.Dropped) outcome).reason();
    };
  }

  private void run(RobustMqttConnection connection) {
    LOG.info("Publishing from number {} to {}", first, settings.total() - 1);
    try {
      long interval = 1_000_000_000L / settings.rate();
      long due = System.nanoTime();
      for (int number = first; number < settings.total(); number++) {
        if (number >= settings.gateAt()) {
          awaitGate();
        }
        due = Math.max(due + interval, System.nanoTime() - CATCH_UP_NANOS);
        publish(connection, number);
        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
          pause(wait);
        }
      }
      notes.allPublished();
      if (idle(connection)) {
        notes.idle();
      }
    } catch (InterruptedException e) {
      LOG.info("Stopped");
    }
  }

  /** Waits until nothing is pending, as long as it becomes less. */
  private static boolean idle(RobustMqttConnection connection) throws InterruptedException {
    int before = Integer.MAX_VALUE;
    int pending = connection.pending().messages();
    while (pending < before) {
      if (connection.flush(IDLE_WAIT)) {
        return true;
      }
      before = pending;
      pending = connection.pending().messages();
    }
    return false;
  }

  private void publish(RobustMqttConnection connection, int number) throws InterruptedException {
    Message plain = Message.of("tour/" + number % settings.topics(), payload(number));
    Message message = settings.durability().map(plain::withDurability).orElse(plain);
    notes.begun(number);
    Ticket ticket;
    try {
      ticket = connection.publish(message);
    } catch (NotAcceptedException e) {
      notes.refused(number, e.reason().name());
      return;
    }
    long id = ticket.id();
    notes.accepted(number, id);
    CompletableFuture<Void> stored =
        ticket
            .stored()
            .thenAccept(how -> notes.stored(number, id, how.name()))
            .toCompletableFuture();
    if (settings.sync()) {
      try {
        stored.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("the note of message " + number + " is not written", e);
      }
    }
    ticket.outcome().thenAccept(what -> notes.outcome(number, id, text(what)));
  }

  private void awaitGate() throws InterruptedException {
    while (!Files.exists(settings.gate())) {
      pause(1_000_000);
    }
  }

  private static void pause(long nanos) throws InterruptedException {
    LockSupport.parkNanos(nanos);
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  private static byte[] payload(int number) {
    StringBuilder text = new StringBuilder(PAYLOAD_BYTES).append(number).append(' ');
    while (text.length() < PAYLOAD_BYTES) {
      text.append('.');
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
