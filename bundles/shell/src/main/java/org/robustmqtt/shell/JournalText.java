package org.robustmqtt.shell;

import java.util.function.BiConsumer;
import org.robustmqtt.journal.JournalStatus;

/** What {@code mqtt:info} says of a journal. */
final class JournalText {
  private final JournalStatus journal;
  private final BiConsumer<String, String> lines;

  private JournalText(JournalStatus journal, BiConsumer<String, String> lines) {
    this.journal = journal;
    this.lines = lines;
  }

  /** Says it; the lines receive a name, empty after the first, and a text. */
  static void lines(JournalStatus journal, BiConsumer<String, String> lines) {
    new JournalText(journal, lines).all();
  }

  private void all() {
    lines.accept("Journal", journal.path());
    if (journal.inDataArea()) {
      line("in the bundle data area. These delete it, with what waits in it: a new minor");
      line("version through a feature, uninstalling it, a replaced KAR, a clean start");
      line("(karaf clean), openHAB's clean-cache and update. storeDirectory moves it.");
    }
    journal.degraded().ifPresent(why -> line("DEGRADED: " + why));
    journal.unreadable().ifPresent(why -> line("DEGRADED: " + why));
    line(
        Counts.of(journal.liveMessages(), "message")
            + " on disk, "
            + Counts.of(journal.segments(), "segment")
            + ", "
            + Sizes.text(journal.bytes())
            + "; written "
            + Sizes.text(journal.bytesWritten())
            + ", "
            + Counts.of(journal.forces(), "force"));
    if (journal.memoryMessages() > 0) {
      line(
          Counts.of(journal.memoryMessages(), "message")
              + " ("
              + Sizes.text(journal.memoryBytes())
              + ") in memory only, written when the disk takes them");
    }
    if (journal.possibleDuplicates() > 0) {
      line(
          Counts.of(journal.possibleDuplicates(), "message")
              + " will be sent once more if the hub ends before the disk is back");
    }
    journal
        .unstaged()
        .ifPresent(
            why -> {
              line("What is accepted and not yet on disk does not survive our process, because");
              line(why + ".");
            });
    line(recovery());
    damage();
  }

  private void damage() {
    if (journal.damagedFiles().isEmpty()) {
      return;
    }
    line(
        "DAMAGED: "
            + Counts.of(journal.damagedFiles().size(), "part")
            + ", "
            + Sizes.text(journal.damagedBytes())
            + ", could not be read; see mqtt:store verify, then mqtt:store acknowledge");
    journal.damagedFiles().forEach(file -> line("set aside: " + file));
  }

  private String recovery() {
    return "at the start "
        + Counts.of(journal.recovered(), "message")
        + " found"
        + (journal.cutBytes() > 0 ? ", torn tail of " + Sizes.text(journal.cutBytes()) : "");
  }

  private void line(String text) {
    lines.accept("", text);
  }
}
