package org.robustmqtt.persistence.inspect;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalInspector;
import org.robustmqtt.journal.RecoveredMessage;
import org.robustmqtt.journal.StoredMessage;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.format.Format;
import org.robustmqtt.persistence.format.SegmentHeader;
import org.robustmqtt.persistence.format.SegmentScan;
import org.robustmqtt.persistence.journal.StoreView;

/** The text about one journal's folder. Reads only, and takes no lock. */
public final class Inspector {
  private static final int TRIES = 3;
  private static final int SHOWN = 120;

  private final Disk disk;
  private final Path folder;
  private final Consumer<String> lines;

  /** Prepares; the lines receive the text. */
  public Inspector(Disk disk, Path folder, Consumer<String> lines) {
    this.disk = disk;
    this.folder = folder;
    this.lines = lines;
  }

  /**
   * Inspects.
   *
   * @param payloads whether a list shows payloads
   * @return whether everything could be read
   * @throws JournalException if it is no journal or cannot be read at all
   */
  public boolean run(JournalInspector.Command command, boolean payloads) throws JournalException {
    StoreView view;
    boolean moved;
    try {
      Map<String, Long> before = StoreView.sizes(disk, folder);
      if (before.isEmpty()) {
        throw new JournalException(
            ProblemKind.STORE_MISSING, folder + ": no journal is there", null);
      }
      view = read();
      moved = !before.equals(StoreView.sizes(disk, folder));
    } catch (IOException e) {
      throw new JournalException(
          ProblemKind.STORE_UNREADABLE, folder + ": cannot be read: " + e, e);
    }
    return switch (command) {
      case LIST -> list(view, moved, payloads);
      case VERIFY -> verify(view, moved);
      case EXPORT -> export(view);
    };
  }

  /** A file may be deleted between the listing and the reading, by the process that has it open. */
  private StoreView read() throws IOException {
    for (int i = 1; ; i++) {
      try {
        return StoreView.read(disk, folder);
      } catch (IOException e) {
        if (i == TRIES) {
          throw e;
        }
      }
    }
  }

  private boolean list(StoreView view, boolean moved, boolean payloads) {
    line(
        "%s: %d segments, %s bytes, %d messages",
        folder,
        view.segments().size(),
        view.segments().stream().mapToLong(StoreView.SegmentView::size).sum(),
        view.messages().size());
    moving(moved);
    line("last written %s", time(view.lastWallMillis()));
    for (StoreView.SegmentView segment : view.segments()) {
      line(
          "%-14s %9d bytes, begun %s%s%s: %s",
          segment.name(),
          segment.size(),
          segment.header().map(header -> time(header.wallMillis())).orElse("-"),
          segment.header().filter(SegmentHeader::carried).map(yes -> ", carried").orElse(""),
          segment.dead() ? ", dead" : "",
          segment.records().isEmpty() ? "no records" : counts(segment.records()));
    }
    for (StoreView.DamagedFile file : view.damagedFiles()) {
      line(
          "%-14s %9d bytes, set aside%s",
          file.name(), file.size(), file.seen() ? ", acknowledged" : "");
    }
    if (!view.values().isEmpty()) {
      line("values %s", counts(view.values()));
    }
    if (!view.received().isEmpty()) {
      line("received, not completed: packet ids %s", view.received());
    }
    if (!view.messages().isEmpty()) {
      line("%20s %-12s %3s %9s %-24s %s", "SEQUENCE", "STAGE", "QOS", "BYTES", "DEADLINE", "TOPIC");
    }
    for (RecoveredMessage message : view.messages()) {
      message(message, payloads);
    }
    return problems(view).isEmpty();
  }

