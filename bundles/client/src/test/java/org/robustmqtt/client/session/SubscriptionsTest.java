package org.robustmqtt.client.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.robustmqtt.QoS;
import org.robustmqtt.client.testing.Clause;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Subscribe;

/** Wanted filters and the broker's: delivery-rules 6 and 7. */
class SubscriptionsTest {
  @Test
  void what_was_granted_before_a_restart_is_told_once_when_the_session_goes_on() {
    Map<String, QoS> granted = Map.of("a", QoS.AT_LEAST_ONCE);
    SessionRecord record = Scene.record(1, granted, Set.of("a"));
    Scene.restarted(record, List.of(), Set.of())
        .want("a", 1)
        .connect()
        .connack(true)
        .expect("established, resumed", "subscribed a 0x01")
        .reconnect(true)
        .expect("established, resumed");
    Scene.restarted(record, List.of(), Set.of())
        .want("a", 2)
        .connect()
        .connack(true)
        .expect("established, resumed", "disk: session 1 a:2");
    Scene.restarted(record, List.of(), Set.of())
        .want("a", 1)
        .connect()
        .connack(false)
        .expect("established, new", "disk: forget received", "disk: session 2 a:1");
  }

  @Test
  void a_wanted_filter_is_recorded_then_subscribed_then_recorded_as_acknowledged() {
    Scene scene = Scene.online().want("a", 1, "b/#", 2).expect("disk: session 1 a:1 b/#:2");
    assertEquals(2, scene.session.filtersPending());
    scene.written().expect("SUBSCRIBE #21 a:1 b/#:2");
    assertEquals(2, scene.session.filtersPending());
    scene
        .suback(21, 1, 2)
        .expect("subscribed a 0x01", "subscribed b/# 0x02", "disk: session 1 a:1+ b/#:2+");
    assertEquals(0, scene.session.filtersPending());
  }

  @Test
  void with_a_new_session_the_record_with_all_filters_is_forced_before_the_subscribe() {
    Scene scene = Scene.fresh().want("a", 1).expect().connect();
    scene.connack(false).expect("established, new", "disk: forget received", "disk: session 1 a:1");
    scene.written().expect("SUBSCRIBE #21 a:1");
  }

  /** MQTT-3.8.4-7: a lower QoS is accepted. */
  @Test
  void a_lower_granted_qos_is_accepted() {
    Scene scene = Scene.online().want("a", 2).written().clear().suback(21, 0);
    scene.expect("subscribed a 0x00", "disk: session 1 a:2+");
    scene.reconnect(true).expect("established, resumed");
  }

  @Test
  void on_resume_only_the_difference_is_sent() {
    Scene scene = Scene.online().want("a", 1, "b", 1, "c", 1).written().suback(21, 1, 1, 1);
    scene.written().clear();
    scene.session.lost();
    scene.want("b", 1, "c", 2, "d", 0).expect();
    scene
        .connect()
        .connack(true)
        .expect("established, resumed", "disk: session 1 a:1 b:1+ c:2 d:0");
    scene.written().expect("UNSUBSCRIBE #22 a", "SUBSCRIBE #23 c:2", "SUBSCRIBE #24 d:0");
  }

  @Test
  void after_a_restart_acknowledged_filters_are_kept_and_unknown_ones_sent_without_retained() {
    Map<String, QoS> filters = new LinkedHashMap<>();
    filters.put("a", QoS.AT_LEAST_ONCE);
    filters.put("b", QoS.AT_LEAST_ONCE);
    SessionRecord record = Scene.record(1, filters, Set.of("a"));
    Scene scene = Scene.restarted(record, List.of(), Set.of()).want("a", 1, "b", 1);
    scene.connect().connack(true);
    scene.expect("established, resumed", "subscribed a 0x01", "SUBSCRIBE #21 b:1/if-new");
  }

  @Test
  void a_subscribe_cut_before_its_suback_is_sent_again() {
    Scene scene = Scene.online().want("a", 1).written().clear();
    scene.reconnect(true).expect("established, resumed", "SUBSCRIBE #22 a:1");
  }

