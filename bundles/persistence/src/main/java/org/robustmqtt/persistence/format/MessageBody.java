package org.robustmqtt.persistence.format;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.MessageProperties;
import org.robustmqtt.QoS;
import org.robustmqtt.UserProperty;
import org.robustmqtt.journal.StoredMessage;

/**
 * The body of a {@link RecordType#MESSAGE} record.
 *
 * <pre>
 * sequence varint | flags 2 | [epoch varint, packet id 2] | [alias varint] | accepted at 6 |
 * deadline varint | [own deadline: seconds varint, nanoseconds varint] | topic | [properties] |
 * payload
 *
 * flags, from the lowest bit:
 *  0-1 QoS    2 retain    3-4 durability    5-6 the message's own durability + 1, 0: none
 *  7 own deadline    8 properties    9 sent: epoch and packet id follow    10 released
 *  11 carried: the stage given here replaces what earlier records said
 *  12 abandoned    13 quarantined    14 replaced: each with or without 9
 *  15 alias: the sequence it had in another journal follows
 *
 * properties: flags 1 (1 UTF-8, 2 content type, 4 response topic, 8 correlation data, 16 policy),
 * then those of the first four that are there, then count and pairs of user properties; with 16 the
 * last pair is no property of the message, and its value is the policy that the message names
 * </pre>
 *
 * Versions that do not know 16 read the whole message and send the pair along as a property.
 */
public final class MessageBody {
  private static final int RETAIN = 1 << 2;
  private static final int OWN_DEADLINE = 1 << 7;
  private static final int PROPERTIES = 1 << 8;
  private static final int SENT = 1 << 9;
  private static final int RELEASED = 1 << 10;
  private static final int CARRIED = 1 << 11;
  private static final int ABANDONED = 1 << 12;
  private static final int QUARANTINED = 1 << 13;
  private static final int REPLACED = 1 << 14;
  private static final int ALIAS = 1 << 15;
  private static final int STAGE = SENT | RELEASED | ABANDONED | QUARANTINED | REPLACED;
  private static final int POLICY = 16;
  private static final String POLICY_NAME = "robust-mqtt-policy";
  private static final byte[] NO_PAYLOAD = {};
  private static final Durability[] DURABILITIES = Durability.values();

  private MessageBody() {}

  /** What a message record says besides the message. */
  public record Head(long sequence, Stage stage, boolean carried, long alias, boolean qos2) {}

  /** Returns a number of bytes that the body surely fits into; quick, nothing is encoded. */
  public static int bound(Message message) {
    int bytes = 80 + 3 * message.topic().length() + message.payload().length;
    MessageProperties properties = message.properties();
    if (hasProperties(message)) {
      bytes += 20;
      bytes +=
          message.policy().map(label -> 6 + POLICY_NAME.length() + 3 * label.length()).orElse(0);
      bytes += 3 * properties.contentType().map(String::length).orElse(0);
      bytes += 3 * properties.responseTopic().map(String::length).orElse(0);
      bytes += properties.correlationData().map(data -> data.length).orElse(0);
      for (UserProperty user : properties.userProperties()) {
        bytes += 6 + 3 * (user.name().length() + user.value().length());
      }
    }
    return bytes;
  }

  /** Writes a whole message record, except its seal. */
  public static void encode(Output out, StoredMessage stored, Stage stage) {
    encode(out, stored, stage, false);
  }

  /**
   * Writes a whole message record, except its seal.
   *
   * @param replaces whether its stage replaces what earlier records said
   */
  public static void encode(Output out, StoredMessage stored, Stage stage, boolean replaces) {
    encode(out, stored, stage, replaces, 0);
  }

  /**
   * Writes a whole message record, except its seal.
   *
   * @param alias the sequence it had in another journal, 0 if there was none
   */
  public static void encode(
      Output out, StoredMessage stored, Stage stage, boolean replaces, long alias) {
    Message message = stored.message();
    int flags = message.qos().level();
    flags |= message.retain() ? RETAIN : 0;
    flags |= stored.durability().ordinal() << 3;
    flags |= message.durability().map(own -> own.ordinal() + 1).orElse(0) << 5;
    flags |= message.deadline().isPresent() ? OWN_DEADLINE : 0;
    flags |= hasProperties(message) ? PROPERTIES : 0;
    flags |= replaces ? CARRIED : 0;
    flags |= alias > 0 ? ALIAS : 0;
    out.begin(RecordType.MESSAGE, bound(message)).varint(stored.sequence());
    stage(out, flags, stage);
    if (alias > 0) {
      out.varint(alias);
    }
    out.number(stored.acceptedAt(), 6).varint(stored.deadline());
    message.deadline().ifPresent(own -> out.varint(own.getSeconds()).varint(own.getNano()));
    out.string(message.topic());
    if (hasProperties(message)) {
      properties(out, message);
    }
    out.raw(message.payload(), 0, message.payload().length);
  }

