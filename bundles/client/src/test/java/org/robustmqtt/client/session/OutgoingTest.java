package org.robustmqtt.client.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.robustmqtt.QoS;
import org.robustmqtt.client.testing.Clause;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Puback;
import org.robustmqtt.codec.Pubcomp;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Pubrec;

/** What we publish on one connection: section 4.3 of both standards, delivery-rules 2 and 3. */
class OutgoingTest {
  /** MQTT-4.3.1-1. */
  @Test
  void a_message_of_qos_0_is_written_at_once_without_a_packet_id() {
    Scene.online().send(1, 0, "a").expect("PUBLISH0 a=m1 for 1");
  }

  /** MQTT-4.3.2-1 to -3. */
  @Test
  void a_message_of_qos_1_is_written_after_its_record_and_settled_by_its_puback() {
    Scene scene = Scene.online().send(1, 1, "a").expect("disk: sent 1 in 1 as #21 appended");
    assertTrue(scene.session.inFlight(1));
    scene.written().expect("PUBLISH1 #21 a=m1");
    scene.puback(21).expect("settled 1 acknowledged 0x00");
    assertFalse(scene.session.inFlight(1));
    assertEquals(0, scene.session.inFlight());
  }

  /** MQTT-4.3.3-1 to -6. */
  @Test
  void a_message_of_qos_2_has_a_record_before_its_publish_and_before_its_pubrel() {
    Scene.online()
        .send(1, 2, "a")
        .expect("disk: sent 1 in 1 as #1 appended")
        .written()
        .expect("PUBLISH2 #1 a=m1")
        .pubrec(1)
        .expect("disk: released 1 appended")
        .written()
        .expect("PUBREL #1")
        .pubcomp(1)
        .expect("settled 1 acknowledged 0x00");
  }

  @Test
  void under_sync_the_records_of_qos_2_are_forced_and_those_of_qos_1_are_not() {
    Scene.online()
        .sendSync(1, 2, "a")
        .sendSync(2, 1, "b")
        .expect("disk: sent 1 in 1 as #1 forced", "disk: sent 2 in 1 as #21 appended")
        .written()
        .expect("PUBLISH2 #1 a=m1", "PUBLISH1 #21 b=m2")
        .pubrec(1)
        .expect("disk: released 1 forced");
  }

  @Test
  void a_publish_waits_for_its_record_and_for_earlier_ones_of_its_topic_only() {
    Scene.online()
        .send(1, 1, "a")
        .send(2, 1, "a")
        .send(3, 1, "b")
        .send(4, 0, "a")
        .send(5, 0, "b")
        .send(6, 0, "c")
        .expect(
            "disk: sent 1 in 1 as #21 appended",
            "disk: sent 2 in 1 as #22 appended",
            "disk: sent 3 in 1 as #23 appended",
            "PUBLISH0 c=m6 for 6")
        .written(2)
        .expect("PUBLISH1 #23 b=m3", "PUBLISH0 b=m5 for 5")
        .written(1)
        .expect()
        .written(0)
        .expect("PUBLISH1 #21 a=m1", "PUBLISH1 #22 a=m2", "PUBLISH0 a=m4 for 4");
  }

  /** MQTT-4.6.0-4. */
  @Test
  void pubrels_leave_in_the_order_of_the_pubrecs_whatever_the_disk_does() {
    Scene.online()
        .sendSync(1, 2, "a")
        .send(2, 2, "b")
        .written()
        .clear()
        .pubrec(2)
        .pubrec(1)
        .expect("disk: released 2 appended", "disk: released 1 forced")
        .written(1)
        .expect()
        .written(0)
        .expect("PUBREL #2", "PUBREL #1");
  }

  /** MQTT-4.4.0-2, MQTT-4.9.0-2. */
  @Test
  void a_refusal_ends_the_exchange_and_frees_its_place() {
    Scene scene = Scene.online().send(1, 1, "a").send(2, 2, "b").written().clear();
    scene.got(new Puback(21, 0x87, Properties.NONE)).expect("settled 1 REFUSED 0x87");
    scene.got(new Pubrec(1, 0x97, Properties.NONE)).expect("settled 2 REFUSED 0x97");
    assertEquals(0, scene.session.inFlight());
    scene.reconnect(true).expect("established, resumed");
  }