  /** What a lost session had is subscribed again, unless that is switched off (seed row S06). */
  @Test
  void after_a_lost_session_all_are_subscribed_again_if_that_is_wanted() {
    Scene scene = Scene.online().want("a", 1).written().suback(21, 1).written().clear();
    scene
        .reconnect(false)
        .written()
        .expect(
            "established, new",
            "disk: forget received",
            "disk: session 2 a:1",
            "SUBSCRIBE #22 a:1");

    SessionSettings settings = Scene.settings(false, 10, false);
    scene = Scene.of(ProtocolVersion.MQTT_5, settings).begin();
    scene.want("a", 1).written().suback(21, 1).written().clear();
    scene
        .reconnect(false)
        .written()
        .expect("established, new", "disk: forget received", "disk: session 2");
    assertEquals(0, scene.session.filtersPending());
    scene.want("a", 1, "b", 1).written().expect("disk: session 2 b:1", "SUBSCRIBE #22 b:1");
    scene.suback(22, 1).clear();
    scene.session.subscribeAgain("a");
    scene.written().expect("disk: session 2 b:1+ a:1", "SUBSCRIBE #23 a:1");
  }

  /** Seed row D9: a refusal is final in this session. */
  @Test
  void a_refused_filter_is_told_once_and_not_tried_again() {
    Scene scene = Scene.online().want("a", 1, "b", 1).written().clear().suback(21, 0x87, 1);
    scene.expect("subscribed a 0x87", "subscribed b 0x01", "disk: session 1 a:1 b:1+");
    assertEquals(0, scene.session.filtersPending());
    scene.want("a", 1, "b", 1).reconnect(true).expect("established, resumed");
    scene.session.subscribeAgain("a");
    scene.expect("SUBSCRIBE #22 a:1").suback(22, 0x87).clear();
    scene.want("a", 2, "b", 1).written().expect("disk: session 1 a:2 b:1+", "SUBSCRIBE #23 a:2");
    scene.suback(23, 0x87).clear();
    scene
        .reconnect(false)
        .written()
        .expect(
            "established, new",
            "disk: forget received",
            "disk: session 2 a:2 b:1",
            "SUBSCRIBE #24 b:1",
            "SUBSCRIBE #25 a:2");
  }

  /** The next process would go by the record that is there, and miss it for ever. */
  @Test
  void what_the_disk_calls_acknowledged_is_not_changed_while_the_store_takes_no_records() {
    Scene scene = Scene.online().want("a", 1, "b", 1, "c", 1).written().suback(21, 1, 1, 1);
    scene.written().clear();
    scene.session.storeWorks(false);
    scene
        .want("b", 1, "c", 2, "d", 0)
        .expect("disk: session 1 a:1+ b:1+ c:1+ d:0", "SUBSCRIBE #22 d:0");
    scene.writeFailed().suback(22, 0).clear();
    scene.session.subscribeAgain("b");
    scene.expect("SUBSCRIBE #23 b:1").suback(23, 1).writeFailed().clear();
    String held = "disk: session 1 a:1+ b:1+ c:1+ d:0+";
    scene.reconnect(true).expect("established, resumed", held);
    scene.writeFailed().session.storeWorks(true);
    scene.expect("disk: session 1 a:1 b:1+ c:2 d:0+");
    scene.written().expect("UNSUBSCRIBE #24 a", "SUBSCRIBE #25 c:2");
    scene.unsuback(24, 0).suback(25, 2).written().clear();
    scene.session.storeWorks(false);
    scene.want("b", 1, "c", 2, "d", 0, "a", 0);
    scene.writeFailed().expect("disk: session 1 b:1+ c:2+ d:0+ a:0", "SUBSCRIBE #26 a:0");
  }

  @Test
  void a_change_that_waits_for_its_record_waits_on_when_the_store_takes_none() {
    Scene scene = Scene.online().want("a", 1).written().suback(21, 1).written().clear();
    scene.want().expect("disk: session 1 a:1");
    scene.session.storeWorks(false);
    scene.writeFailed().expect();
    scene.session.storeWorks(true);
    scene.expect("disk: session 1 a:1").written().expect("UNSUBSCRIBE #22 a");
  }