  private static void stage(Output out, int flags, Stage stage) {
    int reached =
        switch (stage.reached()) {
          case WAITING, SENT -> 0;
          case RELEASED -> RELEASED;
          case ABANDONED -> ABANDONED;
          case QUARANTINED -> QUARANTINED;
          case REPLACED -> REPLACED;
        };
    out.number(flags | reached | (stage.hasId() ? SENT : 0), 2);
    if (stage.hasId()) {
      out.varint(stage.epoch()).number(stage.packetId(), 2);
    }
  }

  private static boolean hasProperties(Message message) {
    return !message.properties().isEmpty() || message.policy().isPresent();
  }

  private static void properties(Output out, Message message) {
    MessageProperties properties = message.properties();
    out.u8(
        (properties.utf8() ? 1 : 0)
            | (properties.contentType().isPresent() ? 2 : 0)
            | (properties.responseTopic().isPresent() ? 4 : 0)
            | (properties.correlationData().isPresent() ? 8 : 0)
            | (message.policy().isPresent() ? POLICY : 0));
    properties.contentType().ifPresent(out::string);
    properties.responseTopic().ifPresent(out::string);
    properties.correlationData().ifPresent(out::bytes);
    out.varint(properties.userProperties().size() + (message.policy().isPresent() ? 1 : 0));
    for (UserProperty user : properties.userProperties()) {
      out.string(user.name()).string(user.value());
    }
    message.policy().ifPresent(label -> out.string(POLICY_NAME).string(label));
  }

  /** Copies a message record to another place, with the stage that the message has now. */
  public static void carry(Output out, byte[] array, int start, int end, Stage stage) {
    Input in = new Input(array, start, end);
    long sequence = in.varint();
    int flags = (int) in.number(2);
    if ((flags & SENT) != 0) {
      in.varint();
      in.number(2);
    }
    out.begin(RecordType.MESSAGE, end - start + 12).varint(sequence);
    stage(out, flags & ~STAGE | CARRIED, stage);
    out.raw(array, in.at(), end);
  }

  /** Reads the beginning of a message record's body. */
  public static Head head(Input in) {
    long sequence = in.varint();
    int flags = (int) in.number(2);
    Stage stage = readStage(in, flags);
    return head(sequence, flags, stage, readAlias(in, flags));
  }

  private static Head head(long sequence, int flags, Stage stage, long alias) {
    return new Head(sequence, stage, (flags & CARRIED) != 0, alias, (flags & 3) == 2);
  }

  /**
   * What is known of a message without its payload.
   *
   * @param head the beginning
   * @param acceptedAt when it was accepted, milliseconds of wall time
   * @param deadline in milliseconds, 0: never
   * @param plain whether it is not retained and has no alias
   * @param named the policy that it names
   * @param topicAt where the topic is in the array
   * @param topicBytes the bytes of the topic
   * @param bytes of topic and payload
   */
  public record Outline(
      Head head,
      long acceptedAt,
      long deadline,
      boolean plain,
      Optional<String> named,
      int topicAt,
      int topicBytes,
      int bytes) {
    /** Returns its number. */
    public long sequence() {
      return head.sequence();
    }

    /**
     * Returns whether it may stay on disk only, among those of a policy: it is neither retained nor
     * has it an alias, nor does it name another policy.
     */
    public boolean plain(String policy) {
      return plain && named.map(policy::equals).orElse(true);
    }
  }

  /** Reads what a message record's body says without its payload; nothing of it is checked. */
  public static Outline outline(Input in) {
    final long sequence = in.varint();
    int flags = (int) in.number(2);
    final Stage stage = readStage(in, flags);
    final long alias = readAlias(in, flags);
    long acceptedAt = in.number(6);
    long deadline = in.varint();
    if ((flags & OWN_DEADLINE) != 0) {
      in.varint();
      in.varint();
    }
    int topic = in.count();
    final int topicAt = in.at();
    in.skip(topic);
    Extras extras = (flags & PROPERTIES) == 0 ? Extras.NONE : Extras.read(in);
    return new Outline(
        head(sequence, flags, stage, alias),
        acceptedAt,
        deadline,
        (flags & (RETAIN | ALIAS)) == 0,
        extras.policy,
        topicAt,
        topic,
        topic + in.left());
  }

