package org.robustmqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainTextTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a/b",
        "tab\there",
        "\u00e4\u00f6\u00fc",
        "\u4e2d\u6587",
        "\ud83d\ude00",
        "\u05d0\u0627"
      })
  void what_fits_on_a_line_stays_the_same_object(String text) {
    assertSame(text, PlainText.of(text));
  }

  @Test
  void what_would_end_the_line_or_move_the_cursor_is_replaced_by_its_number() {
    assertEquals("a\\u000Ab\\u000Dc\\u001B[31m\\u0007", PlainText.of("a\nb\rc\u001b[31m\u0007"));
    assertEquals("\\u0085\\u2028\\u2029\\u009B\\u0000", PlainText.of("\u0085\u2028\u2029\u009b\0"));
  }

  /** What follows would be shown in another order, or not at all. */
  @Test
  void overrides_of_the_direction_and_what_cannot_be_seen_are_replaced() {
    for (char c :
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200e\u200f\u061c\ufeff"
            .toCharArray()) {
      assertEquals(String.format("x\\u%04Xy", (int) c), PlainText.of("x" + c + "y"));
    }
  }

  @Test
  void half_a_character_is_replaced() {
    assertEquals("\\uD83Dx\\uDE00", PlainText.of("\ud83dx\ude00"));
    assertEquals("\\uDB40\\uDC41", PlainText.of("\udb40\udc41"), "a tag, which is not seen");
  }

  @Test
  void what_is_too_long_is_cut() {
    assertEquals("abc...", PlainText.of("abcd", 3));
    assertEquals("a\\u000Ac...", PlainText.of("a\ncd", 3));
    assertEquals(PlainText.MOST + 3, PlainText.of("x".repeat(65_535)).length());
  }

  /** The ways by which a broker's words leave to whoever asks. */
  @Test
  void a_problem_and_a_line_of_a_status_are_plain() {
    Problem problem =
        new Problem(
            Place.CONNECT, ProblemKind.CONNECT_DENIED, 0x80, "no\nERROR forged", Instant.EPOCH);
    assertEquals("no\\u000AERROR forged", problem.text());
    ConnectionStatus status =
        ConnectionStatus.builder("home").faults(List.of("a certificate of \u001b[2J")).build();
    assertEquals(List.of("a certificate of \\u001B[2J"), status.faults());
  }
}
