package org.robustmqtt.persistence.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.MessageProperties;
import org.robustmqtt.QoS;
import org.robustmqtt.UserProperty;
import org.robustmqtt.journal.StoredMessage;

/** The bytes: a change of any of these is a new version of the format. */
class FormatTest {
  private static final SegmentHeader HEADER =
      new SegmentHeader(7, 3, 0x0102030405060708L, 6, 4096, 65_537, 1_700_000_000_000L, false);

  private static byte[] sealed(Output out) {
    out.seal(HEADER, 128);
    ByteBuffer bytes = out.buffer();
    byte[] array = new byte[bytes.remaining()];
    bytes.get(array);
    return array;
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void golden_header() {
    assertEquals(
        "524d5154544a524e" // magic
            + "0001" // version
            + "0040" // length
            + "e30151c7" // CRC-32C of what is before
            + "00000007" // segment
            + "00000003" // lowest live
            + "0102030405060708" // generation
            + "00000006" // previous
            + "00001000" // previous end
            + "0000000000010001" // lease
            + "0000018bcfe56800" // wall time
            + "00000000" // flags
            + "bf36febd",
        hex(HEADER.encode()).substring(0, 128));
  }

  @Test
  void golden_settled_record() {
    Output out = new Output();
    out.begin(RecordType.SETTLED, 48).varint(300);
    assertEquals("03" + "ef9b2ff2" + "05" + "ac02", hex(sealed(out)));
  }

  @Test
  void golden_message_record() {
    Output out = new Output();
    StoredMessage stored =
        new StoredMessage(
            5, Message.text("a/b", "on").withQos(1), Durability.SYNC, 1_700_000_000_000L, 15_000);
    MessageBody.encode(out, stored, Stage.sent(2, 258));
    assertEquals(
        "15" // length
            + "27a4915c" // CRC-32C of segment, generation, offset, length, type and body
            + "01" // MESSAGE
            + "05" // sequence
            + "0211" // QoS 1, sync, sent
            + "02" // epoch
            + "0102" // packet id
            + "018bcfe56800" // accepted at
            + "9875" // deadline
            + "03612f62" // topic
            + "6f6e", // payload
        hex(sealed(out)));
  }

  @Test
  void golden_message_that_names_its_policy() {
    assertEquals(
        "aa00" // length
            + "72c4e75e" // CRC-32C
            + "01" // MESSAGE
            + "05" // sequence
            + "0109" // QoS 1, group, properties
            + "018bcfe56800" // accepted at
            + "00" // no deadline
            + "0161" // topic
            + "10" // the last user property is the policy
            + "01" // one of them
            + "12726f627573742d6d7174742d706f6c696379" // robust-mqtt-policy
            + "05616c61726d" // alarm
            + "6f6e", // payload
        hex(named(Message.text("a", "on").withPolicy("alarm"))));
  }

  @Test
  void versions_that_know_no_policy_read_the_message_with_a_property_more() {
    MessageProperties own =
        MessageProperties.NONE.withUserProperties(List.of(new UserProperty("name", "value")));
    byte[] record = named(Message.text("a", "on").withProperties(own).withPolicy("alarm"));
    // they do not look at the bit
    int flags = hex(record).indexOf("0161" + "10") / 2 + 2;
    record[flags] = 0;
    int start = bodyStart(record);

    Message read = MessageBody.decode(new Input(record, start, record.length)).message();

    assertEquals(Optional.empty(), read.policy());
    assertEquals("on", new String(read.payload(), StandardCharsets.UTF_8));
    assertEquals(
        List.of(new UserProperty("name", "value"), new UserProperty("robust-mqtt-policy", "alarm")),
        read.properties().userProperties());
  }

  private static byte[] named(Message message) {
    Output out = new Output();
    MessageBody.encode(
        out, new StoredMessage(5, message, Durability.GROUP, 1_700_000_000_000L, 0), Stage.WAITING);
    return sealed(out);
  }

  @Test
  void golden_stages_after_the_outcome() {
    Output abandoned = new Output();
    abandoned.begin(RecordType.ABANDONED, 48).varint(300);
    assertEquals("03" + "d7ca1137" + "0d" + "ac02", hex(sealed(abandoned)));
    Output quarantined = new Output();
    quarantined.begin(RecordType.QUARANTINED, 48).varint(300);
    assertEquals("03" + "3de4d144" + "0e" + "ac02", hex(sealed(quarantined)));
    Output carried = new Output();
    StoredMessage stored =
        new StoredMessage(5, Message.text("a", "on"), Durability.GROUP, 1_700_000_000_000L, 0);
    MessageBody.encode(carried, stored, Stage.WAITING.ended(Stage.Reached.QUARANTINED));
    assertEquals(
        "0f" + "b9a6e111" + "01" + "05" + "2009" + "018bcfe56800" + "00" + "0161" + "6f6e",
        hex(sealed(carried)));
  }

  @Test
  void both_copies_of_the_header_are_equal_and_one_is_enough() {
    byte[] bytes = HEADER.encode();
    assertEquals(HEADER, SegmentHeader.decode(bytes, bytes.length, 7).orElseThrow());
    for (int at = 0; at < bytes.length; at++) {
      byte[] bad = bytes.clone();
      bad[at] ^= 0x55;
      assertEquals(HEADER, SegmentHeader.decode(bad, bad.length, 7).orElseThrow());
    }
    assertTrue(SegmentHeader.decode(bytes, bytes.length, 8).isEmpty(), "of another segment");
  }

  @Test
  void every_message_comes_back_as_it_was() {
    Random random = new Random(3);
    for (int i = 0; i < 500; i++) {
      StoredMessage stored = message(random);
      Stage stage = stage(random);
      Output out = new Output();
      MessageBody.encode(out, stored, stage);
      check(stored, stage, sealed(out), false);

      byte[] array = sealed(out);
      int start = bodyStart(array);
      Output carried = new Output();
      Stage now = Stage.sent(9, 9);
      MessageBody.carry(carried, array, start, array.length, now);
      check(stored, now, sealed(carried), true);
    }
  }

  private static Stage stage(Random random) {
    Stage sent = Stage.sent(1 + random.nextLong(1L << 40), 1 + random.nextInt(65_535));
    return switch (Stage.Reached.values()[random.nextInt(6)]) {
      case WAITING -> Stage.WAITING;
      case SENT -> sent;
      case RELEASED -> sent.release();
      case ABANDONED -> sent.ended(Stage.Reached.ABANDONED);
      case REPLACED -> Stage.WAITING.ended(Stage.Reached.REPLACED);
      case QUARANTINED ->
          (random.nextBoolean() ? sent : Stage.WAITING).ended(Stage.Reached.QUARANTINED);
    };
  }

  private static void check(StoredMessage stored, Stage stage, byte[] record, boolean carried) {
    int start = bodyStart(record);
    MessageBody.Head head = MessageBody.head(new Input(record, start, record.length));
    boolean qos2 = stored.message().qos() == QoS.EXACTLY_ONCE;
    assertEquals(new MessageBody.Head(stored.sequence(), stage, carried, 0, qos2), head);
    MessageBody.Outline outline = MessageBody.outline(new Input(record, start, record.length));
    int bytes = stored.message().topic().getBytes(StandardCharsets.UTF_8).length;
    assertEquals(
        new MessageBody.Outline(
            head,
            stored.acceptedAt(),
            stored.deadline(),
            !stored.message().retain(),
            stored.message().policy(),
            outline.topicAt(),
            bytes,
            bytes + stored.message().payload().length),
        outline);
    assertEquals(outline, MessageBody.check(record, start, record.length));
    StoredMessage back = MessageBody.decode(new Input(record, start, record.length));
    assertEquals(stored.sequence(), back.sequence());
    assertEquals(stored.durability(), back.durability());
    assertEquals(stored.acceptedAt(), back.acceptedAt());
    assertEquals(stored.deadline(), back.deadline());
    Message a = stored.message();
    Message b = back.message();
    assertEquals(a.topic(), b.topic());
    assertArrayEquals(a.payload(), b.payload());
    assertEquals(a.qos(), b.qos());
    assertEquals(a.retain(), b.retain());
    assertEquals(a.durability(), b.durability());
    assertEquals(a.deadline(), b.deadline());
    assertEquals(a.policy(), b.policy());
    assertEquals(a.properties().utf8(), b.properties().utf8());
    assertEquals(a.properties().contentType(), b.properties().contentType());
    assertEquals(a.properties().responseTopic(), b.properties().responseTopic());
    assertEquals(a.properties().userProperties(), b.properties().userProperties());
    assertArrayEquals(
        a.properties().correlationData().orElse(new byte[0]),
        b.properties().correlationData().orElse(new byte[0]));
    assertEquals(
        a.properties().correlationData().isPresent(), b.properties().correlationData().isPresent());
  }

  private static int bodyStart(byte[] record) {
    int at = 0;
    while (record[at++] < 0) {
      // the length
    }
    return at + 5;
  }

  private static StoredMessage message(Random random) {
    byte[] payload = new byte[random.nextInt(20) == 0 ? 20_000 : random.nextInt(400)];
    random.nextBytes(payload);
    Message message =
        Message.of("häuser/" + "x".repeat(random.nextInt(40)) + "/\uD83D\uDE00", payload)
            .withQos(random.nextInt(3))
            .withRetain(random.nextBoolean());
    if (random.nextBoolean()) {
      message = message.withDurability(Durability.values()[random.nextInt(3)]);
    }
    if (random.nextBoolean()) {
      message = message.withDeadline(Duration.ofNanos(1 + random.nextLong(1L << 50)));
    }
    MessageProperties properties = MessageProperties.NONE.withUtf8(random.nextBoolean());
    if (random.nextBoolean()) {
      properties = properties.withContentType("text/plain").withResponseTopic("antwort/ü");
    }
    if (random.nextBoolean()) {
      properties = properties.withCorrelationData(new byte[random.nextInt(50)]);
    }
    if (random.nextBoolean()) {
      List<UserProperty> users = new ArrayList<>();
      for (int i = 0; i <= random.nextInt(4); i++) {
        users.add(new UserProperty("name", "värde" + i));
      }
      properties = properties.withUserProperties(users);
    }
    if (random.nextBoolean()) {
      message = message.withPolicy(random.nextBoolean() ? "alarm" : "x".repeat(64));
    }
    return new StoredMessage(
        1 + random.nextLong(1L << 50),
        message.withProperties(properties),
        Durability.values()[random.nextInt(3)],
        random.nextLong(1L << 47),
        random.nextLong(1L << 40));
  }
}
