package org.robustmqtt.itests.simulator;

/** The sentences of the rules of delivery that every schedule is checked against. */
enum Sentence {
  ACCOUNTING("1 Within a run: accepted + recovered = outcomes + pending, exactly."),
  ACCEPTED("1 A message that fits is accepted while the store works."),
  STORED_ONCE("1 stored() completes once, never exceptionally, no later than outcome()."),
  WITHIN_DELAY("1 group is written and forced within storeDelay; sync at once."),
  SEQUENCE_UNIQUE("1 The 64-bit id is unique over crashes."),
  RECOVERED("1 Every ON_DISK message that is not settled on disk is recovered."),
  ONE_OUTCOME("1 Each message has one outcome decided per run."),
  REPEATED("1 Only a power cut can repeat an outcome."),
  AT_RISK_ONLY("1 Only what was accepted, neither forced nor settled at a crash, may vanish."),
  EVERY_OUTCOME("1 Every accepted message that did not vanish has an outcome in the end."),
  QUEUE_LIMITS("1 Limits: pending stays within the limits."),
  ACKNOWLEDGED_ARRIVED("1 Never lost: what is Acknowledged was received by the broker."),
  ID_RECORDED("2 The packet id of a message that has a record is appended before its PUBLISH."),
  QOS2_RECORDED("2 QoS 2: message and id are appended before PUBLISH, forced under sync."),
  RELEASE_RECORDED("2 QoS 2: stage released is appended before PUBREL."),
  PUBREC_RECORDED("2 QoS 2 in: handler, then the id is appended, then PUBREC."),
  PUBCOMP_RECORDED("2 QoS 2 in: the id is removed after PUBREL was read, before PUBCOMP."),
  QOS2_IDS("2 Ids of QoS 2 come only from 1..2 x maxInflight."),
  EXACTLY_ONCE("2 Exactly once holds while both sides keep the session."),
  MAY_BE_DUPLICATE("2 If the session is lost, the outcome says mayBeDuplicate."),
  AT_MOST_ONCE("2 QoS 0 is sent at most once in a run."),
  FIFO("3 FIFO per topic, over QoS, for first deliveries."),
  RETAINED("4 Retained never goes back."),
  NOT_ARRIVED("5 What is dropped without mayHaveArrived never arrives."),
  LIVE_LINK("5 An overdue acknowledgement never re-sends on a live link (MQTT-4.4.0-1)."),
  POISON("5 A poison message is found, and only it is quarantined."),
  BROKER_LIMITS("5 Limits learnt from CONNACK are kept."),
  PROTOCOL("5 The broker finds no packet that the standard does not allow."),
  WANTED("6 After healing the broker has exactly the wanted filters."),
  NO_UNSUBSCRIBE("6 UNSUBSCRIBE never goes out because something stopped."),
  HANDLED("6 An acknowledgement leaves when its message is done."),
  HANDLED_ONCE("2 Handlers see a message at least once over a crash, once otherwise."),
  IN_ORDER("6 Messages are handled in the order of arrival."),
  ACK_ORDER("6 An acknowledgement leaves when all earlier ones of its QoS are done."),
  CLEAN_START("7 Clean start 0 is sent only if a forced session record exists."),
  RECORD_FIRST("7 The record is forced before the first SUBSCRIBE."),
  NEVER_STUCK("The connection is never stuck: every state has a deadline."),
  COMES_BACK("After healing the connection is ONLINE and nothing is pending."),
  NO_DEFECT("8 Nothing unexpected is thrown."),
  NEVER_FORCED_AGAIN("9 A failed force is never repeated on the same segment."),
  NO_DAMAGE("9 A crash is no damage: the torn tail is cut."),
  READ_BACK("9 What is on disk only is read back."),
  EAGER_BROKER(
      "6 A broker that exceeds the receive maximum is slowed down and heard, in one link."),
  ONE_BAD_FILTER("A filter that the broker closes on costs no other filter and no message."),
  ONE_BAD_BIRTH("A birth that the broker closes on costs no other message."),
  SLOW_LINE("Progress is life: a slow line carries a large message in one link."),
  OTHERS_GO_ON("12 What cannot be read stops other lanes for 30 s at the most."),
  CONFLATION("12 keep=latest: at most one unsent message of a topic."),
  POLICY("5 Only a policy evicts, replaces or drops what is offline or equal."),
  CLOCK("10 Unknown age is never treated as fresh."),
  NO_LEAK("After the stop no timer, channel or lock is left.");

  final String text;

  /**
   * Whether it holds only as long as the session is whole: after a defect the connection begins
   * anew with another one, and only says so.
   */
  final boolean needsSession;

  Sentence(String text) {
    this.text = text;
    needsSession =
        switch (name()) {
          case "EXACTLY_ONCE",
              "HANDLED_ONCE",
              "MAY_BE_DUPLICATE",
              "LIVE_LINK",
              "FIFO",
              "IN_ORDER" ->
              true;
          default -> false;
        };
  }
}
