package org.robustmqtt.client.session;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.robustmqtt.client.testing.Clause;
import org.robustmqtt.codec.ProtocolVersion;

/** What we receive: section 4.3 of both standards, delivery-rules 2 and 6. */
class IncomingTest {
  @Test
  void a_message_of_qos_0_is_delivered_and_not_answered() {
    Scene.online().publish(0, 0, "in", "x").expect("delivered PUBLISH0 in=x").handled(0).expect();
  }

  /** MQTT-4.3.2-4, MQTT-4.3.2-2 of 3.1.1. */
  @Test
  void a_message_of_qos_1_is_acknowledged_when_it_was_handled() {
    Scene.online()
        .publish(1, 5, "in", "x")
        .expect("delivered PUBLISH1 #5 in=x")
        .handled(0)
        .expect("PUBACK #5");
  }

  /** Seed row D10. MQTT-4.3.3-8, -11: the handler, then the record, then PUBREC. */
  @Test
  void a_message_of_qos_2_is_handled_recorded_and_then_acknowledged() {
    Scene.online()
        .publish(2, 5, "in", "x")
        .expect("delivered PUBLISH2 #5 in=x")
        .handled(0)
        .expect("disk: received #5")
        .written()
        .expect("PUBREC #5")
        .pubrel(5)
        .expect("disk: completed #5")
        .written()
        .expect("PUBCOMP #5");
  }

  /** MQTT-4.6.0-2, -3: in the order of the PUBLISHes of each QoS. */
  @Test
  void acknowledgements_leave_in_the_order_of_arrival_whatever_the_handlers_do() {
    Scene.online(ProtocolVersion.MQTT_3_1_1)
        .publish(1, 1, "in", "a")
        .publish(1, 2, "in", "b")
        .publish(2, 3, "in", "c")
        .publish(2, 4, "in", "d")
        .clear()
        .handled(3)
        .handled(2)
        .handled(1)
        .expect("disk: received #4", "disk: received #3")
        .written(0)
        .expect()
        .written(0)
        .expect("PUBREC #3", "PUBREC #4")
        .handled(0)
        .expect("PUBACK #1", "PUBACK #2");
  }

  /** MQTT-4.3.2-5: after PUBACK the same id is a new message, whatever DUP says. */
  @Test
  void after_its_puback_an_id_of_qos_1_is_a_new_message() {
    Scene.online()
        .publish(1, 5, "in", "x")
        .handled(0)
        .clear()
        .publishAgain(1, 5, "in", "y")
        .expect("delivered PUBLISH1 #5 dup in=y")
        .handled(1)
        .expect("PUBACK #5");
  }

  @Test
  void an_id_that_is_still_with_the_handlers_is_not_delivered_twice() {
    Scene.online(ProtocolVersion.MQTT_3_1_1)
        .publish(1, 5, "in", "x")
        .publish(2, 6, "in", "y")
        .clear()
        .publishAgain(1, 5, "in", "x")
        .publishAgain(2, 6, "in", "y")
        .expect()
        .handled(0)
        .handled(1)
        .written()
        .expect("PUBACK #5", "disk: received #6", "PUBREC #6");
  }

  /** MQTT-4.3.3-10. */
  @Test
  void until_its_pubrel_a_known_id_of_qos_2_is_answered_and_not_delivered() {
    Scene.online(ProtocolVersion.MQTT_3_1_1)
        .publish(2, 5, "in", "x")
        .handled(0)
        .written()
        .clear()
        .publishAgain(2, 5, "in", "x")
        .expect("PUBREC #5")
        .publish(2, 5, "in", "x")
        .expect("PUBREC #5")
        .pubrel(5)
        .written()
        .clear()
        .publish(2, 5, "in", "new")
        .expect("delivered PUBLISH2 #5 in=new");
  }

  /** MQTT-4.3.3-11. */
  @Test
  void a_pubrel_that_nobody_waits_for_is_completed() {
    Scene.online().pubrel(9).expect("PUBCOMP #9 0x92");
    Scene.online(ProtocolVersion.MQTT_3_1_1).pubrel(9).expect("PUBCOMP #9");
  }

  @Test
  void a_pubrel_before_our_pubrec_ends_the_exchange() {
    Scene.online()
        .publish(2, 5, "in", "x")
        .publish(2, 6, "in", "y")
        .handled(1)
        .written()
        .clear()
        .pubrel(5)
        .expect("PUBREC #6", "PUBCOMP #5 0x92")
        .handled(0)
        .expect();
  }

