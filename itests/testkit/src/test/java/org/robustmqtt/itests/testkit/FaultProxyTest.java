package org.robustmqtt.itests.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.SocketException;
import org.junit.jupiter.api.Test;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Pingreq;
import org.robustmqtt.codec.Pingresp;

class FaultProxyTest {
  @Test
  void bytes_pass_both_ways_and_are_counted_and_the_clients_packets_are_noted() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        FaultProxy proxy = FaultProxy.to(broker.port());
        RawClient client = new RawClient(proxy.port())) {
      client.write(RawClient.connect("one"));
      client.read();
      client.write(new Pingreq());
      assertEquals(new Pingresp(), client.read());
      assertEquals(1, proxy.recording().received(Connect.class).size());
      assertEquals(1, proxy.recording().received(Pingreq.class).size());
      assertEquals(19, proxy.bytesUp());
      assertEquals(6, proxy.bytesDown());
    }
  }

  @Test
  void a_stalled_link_passes_nothing_until_it_flows_again() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        FaultProxy proxy = FaultProxy.to(broker.port());
        RawClient client = new RawClient(proxy.port())) {
      client.write(RawClient.connect("one"));
      client.read();
      proxy.stall();
      client.write(new Pingreq());
      assertTrue(broker.recording().received(Pingreq.class).isEmpty());
      proxy.flow();
      assertEquals(new Pingresp(), client.read());
    }
  }

  @Test
  void a_link_is_cut_after_so_many_bytes() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start();
        FaultProxy proxy = FaultProxy.to(broker.port());
        RawClient client = new RawClient(proxy.port())) {
      proxy.cutAfter(10);
      client.write(RawClient.connect("one"));
      assertEquals(0, client.bytesUntilEnd());
      broker.accept().expectEnd();
      assertEquals(17, proxy.bytesUp());
    }
  }

  @Test
  void a_reset_breaks_the_clients_stream() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start();
        FaultProxy proxy = FaultProxy.to(broker.port());
        RawClient client = new RawClient(proxy.port())) {
      client.write(RawClient.connect("one"));
      broker.accept().greet();
      client.read();
      proxy.reset();
      assertThrows(SocketException.class, client::bytesUntilEnd);
    }
  }

  @Test
  void a_half_open_link_loses_everything_and_the_next_one_works() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        FaultProxy proxy = FaultProxy.to(broker.port())) {
      try (RawClient client = new RawClient(proxy.port())) {
        client.write(RawClient.connect("one"));
        client.read();
        proxy.halfOpen();
        client.write(new Pingreq());
        try (RawClient next = new RawClient(proxy.port())) {
          next.write(RawClient.connect("two"));
          next.read();
          next.write(new Pingreq());
          assertEquals(new Pingresp(), next.read());
        }
      }
      assertEquals(1, broker.recording().received(Pingreq.class).size());
    }
  }

  @Test
  void a_slow_line_carries_everything_in_pieces() throws Exception {
    try (ScriptedBroker broker = ScriptedBroker.start().serve(Manners.polite());
        FaultProxy proxy = FaultProxy.forgetful(broker.port());
        RawClient client = new RawClient(proxy.port())) {
      proxy.slow(1_000);
      client.write(RawClient.connect("one"));
      client.read();
      client.write(new Pingreq());
      assertEquals(new Pingresp(), client.read());
      assertEquals(19, proxy.bytesUp());
      assertEquals(6, proxy.bytesDown());
      assertTrue(proxy.recording().received(Connect.class).isEmpty());
    }
  }
}
