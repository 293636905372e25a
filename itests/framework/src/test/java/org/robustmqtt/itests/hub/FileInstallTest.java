package org.robustmqtt.itests.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.ConnectionState;
import org.robustmqtt.RobustMqttConnection;
import org.robustmqtt.codec.Connect;
import org.robustmqtt.itests.testkit.Manners;
import org.robustmqtt.itests.testkit.ScriptedBroker;

/** A file in {@code etc}, read by what Karaf reads it with. */
class FileInstallTest {
  private static final String FILE = "org.robustmqtt.connection-home.cfg";

  @TempDir Path folder;
  private Path etc;
  private ScriptedBroker broker;

  @BeforeEach
  void begin() throws IOException {
    etc = Files.createDirectories(folder.resolve("etc"));
    broker = ScriptedBroker.start().serve(Manners.polite());
  }

  @AfterEach
  void end() {
    broker.close();
  }

  private byte[] write(Charset charset, String... lines) throws IOException {
    String text =
        "pid:org.robustmqtt.connection#home\nbroker = "
            + broker.uri()
            + "\nconnectDelay = 0s\n"
            + String.join("\n", lines)
            + "\n";
    byte[] content = text.getBytes(charset);
    Path aside = Files.write(folder.resolve("new"), content);
    Files.move(aside, etc.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    return content;
  }

  private Hub hub() throws Exception {
    return Hub.startWithFiles(folder.resolve("hub"), etc);
  }

  private static void assertPassword(String expected, Connect connect) {
    assertArrayEquals(expected.getBytes(StandardCharsets.UTF_8), connect.password().orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "ISO-8859-1"})
  void user_name_password_and_topics_leave_as_they_were_written_in_either_encoding(String charset)
      throws Exception {
    byte[] content =
        write(
            Charset.forName(charset),
            "username = J\u00fcrgen",
            "password = p\u00e4ssw\u00f6rt",
            "presenceTopic = k\u00fcche/hub");
    try (Hub hub = hub()) {
      hub.await("home", ConnectionState.ONLINE);
      Connect connect = broker.recording().await(Connect.class, 1).get(0);
      assertEquals(Optional.of("J\u00fcrgen"), connect.username());
      assertPassword("p\u00e4ssw\u00f6rt", connect);
      assertEquals("k\u00fcche/hub", connect.will().orElseThrow().topic());
      assertEquals(List.of(), hub.directory().check(FILE, content));
    }
  }

  @Test
  void a_byte_order_mark_is_passed_over() throws Exception {
    String text = "\uFEFFbroker = " + broker.uri() + "\nconnectDelay = 0\n";
    Files.writeString(etc.resolve(FILE), text, StandardCharsets.UTF_8);
    try (Hub hub = hub()) {
      assertEquals(List.of(), hub.await("home", ConnectionState.ONLINE).status().faults());
    }
  }

  @Test
  void what_the_check_says_to_write_leaves_as_it_was_meant() throws Exception {
    byte[] lost =
        write(StandardCharsets.UTF_8, "username = a${b}c", "password = ab\\cd", "# a comment");
    try (Hub hub = hub()) {
      hub.await("home", ConnectionState.ONLINE);
      Connect connect = broker.recording().await(Connect.class, 1).get(0);
      assertEquals(Optional.of("ac"), connect.username());
      assertPassword("abcd", connect);
      List<String> lines = hub.directory().check(FILE, lost);
      assertEquals(2, lines.size(), lines.toString());
      assertTrue(lines.get(0).contains("line 4: username: Karaf puts"), lines.toString());
      assertTrue(lines.get(1).contains("line 5: password: Karaf takes"), lines.toString());

      byte[] meant =
          write(StandardCharsets.UTF_8, "username = a$\\\\{b\\\\}c", "password = ab\\\\cd");
      connect = broker.recording().await(Connect.class, 2).get(1);
      assertEquals(Optional.of("a${b}c"), connect.username());
      assertPassword("ab\\cd", connect);
      assertEquals(List.of(), hub.directory().check(FILE, meant));
    }
  }

  @Test
  void a_secret_that_was_rewritten_counts_from_the_next_connect_on() throws Exception {
    Files.writeString(etc.resolve("mqtt"), "first\n");
    write(StandardCharsets.UTF_8, "username = me", "password = $[secret:mqtt]");
    try (Hub hub = hub()) {
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      Files.writeString(etc.resolve("mqtt"), "second\n");
      home.reconnectNow();
      assertPassword("second", broker.recording().await(Connect.class, 2).get(1));
      Files.writeString(etc.resolve("mqtt"), "third\n");
      hub.await("home", ConnectionState.ONLINE);
      broker.accept().close();
      broker.accept().close();
      assertPassword("third", broker.recording().await(Connect.class, 3).get(2));
      assertPassword("first", broker.recording().received(Connect.class).get(0));
    }
  }

  @Test
  void a_secret_that_is_written_after_the_start_is_found() throws Exception {
    write(StandardCharsets.UTF_8, "username = me", "password = $[secret:later]");
    try (Hub hub = hub()) {
      hub.await("home", ConnectionState.FAULTED);
      Files.writeString(etc.resolve("later"), "there\n");
      hub.await("home", ConnectionState.ONLINE);
      assertPassword("there", broker.recording().await(Connect.class, 1).get(0));
    }
  }

  @Test
  void a_password_file_is_read_as_it_stands_and_anew_at_each_connect() throws Exception {
    Path file = Files.writeString(folder.resolve("password"), "a\\b${c} # \u20ac\n");
    write(StandardCharsets.UTF_8, "username = me", "passwordFile = " + file);
    try (Hub hub = hub()) {
      RobustMqttConnection home = hub.await("home", ConnectionState.ONLINE);
      Files.writeString(file, "second");
      home.reconnectNow();
      assertPassword("second", broker.recording().await(Connect.class, 2).get(1));
      assertPassword("a\\b${c} # \u20ac", broker.recording().received(Connect.class).get(0));
    }
  }

  @Test
  void a_file_without_a_name_or_with_a_tilde_is_said_with_what_to_write_instead() throws Exception {
    String text = "broker = " + broker.uri() + "\n";
    Files.writeString(etc.resolve("org.robustmqtt.connection.cfg"), text);
    try (Hub hub = hub()) {
      StrayTest.awaitShown(hub, "(org.robustmqtt.connection)");
      assertEquals(
          List.of(
              "org.robustmqtt.connection.cfg: makes no connection; rename the file to"
                  + " org.robustmqtt.connection-home.cfg"),
          hub.directory().all().get(0).faults());
    }
  }
}
