package org.robustmqtt.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.robustmqtt.ConnectionDirectory;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.shell.runtime.HubFiles;

/** What {@code mqtt:check} reads, and what it prints. */
class CheckCommandTest {
  @TempDir Path folder;

  private record Saying(List<String> lines) implements ConnectionDirectory {
    @Override
    public List<ConnectionStatus> all() {
      return List.of();
    }

    @Override
    public List<String> check(String file, byte[] content) {
      return lines;
    }

    @Override
    public List<String> orphans() {
      return List.of();
    }

    @Override
    public boolean purgeOrphan(String name) {
      return false;
    }
  }

  private Path write(String folderName, String name, String text) throws IOException {
    Path in = Files.createDirectories(folder.resolve(folderName));
    return Files.writeString(in.resolve(name), text);
  }

  @Test
  void all_files_that_are_or_were_meant_to_be_connections_are_found() throws IOException {
    Path good = write("etc", "org.robustmqtt.connection-home.cfg", "");
    Path tilde = write("etc", "org.robustmqtt.connection~attic.cfg", "");
    write("etc", "org.robustmqtt.persistence.cfg", "");
    write("etc", "org.robustmqtt.connection-old.bak", "");
    Path first = write("services", "mqtt.cfg", "pid:org.robustmqtt.connection#a\nbroker = b");
    Path comment = write("services", "two.cfg", "# x\npid:org.robustmqtt.connection#b");
    write("services", "other.cfg", "broker = mqtt://b");
    assertEquals(
        List.of(good, tilde, first, comment),
        HubFiles.configurations(
            Optional.of(folder.resolve("etc")), Optional.of(folder.resolve("services"))));
    assertEquals(
        List.of(), HubFiles.configurations(Optional.of(folder.resolve("none")), Optional.empty()));
  }

  @Test
  void a_file_that_is_not_named_like_a_configuration_is_not_read() {
    for (boolean openHab : new boolean[] {true, false}) {
      assertEquals(
          Optional.of(
              "shadow: is not named like the file of a connection, so it was not read; Karaf:"
                  + " etc/org.robustmqtt.connection-NAME.cfg, openHAB: conf/services/NAME.cfg"),
          FileNames.wrong(Path.of("shadow"), openHab));
    }
    assertEquals(Optional.empty(), FileNames.wrong(Path.of("mqtt.cfg"), true));
    assertEquals(
        Optional.empty(), FileNames.wrong(Path.of("org.robustmqtt.connection~a.cfg"), false));
  }

  @Test
  void a_name_that_is_nearly_right_is_told_the_right_one() {
    assertEquals(
        Optional.of(
            "org.robustmqtt.Connection-case.cfg: no connection comes of this name; rename it to"
                + " org.robustmqtt.connection-case.cfg"),
        FileNames.wrong(Path.of("org.robustmqtt.Connection-case.cfg"), false));
    assertEquals(
        Optional.of(
            "org.robustmqtt.connection-home.conf: no connection comes of this name; rename it to"
                + " org.robustmqtt.connection-home.cfg"),
        FileNames.wrong(Path.of("org.robustmqtt.connection-home.conf"), false));
  }

  @ParameterizedTest
  @CsvSource({
    "org.robustmqtt.conection-home.cfg, home",
    "org.robustmqtt-home.cfg, home",
    "org.robustmqtt.Connection-home.cfg, home",
    "org.robustmqtt.connection-home.conf, home",
    "org.robustmqtt.connection-home.cfg.txt, home",
    "org.robusmqtt.connection-attic.cfg, attic",
    "org.robustmqt.connection-attic.cfg, attic",
    "robustmqtt.cfg, NAME",
    "robust-mqtt.cfg, NAME"
  })
  void a_file_that_was_probably_meant_to_be_a_connection_is_named(String file, String name) {
    assertEquals(
        Optional.of(
            file
                + ": no connection comes of this name; if it is one, rename it to"
                + " org.robustmqtt.connection-"
                + name
                + ".cfg"),
        FileNames.nearMiss(file));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "org.robustmqtt.connection-home.cfg",
        "org.robustmqtt.connection~home.cfg",
        "org.robustmqtt.persistence.cfg",
        "org.robustmqtt.connection-home.cfg.bak",
        "org.robustmqtt.connection-home.cfg~",
        "org.apache.karaf.features.cfg",
        "org.openhab.mqtt.cfg",
        "users.properties"
      })
  void others_are_left_alone(String file) {
    assertEquals(Optional.empty(), FileNames.nearMiss(file));
  }

  @ParameterizedTest
  @CsvSource({
    "pid:org.robustmqtt.conection#home, home",
    "pid:org.robustmqtt#home, home",
    "pid:org.robusmqtt.connection#attic, attic",
    "pid:org.robustmqtt.connection, NAME",
    "pid:org.robustmqtt.connection#, NAME"
  })
  void a_first_line_that_was_probably_meant_to_be_a_connection_is_named(String line, String name) {
    assertEquals(
        Optional.of(
            "mqtt.cfg: no connection comes of its first line, "
                + line
                + "; if it is one, write pid:org.robustmqtt.connection#"
                + name),
        FileNames.nearMiss("mqtt.cfg", line));
  }

  @Test
  void the_first_lines_of_others_are_left_alone() throws IOException {
    write("services", "a.cfg", "pid:org.robustmqtt.connection#home\nbroker = mqtt://b");
    write("services", "b.cfg", "pid:org.robustmqtt.persistence\ndirectory = /x");
    write("services", "c.cfg", "# pid:org.robustmqtt.conection#home");
    write("services", "d.cfg", "pid:org.openhab.mqtt");
    Map<String, String> lines = HubFiles.firstLines(folder.resolve("services"));
    assertEquals(List.of("a.cfg", "b.cfg", "d.cfg"), List.copyOf(lines.keySet()));
    lines.forEach((name, line) -> assertEquals(Optional.empty(), FileNames.nearMiss(name, line)));
  }

  @Test
  void the_names_in_a_folder_are_listed_and_a_folder_that_is_not_there_has_none()
      throws IOException {
    write("etc", "b.cfg", "");
    write("etc", "a.txt", "");
    assertEquals(List.of("a.txt", "b.cfg"), HubFiles.names(folder.resolve("etc")));
    assertEquals(List.of(), HubFiles.names(folder.resolve("none")));
  }

  @Test
  void a_file_without_a_finding_is_said_to_be_as_it_is_written() throws Exception {
    Path file = write("etc", "a.cfg", "");
    assertEquals(
        List.of("a.cfg: all has arrived as it is written"),
        CheckCommand.check(new Saying(List.of()), file));
    assertEquals(List.of("line"), CheckCommand.check(new Saying(List.of("line")), file));
  }

  @Test
  void a_file_that_is_not_there_or_is_none_is_said() {
    Path none = folder.resolve("none.cfg");
    assertEquals(
        none + ": there is no such file",
        assertThrows(CommandException.class, () -> CheckCommand.check(new Saying(List.of()), none))
            .getMessage());
    assertEquals(
        folder + ": not a file",
        assertThrows(
                CommandException.class, () -> CheckCommand.check(new Saying(List.of()), folder))
            .getMessage());
  }
}
