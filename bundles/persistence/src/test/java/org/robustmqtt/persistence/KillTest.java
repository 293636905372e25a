package org.robustmqtt.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.Recovery;
import org.robustmqtt.persistence.runtime.FileDisk;

/** A real process that is killed while eight threads publish. */
class KillTest {
  private static final int ROUNDS = Integer.getInteger("crash.rounds", 3);

  @TempDir Path folder;

  @Test
  void every_id_that_was_accepted_is_found_after_kill_9_and_nothing_was_on_disk() throws Exception {
    Set<Long> printed = new TreeSet<>();
    Random random = new Random(ROUNDS);
    for (int round = 0; round < ROUNDS; round++) {
      int before = printed.size();
      long sizeBefore = size();
      killedAfter(500 + random.nextInt(1000), printed, "accepted");
      assertTrue(printed.size() >= before + 500, "it was in the middle of its work");
      assertTrue(size() - sizeBefore < 4_000, "what an opening writes: " + (size() - sizeBefore));

      Journals journals = KilledProcess.staged(folder);
      Journal journal = journals.open("home", KilledProcess.settings(), () -> {});
      Recovery found = journal.recovery();
      Set<Long> lost = new TreeSet<>(printed);
      lost.removeAll(Rig.sequences(found));
      assertEquals(Set.of(), lost, "round " + round);
      assertEquals(0, journal.status().damagedBytes());
      journals.close();
    }
  }

  /** The bytes of the segments. */
  private long size() throws IOException {
    long size = 0;
    for (String name : new FileDisk().list(folder.resolve("home"))) {
      size += name.endsWith(".seg") ? Files.size(folder.resolve("home").resolve(name)) : 0;
    }
    return size;
  }

  @Test
  void every_id_that_was_said_to_be_on_disk_is_found_after_kill_9() throws Exception {
    Set<Long> printed = new TreeSet<>();
    Random random = new Random(ROUNDS);
    for (int round = 0; round < ROUNDS; round++) {
      int before = printed.size();
      killedAfter(500 + random.nextInt(1000), printed);
      assertTrue(printed.size() >= before + 500, "it was in the middle of its work");

      Journals journals = KilledProcess.journals(folder);
      Journal journal = journals.open("home", KilledProcess.settings(), () -> {});
      Recovery found = journal.recovery();
      Set<Long> lost = new TreeSet<>(printed);
      List<Long> all = Rig.sequences(found);
      lost.removeAll(all);
      assertEquals(Set.of(), lost, "round " + round);
      assertEquals(0, journal.status().damagedBytes());
      assertTrue(journal.nextSequence() > all.get(all.size() - 1));
      journals.close();
    }
  }

  private void killedAfter(int ids, Set<Long> printed, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-ea",
                "-cp",
                System.getProperty("java.class.path"),
                KilledProcess.class.getName(),
                folder.toString(),
                "8",
                "10000000"));
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      int read = 0;
      String line = lines.readLine();
      while (line != null) {
        // After the kill, what is in the pipe was said too; the last line may be half a number.
        if (read == ids) {
          // By its handle: the process object would close the pipe.
          process.toHandle().destroyForcibly();
        }
        String next = lines.readLine();
        if (next != null || read < ids) {
          assertTrue(line.matches("[0-9]+"), line);
          printed.add(Long.parseLong(line));
        }
        read++;
        line = next;
      }
      assertTrue(read >= ids, "it ended by itself after " + read);
    } finally {
      process.destroyForcibly();
    }
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
  }
}