  /** Delivery-rules 2; found by fuzzing. */
  @Test
  void a_pubrel_before_the_record_of_its_message_lures_no_pubrec_out_of_us() {
    Scene.online()
        .publish(2, 5, "in", "x")
        .handled(0)
        .expect("delivered PUBLISH2 #5 in=x", "disk: received #5")
        .pubrel(5)
        .expect("disk: completed #5")
        .publish(2, 5, "in", "x")
        .expect()
        .written()
        .expect("PUBCOMP #5");
  }

  /** Found by fuzzing: the id stayed on disk, and could have swallowed a message some day. */
  @Test
  void a_pubrel_before_our_pubrec_takes_the_id_from_the_disk_that_an_earlier_exchange_left_there() {
    Scene.restarted(Scene.record(1), List.of(), Set.of(5))
        .connect()
        .connack(true)
        .publish(2, 5, "in", "new")
        .expect("established, resumed", "delivered PUBLISH2 #5 in=new")
        .pubrel(5)
        .expect("disk: completed #5")
        .handled(0)
        .written()
        .expect("PUBCOMP #5");
  }

  @Test
  void after_a_lost_link_a_handler_of_qos_1_answers_nothing_and_the_message_comes_again() {
    Scene.online()
        .publish(1, 5, "in", "x")
        .clear()
        .reconnect(true)
        .expect("established, resumed")
        .handled(0)
        .expect()
        .publishAgain(1, 5, "in", "x")
        .expect("delivered PUBLISH1 #5 dup in=x")
        .handled(1)
        .expect("PUBACK #5");
  }

  @Test
  void a_handler_of_qos_2_that_is_busy_over_a_lost_link_counts_for_the_message_sent_again() {
    Scene scene = Scene.online().publish(2, 5, "in", "x").clear().reconnect(true);
    scene.publishAgain(2, 5, "in", "x").expect("established, resumed");
    scene.handled(0).written().expect("disk: received #5", "PUBREC #5");

    scene = Scene.online().publish(2, 5, "in", "x").clear();
    scene.session.lost();
    scene.handled(0).expect("disk: received #5").written().expect();
    scene.connect().connack(true).publishAgain(2, 5, "in", "x");
    scene.expect("established, resumed", "PUBREC #5");
  }

  @Test
  void the_cut_before_pubcomp_is_healed_by_the_next_pubrel() {
    Scene scene = Scene.online().publish(2, 5, "in", "x").handled(0).written().pubrel(5).clear();
    scene.session.lost();
    scene.connect().connack(true).pubrel(5).expect("established, resumed");
    scene.written().expect("PUBCOMP #5");
    scene.pubrel(5).expect("PUBCOMP #5 0x92");
  }

  /** MQTT-4.3.3-10 over a restart; MQTT-3.3.1-1 tells a new message from a re-delivery. */
  @Test
  void after_a_restart_a_received_id_is_known_and_a_new_message_under_it_is_not_swallowed() {
    Scene.restarted(Scene.record(1), List.of(), Set.of(5, 6))
        .connect()
        .connack(true)
        .expect("established, resumed")
        .publishAgain(2, 5, "in", "x")
        .expect("PUBREC #5")
        .publish(2, 6, "in", "new")
        .expect("delivered PUBLISH2 #6 in=new");
  }

  @Test
  void with_a_lost_session_received_ids_and_busy_handlers_are_forgotten() {
    Scene.online()
        .publish(2, 5, "in", "x")
        .clear()
        .reconnect(false)
        .expect("established, new", "disk: forget received", "disk: session 2")
        .handled(0)
        .expect()
        .publish(2, 5, "in", "other")
        .expect("delivered PUBLISH2 #5 in=other");
  }

  /** MQTT-4.8.0-2 of 3.1.1: an error while handling a packet closes its connection. */
  @Test
  @Clause(v311 = "MQTT-4.8.0-2")
  void if_a_record_cannot_be_written_the_link_closes_and_the_broker_sends_again() {
    Scene.online()
        .publish(2, 5, "in", "x")
        .handled(0)
        .clear()
        .writeFailed()
        .expect("closed STORE STORE_DEGRADED 0x83, DISCONNECT 0x83")
        .reconnect(true)
        .publishAgain(2, 5, "in", "x")
        .expect("established, resumed", "disk: received #5")
        .written()
        .expect("PUBREC #5")
        .pubrel(5)
        .writeFailed()
        .expect("disk: completed #5", "closed STORE STORE_DEGRADED 0x83, DISCONNECT 0x83")
        .reconnect(true)
        .pubrel(5)
        .written()
        .expect("established, resumed", "disk: completed #5", "PUBCOMP #5");
  }

