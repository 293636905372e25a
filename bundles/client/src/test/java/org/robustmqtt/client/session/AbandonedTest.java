package org.robustmqtt.client.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.robustmqtt.QoS;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.ProtocolVersion;
import org.robustmqtt.codec.Pubrec;

/** A sent message that is no longer wanted, and one that is not possible: delivery-rules 5. */
class AbandonedTest {
  private static Scene giveUp(Scene scene, long... sequences) {
    for (long sequence : sequences) {
      scene.session.giveUp(sequence);
    }
    return scene;
  }

  private static Session.Unfinished abandoned(long sequence, int qos, long epoch, int packetId) {
    return new Session.Unfinished(
        sequence, Scene.message(sequence, qos, "a"), false, epoch, packetId, false, true, false);
  }

  @Test
  void an_abandoned_publish_is_not_sent_again_and_its_id_is_retired_until_its_acknowledgement() {
    Scene scene = Scene.online().send(1, 1, "a").send(2, 1, "b").written().clear();
    giveUp(scene, 1).expect();
    scene.session.lost();
    scene.expect("freed 1");
    scene.connect().connack(true).expect("established, resumed", "PUBLISH1 #22 dup b=m2");
    assertFalse(scene.session.inFlight(1));
    scene.puback(21).expect("ended 1, acknowledged late");
    scene.puback(21).expect();
    scene.puback(22).expect("settled 2 acknowledged 0x00");
  }

  @Test
  void a_retired_id_is_given_to_nobody_else() {
    SessionSettings one = Scene.settings(false, 1, true);
    Scene scene = Scene.of(ProtocolVersion.MQTT_5, one).begin().send(1, 2, "a").written();
    giveUp(scene, 1);
    scene.reconnect(true).clear();
    // Of two ids for QoS 2 one is retired; the other one is doubtful and has to be cleared.
    scene.send(2, 2, "b").expect("PUBREL #2");
    scene.pubcomp(2).expect("disk: sent 2 in 1 as #2 appended");
    scene.written().pubrec(2).written().pubcomp(2).clear();
    scene.send(3, 2, "b").expect("disk: sent 3 in 1 as #2 appended");
  }

  @Test
  void with_the_end_of_the_session_retired_ids_are_free_and_their_messages_forgotten() {
    Scene scene = Scene.online().send(1, 1, "a").written();
    giveUp(scene, 1);
    scene.reconnect(true).clear();
    scene.reconnect(false);
    assertTrue(scene.tape.lines.contains("ended 1"), scene.tape.lines.toString());
    assertFalse(scene.tape.lines.contains("requeued 1"), scene.tape.lines.toString());
  }

  @Test
  void after_its_pubrec_an_exchange_of_qos_2_always_runs_to_its_pubcomp() {
    Scene scene = Scene.online().send(1, 2, "a").written().clear();
    scene.pubrec(1).written().expect("disk: released 1 appended", "PUBREL #1");
    giveUp(scene, 1).expect();
    scene.reconnect(true).expect("established, resumed", "PUBREL #1");
    scene.pubcomp(1).expect("ended 1, acknowledged late");
  }

  @Test
  void a_pubrec_that_comes_for_an_abandoned_message_on_the_same_link_runs_to_its_pubcomp_too() {
    Scene scene = Scene.online().send(1, 2, "a").written().clear();
    giveUp(scene, 1).pubrec(1).written().expect("disk: released 1 appended", "PUBREL #1");
    scene.pubcomp(1).expect("ended 1, acknowledged late");
  }

  @Test
  void a_pubrec_that_comes_after_the_id_was_retired_runs_to_its_pubcomp_too() {
    Scene scene = Scene.online().send(1, 2, "a").written();
    giveUp(scene, 1);
    scene.reconnect(true).clear();
    scene.pubrec(1).expect("ended 1, acknowledged late", "PUBREL #1");
    scene.pubcomp(1).expect();
    assertEquals(0, scene.session.oldestUnacknowledged());
  }

  @Test
  void a_late_refusal_is_the_end_too() {
    Scene scene = Scene.online().send(1, 2, "a").written();
    giveUp(scene, 1);
    scene.reconnect(true).clear();
    scene.got(new Pubrec(1, 0x97, Properties.NONE)).expect("ended 1, acknowledged late");
  }

