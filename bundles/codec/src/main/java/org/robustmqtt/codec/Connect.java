package org.robustmqtt.codec;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.robustmqtt.QoS;

/**
 * CONNECT (section 3.1).
 *
 * @param version the version that the client wants to speak
 * @param cleanStart clean start, called clean session in MQTT 3.1.1
 * @param keepAlive seconds, 0 (off) to 65,535
 * @param clientId may be empty; in MQTT 3.1.1 only with a clean session
 * @param will what the broker publishes if the connection is lost
 * @param username who the client is
 * @param password how it proves that; not copied, never told; in MQTT 3.1.1 only with a user name
 * @param properties the properties; empty in MQTT 3.1.1
 */
public record Connect(
    ProtocolVersion version,
    boolean cleanStart,
    int keepAlive,
    String clientId,
    Optional<Will> will,
    Optional<String> username,
    Optional<byte[]> password,
    Properties properties)
    implements Packet {
  private static final String NAME = "MQTT";
  private static final int RESERVED = 0x01;
  private static final int CLEAN_START = 0x02;
  private static final int WILL = 0x04;
  private static final int WILL_QOS_SHIFT = 3;
  private static final int WILL_RETAIN = 0x20;
  private static final int PASSWORD = 0x40;
  private static final int USERNAME = 0x80;

  /** Checks that nothing is null. */
  public Connect {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(clientId, "clientId");
    Objects.requireNonNull(will, "will");
    Objects.requireNonNull(username, "username");
    Objects.requireNonNull(password, "password");
    Objects.requireNonNull(properties, "properties");
  }

  @Override
  public PacketType type() {
    return PacketType.CONNECT;
  }

  static Connect read(ReadBuffer in) throws CodecException {
    ProtocolVersion version = readVersion(in);
    in.version(version);
    int flags = in.u8("connect flags");
    checkFlags(in, flags);
    int keepAlive = in.u16("keep alive");
    Properties properties = PropertyCodec.read(in, Place.CONNECT);
    checkAuthentication(in.dialect(), properties);
    String clientId = in.string("client identifier");
    boolean cleanStart = (flags & CLEAN_START) != 0;
    checkClientId(in.dialect(), clientId, cleanStart);
    Optional<Will> will =
        (flags & WILL) == 0
            ? Optional.empty()
            : Optional.of(
                Will.read(in, QoS.of(flags >> WILL_QOS_SHIFT & 3), (flags & WILL_RETAIN) != 0));
    Optional<String> username =
        (flags & USERNAME) == 0 ? Optional.empty() : Optional.of(in.string("user name"));
    Optional<byte[]> password =
        (flags & PASSWORD) == 0 ? Optional.empty() : Optional.of(in.binary("password"));
    return new Connect(
        version, cleanStart, keepAlive, clientId, will, username, password, properties);
  }

  private static ProtocolVersion readVersion(ReadBuffer in) throws CodecException {
    if (!in.string("protocol name").equals(NAME)) {
      throw in.broken(Rule.PROTOCOL_NAME, "unknown protocol name; allowed is \"MQTT\"");
    }
    int level = in.u8("protocol level");
    for (ProtocolVersion version : ProtocolVersion.values()) {
      if (version.level() == level) {
        return version;
      }
    }
    throw in.broken(Rule.PROTOCOL_LEVEL, "protocol level " + level + "; allowed are 4 and 5");
  }

  private static void checkFlags(ReadBuffer in, int flags) throws CodecException {
    int willQos = flags >> WILL_QOS_SHIFT & 3;
    if ((flags & RESERVED) != 0) {
      throw in.broken(Rule.CONNECT_FLAG, "the reserved connect flag is 1; allowed is 0");
    }
    if (willQos == 3) {
      throw in.broken(Rule.WILL_QOS, "will QoS 3; allowed are 0, 1 and 2");
    }
    if ((flags & WILL) == 0 && willQos != 0) {
      throw in.broken(Rule.NO_WILL_QOS, "will QoS " + willQos + " without a will; allowed is 0");
    }
    if ((flags & WILL) == 0 && (flags & WILL_RETAIN) != 0) {
      throw in.broken(Rule.NO_WILL_RETAIN, "will retain 1 without a will; allowed is 0");
    }
    checkPassword(in.dialect(), (flags & USERNAME) != 0, (flags & PASSWORD) != 0);
  }

  private static void checkPassword(Dialect dialect, boolean username, boolean password)
      throws CodecException {
    if (password && !username && !dialect.v5()) {
      throw Rule.PASSWORD_ALONE.broken(
          dialect, "CONNECT: a password without a user name; allowed in MQTT 5 only");
    }
  }

  private static void checkClientId(Dialect dialect, String clientId, boolean cleanStart)
      throws CodecException {
    if (clientId.isEmpty() && !cleanStart && !dialect.v5()) {
      throw Rule.EMPTY_CLIENT_ID.broken(
          dialect, "CONNECT: empty client identifier; allowed only with a clean session");
    }
  }

  private static void checkAuthentication(Dialect dialect, Properties properties)
      throws CodecException {
    if (properties.has(Property.AUTHENTICATION_DATA)
        && !properties.has(Property.AUTHENTICATION_METHOD)) {
      throw Rule.AUTHENTICATION_DATA.broken(
          dialect,
          "CONNECT: AUTHENTICATION_DATA without AUTHENTICATION_METHOD; allowed only together");
    }
  }

  /** Checks the packet and returns the size of what follows the fixed header. */
  long size(Dialect dialect) throws CodecException {
    if (version != dialect.version()) {
      throw Rule.PROTOCOL_LEVEL.broken(
          dialect, "CONNECT of " + version + "; allowed is " + dialect.version());
    }
    if (keepAlive < 0 || keepAlive > 0xFFFF) {
      throw Rule.KEEP_ALIVE.broken(
          dialect, "CONNECT: keep alive " + keepAlive + " s; allowed are 0 to 65535");
    }
    checkPassword(dialect, username.isPresent(), password.isPresent());
    checkClientId(dialect, clientId, cleanStart);
    checkAuthentication(dialect, properties);
    // name with its length, level, flags and keep alive
    long size = 2 + NAME.length() + 1 + 1 + 2;
    size += PropertyCodec.size(properties, Place.CONNECT, dialect);
    size += Check.string(dialect, Place.CONNECT, "client identifier", clientId);
    if (will.isPresent()) {
      size += will.get().size(dialect);
    }
    if (username.isPresent()) {
      size += Check.string(dialect, Place.CONNECT, "user name", username.get());
    }
    if (password.isPresent()) {
      size += Check.binary(dialect, Place.CONNECT, "password", password.get());
    }
    return size;
  }

  void write(Dialect dialect, WriteBuffer out) {
    out.string(NAME);
    out.u8(version.level());
    out.u8(connectFlags());
    out.u16(keepAlive);
    PropertyCodec.write(properties, out, dialect);
    out.string(clientId);
    will.ifPresent(w -> w.write(dialect, out));
    username.ifPresent(out::string);
    password.ifPresent(out::binary);
  }

  private int connectFlags() {
    int flags = cleanStart ? CLEAN_START : 0;
    if (will.isPresent()) {
      Will w = will.get();
      flags |= WILL | w.qos().level() << WILL_QOS_SHIFT | (w.retain() ? WILL_RETAIN : 0);
    }
    return flags | (username.isPresent() ? USERNAME : 0) | (password.isPresent() ? PASSWORD : 0);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Connect that
        && version == that.version
        && cleanStart == that.cleanStart
        && keepAlive == that.keepAlive
        && clientId.equals(that.clientId)
        && will.equals(that.will)
        && username.equals(that.username)
        && Arrays.equals(password.orElse(null), that.password.orElse(null))
        && properties.equals(that.properties);
  }

  @Override
  public int hashCode() {
    // without the password: a hash of a secret tells about it
    return Objects.hash(version, cleanStart, keepAlive, clientId, will, username, properties);
  }

  /** Tells the packet; of the password only whether there is one. */
  @Override
  public String toString() {
    return "Connect[version="
        + version
        + ", cleanStart="
        + cleanStart
        + ", keepAlive="
        + keepAlive
        + ", clientId="
        + clientId
        + ", will="
        + will
        + ", username="
        + username
        + ", password="
        + (password.isPresent() ? "given" : "none")
        + ", properties="
        + properties
        + "]";
  }
}
