package org.robustmqtt.client.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.robustmqtt.QoS;
import org.robustmqtt.client.testing.Clause;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.Puback;

/** The cuts at each point of an exchange of ours, with the session kept, lost, or restarted. */
class ResumeTest {
  private static final String LOST = "disk: forget received";

  /** Seed row S08; MQTT-3.3.1-1, MQTT-4.4.0-1. */
  @Test
  @Clause(v311 = "MQTT-2.3.1-3", v5 = "MQTT-4.3.2-3")
  void qos_1_cut_after_publish_is_sent_again_with_its_id_and_dup() {
    Scene.online()
        .send(1, 1, "a")
        .written()
        .clear()
        .reconnect(true)
        .expect("established, resumed", "PUBLISH1 #21 dup a=m1")
        .puback(21)
        .expect("settled 1 acknowledged 0x00");
  }

  @Test
  void what_is_refused_after_it_was_sent_twice_may_have_arrived_the_first_time() {
    Scene scene = Scene.online().send(1, 1, "a").written().clear().reconnect(true).clear();
    scene
        .got(new Puback(21, 0x97, Properties.NONE))
        .expect("settled 1 REFUSED 0x97 perhaps arrived");
  }

  @Test
  void qos_1_cut_before_its_record_is_sent_once_the_record_is_there_without_dup() {
    Scene.online()
        .send(1, 1, "a")
        .clear()
        .reconnect(true)
        .expect("established, resumed")
        .written()
        .expect("PUBLISH1 #21 a=m1");
    Scene scene = Scene.online().send(1, 1, "a").clear();
    scene.session.lost();
    scene.written().expect();
    scene.connect().connack(true).expect("established, resumed", "PUBLISH1 #21 a=m1");
  }

  @Test
  void qos_1_of_a_lost_session_goes_back_to_the_queue() {
    Scene.online()
        .send(1, 1, "a")
        .written()
        .clear()
        .reconnect(false)
        .expect("established, new", LOST, "disk: session 2", "requeued 1")
        .puback(21)
        .expect();
  }

  /** MQTT-4.3.3-3. */
  @Test
  void qos_2_cut_after_publish_is_sent_again_with_its_id_and_dup() {
    Scene.online()
        .send(1, 2, "a")
        .written()
        .clear()
        .reconnect(true)
        .expect("established, resumed", "PUBLISH2 #1 dup a=m1")
        .pubrec(1)
        .written()
        .pubcomp(1)
        .expect("disk: released 1 appended", "PUBREL #1", "settled 1 acknowledged 0x00");
  }

  /** MQTT-4.3.3-6: no PUBLISH again after PUBREC; the PUBREL follows its record. */
  @Test
  void qos_2_cut_between_pubrec_and_pubrel_goes_on_with_pubrel() {
    Scene.online()
        .send(1, 2, "a")
        .written()
        .pubrec(1)
        .clear()
        .reconnect(true)
        .expect("established, resumed")
        .written()
        .expect("PUBREL #1");
    Scene scene = Scene.online().send(1, 2, "a").written().pubrec(1).clear();
    scene.session.lost();
    scene.written().expect();
    scene.connect().connack(true).expect("established, resumed", "PUBREL #1");
  }

  /** MQTT-4.3.3-5; 0x92 is no error here (section 3.7.2.1), but the one hint at a loss. */
  @Test
  void qos_2_cut_after_pubrel_sends_it_again_until_pubcomp() {
    Scene scene = Scene.online().send(1, 2, "a").written().pubrec(1).written().clear();
    scene.reconnect(true).expect("established, resumed", "PUBREL #1");
    scene.reconnect(true).expect("established, resumed", "PUBREL #1");
    scene
        .got(new org.robustmqtt.codec.Pubcomp(1, 0x92, Properties.NONE))
        .expect("settled 1 acknowledged 0x92");
  }

  /** No PUBREL can have reached it: it has not finished the message, but lost it. */
  @Test
  void a_broker_that_forgets_a_message_before_its_first_pubrel_is_sent_it_again_once() {
    Scene scene = Scene.online().send(1, 2, "a").written().pubrec(1).clear();
    scene.session.lost();
    scene.written().connect().connack(true).expect("established, resumed", "PUBREL #1");
    scene
        .got(new org.robustmqtt.codec.Pubcomp(1, 0x92, Properties.NONE))
        .expect("tolerated MESSAGE_LOST", "requeued 1");
    scene.session.send(1, Scene.message(1, 2, "a"), false, true, 0);
    scene.written().clear();
    int id =
        ((org.robustmqtt.codec.Publish) scene.tape.packets.get(scene.tape.packets.size() - 1))
            .packetId();
    scene
        .pubrec(id)
        .written()
        .clear()
        .got(new org.robustmqtt.codec.Pubcomp(id, 0x92, Properties.NONE))
        .expect("settled 1 acknowledged 0x92 perhaps duplicate");
  }