  /** Seed row D12: the last QoS counts, also while an answer is out. */
  @Test
  void a_changed_qos_is_subscribed_and_remembered() {
    Scene scene = Scene.online().want("a", 0).written().clear();
    scene.want("a", 2).expect();
    scene.suback(21, 0).written().expect("disk: session 1 a:2", "SUBSCRIBE #22 a:2");
    scene.suback(22, 2).expect("subscribed a 0x02", "disk: session 1 a:2+");
  }

  @Test
  void subscribe_again_asks_for_the_retained_messages_once_more() {
    Scene scene = Scene.online().want("a", 1).written().clear();
    scene.session.subscribeAgain("a");
    scene.session.subscribeAgain("unknown");
    scene.expect().suback(21, 1).expect("subscribed a 0x01", "SUBSCRIBE #22 a:1");
    scene.suback(22, 1).written().clear();
    scene.session.lost();
    scene.session.subscribeAgain("a");
    assertEquals(1, scene.session.filtersPending());
    scene.connect().connack(true).expect("established, resumed", "SUBSCRIBE #23 a:1");
  }

  @Test
  void what_was_given_back_and_is_wanted_again_while_offline_is_subscribed_again() {
    Scene scene = Scene.online().want("a", 1).written().suback(21, 1).written();
    scene.session.lost();
    scene.want().want("a", 1).clear();
    scene.connect().connack(true).expect("established, resumed", "SUBSCRIBE #22 a:1");
  }

  /** A filter whose UNSUBSCRIBE may have arrived must not count as acknowledged. */
  @Test
  void an_unsubscribe_that_was_cut_is_undone_by_a_subscribe_if_the_filter_is_wanted_again() {
    Scene scene = Scene.online().want("a", 1).written().suback(21, 1).written().clear();
    scene.want().expect("disk: session 1 a:1").written().expect("UNSUBSCRIBE #22 a");
    scene.session.lost();
    scene.want("a", 1).connect().connack(true);
    scene.expect("established, resumed", "SUBSCRIBE #23 a:1");
  }

  /** The same over a restart, and after a CONNECT without an answer. */
  @Test
  void the_record_never_calls_a_filter_acknowledged_that_an_unsubscribe_may_have_taken() {
    Scene scene = Scene.online().want("a", 1).written().suback(21, 1).written().clear();
    scene.session.lost();
    scene.connect();
    scene.want().reconnect(true).expect("established, resumed", "disk: session 1 a:1");
    scene.written().expect("UNSUBSCRIBE #22 a");
    scene.reconnect(true).expect("established, resumed", "UNSUBSCRIBE #23 a");
  }

  @Test
  void an_unwanted_filter_is_unsubscribed_and_forgotten() {
    Scene scene = Scene.online().want("a", 1).written().suback(21, 1).written().clear();
    scene.want().written().expect("disk: session 1 a:1", "UNSUBSCRIBE #22 a");
    assertEquals(1, scene.session.filtersPending());
    scene.want("a", 1).expect();
    scene.unsuback(22, 0).written().expect("unsubscribed a", "SUBSCRIBE #23 a:1");
  }

  /** MQTT-3.1.2-4: a CONNECT that was not answered may have begun a new session. */
  @Test
  void after_a_connect_without_an_answer_the_filters_are_not_taken_for_granted() {
    Scene scene = Scene.online().want("a", 1).written().suback(21, 1).written().clear();
    scene.session.lost();
    scene.connect();
    scene.reconnect(true).expect("established, resumed", "SUBSCRIBE #22 a:1/if-new");
  }

  /** MQTT-3.8.4-6, MQTT-3.11.3-1. */
  @Test
  void an_answer_with_a_wrong_number_of_codes_closes_the_connection() {
    Scene scene = Scene.online().want("a", 1, "b", 1).written().clear();
    scene.suback(21, 1).expect("closed SUBSCRIBE SUBACK_MALFORMED 0x82, DISCONNECT 0x82");
    scene.reconnect(true).expect("established, resumed", "SUBSCRIBE #22 a:1 b:1");
    scene.suback(22, 1, 1).want("b", 1).written().clear();
    scene.unsuback(23, 0, 0).expect("closed SUBSCRIBE SUBACK_MALFORMED 0x82, DISCONNECT 0x82");
  }

