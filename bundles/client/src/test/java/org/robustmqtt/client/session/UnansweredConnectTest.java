package org.robustmqtt.client.session;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * A CONNECT without an answer may have been read, and may have begun a session that looks like ours
 * the next time: nothing that was before may swallow what is new.
 */
class UnansweredConnectTest {
  @Test
  void a_new_message_under_an_id_of_before_is_heard() {
    Scene scene = Scene.online().publish(2, 5, "in", "x").handled(0).written().clear();
    scene.session.lost();
    scene.connect().session.lost();
    scene
        .connect()
        .connack(true)
        .expect("established, resumed")
        .publish(2, 5, "in", "new")
        .expect("delivered PUBLISH2 #5 in=new");
  }

  @Test
  void the_same_holds_when_the_process_began_in_between() {
    Scene scene = Scene.restarted(Scene.record(1), List.of(), Set.of(5));
    scene.connect().session.lost();
    scene
        .connect()
        .connack(true)
        .expect("established, resumed")
        .publish(2, 5, "in", "new")
        .expect("delivered PUBLISH2 #5 in=new");
  }

  @Test
  void a_message_that_is_sent_again_is_still_known() {
    Scene scene = Scene.online().publish(2, 5, "in", "x").handled(0).written().clear();
    scene.session.lost();
    scene.connect().session.lost();
    scene
        .connect()
        .connack(true)
        .expect("established, resumed")
        .publishAgain(2, 5, "in", "x")
        .expect("PUBREC #5");
  }

  @Test
  void with_an_answer_an_id_of_before_is_known_even_without_the_mark() {
    Scene.online()
        .publish(2, 5, "in", "x")
        .handled(0)
        .written()
        .clear()
        .reconnect(true)
        .expect("established, resumed")
        .publish(2, 5, "in", "x")
        .expect("PUBREC #5");
  }
}
