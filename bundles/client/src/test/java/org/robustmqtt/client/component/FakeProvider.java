package org.robustmqtt.client.component;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalProvider;
import org.robustmqtt.journal.JournalSettings;
import org.robustmqtt.journal.Recovery;

/** A provider of journals that can be made to fail. */
final class FakeProvider implements JournalProvider {
  final List<FakeJournal> opened = new ArrayList<>();
  final List<String> closed = new ArrayList<>();
  Optional<JournalException> failure = Optional.empty();

  /** What the next journals find. */
  Recovery found = Recovery.NOTHING;

  /** What happens while a journal is opened. */
  Runnable onOpen = () -> {};

  /** Where journals are that have no directory of their own. */
  String folder = "/store";

  static JournalException locked(String name) {
    return new JournalException(
        ProblemKind.STORE_LOCKED, "/store/" + name + ": used by another process", null);
  }

  static JournalException unreadable(String name) {
    return new JournalException(
        ProblemKind.STORE_UNREADABLE, "/store/" + name + ": cannot be made", null);
  }

  FakeJournal last() {
    return opened.get(opened.size() - 1);
  }

  @Override
  public Journal open(String connection, JournalSettings settings, Runnable listener)
      throws JournalException {
    if (failure.isPresent()) {
      throw failure.get();
    }
    String base = settings.directory().map(Object::toString).orElse(folder);
    FakeJournal journal = new FakeJournal(base + "/" + connection, settings);
    journal.found = found;
    onOpen.run();
    opened.add(journal);
    return journal;
  }

  @Override
  public List<String> closedJournals() {
    return closed;
  }

  @Override
  public boolean delete(String connection) {
    return closed.remove(connection);
  }
}