  private static final String TOLERATED = "tolerated RECEIVE_MAXIMUM_EXCEEDED";

  /** MQTT-3.3.4-9. The receive maximum of these scenes is 3; Mosquitto 2.0.11 goes far beyond. */
  @Test
  void a_broker_that_exceeds_the_receive_maximum_is_served_and_told_once() {
    Scene scene = Scene.online();
    for (int id = 1; id <= 3; id++) {
      scene.publish(1, id, "in", "x").expect("delivered PUBLISH1 #" + id + " in=x");
    }
    scene.publish(1, 4, "in", "x").expect(TOLERATED, "delivered PUBLISH1 #4 in=x");
    for (int id = 5; id <= 5_000; id++) {
      scene.publish(1, id, "in", "x").expect("delivered PUBLISH1 #" + id + " in=x");
    }
    for (int i = 0; i < 5_000; i++) {
      scene.handled(i).expect("PUBACK #" + (i + 1));
    }
  }

  @Test
  void every_id_may_be_open() {
    Scene scene = Scene.online();
    for (int id = 1; id <= 65_535; id++) {
      scene.publish(1 + id % 2, id, "in", "x" + id).clear();
    }
    scene.handled(1).expect("PUBACK #2");
  }

  @Test
  void a_broker_of_3_1_1_knows_no_receive_maximum_and_exceeds_none() {
    Scene scene = Scene.online(ProtocolVersion.MQTT_3_1_1);
    for (int id = 1; id <= 100; id++) {
      scene.publish(1, id, "in", "x").expect("delivered PUBLISH1 #" + id + " in=x");
    }
  }

  /** To take it for the first one again would be to lose it. */
  @Test
  void another_message_with_an_open_id_ends_the_connection_with_0x93() {
    for (int qos = 1; qos <= 2; qos++) {
      for (String other : List.of("in=y", "else=x", "in=xx")) {
        String[] part = other.split("=");
        Scene.online()
            .publish(qos, 5, "in", "x")
            .clear()
            .publish(qos, 5, part[0], part[1])
            .expect("closed WAIT_MESSAGE PROTOCOL_ERROR 0x93, DISCONNECT 0x93");
      }
    }
  }

  @Test
  void another_message_is_found_anywhere_in_a_payload_of_a_few_bytes() {
    Scene.online()
        .publish(1, 5, "in", "temperature=20")
        .clear()
        .publish(1, 5, "in", "temperature=21")
        .expect("closed WAIT_MESSAGE PROTOCOL_ERROR 0x93, DISCONNECT 0x93");
  }

  /** What it may have meant by that id before, nobody knows: over connections it is one message. */
  @Test
  void over_a_lost_connection_an_open_id_of_qos_2_is_the_same_message_whatever_it_says() {
    Scene.online()
        .publish(2, 5, "in", "x")
        .reconnect(true)
        .clear()
        .publish(2, 5, "in", "y")
        .expect();
  }

  @Test
  void each_connection_that_exceeds_the_receive_maximum_is_told() {
    Scene scene = Scene.online();
    for (int round = 0; round < 2; round++) {
      for (int id = 1; id <= 3; id++) {
        scene.publishAgain(1, id, "in", "x");
      }
      scene
          .clear()
          .publishAgain(1, 4, "in", "x")
          .expect(TOLERATED, "delivered PUBLISH1 #4 dup in=x");
      scene.reconnect(true).expect("established, resumed");
    }
  }

  @Test
  void a_pubrec_gives_no_place_back_and_a_pubcomp_does() {
    Scene scene = Scene.online();
    for (int id = 1; id <= 3; id++) {
      scene.publish(2, id, "in", "x");
    }
    scene
        .handled(0)
        .written()
        .pubrel(1)
        .written()
        .clear()
        .publish(2, 13, "in", "d")
        .expect("delivered PUBLISH2 #13 in=d")
        .handled(1)
        .written()
        .clear()
        .publish(2, 14, "in", "e")
        .expect(TOLERATED, "delivered PUBLISH2 #14 in=e");
  }

  /** Completing what was not counted gives no more room (5.0, section 4.9). */
  @Test
  void a_pubcomp_of_an_unknown_id_gives_no_place() {
    Scene scene = Scene.online().pubrel(20).pubrel(21);
    for (int id = 1; id <= 3; id++) {
      scene.publish(1, id, "in", "x");
    }
    scene.clear().publish(1, 4, "in", "x").expect(TOLERATED, "delivered PUBLISH1 #4 in=x");
  }
}
