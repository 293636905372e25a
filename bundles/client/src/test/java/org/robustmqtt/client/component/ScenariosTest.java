package org.robustmqtt.client.component;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.robustmqtt.DropReason;
import org.robustmqtt.Message;
import org.robustmqtt.NotAcceptedException;
import org.robustmqtt.Outcome;
import org.robustmqtt.Stored;
import org.robustmqtt.Ticket;
import org.robustmqtt.client.testing.ScriptedBroker;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.Publish;

/** The thermometer, the button and the broken window of docs/policies.md, by the sample's lines. */
class ScenariosTest {
  private static final String TEMPERATURE = "home/hall/temperature";
  private static final String BUTTON = "home/hall/button";
  private static final String WINDOW = "home/hall/window/broken";
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final LiveWorld it;

  ScenariosTest() throws IOException {
    it = new LiveWorld(1).configure(sample()).online();
  }

  private static Map<String, Object> sample() throws IOException {
    String sample =
        Files.readString(
            Path.of(
                System.getProperty("basedir", "."),
                "../../config/org.robustmqtt.connection-sample.cfg"));
    Map<String, Object> policies = new HashMap<>();
    Pattern line = Pattern.compile("#(policy\\.[a-z]+) = (.*)");
    sample
        .lines()
        .map(line::matcher)
        .filter(Matcher::matches)
        .forEach(found -> policies.put(found.group(1), found.group(2)));
    assertEquals(4, policies.size());
    return LiveWorld.configuration(policies);
  }

  private void outage() {
    it.world.net().refuse("10.0.0.1", 1883);
    it.broker.line().channel().reset();
    it.pass(Duration.ofMillis(100));
  }

  /** The broker is there again, and has forgotten its sessions. */
  private void back() {
    it.broker = new ScriptedBroker(it.world.net(), "10.0.0.1", 1883);
    it.online();
    it.pass(Duration.ofSeconds(2));
  }

  private Ticket publish(String topic, String text) {
    Ticket ticket = it.service().publish(Message.text(topic, text));
    it.settle();
    return ticket;
  }

  private List<String> sent() {
    return it.broker.packets(Publish.class).stream()
        .map(publish -> new String(publish.payload(), StandardCharsets.UTF_8))
        .toList();
  }

  private static Optional<DropReason> dropped(Ticket ticket) {
    return ticket.outcomeNow().flatMap(Outcome::dropReason);
  }

  private static boolean acknowledged(Ticket ticket) {
    return ticket.outcomeNow().filter(o -> o.kind() == Outcome.Kind.ACKNOWLEDGED).isPresent();
  }

  @Test
  void on_a_good_day_all_three_go_out_at_once() {
    List<Ticket> tickets =
        List.of(publish(TEMPERATURE, "21"), publish(BUTTON, "1"), publish(WINDOW, "broken"));
    it.pass(Duration.ofMillis(100));
    assertTrue(tickets.stream().allMatch(ScenariosTest::acknowledged));
    assertEquals(List.of("21", "1", "broken"), sent());
  }

  @Test
  void of_360_temperatures_in_an_outage_the_newest_arrives_once() {
    outage();
    List<Ticket> tickets = new ArrayList<>();
    for (int i = 1; i <= 360; i++) {
      tickets.add(publish(TEMPERATURE, "" + i));
      it.pass(Duration.ofMinutes(1));
    }
    assertEquals(1, it.service().pending().messages());
    back();
    assertEquals(List.of("360"), sent());
    assertEquals(
        Collections.nCopies(359, Optional.of(DropReason.REPLACED)),
        tickets.subList(0, 359).stream().map(ScenariosTest::dropped).toList());
    assertTrue(acknowledged(tickets.get(359)));
  }

  @Test
  void a_button_pressed_in_a_ten_second_gap_arrives_with_the_rest_of_its_15_seconds() {
    outage();
    Ticket ticket = publish(BUTTON, "1");
    it.pass(Duration.ofSeconds(10));
    back();
    assertEquals(List.of("1"), sent());
    assertTrue(acknowledged(ticket));
    long expiry =
        it.broker
            .packets(Publish.class)
            .get(0)
            .properties()
            .number(Property.MESSAGE_EXPIRY_INTERVAL)
            .orElseThrow();
    assertTrue(expiry >= 1 && expiry <= 5, () -> "" + expiry);
  }

  @Test
  void a_button_pressed_in_an_outage_expires_at_15_seconds_and_is_never_on_the_wire() {
    outage();
    Ticket ticket = publish(BUTTON, "1");
    it.pass(Duration.ofSeconds(14));
    assertEquals(Optional.empty(), ticket.outcomeNow());
    it.pass(SECOND.plusMillis(100));
    assertEquals(Optional.of(DropReason.EXPIRED), dropped(ticket));
    it.pass(SECOND);
    back();
    assertEquals(List.of(), sent());
  }

  @Test
  void an_alarm_is_the_first_packet_after_an_outage_whatever_has_piled_up() {
    outage();
    for (int i = 0; i < 1_000; i++) {
      it.service().publish(Message.text("home/log/" + i % 7, "" + i));
    }
    Ticket alarm = publish(WINDOW, "broken");
    AtomicReference<Stored> stored = new AtomicReference<>();
    alarm.stored().thenAccept(stored::set);
    it.settle();
    assertEquals(Stored.ON_DISK, stored.get());
    it.pass(Duration.ofHours(6));
    back();
    assertEquals("broken", sent().get(0));
    assertEquals(1_001, sent().size());
  }

  @Test
  void an_alarm_finds_its_room_in_a_queue_that_others_have_filled() {
    outage();
    for (int i = 0; i < 9_500; i++) {
      it.service().publish(Message.text("home/log", "x"));
    }
    NotAcceptedException full =
        assertThrows(NotAcceptedException.class, () -> publish("home/log", "x"));
    assertEquals(NotAcceptedException.Reason.QUEUE_FULL, full.reason());
    for (int i = 0; i < 500; i++) {
      it.service().publish(Message.text(WINDOW, "broken"));
    }
    assertEquals(10_000, it.service().pending().messages());
  }

  @Test
  void an_alarm_survives_a_power_cut_and_a_temperature_does_not() throws IOException {
    outage();
    publish(TEMPERATURE, "21");
    publish(WINDOW, "broken");
    it.connections.deleted("org.robustmqtt.connection~" + LiveWorld.NAME);
    it.pass(Duration.ofSeconds(20));
    it.broker = new ScriptedBroker(it.world.net(), "10.0.0.1", 1883);
    it.configure(sample()).online();
    it.pass(SECOND);
    assertEquals(List.of("broken"), sent());
  }
}
