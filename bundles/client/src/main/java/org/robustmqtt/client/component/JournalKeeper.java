package org.robustmqtt.client.component;

import java.util.ArrayList;
import java.util.List;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalSettings;

/**
 * Keeps a working connection's journal open and as configured, with the link up. A journal changes
 * its directory only when no message waits in it; client identifier, session and wanted filters
 * move along. On the component lane.
 */
final class JournalKeeper {
  private JournalKeeper() {}

  /**
   * What came of it.
   *
   * @param lines what waits or went wrong, a line each
   * @param again whether to try again in a while
   */
  record Result(List<String> lines, boolean again) {}

  static Result keep(String name, Parsed parsed, Running.Working working, Journals journals) {
    JournalSettings wanted = parsed.good() ? parsed.settings().journal() : working.settings;
    boolean attached = working.journal.attached();
    if (attached && wanted.equals(working.settings)) {
      return new Result(List.of(), false);
    }
    List<String> lines = new ArrayList<>();
    boolean moves = !wanted.directory().equals(working.settings.directory());
    int waiting = working.rooms.pending().messages();
    if (moves && waiting > 0) {
      lines.add(
          parsed.source()
              + ": storeDirectory: the queue moves as soon as it is empty; until then it stays in "
              + working.journal.status().path());
      wanted =
          new JournalSettings(working.settings.directory(), wanted.storeDelay(), wanted.minFree());
      moves = false;
    }
    if (!attached || !wanted.equals(working.settings)) {
      reopen(name, parsed, working, journals, wanted, moves, lines);
    }
    return new Result(List.copyOf(lines), !lines.isEmpty() || !working.journal.attached());
  }

  private static void reopen(
      String name,
      Parsed parsed,
      Running.Working working,
      Journals journals,
      JournalSettings wanted,
      boolean moves,
      List<String> lines) {
    working.journal.detach("the journal is being opened again").ifPresent(Journal::close);
    try {
      attach(name, working, journals, wanted, moves);
    } catch (JournalException e) {
      working.journal.detach(e.getMessage());
      if (e.kind() != ProblemKind.STORE_MISSING) {
        lines.add(parsed.source() + ": " + e.getMessage());
      }
      if (!wanted.equals(working.settings)) {
        back(name, working, journals);
      }
    }
  }

  /** What is wanted cannot be opened: goes on with what was before. */
  private static void back(String name, Running.Working working, Journals journals) {
    try {
      attach(name, working, journals, working.settings, false);
    } catch (JournalException e) {
      working.journal.detach(e.getMessage());
    }
  }

  private static void attach(
      String name,
      Running.Working working,
      Journals journals,
      JournalSettings settings,
      boolean moves)
      throws JournalException {
    Journals.Opened opened = journals.open(name, settings, working.journal::statusChanged);
    boolean in = false;
    try {
      working.provider = opened.provider();
      in = working.journal.attach(opened.journal(), moves);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (in) {
        working.settings = settings;
      } else {
        opened.journal().close();
      }
    }
  }
}
