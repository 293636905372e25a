package org.robustmqtt.itests.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import org.junit.jupiter.api.Test;
import org.robustmqtt.QoS;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Packet;
import org.robustmqtt.codec.PacketType;
import org.robustmqtt.codec.Pingreq;
import org.robustmqtt.codec.Pingresp;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Publish;

class ScriptedBrokerTest {
  private static final Packet ACCEPTED = new Connack(false, 0, Properties.NONE);

  @Test
  void a_script_of_expect_and_send_lines_is_followed_and_recorded() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start();
        RawClient client = new RawClient(broker.port())) {
      client.write(RawClient.connect("one"));
      Peer peer = broker.accept();
      Connect connect = peer.greet();
      assertEquals("one", connect.clientId());
      assertEquals(ACCEPTED, client.read());
      client.write(Manners.message("t", "x", QoS.AT_LEAST_ONCE, 7));
      Publish publish = peer.expect(Publish.class);
      peer.send(new Puback(publish.packetId(), 0, Properties.NONE));
      assertEquals(new Puback(7, 0, Properties.NONE), client.read());
      assertEquals(4, broker.recording().lines().size());
      assertEquals(1, broker.recording().received(Publish.class).size());
    }
  }

  @Test
  void another_packet_than_the_expected_one_fails_and_tells_what_was_on_the_wire()
      throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start();
        RawClient client = new RawClient(broker.port())) {
      client.write(RawClient.connect("one"));
      Peer peer = broker.accept();
      AssertionError failure = assertThrows(AssertionError.class, () -> peer.expect(Publish.class));
      assertTrue(failure.getMessage().contains("#1 client: Connect"), failure.getMessage());
    }
  }

  @Test
  void a_ping_is_answered_without_being_expected() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start();
        RawClient client = new RawClient(broker.port())) {
      client.write(RawClient.connect("one"));
      broker.accept().greet();
      client.read();
      client.write(new Pingreq());
      assertEquals(new Pingresp(), client.read());
    }
  }

  @Test
  void close_ends_the_stream_and_reset_breaks_it() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start()) {
      try (RawClient client = new RawClient(broker.port())) {
        broker.accept().send(ACCEPTED, Fault.close());
        assertEquals(0, client.bytesUntilEnd());
      }
      try (RawClient client = new RawClient(broker.port())) {
        broker.accept().send(ACCEPTED, Fault.reset());
        assertThrows(SocketException.class, client::bytesUntilEnd);
      }
    }
  }

  @Test
  void half_a_packet_is_the_first_half_of_its_bytes() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start();
        RawClient client = new RawClient(broker.port())) {
      client.write(RawClient.connect("one"));
      Peer peer = broker.accept();
      peer.expect(Connect.class);
      peer.send(ACCEPTED, Fault.halfPacket());
      assertEquals(2, client.bytesUntilEnd());
    }
  }

  @Test
  void a_silent_packet_never_comes_and_the_next_one_does() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start();
        RawClient client = new RawClient(broker.port())) {
      client.write(RawClient.connect("one"));
      Peer peer = broker.accept();
      peer.expect(Connect.class);
      peer.send(ACCEPTED, Fault.silent()).send(new Pingresp(), Fault.oneByteAtATime());
      assertEquals(new Pingresp(), client.read());
    }
  }

  @Test
  void a_delayed_packet_comes_when_told_and_holds_back_what_follows() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start();
        RawClient client = new RawClient(broker.port())) {
      client.write(RawClient.connect("one"));
      Peer peer = broker.accept();
      peer.expect(Connect.class);
      Fault.DelayUntilTold delay = Fault.delayUntilTold();
      peer.send(ACCEPTED, delay).send(new Pingresp());
      assertEquals(1, broker.recording().lines().size());
      delay.tell();
      assertEquals(ACCEPTED, client.read());
      assertEquals(new Pingresp(), client.read());
    }
  }

  @Test
  void a_broker_that_refuses_to_accept_listens_again_on_the_same_port() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start()) {
      try (RawClient client = new RawClient(broker.port())) {
        broker.accept().send(ACCEPTED, Fault.refuseToAccept());
        assertEquals(0, client.bytesUntilEnd());
      }
      assertThrows(ConnectException.class, () -> new RawClient(broker.port()));
      broker.listen();
      try (RawClient client = new RawClient(broker.port())) {
        client.write(RawClient.connect("two"));
        assertEquals("two", broker.accept().greet().clientId());
      }
    }
  }

  @Test
  void a_polite_broker_keeps_the_session_and_acknowledges_by_itself() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite())) {
      try (RawClient client = new RawClient(broker.port())) {
        client.write(RawClient.connect("one"));
        assertFalse(assertInstanceOf(Connack.class, client.read()).sessionPresent());
        client.write(Manners.message("t", "x", QoS.AT_LEAST_ONCE, 3));
        assertEquals(new Puback(3, 0, Properties.NONE), client.read());
      }
      try (RawClient client = new RawClient(broker.port())) {
        client.write(RawClient.connect("one"));
        assertTrue(assertInstanceOf(Connack.class, client.read()).sessionPresent());
      }
      assertEquals(2, broker.recording().await(Connect.class, 2).size());
    }
  }

  @Test
  void a_broker_can_be_told_to_leave_a_type_unanswered() throws Exception {
    Manners manners = Manners.polite().ignoring(PacketType.PUBLISH);
    try (ScriptedBroker broker = ScriptedBroker.start().serve(manners);
        RawClient client = new RawClient(broker.port())) {
      client.write(RawClient.connect("one"));
      client.read();
      client.write(Manners.message("t", "x", QoS.AT_LEAST_ONCE, 3));
      client.write(new Pingreq());
      assertEquals(new Pingresp(), client.read());
    }
  }

  @Test
  void closing_the_broker_leaves_no_thread() throws Exception {
    ScriptedBroker broker = ScriptedBroker.start();
    try (RawClient client = new RawClient(broker.port())) {
      client.write(RawClient.connect("one"));
      broker.accept().greet();
      String mine = "scripted-broker/accept " + broker.port();
      assertEquals(java.util.List.of(mine), Threads.alive(mine));
      broker.close();
      Threads.awaitNone(mine);
      assertThrows(IOException.class, () -> new RawClient(broker.port()));
    }
  }
}
