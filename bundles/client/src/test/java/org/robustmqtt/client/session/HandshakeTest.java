package org.robustmqtt.client.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.robustmqtt.BrokerCapabilities;
import org.robustmqtt.QoS;
import org.robustmqtt.client.testing.Clause;
import org.robustmqtt.codec.Auth;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.codec.Disconnect;
import org.robustmqtt.codec.Pingresp;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Publish;
import org.robustmqtt.codec.Will;

/** CONNECT, CONNACK, and how a connection ends: delivery-rules 7. */
class HandshakeTest {
  /** MQTT-3.1.2-4, delivery-rules 7: what is not remembered is not asked for. */
  @Test
  void clean_start_is_0_only_when_the_record_of_the_session_was_forced() {
    Scene scene = Scene.fresh().connect();
    assertTrue(scene.connect.cleanStart());
    scene.connack(false).expect("established, new", "disk: forget received", "disk: session 1");
    scene.session.lost();
    assertTrue(scene.connect().connect.cleanStart(), "the record is not on disk yet");
    scene.connack(false).written();
    scene.session.lost();
    assertFalse(scene.connect().connect.cleanStart());
  }

  /**
   * Delivery-rules 7, MQTT-3.1.2-6 of 3.1.1: a session begun with CleanSession 1 ends with its
   * connection, so the first connection only forces the record, and the next one begins.
   */
  @Test
  void in_3_1_1_a_session_begins_with_clean_session_0_after_its_record_was_forced() {
    Scene scene = Scene.of(ProtocolVersion.MQTT_3_1_1, Scene.SETTINGS).want("f", 1).connect();
    assertTrue(scene.connect.cleanStart());
    scene.connack(false).expect("disk: forget received", "disk: session 1");
    assertFalse(scene.session.ready(QoS.AT_MOST_ONCE), "nothing is sent in a session that ends");
    scene.want("f", 1, "g", 0).expect();
    scene.written().expect("again");
    scene.publish(1, 7, "in", "x").expect();
    scene.session.lost();
    assertFalse(scene.connect().connect.cleanStart());
    scene.connack(false).expect("established, new", "disk: session 1 f:1 g:0");
    scene.written().expect("SUBSCRIBE #21 f:1 g:0");
    scene.send(5, 2, "a").expect("disk: sent 5 in 1 as #1 appended");
  }

  @Test
  void in_3_1_1_a_broker_that_calls_the_new_session_present_is_believed_once_and_for_all() {
    Scene scene = Scene.of(ProtocolVersion.MQTT_3_1_1, Scene.SETTINGS).connect().connack(false);
    scene.written().clear().reconnect(true).expect("established, resumed");
  }

  @Test
  void in_3_1_1_a_session_lost_later_is_begun_on_the_same_connection() {
    Scene scene = Scene.online(ProtocolVersion.MQTT_3_1_1).send(5, 1, "a").written().clear();
    scene.reconnect(false);
    assertFalse(scene.connect.cleanStart());
    scene.expect("established, new", "disk: forget received", "disk: session 2", "requeued 5");
  }

  @Test
  void in_3_1_1_what_was_sent_in_a_session_that_is_not_ours_is_requeued_before_it_begins() {
    SessionRecord record = new SessionRecord("other", "me", 7, Map.of());
    List<Session.Unfinished> unfinished =
        List.of(new Session.Unfinished(5, Scene.message(5, 2, "a"), false, 7, 1, true));
    Scene scene =
        Scene.restarted(ProtocolVersion.MQTT_3_1_1, record, unfinished, Set.of(9)).connect();
    scene.connack(false).expect("disk: forget received", "disk: session 8", "requeued 5");
    scene.written().expect("again").reconnect(false).expect("established, new");
  }

  @Test
  void in_3_1_1_a_link_lost_before_the_record_was_forced_begins_as_far_as_it_came() {
    Scene scene = Scene.of(ProtocolVersion.MQTT_3_1_1, Scene.SETTINGS).connect().connack(false);
    scene.clear();
    scene.session.lost();
    scene.written().expect();
    assertFalse(scene.connect().connect.cleanStart(), "the record came meanwhile");
    scene.connack(false).expect("established, new");

    scene = Scene.of(ProtocolVersion.MQTT_3_1_1, Scene.SETTINGS).connect().connack(false).clear();
    scene.session.lost();
    assertTrue(scene.connect().connect.cleanStart());
    scene.connack(false).expect("disk: forget received", "disk: session 2");
    scene.written(0).expect().written().expect("again");
  }

