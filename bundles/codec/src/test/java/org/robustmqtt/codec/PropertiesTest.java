package org.robustmqtt.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.robustmqtt.UserProperty;

class PropertiesTest {
  @Test
  void nothing_set_is_NONE() {
    assertSame(Properties.NONE, Properties.builder().build());
    assertTrue(Properties.NONE.isEmpty());
    assertEquals(0, Properties.NONE.size());
    assertEquals("{}", Properties.NONE.toString());
  }

  @ParameterizedTest
  @EnumSource(Property.class)
  void what_is_not_there_is_empty(Property property) {
    switch (property.valueType()) {
      case BYTE, TWO_BYTE_INTEGER, FOUR_BYTE_INTEGER, VARIABLE_BYTE_INTEGER ->
          assertEquals(OptionalLong.empty(), Properties.NONE.number(property));
      case STRING -> assertEquals(Optional.empty(), Properties.NONE.string(property));
      case BINARY -> assertEquals(Optional.empty(), Properties.NONE.binary(property));
      case STRING_PAIR -> assertEquals(List.of(), Properties.NONE.userProperties());
    }
    assertEquals(List.of(), Properties.NONE.subscriptionIdentifiers());
    assertFalse(Properties.NONE.has(property));
  }

  @ParameterizedTest
  @EnumSource(Property.class)
  void a_value_of_another_type_is_refused_at_once(Property property) {
    Properties.Builder builder = Properties.builder();
    Property.Type type = property.valueType();
    switch (type) {
      case BYTE, TWO_BYTE_INTEGER, FOUR_BYTE_INTEGER, VARIABLE_BYTE_INTEGER -> {
        long max =
            switch (type) {
              case BYTE -> 255;
              case TWO_BYTE_INTEGER -> 65_535;
              case FOUR_BYTE_INTEGER -> 4_294_967_295L;
              default -> 268_435_455;
            };
        assertEquals(OptionalLong.of(max), builder.number(property, max).build().number(property));
        refused(() -> builder.number(property, max + 1));
        refused(() -> builder.number(property, -1));
      }
      case STRING -> {
        assertEquals(Optional.of("x"), builder.string(property, "x").build().string(property));
        refused(() -> builder.string(property, "\uD800"));
        refused(() -> builder.string(property, "a\u0000"));
        refused(() -> builder.string(property, "a".repeat(65_536)));
      }
      case BINARY -> {
        byte[] longest = new byte[65_535];
        assertSame(longest, builder.binary(property, longest).build().binary(property).get());
        refused(() -> builder.binary(property, new byte[65_536]));
      }
      case STRING_PAIR -> {
        UserProperty user = new UserProperty("k", "v");
        assertEquals(List.of(user), builder.user(user).build().userProperties());
      }
    }
    if (!Properties.Builder.numeric(property)) {
      refused(() -> builder.number(property, 1));
      refused(() -> Properties.NONE.number(property));
    }
    if (type != Property.Type.STRING) {
      refused(() -> builder.string(property, "x"));
      refused(() -> Properties.NONE.string(property));
    }
    if (type != Property.Type.BINARY) {
      refused(() -> builder.binary(property, new byte[0]));
      refused(() -> Properties.NONE.binary(property));
    }
  }

  @Test
  void setting_again_replaces_and_identifiers_and_user_properties_add_up() {
    Properties properties =
        Properties.builder()
            .user(new UserProperty("k", "1"))
            .number(Property.RECEIVE_MAXIMUM, 1)
            .number(Property.SUBSCRIPTION_IDENTIFIER, 9)
            .number(Property.RECEIVE_MAXIMUM, 2)
            .user(new UserProperty("k", "1"))
            .number(Property.SUBSCRIPTION_IDENTIFIER, 3)
            .build();
    assertEquals(5, properties.size());
    assertEquals(OptionalLong.of(2), properties.number(Property.RECEIVE_MAXIMUM));
    assertEquals(List.of(9, 3), properties.subscriptionIdentifiers());
    assertEquals(2, properties.userProperties().size());
    assertThrows(UnsupportedOperationException.class, () -> properties.userProperties().clear());
  }

  @Test
  void they_are_equal_if_they_say_the_same_in_whatever_order_it_was_set() {
    Properties one =
        Properties.builder()
            .binary(Property.CORRELATION_DATA, Hex.bytes("01"))
            .string(Property.CONTENT_TYPE, "t")
            .build();
    Properties other =
        Properties.builder()
            .string(Property.CONTENT_TYPE, "t")
            .binary(Property.CORRELATION_DATA, Hex.bytes("01"))
            .build();
    assertEquals(one, other);
    assertEquals(one.hashCode(), other.hashCode());
    assertNotEquals(one, Properties.builder().string(Property.CONTENT_TYPE, "t").build());
    assertNotEquals(
        Properties.builder().string(Property.CONTENT_TYPE, "t").build(),
        Properties.builder().string(Property.REASON_STRING, "t").build());
    UserProperty a = new UserProperty("a", "");
    UserProperty b = new UserProperty("b", "");
    assertNotEquals(
        Properties.builder().user(a).user(b).build(), Properties.builder().user(b).user(a).build());
  }

  @Test
  void built_properties_do_not_change_when_their_builder_goes_on() {
    Properties.Builder builder = Properties.builder().number(Property.RECEIVE_MAXIMUM, 1);
    Properties before = builder.build();
    builder.number(Property.RECEIVE_MAXIMUM, 2).number(Property.TOPIC_ALIAS, 1);
    assertEquals(1, before.size());
    assertEquals(OptionalLong.of(1), before.number(Property.RECEIVE_MAXIMUM));
    assertEquals(2, builder.build().size());
  }

  @Test
  void text_tells_of_binary_values_only_the_size() {
    Properties properties =
        Properties.builder()
            .binary(Property.AUTHENTICATION_DATA, Hex.bytes("7365637265"))
            .string(Property.AUTHENTICATION_METHOD, "m")
            .user(new UserProperty("k", "v"))
            .build();
    assertEquals(
        "{AUTHENTICATION_METHOD=m, AUTHENTICATION_DATA=5 bytes, USER_PROPERTY=k:v}",
        properties.toString());
  }

  private static void refused(org.junit.jupiter.api.function.Executable executable) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, executable);
    assertFalse(e.getMessage().isBlank());
  }
}
