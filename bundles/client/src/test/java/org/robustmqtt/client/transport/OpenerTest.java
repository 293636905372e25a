package org.robustmqtt.client.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.robustmqtt.Place;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.client.testing.VirtualWorld;
import org.robustmqtt.codec.CodecException;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.PublishHead;

class OpenerTest {
  private final VirtualWorld world = new VirtualWorld(1);
  private final List<String> told = new ArrayList<>();

  @Test
  void every_address_is_tried_in_the_order_of_the_resolver() {
    world.net().name("broker", "10.0.0.1", "10.0.0.2", "10.0.0.3");
    world.net().refuse("10.0.0.1", 1883);
    world.net().unreachable("10.0.0.2", 1883);
    world.net().accept("10.0.0.3", 1883, channel -> {});
    open("broker");
    assertEquals(List.of("resolved 3", "opened"), told);
    assertEquals(3, world.net().dialled().size());
  }

  @Test
  void an_address_that_does_not_answer_leaves_time_for_the_others() {
    world.net().name("broker", "10.0.0.1", "10.0.0.2", "10.0.0.3");
    world.net().silent("10.0.0.1", 1883);
    world.net().silent("10.0.0.2", 1883);
    world.net().accept("10.0.0.3", 1883, channel -> {});
    open("broker");
    world.advance(Duration.ofSeconds(9));
    assertEquals(List.of("resolved 3", "opened"), told);
    List<Long> at = world.net().dialledAt();
    assertEquals(3_000_000_000L, at.get(1) - at.get(0));
    assertEquals(3_000_000_000L, at.get(2) - at.get(1));
    assertEquals(1, world.net().open());
  }

  @Test
  void all_together_take_no_longer_than_the_timeout() {
    world.net().name("broker", "10.0.0.1", "10.0.0.2");
    world.net().silent("10.0.0.1", 1883);
    world.net().silent("10.0.0.2", 1883);
    open("broker");
    world.advance(Duration.ofSeconds(9));
    assertEquals(
        List.of(
            "resolved 2",
            "CONNECT CONNECT_TIMEOUT broker:1883 (10.0.0.2) did not answer in time"
                + " (the last of 2 addresses)"),
        told);
    assertEquals(0, world.net().open());
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1", "192.168.1.2", "::1", "fe80::1", "2001:db8::7"})
  void an_address_is_not_given_to_the_resolver(String address) {
    assertTrue(Opener.literal(address));
    world.holdHelpers(true);
    world.net().accept(address, 1883, channel -> {});
    open(address);
    assertEquals(List.of("resolved 1", "opened"), told);
  }

  @Test
  void a_name_is_no_address() {
    assertFalse(Opener.literal("broker"));
    assertFalse(Opener.literal("1.2.3.4.example"));
    assertFalse(Opener.literal("mqtt.home"));
  }

  @Test
  void a_refusal_names_host_and_address() {
    world.net().name("broker", "10.0.0.1");
    world.net().refuse("10.0.0.1", 1883);
    open("broker");
    assertEquals(
        "CONNECT CONNECTION_REFUSED broker:1883 (10.0.0.1) refused the connection", told.get(1));
  }

  @Test
  void a_host_without_a_way_to_it_says_so() {
    world.net().unreachable("10.0.0.1", 1883);
    open("10.0.0.1");
    assertEquals(
        "CONNECT NETWORK_UNREACHABLE 10.0.0.1:1883: there is no way to it (No route to host)",
        told.get(1));
  }

  @Test
  void an_unknown_name_says_so() {
    open("nowhere");
    assertEquals(List.of("DNS HOST_UNKNOWN nowhere: its name is not known"), told);
  }

  @Test
  void a_resolver_that_hangs_is_not_waited_for() {
    world.net().silentName("broker");
    open("broker");
    world.advance(Duration.ofSeconds(9));
    assertEquals(List.of("DNS HOST_UNKNOWN broker: its name was not resolved within 9 s"), told);
  }

  @Test
  void a_name_for_which_no_helper_has_time_is_not_blamed() {
    world.holdHelpers(true);
    open("broker");
    world.advance(Duration.ofSeconds(9));
    assertEquals(
        List.of(
            "DNS CONNECT_TIMEOUT broker: its name was not resolved within 9 s; it is waiting for a"
                + " helper: this hub's threads for that are busy with work that does not end"),
        told);
    world.holdHelpers(false);
    world.run();
    assertEquals(1, told.size(), "a late answer is ignored");
  }

  @Test
  void cancelled_it_tells_nothing_and_leaves_nothing() {
    world.net().silent("10.0.0.1", 1883);
    Opener opener = open("10.0.0.1");
    world.onLoop(opener::cancel);
    world.advance(Duration.ofMinutes(1));
    assertEquals(List.of("resolved 1"), told);
    assertEquals(0, world.net().open());
    assertEquals(0, world.timersSet());
  }

  private Opener open(String host) {
    Opener.Target target =
        new Opener.Target(host, 1883, 9_000_000_000L, ProtocolVersion.MQTT_5, 1_000);
    Opener opener = new Opener(world.doors(), target, new Silent(), new Told());
    world.onLoop(opener::start);
    return opener;
  }

  private final class Told implements Opener.Answer {
    @Override
    public void resolved(List<InetAddress> addresses) {
      told.add("resolved " + addresses.size());
    }

    @Override
    public void opened(Transport transport) {
      told.add("opened");
    }

    @Override
    public void failed(OpenFailure failure) {
      boolean later = failure.place() == Place.DNS || failure.kind() != ProblemKind.HOST_UNKNOWN;
      assertTrue(later, "a name that is unknown is a matter of DNS");
      told.add(failure.place() + " " + failure.kind() + " " + failure.text());
    }
  }

  private static final class Silent implements TransportEvents {
    @Override
    public boolean passesOver(PublishHead head, CodecException why) {
      return false;
    }

    @Override
    public void passedOver(PublishHead head, CodecException why) {
      throw new AssertionError("passed over: " + head);
    }

    @Override
    public void received(Packet packet) {}

    @Override
    public void turned() {}

    @Override
    public void handedOver(long sequence) {}

    @Override
    public void ended(IOException cause) {}

    @Override
    public void malformed(CodecException cause) {}

    @Override
    public void defect(Throwable cause) {}
  }
}