  @Test
  void in_3_1_1_without_a_record_no_session_begins() {
    Scene scene = Scene.of(ProtocolVersion.MQTT_3_1_1, Scene.SETTINGS).connect().connack(false);
    scene.clear().writeFailed().expect("closed STORE STORE_DEGRADED 0x83");
    scene.session.lost();
    assertTrue(scene.connect().connect.cleanStart());
    scene.connack(false).expect("disk: forget received", "disk: session 2");
  }

  @Test
  @Clause(v311 = "MQTT-3.1.2-6")
  void in_3_1_1_a_clean_session_that_was_asked_for_takes_one_connection() {
    Scene scene = Scene.of(ProtocolVersion.MQTT_3_1_1, Scene.settings(true, 10, true)).connect();
    scene
        .connack(false)
        .expect("established, new", "disk: forget received", "disk: session 1")
        .written()
        .expect();
  }

  /** MQTT-3.1.3-2: session state belongs to a client identifier, and to a broker. */
  @Test
  @Clause(v311 = "MQTT-3.1.3-2", v5 = "MQTT-3.1.3-2")
  void the_record_of_another_broker_or_client_identifier_is_not_continued() {
    for (String[] other :
        List.of(new String[] {"other", "me"}, new String[] {"broker:1883", "I"})) {
      SessionRecord record = new SessionRecord(other[0], other[1], 7, Map.of());
      List<Session.Unfinished> unfinished =
          List.of(new Session.Unfinished(5, Scene.message(5, 2, "a"), false, 7, 1, true));
      Scene scene = Scene.restarted(record, unfinished, Set.of(9)).connect();
      assertTrue(scene.connect.cleanStart());
      scene
          .connack(false)
          .expect("established, new", "disk: forget received", "disk: session 8", "requeued 5");
    }
  }

  @Test
  void after_a_restart_the_session_of_the_record_is_continued() {
    Scene scene = Scene.restarted(Scene.record(3), List.of(), Set.of()).connect();
    assertFalse(scene.connect.cleanStart());
    scene.connack(true).expect("established, resumed");
    scene.send(1, 1, "a").expect("disk: sent 1 in 3 as #21 appended");
  }

  @Test
  void in_mqtt_5_the_connect_says_what_we_take_and_how_long_the_session_is_to_be_kept() {
    Connect connect = Scene.fresh().connect().connect;
    assertEquals(3600, connect.properties().number(Property.SESSION_EXPIRY_INTERVAL).orElse(0));
    assertEquals(3, connect.properties().number(Property.RECEIVE_MAXIMUM).orElse(0));
    assertEquals(100_000, connect.properties().number(Property.MAXIMUM_PACKET_SIZE).orElse(0));
    assertEquals(16, connect.properties().number(Property.TOPIC_ALIAS_MAXIMUM).orElse(0));
    assertEquals(4, connect.properties().size(), "all problem information is the default");
    assertEquals("me", connect.clientId());
    assertEquals(60, connect.keepAlive());
  }

  @Test
  @Clause(v5 = "MQTT-3.1.2-4")
  void with_clean_start_asked_for_no_session_is_kept() {
    Scene scene = Scene.of(ProtocolVersion.MQTT_5, Scene.settings(true, 10, true)).begin();
    scene.session.lost();
    Connect connect = scene.connect().connect;
    assertTrue(connect.cleanStart());
    assertTrue(connect.properties().number(Property.SESSION_EXPIRY_INTERVAL).isEmpty());
    scene.connack(false);
    assertEquals(0, scene.tape.capabilities.orElseThrow().sessionExpirySeconds());
  }

  /** MQTT-3.1.2-22 of 3.1.1: no password without a user name. */
  @Test
  @Clause(v311 = "MQTT-3.1.2-22")
  void in_3_1_1_nothing_of_mqtt_5_is_in_the_connect() {
    Properties delay = Properties.builder().number(Property.WILL_DELAY_INTERVAL, 5).build();
    SessionSettings settings =
        new SessionSettings(
            "b",
            "me",
            60,
            false,
            3600,
            10,
            3,
            100_000,
            true,
            Optional.of(new Will("w", new byte[] {1}, QoS.AT_LEAST_ONCE, true, delay)));
    Scene scene = Scene.of(ProtocolVersion.MQTT_3_1_1, settings).connect();
    assertTrue(scene.connect.will().isEmpty(), "this connection only begins the session");
    scene.connack(false).written();
    byte[] secret = {1, 2};
    Connect connect =
        scene.session.connect(ProtocolVersion.MQTT_3_1_1, Optional.empty(), Optional.of(secret));
    assertTrue(connect.properties().isEmpty());
    assertTrue(connect.will().orElseThrow().properties().isEmpty());
    assertEquals(Optional.of(""), connect.username());
    assertArrayEquals(secret, connect.password().orElseThrow());
  }