  /**
   * As {@link #outline}, and checks the whole body; its payload may be anything. Of the usual ones,
   * those with a topic of letters and without properties, nothing is made that stays.
   *
   * @throws IllegalArgumentException if the values are not those of a message
   */
  public static Outline check(byte[] array, int start, int end) {
    Input in = new Input(array, start, end);
    final long sequence = in.varint();
    int flags = (int) in.number(2);
    final Stage stage = readStage(in, flags);
    final long alias = readAlias(in, flags);
    final long acceptedAt = in.number(6);
    final long deadline = in.varint();
    boolean usual =
        (flags & (PROPERTIES | OWN_DEADLINE)) == 0
            && (flags & 3) < 3
            && (flags >> 3 & 3) < DURABILITIES.length;
    int topic = usual ? in.plainTopic() : 0;
    if (topic == 0) {
      decode(new Input(array, start, end), false);
      return outline(new Input(array, start, end));
    }
    return new Outline(
        head(sequence, flags, stage, alias),
        acceptedAt,
        deadline,
        (flags & (RETAIN | ALIAS)) == 0,
        Optional.empty(),
        in.at() - topic,
        topic,
        topic + in.left());
  }

  /**
   * Reads a whole message record's body.
   *
   * @throws IllegalArgumentException if the values are not those of a message
   */
  public static StoredMessage decode(Input in) {
    return decode(in, true);
  }

  private static StoredMessage decode(Input in, boolean payload) {
    long sequence = in.varint();
    int flags = (int) in.number(2);
    readStage(in, flags);
    readAlias(in, flags);
    long acceptedAt = in.number(6);
    long deadline = in.varint();
    Duration own =
        (flags & OWN_DEADLINE) == 0 ? Duration.ZERO : Duration.ofSeconds(in.varint(), in.varint());
    String topic = in.string();
    Extras extras = (flags & PROPERTIES) == 0 ? Extras.NONE : Extras.read(in);
    Message message =
        Message.of(topic, payload ? in.rest() : NO_PAYLOAD)
            .withQos(QoS.of(flags & 3))
            .withRetain((flags & RETAIN) != 0)
            .withProperties(extras.properties);
    if (extras.policy.isPresent()) {
      message = message.withPolicy(extras.policy.get());
    }
    int ownDurability = flags >> 5 & 3;
    if (ownDurability > 0) {
      message = message.withDurability(DURABILITIES[ownDurability - 1]);
    }
    if (!own.isZero()) {
      message = message.withDeadline(own);
    }
    int durability = flags >> 3 & 3;
    if (durability >= DURABILITIES.length) {
      throw new IllegalArgumentException("durability " + durability);
    }
    return new StoredMessage(sequence, message, DURABILITIES[durability], acceptedAt, deadline);
  }

  private static Stage readStage(Input in, int flags) {
    if ((flags & STAGE) == 0) {
      return Stage.WAITING;
    }
    Stage.Reached reached = reached(flags);
    return (flags & SENT) == 0
        ? new Stage(0, 0, reached)
        : new Stage(in.varint(), (int) in.number(2), reached);
  }

  private static long readAlias(Input in, int flags) {
    return (flags & ALIAS) == 0 ? 0 : in.varint();
  }

  private static Stage.Reached reached(int flags) {
    if ((flags & REPLACED) != 0) {
      return Stage.Reached.REPLACED;
    }
    if ((flags & QUARANTINED) != 0) {
      return Stage.Reached.QUARANTINED;
    }
    if ((flags & ABANDONED) != 0) {
      return Stage.Reached.ABANDONED;
    }
    if ((flags & SENT) == 0) {
      return Stage.Reached.WAITING;
    }
    return (flags & RELEASED) != 0 ? Stage.Reached.RELEASED : Stage.Reached.SENT;
  }

  private record Extras(MessageProperties properties, Optional<String> policy) {
    static final Extras NONE = new Extras(MessageProperties.NONE, Optional.empty());

    static Extras read(Input in) {
      int flags = in.u8();
      MessageProperties properties = MessageProperties.NONE.withUtf8((flags & 1) != 0);
      if ((flags & 2) != 0) {
        properties = properties.withContentType(in.string());
      }
      if ((flags & 4) != 0) {
        properties = properties.withResponseTopic(in.string());
      }
      if ((flags & 8) != 0) {
        properties = properties.withCorrelationData(in.bytes());
      }
      int count = in.count();
      List<UserProperty> users = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        users.add(new UserProperty(in.string(), in.string()));
      }
      Optional<String> policy =
          (flags & POLICY) != 0 && count > 0
              ? Optional.of(users.remove(count - 1).value())
              : Optional.empty();
      return new Extras(
          users.isEmpty() ? properties : properties.withUserProperties(users), policy);
    }
  }
}