  /** PUBREC came twice, so that PUBREL was sent twice: the first one has finished the message. */
  @Test
  void a_second_pubrel_that_the_broker_does_not_know_sends_nothing_again() {
    Scene scene = Scene.online().send(1, 2, "a").written().pubrec(1).written().clear();
    scene.pubrec(1).expect("PUBREL #1");
    scene
        .got(new org.robustmqtt.codec.Pubcomp(1, 0x92, Properties.NONE))
        .expect("settled 1 acknowledged 0x92");
  }

  @Test
  void qos_2_of_a_lost_session_goes_back_to_the_queue_at_every_stage() {
    Scene.online()
        .send(1, 2, "a")
        .send(2, 2, "b")
        .written()
        .send(3, 2, "c")
        .pubrec(1)
        .written(1)
        .clear()
        .reconnect(false)
        .expect(
            "established, new", LOST, "disk: session 2", "requeued 1", "requeued 2", "requeued 3")
        .written()
        .expect();
  }

  @Test
  void after_a_restart_each_message_goes_on_where_it_was() {
    List<Session.Unfinished> unfinished =
        List.of(
            new Session.Unfinished(3, Scene.message(3, 1, "a"), false, 4, 22, false),
            new Session.Unfinished(5, Scene.message(5, 2, "b"), false, 4, 2, true),
            new Session.Unfinished(6, Scene.message(6, 2, "c"), true, 4, 1, false),
            new Session.Unfinished(7, Scene.message(7, 1, "d"), false, 3, 23, false));
    Scene scene = Scene.restarted(Scene.record(4), unfinished, Set.of()).connect().connack(true);
    scene.expect(
        "established, resumed",
        "requeued 7",
        "PUBREL #2",
        "PUBLISH1 #22 dup a=m3",
        "PUBLISH2 #1 dup c=m6");
    assertEquals(3, scene.session.inFlight());
    scene.puback(22).pubcomp(2).pubrec(1).written().pubcomp(1);
    scene.expect(
        "settled 3 acknowledged 0x00",
        "settled 5 acknowledged 0x00",
        "disk: released 6 forced",
        "PUBREL #1",
        "settled 6 acknowledged 0x00");
  }

  @Test
  void after_a_restart_with_a_lost_session_everything_goes_back_to_the_queue_in_order() {
    List<Session.Unfinished> unfinished =
        List.of(
            new Session.Unfinished(3, Scene.message(3, 1, "a"), false, 4, 22, false),
            new Session.Unfinished(4, Scene.message(4, 1, "a"), false, 3, 21, false),
            new Session.Unfinished(5, Scene.message(5, 2, "b"), false, 4, 2, true));
    Scene.restarted(Scene.record(4), unfinished, Set.of())
        .connect()
        .connack(false)
        .expect(
            "established, new", LOST, "disk: session 5", "requeued 3", "requeued 4", "requeued 5");
  }

  /** MQTT-4.6.0-1, MQTT-3.3.4-7, delivery-rules 3: in the old order, inside the new window. */
  @Test
  void what_is_sent_again_goes_first_in_its_order_inside_the_window_of_the_connection() {
    Scene scene = Scene.online();
    scene.send(1, 1, "a").send(2, 2, "b").send(3, 1, "c").send(4, 1, "d").written().clear();
    scene.session.lost();
    Properties two = Properties.builder().number(Property.RECEIVE_MAXIMUM, 2).build();
    scene.connect().got(new Connack(true, 0, two));
    scene.expect("established, resumed", "PUBLISH1 #21 dup a=m1", "PUBLISH2 #1 dup b=m2");
    assertFalse(scene.session.ready(QoS.AT_LEAST_ONCE));
    assertTrue(scene.session.ready(QoS.AT_MOST_ONCE));
    scene.send(5, 0, "c").send(6, 0, "e").expect("PUBLISH0 e=m6 for 6");
    scene
        .puback(21)
        .expect("settled 1 acknowledged 0x00", "PUBLISH1 #22 dup c=m3", "PUBLISH0 c=m5 for 5");
    scene.puback(22).expect("settled 3 acknowledged 0x00", "PUBLISH1 #23 dup d=m4");
    assertFalse(scene.session.ready(QoS.AT_LEAST_ONCE));
    scene.puback(23);
    assertTrue(scene.session.ready(QoS.AT_LEAST_ONCE));
  }