  /** Section 3.2.2.3: what a CONNACK does not say has the standard's value. */
  @Test
  @Clause(v5 = "section 3.2.2.3")
  void the_capabilities_are_what_the_connack_says_or_the_standards_values() {
    Scene scene = Scene.fresh().connect().connack(false);
    BrokerCapabilities standard =
        new BrokerCapabilities(
            65_535, QoS.EXACTLY_ONCE, true, 268_435_460, true, true, true, 60, 3600);
    assertEquals(standard, scene.tape.capabilities.orElseThrow());
    Properties said =
        Properties.builder()
            .number(Property.RECEIVE_MAXIMUM, 7)
            .number(Property.MAXIMUM_QOS, 1)
            .number(Property.RETAIN_AVAILABLE, 0)
            .number(Property.MAXIMUM_PACKET_SIZE, 1000)
            .number(Property.WILDCARD_SUBSCRIPTION_AVAILABLE, 0)
            .number(Property.SHARED_SUBSCRIPTION_AVAILABLE, 0)
            .number(Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 0)
            .number(Property.SERVER_KEEP_ALIVE, 5)
            .number(Property.SESSION_EXPIRY_INTERVAL, 9)
            .build();
    scene.session.lost();
    scene.connect().got(new Connack(false, 0, said));
    assertEquals(
        new BrokerCapabilities(7, QoS.AT_LEAST_ONCE, false, 1000, false, false, false, 5, 9),
        scene.tape.capabilities.orElseThrow());
  }

  /** MQTT-3.2.2-7, MQTT-3.2.2-5 of 3.1.1; unknown codes count by their range. */
  @ParameterizedTest
  @CsvSource({
    "0x84, VERSION_REFUSED",
    "0x85, IDENTIFIER_REFUSED",
    "0x86, BAD_CREDENTIALS",
    "0x87, NOT_AUTHORIZED",
    "0x88, BROKER_UNAVAILABLE",
    "0x89, BROKER_UNAVAILABLE",
    "0x97, BROKER_UNAVAILABLE",
    "0x9F, BROKER_UNAVAILABLE",
    "0x80, CONNECT_DENIED",
    "0x8A, CONNECT_DENIED",
    "0xEE, CONNECT_DENIED"
  })
  void a_refusal_closes_with_its_kind(String code, String kind) {
    Scene scene = Scene.fresh().connect();
    scene
        .got(new Connack(false, Integer.decode(code), Properties.NONE))
        .expect("closed CONNECT " + kind + " " + code);
    assertTrue(scene.tape.closeText.contains(code), scene.tape.closeText);
  }

  @Test
  void the_brokers_own_words_are_told() {
    Scene scene = Scene.fresh().connect();
    Properties words =
        Properties.builder()
            .string(Property.REASON_STRING, "closed on Sundays")
            .string(Property.SERVER_REFERENCE, "other.example")
            .build();
    scene.got(new Connack(false, 0x9D, words)).expect("closed CONNECT CONNECT_DENIED 0x9D");
    assertTrue(scene.tape.closeText.contains("closed on Sundays"));
    assertTrue(scene.tape.closeText.contains("other.example"));
  }

  /** MQTT-3.2.2-2, -4, delivery-rules 7. */
  @Test
  void a_session_that_we_do_not_know_is_not_resumed_and_not_asked_about_for_ever() {
    Scene scene = Scene.fresh().connect();
    scene.connack(true).expect("closed CONNECT SESSION_UNKNOWN 0x82");
    scene.session.lost();
    assertTrue(scene.connect().connect.cleanStart());
    scene.connack(true).expect("closed CONNECT PROTOCOL_ERROR 0x82");
    scene.session.lost();
    scene
        .connect()
        .connack(false)
        .expect("established, new", "disk: forget received", "disk: session 1");
  }

  /** MQTT-3.2.2-6: the refusal counts, the claim does not. */
  @Test
  void a_refusal_that_claims_a_session_is_a_refusal() {
    Scene.fresh()
        .connect()
        .got(new Connack(true, 0x88, Properties.NONE))
        .expect("closed CONNECT BROKER_UNAVAILABLE 0x88");
  }

  /** The standard leaves to us to close (5.0, section 4.13.1); the next attempt is a better one. */
  @Test
  void a_broker_that_uses_an_alias_wrongly_is_granted_none_on_the_next_connection() {
    Scene scene = Scene.online();
    Properties alias = Properties.builder().number(Property.TOPIC_ALIAS, 17).build();
    scene.got(new Publish(false, QoS.AT_MOST_ONCE, false, "in", 0, alias, new byte[0]));
    scene.session.lost();
    scene.connect();
    assertEquals(0, scene.connect.properties().number(Property.TOPIC_ALIAS_MAXIMUM).orElse(0));
  }

