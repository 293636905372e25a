package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.DropReason;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Outcome;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.Stored;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.link.Link;
import org.robustmqtt.spi.Admission;
import org.robustmqtt.spi.AdmissionPolicy;
import org.robustmqtt.spi.AdmissionRequest;

/** An admission policy of another bundle decides of a message before it is accepted. */
class AdmissionsTest {
  private final Map<String, AdmissionPolicy> services = new HashMap<>();
  private final List<AdmissionRequest> asked = new ArrayList<>();
  private final LiveWorld it = new LiveWorld(1);

  private LiveWorld online() {
    return offline("10.0.0.1").online();
  }

  private LiveWorld offline(String host) {
    it.hub =
        new ConnectionRooms.Hub(Link.Hub.ofNone(), name -> Optional.ofNullable(services.get(name)));
    return it.configure(
        LiveWorld.configuration(Map.of("admission", "own", "broker", "mqtt://" + host)));
  }

  private void answering(Admission answer) {
    services.put(
        "own",
        request -> {
          asked.add(request);
          return answer;
        });
  }

  private Ticket publish(String topic, String text) {
    Ticket ticket = it.service().publish(Message.text(topic, text).withQos(1));
    it.settle();
    return ticket;
  }

  private Optional<Outcome> outcome(Ticket ticket) {
    List<Outcome> told = new ArrayList<>();
    ticket.outcome().thenAccept(told::add);
    it.settle();
    return told.stream().findFirst();
  }

  private static Optional<Outcome> dropped(DropReason reason) {
    return Optional.of(new Outcome.Dropped(reason, 0, false));
  }

  private long pending() {
    return it.service().status().queue().messages();
  }

  private void assertAccountsBalance() {
    var counters = it.service().status().counters();
    long outcomes = counters.acknowledged() + counters.sent();
    for (long count : counters.dropped().values()) {
      outcomes += count;
    }
    assertEquals(counters.accepted() + counters.recovered(), outcomes + pending());
  }

  @Test
  void it_is_told_the_message_its_policy_the_state_and_the_queue() {
    answering(Admission.keep());
    offline("10.9.9.9");
    publish("t", "1");
    Message second = Message.text("u", "2");
    it.service().publish(second);
    AdmissionRequest request = asked.get(1);
    assertEquals("home", request.connection());
    assertEquals(second, request.message());
    assertEquals("default", request.policy());
    assertEquals(ConnectionState.WAITING, request.state());
    assertEquals(1, request.queue().messages());
  }

  @Test
  void what_it_drops_has_its_outcome_at_once_and_is_not_stored() {
    answering(Admission.drop());
    online();
    Ticket ticket = publish("t", "1");
    assertEquals(dropped(DropReason.NOT_ADMITTED), outcome(ticket));
    List<Stored> stored = new ArrayList<>();
    ticket.stored().thenAccept(stored::add);
    it.settle();
    assertEquals(List.of(Stored.SETTLED_FIRST), stored);
    assertEquals(List.of(), it.broker.topics());
    assertEquals(1, it.service().status().counters().dropped().get(DropReason.NOT_ADMITTED));
    assertAccountsBalance();
  }

  @Test
  void what_it_refuses_is_not_accepted() {
    answering(Admission.refuse("too hot\n"));
    online();
    NotAcceptedException refusal =
        assertThrows(NotAcceptedException.class, () -> publish("t", "1"));
    assertEquals(NotAcceptedException.Reason.NOT_ADMITTED, refusal.reason());
    assertTrue(refusal.getMessage().startsWith("connection home: too hot"), refusal.getMessage());
    assertTrue(refusal.getMessage().indexOf('\n') < 0, refusal.getMessage());
    assertEquals(1, it.service().status().counters().refused());
  }

  @Test
  void what_is_to_be_sent_at_once_is_sent_online_and_dropped_offline() {
    answering(Admission.send());
    online();
    assertEquals(Optional.of(new Outcome.Acknowledged(0, false)), outcome(publish("t", "1")));
    it.world.net().refuse("10.0.0.1", 1883);
    it.broker.line().channel().reset();
    it.settle();
    assertEquals(dropped(DropReason.OFFLINE), outcome(publish("t", "2")));
    assertAccountsBalance();
  }