  @Test
  void what_was_not_written_leaves_nothing_behind() {
    Scene scene = Scene.online().send(1, 1, "a").send(2, 1, "a").clear();
    giveUp(scene, 1).expect("ended 1");
    scene.written().expect("PUBLISH1 #22 a=m2");
    giveUp(scene, 99).expect("ended 99");
  }

  @Test
  void an_abandoned_message_is_overdue_like_any_other_on_its_link_and_on_no_other() {
    Scene scene = Scene.online().send(1, 1, "a").written();
    giveUp(scene, 1);
    assertTrue(scene.session.oldestUnacknowledged() > 0);
    scene.reconnect(true);
    assertEquals(0, scene.session.oldestUnacknowledged());
    assertEquals(0, scene.session.inFlight(), "it takes no place in the window");
  }

  @Test
  void after_a_restart_the_ids_of_abandoned_messages_are_retired_and_those_of_a_lost_session_end() {
    Scene scene =
        Scene.restarted(
            Scene.record(4),
            List.of(abandoned(1, 1, 4, 21), abandoned(2, 2, 4, 3), abandoned(3, 1, 3, 22)),
            Set.of());
    scene.expect("ended 3");
    scene.connect().connack(true).expect("established, resumed");
    scene.puback(21).expect("ended 1, acknowledged late");
    scene.pubrec(3).expect("ended 2, acknowledged late", "PUBREL #3");
  }

  @Test
  void when_all_ids_of_qos_2_are_retired_the_oldest_is_cleared() {
    SessionSettings one = Scene.settings(false, 1, true);
    Scene scene = Scene.of(ProtocolVersion.MQTT_5, one).begin();
    scene.send(1, 2, "a").written();
    giveUp(scene, 1);
    scene.reconnect(true).send(2, 2, "b").pubcomp(2).written();
    giveUp(scene, 2);
    scene.reconnect(true).clear();

    scene.send(3, 2, "c").expect("ended 1", "PUBREL #1");
    scene.pubcomp(1).expect("disk: sent 3 in 1 as #1 appended");
  }

  @Test
  void after_two_losses_with_messages_unacknowledged_one_is_sent_at_a_time_until_one_is_acked() {
    Scene scene = Scene.online().send(1, 1, "a").send(2, 1, "b").send(3, 1, "c").written();
    assertEquals(Optional.of(new Session.Suspect(1, false)), scene.session.blame());
    scene.reconnect(true).clear();
    assertEquals(Optional.of(new Session.Suspect(1, false)), scene.session.blame());
    scene.reconnect(true).expect("established, resumed", "PUBLISH1 #21 dup a=m1");
    assertFalse(scene.session.ready(QoS.AT_LEAST_ONCE));
    assertEquals(Optional.of(new Session.Suspect(1, true)), scene.session.blame());
    scene.reconnect(true).expect("established, resumed", "PUBLISH1 #21 dup a=m1");

    scene
        .puback(21)
        .expect("settled 1 acknowledged 0x00", "PUBLISH1 #22 dup b=m2", "PUBLISH1 #23 dup c=m3");
    assertTrue(scene.session.ready(QoS.AT_LEAST_ONCE));
    assertEquals(Optional.of(new Session.Suspect(2, false)), scene.session.blame());
  }

  @Test
  void qos_2_is_not_stuck_when_all_its_ids_are_retired_by_retained_messages() {
    SessionSettings one = Scene.settings(false, 1, true);
    Scene scene = Scene.of(ProtocolVersion.MQTT_5, one).begin();
    scene.session.send(1, Scene.message(1, 2, "a").withRetain(true), false, false, 0);
    scene.written();
    giveUp(scene, 1);
    scene.reconnect(true).pubcomp(1).clear();
    scene.session.send(2, Scene.message(2, 2, "a").withRetain(true), false, false, 0);
    scene.written();
    giveUp(scene, 2);
    scene.reconnect(true).pubcomp(1).clear();

    scene.send(3, 2, "c").expect("disk: sent 3 in 1 as #1 appended");
  }