  /** MQTT-2.3.1-7 of 3.1.1: an unknown id completes no other request. */
  @Test
  void an_answer_to_nothing_closes_the_connection() {
    String breach = "closed WAIT_MESSAGE PROTOCOL_ERROR 0x82, DISCONNECT 0x82";
    Scene.online().want("a", 1).written().clear().suback(99, 1).expect(breach);
    Scene.online().want("a", 1).written().clear().unsuback(21, 0).expect(breach);
    Scene.online().send(1, 1, "a").written().clear().suback(21, 1).expect(breach);
  }

  @Test
  void many_filters_are_sent_in_packets_of_at_most_a_hundred() {
    Scene scene = Scene.online();
    Object[] filters = new Object[500];
    for (int i = 0; i < filters.length; i += 2) {
      filters[i] = "f" + i;
      filters[i + 1] = 1;
    }
    scene.want(filters).written();
    List<Integer> sizes =
        scene.tape.packets.stream().map(p -> ((Subscribe) p).subscriptions().size()).toList();
    assertEquals(List.of(100, 100, 50), sizes);
    assertEquals(250, scene.session.filtersPending());
  }

  @Test
  void the_retain_flag_of_what_comes_tells_an_old_value_and_our_own_messages_come_too() {
    Scene scene = Scene.online().want("a", 1).written();
    Subscribe subscribe = (Subscribe) scene.tape.packets.get(0);
    assertFalse(subscribe.subscriptions().get(0).retainAsPublished());
    assertFalse(subscribe.subscriptions().get(0).noLocal());
  }

  @Test
  void if_the_record_cannot_be_written_nothing_is_subscribed_and_the_next_link_tries_again() {
    Scene scene = Scene.online().want("a", 1).clear();
    scene.writeFailed().expect("closed STORE STORE_DEGRADED 0x83, DISCONNECT 0x83");
    scene.reconnect(true).expect("established, resumed", "disk: session 1 a:1");
    scene.written().expect("SUBSCRIBE #21 a:1");
  }

  @Test
  void in_3_1_1_a_subscribe_has_no_options_and_an_unsuback_no_codes() {
    Scene scene = Scene.online(ProtocolVersion.MQTT_3_1_1).want("a", 1).written();
    scene.expect("disk: session 1 a:1", "SUBSCRIBE #21 a:1");
    scene.suback(21, 1).want().written().clear();
    scene.unsuback(22).expect("unsubscribed a", "disk: session 1");
  }

  @Test
  @Clause(
      v311 = {"MQTT-3.8.3-3", "MQTT-3.10.3-2"},
      v5 = {"MQTT-3.8.3-2", "MQTT-3.10.3-2"})
  void without_a_filter_there_is_no_request() {
    Scene.online().want().expect().want("a", 1).written().suback(21, 1).written().clear();
    Scene scene = Scene.online().want("a", 1).written().suback(21, 1).written().clear();
    scene.want().written().unsuback(22, 0).written().clear();
    scene.want().expect();
  }

  private static void identified(Scene scene, Object... filtersWithIdentifiers) {
    for (int i = 0; i < filtersWithIdentifiers.length; i += 2) {
      scene.session.want(
          (String) filtersWithIdentifiers[i],
          QoS.AT_LEAST_ONCE,
          (Integer) filtersWithIdentifiers[i + 1]);
    }
    scene.session.wanted();
  }

  @Test
  void filters_with_different_identifiers_go_in_packets_of_their_own() {
    Scene scene = Scene.online();
    identified(scene, "#", 1, "a/+", 2, "b/+", 2, "$SYS/x", 0);
    scene
        .written()
        .expect(
            "disk: session 1 $SYS/x:1 #:1=1 a/+:1=2 b/+:1=2",
            "SUBSCRIBE #21 $SYS/x:1",
            "identified # 1",
            "SUBSCRIBE #22=1 #:1",
            "identified a/+ 2",
            "identified b/+ 2",
            "SUBSCRIBE #23=2 a/+:1 b/+:1");
  }