  /** Seed rows D1, D3 and S39: many equal messages, many answers at once. */
  @Test
  void equal_messages_are_different_messages_with_ids_of_their_own() {
    Scene scene = Scene.online();
    for (int i = 1; i <= 10; i++) {
      scene.send(i, 1, "a");
    }
    assertFalse(scene.session.ready(QoS.AT_LEAST_ONCE));
    scene.written().clear();
    for (int i = 0; i < 3; i++) {
      scene.reconnect(true);
    }
    scene.clear();
    for (int id = 21; id <= 30; id++) {
      scene.puback(id).expect("settled " + (id - 20) + " acknowledged 0x00");
    }
    assertEquals(0, scene.session.inFlight());
  }

  /** Seed row S16: whichever attempt is acknowledged, it is acknowledged, once. */
  @Test
  void an_acknowledgement_of_the_first_attempt_stops_the_second() {
    Scene scene = Scene.online().send(1, 1, "a").send(2, 1, "b").written().clear();
    scene.session.lost();
    Properties one = Properties.builder().number(Property.RECEIVE_MAXIMUM, 1).build();
    scene.connect().got(new Connack(true, 0, one));
    scene.expect("established, resumed", "PUBLISH1 #21 dup a=m1");
    scene.puback(22).expect("settled 2 acknowledged 0x00");
    scene.puback(21).expect("settled 1 acknowledged 0x00");
    scene.reconnect(true).expect("established, resumed");
  }

  /** Delivery-rules 2: a broker that remembers an id would swallow a new message under it. */
  @Test
  void after_a_resume_ids_of_qos_2_are_cleared_before_their_first_use_and_nothing_else_waits() {
    Scene scene =
        Scene.of(org.robustmqtt.codec.ProtocolVersion.MQTT_5, Scene.settings(false, 1, true));
    scene.begin().reconnect(true).expect("established, resumed");
    scene.send(1, 2, "a").expect("PUBREL #1", "PUBREL #2");
    assertTrue(scene.session.oldestUnacknowledged() > 0, "an answer is due");
    scene.send(2, 0, "b").expect("PUBLISH0 b=m2 for 2");
    scene
        .got(new org.robustmqtt.codec.Pubcomp(2, 0x92, Properties.NONE))
        .expect("disk: sent 1 in 1 as #2 appended")
        .written()
        .expect("PUBLISH2 #2 a=m1")
        .pubcomp(1)
        .pubrec(2)
        .written()
        .pubcomp(2)
        .expect("disk: released 1 appended", "PUBREL #2", "settled 1 acknowledged 0x00");
    scene.send(3, 2, "a").expect("disk: sent 3 in 1 as #1 appended");
  }

  @Test
  void an_id_that_a_message_of_qos_1_had_is_cleared_like_the_others_once_the_range_has_grown() {
    Scene scene =
        Scene.of(org.robustmqtt.codec.ProtocolVersion.MQTT_5, Scene.settings(false, 1, true));
    scene.begin().send(1, 1, "a").written().clear();
    scene.session.settings(Scene.settings(false, 2, true));
    scene.reconnect(true).expect("established, resumed", "PUBLISH1 #3 dup a=m1");
    scene.puback(3).expect("settled 1 acknowledged 0x00");
    scene.send(2, 2, "b").expect("PUBREL #1", "PUBREL #2", "PUBREL #3", "PUBREL #4");
  }

  @Test
  void an_id_whose_clearing_was_cut_is_cleared_on_the_next_connection() {
    Scene scene =
        Scene.of(org.robustmqtt.codec.ProtocolVersion.MQTT_5, Scene.settings(false, 1, true));
    scene.begin().reconnect(true).send(1, 2, "a").clear();
    scene.reconnect(true).expect("established, resumed", "PUBREL #1", "PUBREL #2");
    scene.reconnect(false).expect("established, new", LOST, "disk: session 2", "requeued 1");
    scene.send(1, 2, "a").clear();
    scene.written().expect("PUBLISH2 #1 a=m1");
  }

  /** Delivery-rules 3: first deliveries of a topic in order, also of QoS 0. */
  @Test
  void a_message_of_qos_0_that_waits_is_not_overtaken_by_a_later_one_of_its_topic() {
    Scene scene = Scene.online().send(1, 1, "a").send(2, 0, "a").send(3, 1, "a");
    scene.expect("disk: sent 1 in 1 as #21 appended");
    scene
        .reconnect(true)
        .written()
        .expect(
            "established, resumed",
            "PUBLISH1 #21 a=m1",
            "PUBLISH0 a=m2 for 2",
            "disk: sent 3 in 1 as #22 appended",
            "PUBLISH1 #22 a=m3");
    Scene.online()
        .send(1, 1, "a")
        .send(2, 0, "a")
        .clear()
        .reconnect(true)
        .expect("requeued 2", "established, resumed");
  }
}