  @Test
  void what_a_broker_holds_of_a_retained_message_comes_before_a_newer_one_and_not_after_it() {
    Scene scene = Scene.online();
    scene.session.send(1, Scene.message(1, 2, "a").withRetain(true), false, false, 0);
    scene.written();
    scene.clear();
    giveUp(scene, 1);
    scene.reconnect(true).expect("freed 1", "established, resumed", "PUBREL #1");
    scene.session.send(2, Scene.message(2, 1, "a").withRetain(true), false, false, 0);
    scene.written().clear();

    scene
        .reconnect(true)
        .expect("established, resumed", "PUBREL #1", "PUBLISH1 #21 dup retain a=m2");
    scene.pubcomp(1).expect("ended 1");
    scene.reconnect(true).expect("established, resumed", "PUBLISH1 #21 dup retain a=m2");
  }

  @Test
  void a_pubrec_clears_no_suspicion_because_a_lost_session_undoes_it() {
    Scene scene = Scene.online().send(1, 2, "a").send(2, 1, "b").written();
    scene.session.blame();
    scene.reconnect(true).pubrec(1).written();
    scene.session.blame();
    scene.reconnect(true).clear();

    assertTrue(scene.session.blame().orElseThrow().alone());
  }

  @Test
  void the_acknowledgement_of_our_own_birth_clears_no_suspicion() {
    Scene scene = Scene.online().send(1, 1, "a").written();
    scene.session.blame();
    scene.reconnect(true);
    scene.session.blame();
    scene.reconnect(true).clear();
    assertTrue(scene.session.blame().orElseThrow().alone());
    scene.reconnect(false).clear().send(-1, 1, "birth").written();
    scene.puback(22).clear();
    scene.send(1, 1, "a").written().clear();

    assertEquals(Optional.of(new Session.Suspect(1, true)), scene.session.blame());
  }

  @Test
  void a_loss_with_nothing_unacknowledged_is_put_down_to_nobody() {
    Scene scene = Scene.online().send(1, 1, "a").written().puback(21).clear();
    assertEquals(Optional.empty(), scene.session.blame());
    scene.send(2, 1, "a");
    assertEquals(Optional.empty(), scene.session.blame(), "it was not written");
  }

  @Test
  void where_a_later_message_has_the_id_of_a_given_up_one_the_exchange_of_the_first_is_over() {
    List<Session.Unfinished> found = new ArrayList<>();
    found.add(abandoned(1, 2, 4, 3));
    found.add(new Session.Unfinished(2, Scene.message(2, 2, "b"), true, 4, 3, false));
    Scene scene = Scene.restarted(Scene.record(4), found, Set.of()).expect("ended 1");
    scene
        .connect()
        .got(new Connack(true, 0, Properties.NONE))
        .expect("established, resumed", "PUBLISH2 #3 dup b=m2");
  }

  @Test
  void what_was_superseded_at_the_start_is_not_sent_again_while_its_record_is_on_its_way() {
    List<Session.Unfinished> found = new ArrayList<>();
    found.add(
        new Session.Unfinished(
            1, Scene.message(1, 1, "a"), false, 4, 21, false, false, false, true));
    found.add(new Session.Unfinished(2, Scene.message(2, 1, "b"), false, 4, 22, false));
    Scene scene = Scene.restarted(Scene.record(4), found, Set.of());
    scene
        .connect()
        .got(new Connack(true, 0, Properties.NONE))
        .expect("established, resumed", "PUBLISH1 #22 dup b=m2");
    scene.session.unhold();
    scene.expect();
    giveUp(scene, 1).expect("freed 1");
    scene.puback(21).expect("ended 1, acknowledged late");
  }

  @Test
  void what_is_held_for_its_age_waits_without_a_place_and_holds_up_its_topic_only() {
    List<Session.Unfinished> found = new ArrayList<>();
    found.add(
        new Session.Unfinished(1, Scene.message(1, 1, "a"), false, 4, 21, false, false, true));
    found.add(new Session.Unfinished(2, Scene.message(2, 1, "b"), false, 4, 22, false));
    Scene scene = Scene.restarted(Scene.record(4), found, Set.of());
    scene
        .connect()
        .got(new Connack(true, 0, Properties.NONE))
        .expect("established, resumed", "PUBLISH1 #22 dup b=m2");
    assertTrue(scene.session.ready(QoS.AT_LEAST_ONCE));
    scene.session.unhold();
    scene.expect("PUBLISH1 #21 dup a=m1");
    scene.puback(21).expect("settled 1 acknowledged 0x00");
  }
}
