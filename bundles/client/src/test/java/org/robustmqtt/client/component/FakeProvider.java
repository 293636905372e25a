package org.robustmqtt.client.component;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalProvider;
import org.robustmqtt.journal.JournalSettings;

/** A provider of journals that can be made to fail. */
final class FakeProvider implements JournalProvider {
  final List<FakeJournal> opened = new ArrayList<>();
  final List<String> closed = new ArrayList<>();
  Optional<JournalException> failure = Optional.empty();

  static JournalException locked(String name) {
    return new JournalException(
        ProblemKind.STORE_LOCKED, "/store/" + name + ": used by another process", null);
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
    String folder = settings.directory().map(Object::toString).orElse("/store");
    FakeJournal journal = new FakeJournal(folder + "/" + connection, settings);
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