  @Test
  void the_outcome_has_the_brokers_reason_and_says_if_it_was_sent_as_new_before() {
    Scene scene = Scene.online();
    scene.session.send(1, Scene.message(1, 1, "a"), false, true, 0);
    scene.send(2, 2, "b").written().clear();
    scene
        .got(new Puback(21, 0x10, Properties.NONE))
        .expect("settled 1 acknowledged 0x10 perhaps duplicate");
    scene
        .got(new Pubrec(1, 0x10, Properties.NONE))
        .written()
        .got(new Pubcomp(1, 0, Properties.NONE))
        .expect("disk: released 2 appended", "PUBREL #1", "settled 2 acknowledged 0x10");
  }

  /** Some brokers answer QoS 2 with PUBACK; that must not send it for ever. */
  @Test
  void a_puback_for_qos_2_settles_it() {
    Scene.online()
        .send(1, 2, "a")
        .written()
        .clear()
        .puback(1)
        .expect("settled 1 acknowledged 0x00")
        .reconnect(true)
        .expect("established, resumed");
  }

  /** MQTT-4.3.3-4. */
  @Test
  void a_pubrec_that_nobody_waits_for_is_answered_so_that_the_broker_is_done() {
    Scene.online().pubrec(7).expect("PUBREL #7 0x92");
    Scene.online(ProtocolVersion.MQTT_3_1_1).pubrec(7).expect("PUBREL #7");
  }

  @Test
  void a_second_pubrec_gets_the_pubrel_again_and_no_second_record() {
    Scene.online()
        .send(1, 2, "a")
        .written()
        .pubrec(1)
        .clear()
        .pubrec(1)
        .expect()
        .written()
        .pubrec(1)
        .expect("PUBREL #1", "PUBREL #1");
  }

  @Test
  void late_and_unknown_acknowledgements_change_nothing() {
    Scene.online()
        .puback(21)
        .pubcomp(1)
        .expect()
        .send(1, 1, "a")
        .written()
        .expect("disk: sent 1 in 1 as #21 appended", "PUBLISH1 #21 a=m1")
        .puback(21)
        .puback(21)
        .expect("settled 1 acknowledged 0x00");
  }

  /** MQTT-4.8.0-1 of 3.1.1, section 4.13.1 of 5.0. */
  @Test
  void an_acknowledgement_that_does_not_fit_closes_the_connection() {
    Scene.online()
        .send(1, 1, "a")
        .written()
        .clear()
        .pubrec(21)
        .expect("closed WAIT_MESSAGE PROTOCOL_ERROR 0x82, DISCONNECT 0x82");
    Scene.online()
        .send(1, 2, "a")
        .written()
        .clear()
        .pubcomp(1)
        .expect("closed WAIT_MESSAGE PROTOCOL_ERROR 0x82, DISCONNECT 0x82");
    Scene.online()
        .send(1, 1, "a")
        .clear()
        .puback(21)
        .expect("closed WAIT_MESSAGE PROTOCOL_ERROR 0x82, DISCONNECT 0x82");
    Scene.online()
        .want("a", 1)
        .written()
        .clear()
        .puback(21)
        .expect("closed WAIT_MESSAGE PROTOCOL_ERROR 0x82, DISCONNECT 0x82");
  }

  /** MQTT-3.3.4-7, -8, MQTT-4.9.0-1, -2, -3. */
  @Test
  @Clause(v5 = {"MQTT-4.9.0-1", "MQTT-4.9.0-2", "MQTT-4.9.0-3"})
  void no_more_than_the_receive_maximum_is_unacknowledged_and_only_qos_1_and_2_wait() {
    Scene scene = Scene.fresh().connect();
    Properties two = Properties.builder().number(Property.RECEIVE_MAXIMUM, 2).build();
    scene.got(new Connack(false, 0, two)).written().clear();
    scene.send(1, 1, "a").send(2, 2, "b").written().clear();
    assertFalse(scene.session.ready(QoS.AT_LEAST_ONCE));
    assertFalse(scene.session.ready(QoS.EXACTLY_ONCE));
    assertTrue(scene.session.ready(QoS.AT_MOST_ONCE));
    scene.send(3, 0, "c").want("f", 0).written();
    scene.expect("PUBLISH0 c=m3 for 3", "disk: session 1 f:0", "SUBSCRIBE #22 f:0");
    scene.pubrec(1).written().expect("disk: released 2 appended", "PUBREL #1");
    assertFalse(scene.session.ready(QoS.AT_LEAST_ONCE), "PUBREC below 0x80 frees nothing");
    scene.pubcomp(1).clear();
    assertTrue(scene.session.ready(QoS.EXACTLY_ONCE));
    scene.puback(21).puback(21).pubcomp(1).clear();
    scene.send(4, 1, "a").send(5, 1, "a");
    assertFalse(scene.session.ready(QoS.AT_LEAST_ONCE), "never above the receive maximum");
  }

