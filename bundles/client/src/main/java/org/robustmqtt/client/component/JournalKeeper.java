package org.robustmqtt.client.component;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalSettings;
import org.robustmqtt.journal.Recovery;

/**
 * Keeps a working connection's journal open and as configured, with the link up. A journal changes
 * its directory only when no message waits in it; client identifier, session and wanted filters
 * move along. On the component lane.
 */
final class JournalKeeper {
  private final String name;
  private final Parsed parsed;
  private final Running.Working working;
  private final Journals journals;
  private final List<String> lines = new ArrayList<>();
  private boolean beginsAnew;

  JournalKeeper(String name, Parsed parsed, Running.Working working, Journals journals) {
    this.name = name;
    this.parsed = parsed;
    this.working = working;
    this.journals = journals;
  }

  /**
   * Returns whether the journal that was opened holds what is not the connection's: it waits, and
   * the connection is to begin anew with it, see {@link #leave}.
   */
  boolean beginsAnew() {
    return beginsAnew;
  }

  /**
   * Does what can be done now.
   *
   * @return what waits or went wrong, a line each; to be tried again in a while
   */
  List<String> keep() {
    JournalSettings wanted = parsed.good() ? parsed.settings().journal() : working.settings;
    boolean moves = !wanted.directory().equals(working.settings.directory());
    if (moves && working.rooms.pending().messages() > 0) {
      waits();
      wanted = here(wanted);
      moves = false;
    }
    if (moves) {
      move(wanted);
    } else if (working.journal.attached()) {
      retune(wanted);
    } else {
      open(wanted);
    }
    return List.copyOf(lines);
  }

  private void waits() {
    lines.add(
        parsed.source()
            + ": storeDirectory: the queue moves as soon as it is empty; until then it stays in "
            + working.journal.status().path());
  }

  /** What is wanted, in the directory of now. */
  private JournalSettings here(JournalSettings wanted) {
    return new JournalSettings(
        working.settings.directory(), wanted.storeDelay(), wanted.minFree(), wanted.policies());
  }

  private void retune(JournalSettings wanted) {
    if (!wanted.equals(working.settings)) {
      working.journal.retune(wanted.storeDelay(), wanted.minFree());
      working.settings = wanted;
    }
  }

  /** The queue is empty, or was a moment ago: what has come since is looked for on the disk. */
  private void move(JournalSettings wanted) {
    Optional<Journal> old = working.journal.detach("the journal is moving");
    old.ifPresent(Journal::close);
    if (old.isPresent() && old.get().status().liveMessages() > 0) {
      waits();
      open(here(wanted));
    } else if (!open(wanted) && !beginsAnew) {
      // goes on with what was before
      open(here(wanted));
    }
  }

  private boolean open(JournalSettings settings) {
    boolean in = false;
    try {
      Journals.Opened opened = journals.open(name, settings, working.journal::statusChanged);
      try {
        Recovery found = opened.journal().recovery();
        beginsAnew = working.journal.isOfOthers(opened.journal(), found);
        if (beginsAnew) {
          working.next = Optional.of(new Running.Next(opened.journal(), found));
        } else {
          in = working.journal.attach(opened.journal(), found);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        if (!in && !beginsAnew) {
          opened.journal().close();
        }
      }
      if (in || beginsAnew) {
        working.settings = settings;
        working.provider = Optional.of(opened.provider());
      }
      if (in && !journals.isThere(opened.provider())) {
        // it went meanwhile, and could not say so to us
        working.journal.detach(Journals.MISSING).ifPresent(Journal::close);
      }
    } catch (JournalException e) {
      working.journal.detach(e.getMessage());
      if (e.kind() != ProblemKind.STORE_MISSING) {
        lines.add(parsed.source() + ": " + e.getMessage());
      }
    }
    return in;
  }

  /**
   * Leaves to the journal what it needs for the connection to begin anew: as at a restart. The
   * rooms have ended, and left what they have.
   *
   * @return the journal, opened once more
   */
  Journals.Opened leave(Runnable changed) throws JournalException {
    if (working.next.isEmpty()) {
      Journal opened = journals.open(name, working.settings, () -> {}).journal();
      working.next = Optional.of(new Running.Next(opened, opened.recovery()));
    }
    Running.Next next = working.next.get();
    boolean left = false;
    try {
      left = working.journal.leaveTo(next.journal(), next.found());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      working.next = Optional.empty();
      next.journal().close();
    }
    if (!left) {
      throw new JournalException(
          ProblemKind.STORE_DEGRADED, "the journal does not take what is in memory", null);
    }
    return journals.open(name, working.settings, changed);
  }
}