  private void message(RecoveredMessage message, boolean payloads) {
    StoredMessage stored = message.stored();
    line(
        "%20d %-12s %3d %9d %-24s %s%s",
        stored.sequence(),
        message.stage(),
        stored.message().qos().level(),
        stored.message().payload().length,
        stored.deadline() == 0 ? "never" : time(stored.acceptedAt() + stored.deadline()),
        harmless(stored.message().topic()),
        stored.message().retain() ? " (retained)" : "");
    if (payloads) {
      String text = new String(stored.message().payload(), StandardCharsets.UTF_8);
      line(
          "%20s %s", "", harmless(text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text));
    }
  }

  private boolean verify(StoreView view, boolean moved) {
    moving(moved);
    int records = 0;
    for (StoreView.SegmentView segment : view.segments()) {
      int count = segment.records().values().stream().mapToInt(Integer::intValue).sum();
      records += count;
      long tail = segment.size() - segment.end();
      boolean good =
          switch (segment.fault()) {
            case NONE, ONLY_BEGUN -> segment.damage().isEmpty();
            case NO_HEADER, UNREADABLE, NEWER -> false;
          };
      line(
          "%s: %s, %d good records%s",
          segment.name(),
          good ? "good" : "NOT GOOD",
          count,
          segment.header().isPresent() && tail > 0
              ? ", " + tail + " bytes behind the last good one were never forced"
              : "");
    }
    List<String> problems = problems(view);
    problems.forEach(lines);
    line(
        "%d segments, %d good records, %d messages, %d messages in what was set aside: %s",
        view.segments().size(),
        records,
        view.messages().size(),
        view.rescued().size(),
        problems.isEmpty() ? "no damage" : "DAMAGE");
    return problems.isEmpty();
  }

  /** What is wrong, a line each; a torn tail is not. */
  private List<String> problems(StoreView view) {
    List<String> problems = new ArrayList<>();
    for (StoreView.SegmentView segment : view.segments()) {
      switch (segment.fault()) {
        case NONE -> {}
        case NO_HEADER -> problems.add(segment.name() + ": no header and no record can be read");
        case ONLY_BEGUN -> {}
        case UNREADABLE -> problems.add(segment.name() + ": the disk cannot read all of it");
        case NEWER -> problems.add(segment.name() + ": written by a newer version");
      }
      if (!segment.dead()) {
        for (SegmentScan.Damage damage : segment.damage()) {
          problems.add(segment.name() + ": damaged from " + damage.from() + " to " + damage.to());
        }
      }
    }
    for (int number : view.missing()) {
      problems.add(Format.fileName(number) + ": missing, a later segment follows it");
    }
    for (StoreView.DamagedFile file : view.damagedFiles()) {
      if (!file.seen()) {
        problems.add(
            file.name()
                + ": "
                + (file.size() == 0
                    ? "found damaged earlier, nothing of it is left"
                    : file.size() + " bytes were set aside earlier"));
      }
    }
    return problems;
  }

  private boolean export(StoreView view) {
    for (RecoveredMessage message : view.messages()) {
      lines.accept(MessageJson.line(message, Optional.empty()));
    }
    for (StoreView.Rescued rescued : view.rescued()) {
      lines.accept(MessageJson.line(rescued.message(), Optional.of(rescued.file())));
    }
    return problems(view).isEmpty();
  }

  private void moving(boolean moved) {
    if (moved) {
      line("It was written to while it was read: what follows may be a moment old.");
    }
  }

  private static String counts(Map<?, Integer> counts) {
    List<String> parts = new ArrayList<>();
    counts.forEach((what, count) -> parts.add(harmless(what.toString()) + " " + count));
    return String.join(", ", parts);
  }

  private static String time(long millis) {
    return millis == 0 ? "-" : Instant.ofEpochMilli(millis).toString();
  }

  /** What a terminal could take for a command is shown as a point. */
  private static String harmless(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c ->
                out.appendCodePoint(
                    Character.isISOControl(c) || !Character.isDefined(c) ? '.' : c));
    return out.toString();
  }

  private void line(String format, Object... values) {
    lines.accept(String.format(Locale.ROOT, format, values));
  }
}