  @Test
  void a_message_given_although_the_window_is_full_waits_for_its_place() {
    Scene scene = Scene.of(ProtocolVersion.MQTT_5, Scene.settings(false, 1, true)).begin();
    scene
        .send(1, 1, "a")
        .send(2, 1, "b")
        .written()
        .expect(
            "disk: sent 1 in 1 as #3 appended",
            "disk: sent 2 in 1 as #4 appended",
            "PUBLISH1 #3 a=m1");
    scene.puback(3).expect("settled 1 acknowledged 0x00", "PUBLISH1 #4 b=m2");
  }

  @Test
  @Clause(v5 = {"section 3.3.2.3.3", "MQTT-3.3.4-6"})
  void in_mqtt_5_the_properties_and_the_expiry_go_along_and_in_3_1_1_nothing_does() {
    Scene scene = Scene.online();
    var properties =
        org.robustmqtt.MessageProperties.NONE
            .withUtf8(true)
            .withContentType("text/plain")
            .withResponseTopic("answer");
    var message = Scene.message(1, 0, "a").withProperties(properties);
    scene.session.send(1, message, false, false, 15);
    Properties sent = ((Publish) scene.tape.packets.get(0)).properties();
    assertEquals(1, sent.number(Property.PAYLOAD_FORMAT_INDICATOR).orElse(0));
    assertEquals(15, sent.number(Property.MESSAGE_EXPIRY_INTERVAL).orElse(0));
    assertEquals("text/plain", sent.string(Property.CONTENT_TYPE).orElse(""));
    assertEquals("answer", sent.string(Property.RESPONSE_TOPIC).orElse(""));
    assertEquals(List.of(), sent.subscriptionIdentifiers());

    Scene old = Scene.online(ProtocolVersion.MQTT_3_1_1);
    old.session.send(1, message, false, false, 15);
    assertTrue(((Publish) old.tape.packets.get(0)).properties().isEmpty());
  }

  /** Delivery-rules 2: without its record a QoS 2 message is not sent. MQTT-4.8.0-2 of 3.1.1. */
  @Test
  void if_the_record_of_qos_2_cannot_be_written_the_link_closes_and_the_next_one_tries_again() {
    Scene scene = Scene.online().send(1, 2, "a").clear();
    scene.writeFailed().expect("closed STORE STORE_DEGRADED 0x83, DISCONNECT 0x83");
    scene
        .reconnect(true)
        .expect("established, resumed", "disk: sent 1 in 1 as #1 appended")
        .written()
        .expect("PUBLISH2 #1 a=m1")
        .pubrec(1)
        .expect("disk: released 1 appended")
        .writeFailed()
        .expect("closed STORE STORE_DEGRADED 0x83, DISCONNECT 0x83")
        .reconnect(true)
        .expect("established, resumed", "disk: released 1 appended")
        .written()
        .expect("PUBREL #1");
  }

  /** The record of QoS 1 saves a duplicate after a restart, no more: it stops nothing. */
  @Test
  void if_the_record_of_qos_1_cannot_be_written_the_message_is_sent() {
    Scene.online().send(1, 1, "a").clear().writeFailed().expect("PUBLISH1 #21 a=m1");
  }

  @Test
  void what_is_not_answered_longest_keeps_its_number_until_it_is_answered() {
    Scene scene = Scene.online();
    assertEquals(0, scene.session.oldestUnacknowledged());
    scene.send(1, 2, "a").send(2, 1, "b");
    assertEquals(0, scene.session.oldestUnacknowledged(), "nothing is written yet");
    scene.written();
    long first = scene.session.oldestUnacknowledged();
    scene.send(3, 1, "c").written().want("f", 1).written().puback(21);
    assertEquals(first, scene.session.oldestUnacknowledged());
    scene.pubrec(1).written();
    long second = scene.session.oldestUnacknowledged();
    assertTrue(second > first, "the PUBREL is a later packet than the third PUBLISH");
    scene.puback(22).pubcomp(1);
    long third = scene.session.oldestUnacknowledged();
    assertTrue(third > second, "the SUBSCRIBE is left");
    scene.session.lost();
    assertEquals(0, scene.session.oldestUnacknowledged(), "nobody is there to answer");
  }
}
