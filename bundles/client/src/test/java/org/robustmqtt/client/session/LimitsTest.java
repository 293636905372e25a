package org.robustmqtt.client.session;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.robustmqtt.client.testing.Clause;
import org.robustmqtt.codec.Connack;
import org.robustmqtt.codec.Properties;
import org.robustmqtt.codec.Property;

/** What a broker cannot do is not asked of it, and blocks nobody else: delivery-rules 5. */
class LimitsTest {
  private static Scene with(Property property, long value) {
    return with(Scene.fresh(), false, property, value);
  }

  private static Scene with(Scene scene, boolean present, Property property, long value) {
    Properties limit = Properties.builder().number(property, value).build();
    return scene.connect().got(new Connack(present, 0, limit)).written().clear();
  }

  /** MQTT-3.2.2-11. */
  @Test
  void the_qos_is_lowered_to_what_the_broker_takes() {
    with(Property.MAXIMUM_QOS, 1)
        .send(1, 2, "a")
        .written()
        .puback(21)
        .expect(
            "disk: sent 1 in 1 as #21 appended",
            "PUBLISH1 #21 a=m1",
            "settled 1 acknowledged 0x00 lowered");
    with(Property.MAXIMUM_QOS, 0).send(1, 2, "a").expect("PUBLISH0 a=m1 for 1");
  }

  @Test
  void what_was_sent_with_a_higher_qos_than_the_broker_takes_now_goes_back_to_the_queue() {
    Scene scene = Scene.online().send(1, 2, "a").send(2, 1, "b").written().clear();
    scene.session.lost();
    Properties limit = Properties.builder().number(Property.MAXIMUM_QOS, 1).build();
    scene
        .connect()
        .got(new Connack(true, 0, limit))
        .expect("established, resumed", "requeued 1", "PUBLISH1 #21 dup b=m2");
  }

  /** MQTT-3.2.2-14. */
  @Test
  void a_retained_message_is_refused_where_the_broker_retains_nothing() {
    Scene scene = with(Property.RETAIN_AVAILABLE, 0);
    scene.session.send(1, Scene.message(1, 1, "a").withRetain(true), false, false, 0);
    scene.session.send(2, Scene.message(2, 0, "a").withRetain(true), false, false, 0);
    scene.expect("settled 1 REFUSED 0x9A", "settled 2 REFUSED 0x9A");
    scene.send(3, 1, "a").expect("disk: sent 3 in 1 as #22 appended");
  }

  /** MQTT-3.2.2-15: PUBLISH of QoS 1 with topic "a" and two bytes: 2 + 2 + 1 + 2 + 1 + 2 = 10. */
  @Test
  @Clause(v5 = "MQTT-3.2.2-15")
  void a_message_larger_than_the_broker_takes_is_dropped_and_blocks_nobody() {
    with(Property.MAXIMUM_PACKET_SIZE, 10)
        .send(1, 1, "a")
        .send(2, 1, "aa")
        .send(3, 0, "aaaa")
        .send(4, 1, "a")
        .expect(
            "disk: sent 1 in 1 as #21 appended",
            "settled 2 TOO_LARGE 0x00",
            "settled 3 TOO_LARGE 0x00",
            "disk: sent 4 in 1 as #23 appended");
  }

  @Test
  void what_was_sent_and_is_too_large_now_is_dropped_and_may_have_arrived() {
    Scene scene = Scene.online().send(1, 1, "aa").send(2, 1, "a").written().clear();
    scene.session.lost();
    Properties limit = Properties.builder().number(Property.MAXIMUM_PACKET_SIZE, 10).build();
    scene
        .connect()
        .got(new Connack(true, 0, limit))
        .expect(
            "established, resumed",
            "settled 1 TOO_LARGE 0x00 perhaps arrived",
            "PUBLISH1 #22 dup a=m2");
    assertTrue(scene.session.inFlight(2));
  }

  /** Sections 3.2.2.3.11 and 3.2.2.3.13: such a SUBSCRIBE is a protocol error. */
  @Test
  @Clause(v5 = {"section 3.2.2.3.11", "section 3.2.2.3.13"})
  void a_filter_that_the_broker_cannot_take_is_not_sent_and_told_and_tried_at_another_broker() {
    Scene scene = with(Property.WILDCARD_SUBSCRIPTION_AVAILABLE, 0);
    scene.want("a/#", 1, "a/+/b", 1, "c", 1).written();
    scene.expect(
        "subscribed a/# 0xA2", "subscribed a/+/b 0xA2", "disk: session 1 c:1", "SUBSCRIBE #21 c:1");
    scene.reconnect(false).written();
    scene.expect(
        "established, new",
        "disk: forget received",
        "disk: session 2 a/#:1 a/+/b:1 c:1",
        "SUBSCRIBE #22 a/#:1 a/+/b:1 c:1");
    with(Property.SHARED_SUBSCRIPTION_AVAILABLE, 0)
        .want("$share/g/a", 1)
        .expect("subscribed $share/g/a 0x9E");
    with(Property.MAXIMUM_PACKET_SIZE, 20)
        .want("a-long-name-of-a-filter", 1)
        .expect("subscribed a-long-name-of-a-filter 0x95");
  }

  @Test
  void requests_are_split_where_they_would_be_larger_than_the_broker_takes() {
    with(Property.MAXIMUM_PACKET_SIZE, 20)
        .want("aaaa", 1, "bbbb", 1, "c", 0)
        .written()
        .expect(
            "disk: session 1 aaaa:1 bbbb:1 c:0",
            "SUBSCRIBE #21 aaaa:1",
            "SUBSCRIBE #22 bbbb:1 c:0");
  }
}
