package org.robustmqtt.client.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the log says of a journal that becomes degraded. */
class LinkStoreLogTest {
  private final LinkWorld it = new LinkWorld(LinkWorld.settings()).withBroker();

  private List<String> logged(Runnable what) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      what.run();
    } finally {
      System.setErr(before);
    }
    return bytes
        .toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains("degraded"))
        .map(line -> line.replaceFirst("^.*?(INFO|WARN) \\S+ - ", "$1 "))
        .toList();
  }

  private void journal(boolean broken) {
    it.journal.broken(broken);
    it.link.journalChanged();
    it.world.run();
  }

  @Test
  void a_degraded_journal_is_a_warning_once_and_a_line_when_it_is_back() {
    List<String> lines =
        logged(
            () -> {
              it.online();
              journal(true);
              journal(true);
              journal(false);
              journal(false);
            });
    assertEquals(
        List.of(
            "WARN test: the journal is degraded, new messages are in memory only: the disk is"
                + " broken",
            "INFO test: the journal is no longer degraded"),
        lines);
  }

  @Test
  void a_journal_that_is_degraded_from_the_beginning_is_told_too() {
    it.journal.broken(true);
    assertEquals(1, logged(it::online).size());
  }
}
