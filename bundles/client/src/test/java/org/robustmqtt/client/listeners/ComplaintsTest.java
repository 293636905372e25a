package org.robustmqtt.client.listeners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The log of the tests goes to the standard error stream, which is read here. */
class ComplaintsTest {
  private final PrintStream before = System.err;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final Complaints complaints = new Complaints("bundle 42/Bell");

  @BeforeEach
  void read() {
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void giveBack() {
    System.setErr(before);
  }

  private String logged() {
    String text = log.toString(StandardCharsets.UTF_8);
    log.reset();
    return text;
  }

  private static long lines(String text) {
    return text.lines().filter(line -> line.contains("bundle 42/Bell")).count();
  }

  @Test
  void what_a_listener_throws_is_told_with_its_owner_the_topic_and_the_cause() {
    complaints.threw(0, "home/bell", new IllegalStateException("no chime"));
    String text = logged();
    assertTrue(text.contains("WARN"), text);
    assertTrue(text.contains("bundle 42/Bell"), text);
    assertTrue(text.contains("home/bell"), text);
    assertTrue(text.contains("no chime"), text);
  }

  @Test
  void the_same_listener_is_told_once_a_minute_with_the_number_of_those_in_between() {
    for (int second = 0; second < 60; second++) {
      complaints.threw(TimeUnit.SECONDS.toNanos(second), "t", new IllegalStateException());
    }
    assertEquals(1, lines(logged()));
    complaints.say(TimeUnit.SECONDS.toNanos(60), "is late");
    String text = logged();
    assertEquals(1, lines(text));
    assertTrue(text.contains("is late (59 like it in between)"), text);
  }

  @Test
  void one_listener_does_not_silence_another() {
    complaints.say(0, "is late");
    new Complaints("bundle 42/Bell 2").say(0, "is late");
    assertEquals(2, lines(logged()));
  }
}