  /** MQTT-3.2.0-1, -2. Before CONNACK there is no DISCONNECT (5.0, section 4.13.1). */
  @Test
  @Clause(v311 = "MQTT-3.1.0-2", v5 = "MQTT-3.2.0-2")
  void a_connack_comes_first_and_once() {
    Scene.fresh().connect().got(new Pingresp()).expect("closed CONNECT PROTOCOL_ERROR 0x82");
    Scene.online()
        .connack(false)
        .expect("closed WAIT_MESSAGE PROTOCOL_ERROR 0x82, DISCONNECT 0x82");
    Scene.online(ProtocolVersion.MQTT_3_1_1)
        .connack(false)
        .expect("closed WAIT_MESSAGE PROTOCOL_ERROR 0x82");
  }

  @Test
  void a_receive_maximum_or_packet_size_of_0_is_a_breach() {
    for (Property property : List.of(Property.RECEIVE_MAXIMUM, Property.MAXIMUM_PACKET_SIZE)) {
      Scene.fresh()
          .connect()
          .got(new Connack(false, 0, Properties.builder().number(property, 0).build()))
          .expect("closed CONNECT PROTOCOL_ERROR 0x82");
    }
  }

  @Test
  void after_a_close_nothing_of_that_connection_counts() {
    Scene scene = Scene.online().send(1, 1, "a").send(2, 2, "b").clear();
    scene.connack(false).clear();
    scene.puback(21).publish(1, 5, "in", "x").written().expect();
    assertFalse(scene.session.ready(QoS.AT_MOST_ONCE));
    scene.reconnect(true).expect("established, resumed", "PUBLISH1 #21 a=m1", "PUBLISH2 #1 b=m2");
  }

  /** MQTT-3.14.4-1, section 3.14.4: it is not answered. MQTT-3.1.4-3: no fight for the session. */
  @Test
  void a_disconnect_closes_with_its_reason_and_without_an_answer() {
    Scene.online()
        .got(new Disconnect(0x8B, Properties.NONE))
        .expect("closed WAIT_MESSAGE DISCONNECTED_BY_BROKER 0x8B");
    Scene.online()
        .got(new Disconnect(0x8E, Properties.NONE))
        .expect("closed WAIT_MESSAGE SESSION_TAKEN_OVER 0x8E");
  }

  /** MQTT-3.14.2-2, MQTT-4.12.0-6; 3.1.1: only a client disconnects. */
  @Test
  void what_a_broker_must_not_send_closes_the_connection() {
    Properties expiry = Properties.builder().number(Property.SESSION_EXPIRY_INTERVAL, 1).build();
    String breach = "closed WAIT_MESSAGE PROTOCOL_ERROR 0x82";
    Scene.online().got(new Disconnect(0, expiry)).expect(breach + ", DISCONNECT 0x82");
    Scene.online().got(new Auth(0x18, Properties.NONE)).expect(breach + ", DISCONNECT 0x82");
    Scene.online(ProtocolVersion.MQTT_3_1_1).got(new Disconnect(0, Properties.NONE)).expect(breach);
    Scene.online().got(Scene.fresh().connect().connect).expect(breach + ", DISCONNECT 0x82");
  }

  @Test
  void a_pong_is_told() {
    Scene.online().got(new Pingresp()).expect("pong");
  }

  @Test
  void a_session_that_begins_while_not_all_of_the_store_can_be_read_has_a_number_above_all() {
    Scene scene = Scene.restarted(Scene.record(3), List.of(), Set.of());
    scene.session.epochsAbove(1_000);
    scene.connect();
    scene.connack(false);
    assertEquals(1_001, scene.tape.record.orElseThrow().epoch());
    Scene resumed = Scene.restarted(Scene.record(3), List.of(), Set.of());
    resumed.session.epochsAbove(1_000);
    resumed.connect();
    resumed.connack(true);
    assertEquals(3, resumed.session.record().orElseThrow().epoch());
  }

  @Test
  void a_session_that_was_lost_leaves_no_record_before_the_next_one_has_its_own() {
    Scene scene = Scene.restarted(Scene.record(3), List.of(), Set.of());
    assertEquals(3, scene.session.record().orElseThrow().epoch());
    scene.session.storeWorks(false);
    scene.connect();
    scene.connack(false);
    assertEquals(Optional.empty(), scene.session.record());
  }
}
