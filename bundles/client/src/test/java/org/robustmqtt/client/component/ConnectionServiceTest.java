package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Acknowledgement;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.Message;
import org.robustmqtt.MqttSubscriptionHandle;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.QoS;
import org.robustmqtt.client.listeners.ListenerSpec;

/** The service is one object for all bundles and for the whole life of a connection. */
class ConnectionServiceTest {
  private static final Message MESSAGE = Message.text("t", "x");

  private final FakeRooms rooms = rooms();
  private final ConnectionService service = new ConnectionService("home", rooms);

  private static FakeRooms rooms() {
    return new FakeRooms("home", new FakeJournal("/j", null), Optional.empty());
  }

  @Test
  void it_passes_on_what_is_asked() {
    service.publish(MESSAGE);
    service.connect();
    service.disconnect();
    service.reconnectNow();
    service.unsubscribe("a/#");

    assertEquals(List.of(MESSAGE), rooms.published);
    assertEquals(List.of("connect", "disconnect", "reconnect", "unsubscribe a/#"), rooms.told);
  }

  @Test
  void a_subscription_moves_over_to_new_rooms_until_it_is_closed() {
    MqttSubscriptionHandle handle = service.subscribe("a", QoS.AT_MOST_ONCE, message -> {});
    FakeRooms others = rooms();

    service.rooms(others);
    assertEquals(1, others.listening.size());
    handle.close();
    handle.close();
    assertEquals(List.of(), others.listening);

    FakeRooms later = rooms();
    service.rooms(later);
    assertEquals(List.of(), later.listening);
  }

  @Test
  void a_subscription_may_acknowledge_by_hand() {
    service.subscribe("a", QoS.AT_LEAST_ONCE, Acknowledgement.MANUAL, message -> {});
    service.subscribe("b", QoS.AT_LEAST_ONCE, message -> {});
    assertEquals(List.of(true, false), rooms.listening.stream().map(ListenerSpec::manual).toList());
  }

  @Test
  void a_filter_that_is_not_valid_is_refused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> service.subscribe("a/#/b", QoS.AT_MOST_ONCE, message -> {}));
    assertThrows(IllegalArgumentException.class, () -> service.unsubscribe(""));
    assertThrows(IllegalArgumentException.class, () -> service.browse(0));
  }

  @Test
  void waiting_is_not_allowed_in_a_listener() {
    rooms.listenerThread = true;

    assertThrows(IllegalStateException.class, () -> service.flush(Duration.ZERO));
    assertThrows(IllegalStateException.class, () -> service.publish(MESSAGE, Duration.ZERO));
    assertEquals(List.of(), rooms.published);
  }

  @Test
  void flush_says_whether_nothing_is_pending_in_time() throws InterruptedException {
    assertFalse(service.flush(Duration.ZERO));
    rooms.idle.complete(null);
    assertTrue(service.flush(Duration.ofSeconds(30)));
  }

  @Test
  void flush_may_be_given_the_longest_time_there_is() throws InterruptedException {
    rooms.idle.complete(null);
    assertTrue(service.flush(ChronoUnit.FOREVER.getDuration()));
  }

  @Test
  void flush_does_not_go_on_waiting_for_a_connection_that_is_gone() {
    rooms.idle.completeExceptionally(new CancellationException("gone"));
    assertTimeoutPreemptively(
        Duration.ofMinutes(1), () -> assertFalse(service.flush(Duration.ofDays(1))));
  }

  @Test
  void flush_can_be_interrupted() {
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> service.flush(Duration.ofDays(1)));
    assertFalse(Thread.interrupted());
  }

  @Test
  void a_connection_that_is_gone_accepts_nothing_and_says_so() {
    service.close();
    NotAcceptedException closing =
        assertThrows(NotAcceptedException.class, () -> service.publish(MESSAGE));
    service.gone(Instant.EPOCH);
    NotAcceptedException gone =
        assertThrows(NotAcceptedException.class, () -> service.publish(MESSAGE));

    assertEquals(NotAcceptedException.Reason.CLOSED, closing.reason());
    assertEquals(NotAcceptedException.Reason.CLOSED, gone.reason());
    assertEquals("home: the connection was deleted or stopped", gone.getMessage());
    assertEquals(ConnectionState.CLOSED, service.status().state());
    assertEquals(0, service.pending().total());
    service.disconnect();
    service.connect();
    service.reconnectNow();
    assertTrue(service.probe().toCompletableFuture().isCompletedExceptionally());
  }
}
