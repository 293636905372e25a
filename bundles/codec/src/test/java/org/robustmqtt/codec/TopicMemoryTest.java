package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.robustmqtt.QoS;

/** What encoder and decoder remember of topics never changes what they answer. */
class TopicMemoryTest {
  private static final String ALPHABET = "ab/+#\u0000\u007Fé\u20AC";

  @Test
  void eight_bytes_at_once_find_what_one_at_a_time_finds() {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      String topic = random(random, random.nextInt(30));
      byte[] bytes = ("xx" + topic + "yy").getBytes(StandardCharsets.UTF_8);
      int end = bytes.length - 2;
      assertEquals(Utf8.plainName(topic), Utf8.plainName(bytes, 2, end), topic);
      int ascii = 2;
      while (ascii < end && bytes[ascii] > 0) {
        ascii++;
      }
      assertEquals(ascii, Utf8.asciiEnd(bytes, 2, end), topic);
    }
  }

  @Test
  void a_string_is_made_once_for_the_same_bytes_and_never_for_others() {
    Random random = new Random(2);
    ReadTopics topics = new ReadTopics();
    for (int i = 0; i < 20_000; i++) {
      String topic = random(random, 1 + random.nextInt(5));
      byte[] bytes = topic.getBytes(StandardCharsets.UTF_8);
      String expected = Utf8.plainName(topic) ? topic : "";
      String first = topics.plain(bytes, 0, bytes.length);
      assertEquals(expected, first);
      assertSame(first, topics.plain(bytes.clone(), 0, bytes.length));
    }
  }

  @Test
  void long_topics_are_read_and_not_remembered() {
    byte[] bytes = "a".repeat(257).getBytes(StandardCharsets.US_ASCII);
    ReadTopics topics = new ReadTopics();
    String first = topics.plain(bytes, 0, bytes.length);
    assertEquals("a".repeat(257), first);
    assertNotSame(first, topics.plain(bytes, 0, bytes.length));
  }

  @Test
  void a_known_topic_is_answered_as_an_unknown_one() {
    Random random = new Random(3);
    KnownTopics known = new KnownTopics();
    for (int i = 0; i < 20_000; i++) {
      String topic = random(random, random.nextInt(5));
      assertEquals(Utf8.plainName(topic), known.plain(topic), topic);
      assertEquals(Utf8.plainName(topic), known.plain(topic), topic);
    }
  }

  @Test
  void packets_with_the_same_topic_share_its_string() throws CodecException {
    Decoder decoder = new Decoder(ProtocolVersion.MQTT_5, Sender.BROKER, 1000);
    WriteBuffer out = new WriteBuffer(100);
    new Encoder(ProtocolVersion.MQTT_5)
        .encode(
            new Publish(false, QoS.AT_MOST_ONCE, false, "a/b", 0, Properties.NONE, new byte[] {1}),
            out);
    Publish first = decode(decoder, ByteBuffer.wrap(out.array(), 0, out.length()));
    Publish second = decode(decoder, direct(out));
    assertEquals(first, second);
    assertSame(first.topic(), second.topic());
    assertNotSame(first.payload(), second.payload());
  }

  private static Publish decode(Decoder decoder, ByteBuffer in) throws CodecException {
    Packet packet = decoder.decode(in);
    assertTrue(packet instanceof Publish);
    return (Publish) packet;
  }

  private static ByteBuffer direct(WriteBuffer out) {
    return ByteBuffer.allocateDirect(out.length()).put(out.array(), 0, out.length()).flip();
  }

  private static String random(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      int at = random.nextInt(random.nextInt(8) == 0 ? ALPHABET.length() : 3);
      text.append(ALPHABET.charAt(at));
    }
    return text.toString();
  }
}
