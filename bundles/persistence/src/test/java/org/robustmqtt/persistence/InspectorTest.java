package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.robustmqtt.Durability;
import org.robustmqtt.Message;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalInspector.Command;
import org.robustmqtt.journal.Level;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.persistence.inspect.Inspector;
import org.robustmqtt.persistence.runtime.StoreTool;
import org.robustmqtt.persistence.testkit.FaultyDisk;

/** What a person sees of a journal's folder, and that looking changes nothing. */
class InspectorTest {
  private static final Path FIRST = Rig.FOLDER.resolve("00000001.seg");

  private final Rig rig = Rig.empty();
  private Journal journal;

  @BeforeEach
  void open() throws Exception {
    journal = rig.open();
    for (int i = 0; i < 4; i++) {
      Rig.offer(journal, Durability.SYNC);
      rig.run();
    }
    Message odd = Message.text("home/\u00fc", "a \"quote\"\u001b[2J").withQos(2).withRetain(true);
    journal.offer(
        new StoredMessage(5, odd, Durability.SYNC, 1_700_000_000_000L, 15_000), stored -> {});
    journal.sent(5, 3, 77, Level.APPENDED, written -> {});
    journal.settled(2, written -> {});
    journal.put("secret-free", new byte[9], Level.FORCED, written -> {});
    journal.received(12, written -> {});
    rig.run();
  }

  private static List<String> inspect(FaultyDisk disk, Command command, boolean good)
      throws JournalException {
    List<String> lines = new ArrayList<>();
    Map<Path, byte[]> before = contents(disk);
    int operations = disk.operations();
    assertEquals(
        good, new Inspector(disk, Rig.FOLDER, lines::add).run(command, false), lines::toString);
    assertEquals(operations, disk.operations(), "nothing was done to the disk");
    Map<Path, byte[]> after = contents(disk);
    assertEquals(before.keySet(), after.keySet());
    before.forEach(
        (file, bytes) -> assertTrue(Arrays.equals(bytes, after.get(file)), file.toString()));
    return lines;
  }

  private static Map<Path, byte[]> contents(FaultyDisk disk) {
    Map<Path, byte[]> all = new TreeMap<>();
    disk.files().forEach(file -> all.put(file, disk.content(file)));
    return all;
  }

  private static void assertLine(List<String> lines, String expected) {
    assertTrue(
        lines.stream().anyMatch(line -> line.replaceAll(" +", " ").contains(expected)),
        expected + " in " + String.join("\n", lines));
  }

  @Test
  void an_open_journal_is_listed_with_its_messages_and_without_payloads() throws Exception {
    List<String> lines = inspect(rig.disk, Command.LIST, true);
    assertLine(lines, ": 1 segments, ");
    assertLine(lines, " bytes, 4 messages");
    assertLine(lines, "MESSAGE 5, SENT 1, SETTLED 1");
    assertLine(lines, "1 WAITING 1 20 never home/1");
    assertLine(lines, "5 SENT 2 13 2023-11-14T22:13:35Z home/\u00fc (retained)");
    assertLine(lines, "values secret-free 9");
    assertLine(lines, "packet ids [12]");
    assertTrue(lines.stream().noneMatch(line -> line.contains("quote")), "no payload unasked");

    List<String> more = new ArrayList<>();
    new Inspector(rig.disk, Rig.FOLDER, more::add).run(Command.LIST, true);
    assertLine(more, "a \"quote\".[2J");
  }

  @Test
  void a_good_journal_is_verified_open_and_closed_and_a_torn_tail_is_no_damage() throws Exception {
    assertLine(inspect(rig.disk, Command.VERIFY, true), "4 messages, 0 messages in what was set");
    journal.close();
    assertLine(inspect(rig.disk, Command.VERIFY, true), ": no damage");
    byte[] whole = rig.disk.content(FIRST);
    rig.disk.setContent(FIRST, Arrays.copyOf(whole, whole.length - 3));
    assertLine(inspect(rig.disk, Command.VERIFY, true), "bytes behind the last good one");
  }

  @Test
  void damage_is_found_before_and_after_it_was_set_aside_and_what_is_in_it_is_exported()
      throws Exception {
    byte[] bytes = rig.disk.content(FIRST);
    bytes[indexOf(bytes, "home/3")] ^= 1;
    rig.disk.setContent(FIRST, bytes);
    List<String> lines = inspect(rig.disk, Command.VERIFY, false);
    assertLine(lines, "00000001.seg: damaged from");
    assertLine(lines, ": DAMAGE");

    // A batch of three of which the first is bad keeps the others.
    Rig other = Rig.empty();
    Journal there = other.open();
    for (int i = 0; i < 3; i++) {
      Rig.offer(there, Durability.SYNC);
    }
    other.run();
    Rig.offer(there, Durability.SYNC);
    other.run();
    byte[] damaged = other.disk.content(FIRST);
    damaged[indexOf(damaged, "home/1")] ^= 1;
    other.disk.setContent(FIRST, damaged);
    Rig again = new Rig(other.disk.copy(), Rig.SEGMENT_SIZE);
    assertLine(
        inspect(other.disk, Command.VERIFY, false), "1 segments, 6 good records, 3 messages");
    assertEquals(List.of(2L, 3L, 4L), Rig.sequences(again.open()));
    List<String> exported = inspect(again.disk, Command.EXPORT, false);
    assertEquals(3, exported.size(), exported.toString());
    assertTrue(exported.get(0).startsWith("{\"sequence\":2,\"topic\":\"home/2\",\"payload\":\""));
    assertTrue(exported.get(2).startsWith("{\"sequence\":4,"), exported.get(2));
  }