  @Test
  void the_latest_takes_the_place_of_the_older_ones_of_its_topic() {
    answering(Admission.keepLatest());
    offline("10.9.9.9");
    Ticket first = publish("t", "1");
    Ticket other = publish("u", "1");
    Ticket second = publish("t", "2");
    assertEquals(dropped(DropReason.REPLACED), outcome(first));
    assertEquals(Optional.empty(), outcome(other));
    assertEquals(Optional.empty(), outcome(second));
    assertEquals(2, pending());
    assertAccountsBalance();
  }

  @Test
  void one_that_throws_is_told_once_and_the_message_is_accepted() {
    services.put(
        "own",
        request -> {
          throw new NoClassDefFoundError("gone");
        });
    online();
    publish("t", "1");
    publish("t", "2");
    assertEquals(List.of("t", "t"), it.broker.topics());
    assertEquals(
        List.of(
            "admission = own: it threw java.lang.NoClassDefFoundError: gone; messages are accepted"
                + " as their policies say"),
        it.service().status().faults());
    assertEquals(
        ProblemKind.EXTENSION_FAILED, it.service().status().problem().orElseThrow().kind());

    answering(Admission.keep());
    publish("t", "3");
    assertEquals(List.of(), it.service().status().faults());
  }

  @Test
  void one_that_is_not_there_or_answers_null_is_told() {
    online();
    publish("t", "1");
    assertEquals(
        List.of(
            "admission = own: no service has mqtt.admission=own; messages are accepted as their"
                + " policies say"),
        it.service().status().faults());
    services.put("own", request -> null);
    publish("t", "2");
    assertEquals(
        List.of("admission = own: it answered null; messages are accepted as their policies say"),
        it.service().status().faults());
    assertEquals(List.of("t", "t"), it.broker.topics());
  }

  @Test
  void one_that_is_slow_is_told_and_obeyed() {
    services.put(
        "own",
        request -> {
          it.world.advance(Duration.ofMillis(1_001));
          return Admission.drop();
        });
    online();
    assertEquals(dropped(DropReason.NOT_ADMITTED), outcome(publish("t", "1")));
    assertEquals(
        List.of("admission = own: it took longer than a second, and publishers wait for it"),
        it.service().status().faults());
  }

  @Test
  void a_change_of_the_configuration_is_in_force_at_once() {
    answering(Admission.drop());
    online();
    publish("t", "1");
    it.configure(LiveWorld.configuration(Map.of()));
    publish("t", "2");
    assertEquals(List.of("t"), it.broker.topics());
    it.configure(LiveWorld.configuration(Map.of("admission", "own")));
    publish("t", "3");
    assertEquals(List.of("t"), it.broker.topics());
    assertEquals(1, it.connects(), "without a reconnect");
  }

  @Test
  void of_a_message_whose_policy_is_not_there_nobody_is_asked() {
    answering(Admission.drop());
    offline("10.9.9.9");
    Message message = Message.text("t", "1").withPolicy("gone");
    NotAcceptedException refusal =
        assertThrows(NotAcceptedException.class, () -> it.service().publish(message));
    assertEquals(NotAcceptedException.Reason.POLICY_UNKNOWN, refusal.reason());
    assertEquals(List.of(), asked);
  }

  @Test
  void a_policy_names_its_own_and_the_rest_has_that_of_the_connection() {
    answering(Admission.keep());
    services.put("never", request -> Admission.drop());
    offline("10.0.0.1");
    it.configure(
        LiveWorld.configuration(
            Map.of("admission", "own", "policy.meter", "meter/# | admission=never")));
    it.online();
    assertEquals(dropped(DropReason.NOT_ADMITTED), outcome(publish("meter/1", "1")));
    assertEquals(List.of(), asked);
    publish("t", "2");
    assertEquals(1, asked.size());
    assertEquals("never", it.service().policy("meter/1").settings().get("admission"));
    assertEquals("own, the connection's", it.service().policy("t").settings().get("admission"));

    it.configure(LiveWorld.configuration(Map.of("policy.meter", "meter/# | admission=gone")));
    publish("meter/1", "3");
    publish("t", "4");
    assertEquals(List.of("t", "meter/1", "t"), it.broker.topics());
    assertEquals(
        List.of(
            "admission = gone: no service has mqtt.admission=gone; messages are accepted as their"
                + " policies say"),
        it.service().status().faults());
    assertEquals(1, asked.size(), "the connection names none any more");
    assertEquals(1, it.connects(), "without a reconnect");

    it.configure(LiveWorld.configuration(Map.of("policy.meter", "meter/#")));
    assertEquals(List.of(), it.service().status().faults());
  }
}
