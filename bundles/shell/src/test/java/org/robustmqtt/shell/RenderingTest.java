package org.robustmqtt.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.robustmqtt.DropReason;
import org.robustmqtt.Message;
import org.robustmqtt.MessageProperties;
import org.robustmqtt.Outcome;
import org.robustmqtt.PendingMessage;
import org.robustmqtt.Place;
import org.robustmqtt.Problem;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.QoS;
import org.robustmqtt.ReceivedMessage;
import org.robustmqtt.Stored;

/** Messages, outcomes, times and sizes as a person reads them. */
class RenderingTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource({"0,0s", "59,59s", "60,1m 0s", "3599,59m 59s", "3661,1h 1m", "90000,1d 1h"})
  void a_time_is_told_in_its_two_largest_units(long seconds, String text) {
    assertEquals(text, Ages.text(Duration.ofSeconds(seconds)));
  }

  @ParameterizedTest
  @CsvSource({
    "0,0 B",
    "1023,1023 B",
    "1024,1 kB",
    "1536,1.5 kB",
    "67108864,64 MB",
    "268435460,256 MB"
  })
  void a_size_is_told_in_a_fitting_unit(long bytes, String text) {
    assertEquals(text, Sizes.text(bytes));
  }

  @Test
  void a_payload_is_text_if_it_can_be() {
    assertEquals("21.5 \u00b0C", Payloads.text(utf8("21.5 \u00b0C"), 40));
    assertEquals("aaa...", Payloads.text(utf8("aaaaaa"), 3));
    assertEquals("0x00FF", Payloads.text(new byte[] {0, (byte) 0xFF}, 40));
    assertEquals("0x0000...", Payloads.text(new byte[9], 6));
    assertEquals("", Payloads.text(new byte[0], 6));
  }

  @Test
  void a_payload_of_several_lines_is_text_on_one_line() {
    assertEquals("{\\n  \"a\": 1\\r\\n}", Payloads.text(utf8("{\n  \"a\": 1\r\n}"), 40));
  }

  @Test
  void another_control_character_is_shown_as_its_number() {
    assertEquals("\\u001B[2J", Payloads.text(utf8("\u001b[2J"), 40));
  }

  @Test
  void a_pending_message_is_a_row() {
    Message message = Message.text("home/door", "open").withQos(2).withRetain(true);

    assertEquals(
        List.of("17", "5s", "home/door", "2 retain", "4", "in flight", "yes", "open"),
        PendingTable.row(new PendingMessage(17, message, NOW.minusSeconds(5), true, true), NOW));
    assertEquals(
        List.of("18", "0s", "t", "1", "1", "queued", "no", "x"),
        PendingTable.row(new PendingMessage(18, Message.text("t", "x"), NOW, false, false), NOW));
  }

  @Test
  void a_message_that_was_put_aside_is_a_row_with_its_attempts_and_the_last_problem() {
    Problem problem =
        new Problem(Place.CHECK_MESSAGE, ProblemKind.CONNECTION_LOST, 0, "reset", NOW);
    PendingMessage kept =
        new PendingMessage(17, Message.text("t", "x"), NOW, false, true, 12, Optional.of(problem));

    assertEquals(
        List.of("17", "0s", "t", "1", "1", "12", "CONNECTION_LOST: reset", "x"),
        PendingTable.quarantined(kept, NOW));
    assertEquals(PendingTable.QUARANTINED.size(), PendingTable.quarantined(kept, NOW).size());
  }

  @Test
  void a_received_message_is_a_line() {
    ReceivedMessage message =
        new ReceivedMessage(
            "home",
            "a/b",
            utf8("on"),
            QoS.AT_LEAST_ONCE,
            true,
            true,
            MessageProperties.NONE,
            NOW,
            () -> false);

    assertEquals("a/b  on  [retained]  [duplicate]", ReceivedText.line(message));
    assertEquals("a/b  on  [retained]  [duplicate]  [stale]", ReceivedText.line(message.asStale()));
  }

  @Test
  void an_outcome_is_told_with_its_reason() {
    assertEquals(
        "acknowledged by the broker, 0x10 no matching subscribers, may be there twice",
        OutcomeText.text(new Outcome.Acknowledged(0x10, true)));
    assertEquals("sent (QoS 0, not acknowledged)", OutcomeText.text(new Outcome.Sent()));
    assertEquals(
        "dropped: REFUSED 0x87 not authorized, may have arrived",
        OutcomeText.text(new Outcome.Dropped(DropReason.REFUSED, 0x87, true)));
  }

  @ParameterizedTest
  @EnumSource(Stored.class)
  void what_became_of_the_writing_is_told_in_words(Stored stored) {
    String text = OutcomeText.text(stored);

    assertEquals(text.toLowerCase(Locale.ROOT), text);
    assertEquals(-1, text.indexOf('_'));
  }

  @Test
  void the_only_connection_need_not_be_named() throws CommandException {
    assertEquals("home", ConnectionChoice.choose(Optional.empty(), List.of("home")));
    assertEquals("b", ConnectionChoice.choose(Optional.of("b"), List.of("a", "b")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "   | a,b | Which connection? There are: a, b.",
        " c | a,b | There is no connection \"c\". There are: a, b.",
        "   |     | No connection is there; mqtt:list says how to make one.",
        " c |     | There is no connection \"c\". No connection is there; mqtt:list says how to"
            + " make one."
      })
  void a_choice_that_is_none_is_explained_in_one_line(String given, String names, String text) {
    List<String> there = names == null ? List.of() : List.of(names.split(","));

    CommandException refusal =
        assertThrows(
            CommandException.class,
            () -> ConnectionChoice.choose(Optional.ofNullable(given), there));

    assertEquals(text, refusal.getMessage());
  }
}