  @Test
  void a_file_whose_headers_are_both_bad_still_gives_its_messages() throws Exception {
    byte[] bytes = rig.disk.content(FIRST);
    bytes[3] ^= 1;
    bytes[67] ^= 1;
    rig.disk.setContent(FIRST, bytes);
    assertLine(inspect(rig.disk, Command.VERIFY, false), "00000001.seg: damaged from 0 to 128");
    Rig again = new Rig(rig.disk.copy(), Rig.SEGMENT_SIZE);
    assertEquals(List.of(1L, 3L, 4L, 5L), Rig.sequences(again.open()));
    List<String> exported = inspect(again.disk, Command.EXPORT, false);
    assertEquals(4, exported.size(), exported.toString());
  }

  @Test
  void a_message_is_a_line_of_json() throws Exception {
    List<String> lines = inspect(rig.disk, Command.EXPORT, true);
    assertEquals(
        "{\"sequence\":5,\"topic\":\"home/\\u00fc\",\"payload\":\"YSAicXVvdGUiG1sySg==\",\"qos\":2,"
            + "\"retain\":true,\"durability\":\"sync\",\"acceptedAt\":1700000000000,"
            + "\"deadline\":15000,\"stage\":\"SENT\",\"epoch\":3,\"packetId\":77}",
        lines.get(3));
  }

  @Test
  void a_newer_format_is_named_and_an_empty_folder_is_no_journal() throws Exception {
    byte[] newer = rig.disk.content(FIRST);
    newer[9] = 2;
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    crc.update(newer, 0, 12);
    java.nio.ByteBuffer.wrap(newer).putInt(12, (int) crc.getValue());
    rig.disk.setContent(FIRST, newer);
    assertLine(inspect(rig.disk, Command.VERIFY, false), "written by a newer version");
    JournalException none =
        assertThrows(
            JournalException.class,
            () ->
                new Inspector(rig.disk, Path.of("/nowhere"), line -> {}).run(Command.LIST, false));
    assertEquals(ProblemKind.STORE_MISSING, none.kind());
  }

  @Test
  void the_tool_runs_with_two_jars_beside_an_open_journal(@TempDir Path folder) throws Exception {
    Journals journals = KilledProcess.journals(folder);
    try {
      Journal real = journals.open("home", KilledProcess.settings(), () -> {});
      java.util.concurrent.CompletableFuture<Object> told =
          new java.util.concurrent.CompletableFuture<>();
      Rig.offer(real, Rig.message(real.nextSequence(), Durability.SYNC), told::complete);
      told.get(30, TimeUnit.SECONDS);
      Path home = folder.resolve("home");
      Map<Path, Long> before = sizes(home);
      // Only our own classes: neither OSGi nor SLF4J.
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-ea",
                  "-cp",
                  location(StoreTool.class) + java.io.File.pathSeparator + location(Message.class),
                  StoreTool.class.getName(),
                  "verify",
                  home.toString())
              .redirectErrorStream(true)
              .start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
      assertEquals(0, process.exitValue(), text);
      assertTrue(text.contains("1 messages, 0 messages in what was set aside: no damage"), text);
      assertEquals(before, sizes(home));
    } finally {
      journals.close();
    }
  }

  @Test
  void the_tool_ends_with_1_for_damage_and_2_for_what_it_cannot_do(@TempDir Path folder)
      throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    assertEquals(2, StoreTool.run(List.of("list", folder.toString()), out));
    assertEquals(2, StoreTool.run(List.of("repair", folder.toString()), out));
    assertTrue(bytes.toString(StandardCharsets.UTF_8).contains("no journal is there"));
    Files.write(folder.resolve("00000001.seg"), new byte[500]);
    assertEquals(1, StoreTool.run(List.of("verify", folder.toString()), out));
    assertEquals(1, StoreTool.run(List.of("list", "--payloads", folder.toString()), out));
    assertFalse(Files.exists(folder.resolve("lock")), "it leaves no trace");
  }

  private static Map<Path, Long> sizes(Path folder) throws java.io.IOException {
    Map<Path, Long> sizes = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        sizes.put(file, Files.size(file));
      }
    }
    return sizes;
  }

  private static String location(Class<?> type) throws java.net.URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }

  private static int indexOf(byte[] in, String text) {
    return new String(in, StandardCharsets.ISO_8859_1).indexOf(text);
  }
}