  @Test
  void a_filter_that_gets_an_identifier_is_subscribed_again_first_and_without_retained_messages() {
    Scene scene = Scene.online().want("b", 1).written().suback(21, 1).written().clear();
    identified(scene, "a/#", 2, "b", 1);
    scene
        .written()
        .expect(
            "disk: session 1 b:1=1 a/#:1=2",
            "identified b 1",
            "SUBSCRIBE #22=1 b:1/if-new",
            "identified a/# 2",
            "SUBSCRIBE #23=2 a/#:1");
    scene.suback(22, 1).suback(23, 1).written().clear();
    scene.reconnect(true).expect("established, resumed");
  }

  @Test
  void after_a_restart_identifiers_are_told_and_the_same_ones_are_not_asked_for_again() {
    Map<String, SessionRecord.Held> held =
        Map.of("a", new SessionRecord.Held(QoS.AT_LEAST_ONCE, 3, true));
    SessionRecord record = new SessionRecord("broker:1883", "me", 1, held);
    Scene scene = Scene.restarted(record, List.of(), Set.of());
    identified(scene, "a", 3);
    scene
        .connect()
        .connack(true)
        .expect("established, resumed", "identified a 3", "subscribed a 0x01");
  }

  /** A session that an older version of this program began. */
  @Test
  void what_a_resumed_session_has_without_an_identifier_is_subscribed_with_one() {
    SessionRecord record = Scene.record(1, Map.of("a", QoS.AT_LEAST_ONCE), Set.of("a"));
    Scene scene = Scene.restarted(record, List.of(), Set.of());
    identified(scene, "a", 1);
    scene
        .connect()
        .connack(true)
        .written()
        .expect(
            "established, resumed",
            "subscribed a 0x01",
            "disk: session 1 a:1=1",
            "identified a 1",
            "SUBSCRIBE #21=1 a:1/if-new");
  }

  @Test
  void a_broker_without_identifiers_gets_none() {
    Scene scene = Scene.online(ProtocolVersion.MQTT_3_1_1);
    identified(scene, "#", 1, "a", 2);
    scene.written().expect("disk: session 1 #:1 a:1", "SUBSCRIBE #21 #:1 a:1");
  }

  @Test
  void a_broker_that_refuses_identifiers_without_having_said_so_gets_none() {
    Scene scene = Scene.online();
    identified(scene, "#", 1, "a", 2);
    scene.written().clear();
    scene.suback(21, 0xA1).written();
    scene.expect("disk: session 1 #:1 a:1=2", "identified # 0", "SUBSCRIBE #23 #:1");
    scene.suback(22, 0xA1).written();
    scene.expect("disk: session 1 #:1 a:1", "identified a 0", "SUBSCRIBE #24 a:1");
    scene.suback(23, 1).suback(24, 1).written();
    assertEquals(0, scene.session.filtersPending());
  }

  /** Was a defect above 1 MB of filters. */
  @Test
  void forty_thousand_filters_are_subscribed_in_portions_each_recorded_before() {
    Scene scene = Scene.online();
    for (int i = 0; i < 40_000; i++) {
      scene.session.want("house/floor/room/device-" + i, QoS.AT_LEAST_ONCE, 0);
    }
    scene.session.wanted();
    int asked = 0;
    int open = 0;
    int next = 0;
    while (asked < 40_000) {
      scene.written();
      while (next < scene.tape.packets.size()) {
        Subscribe packet = (Subscribe) scene.tape.packets.get(next++);
        asked += packet.subscriptions().size();
        open = Math.max(open, scene.tape.packets.size() - next);
        packet
            .subscriptions()
            .forEach(
                one ->
                    assertTrue(
                        scene.tape.record.orElseThrow().filters().containsKey(one.filter())));
        scene.suback(packet.packetId(), granted(packet));
      }
    }
    scene.written();
    assertEquals(400, scene.tape.packets.size());
    assertTrue(open <= 8, open + " at a time");
    assertEquals(0, scene.session.filtersPending());
    Map<String, SessionRecord.Held> held = scene.tape.record.orElseThrow().filters();
    assertEquals(40_000, held.values().stream().filter(SessionRecord.Held::acknowledged).count());
  }

  private static Integer[] granted(Subscribe packet) {
    return packet.subscriptions().stream().map(one -> one.qos().level()).toArray(Integer[]::new);
  }
}
