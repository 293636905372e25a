package org.robustmqtt.client.component;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.robustmqtt.ConnectionDirectory;
import org.robustmqtt.ConnectionStatus;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalProvider;

/** What is shown of all configurations. Safe for several threads. */
final class Directory implements ConnectionDirectory {
  private final Map<String, Supplier<ConnectionStatus>> shown = new ConcurrentHashMap<>();
  private final Map<String, FileCheck.Arrived> arrived = new ConcurrentHashMap<>();
  private final Set<String> used = ConcurrentHashMap.newKeySet();
  private final Supplier<Optional<JournalProvider>> journals;

  /** Makes a directory of nothing. */
  Directory(Supplier<Optional<JournalProvider>> journals) {
    this.journals = journals;
  }

  /** Shows a configuration. */
  void show(String pid, Supplier<ConnectionStatus> status) {
    shown.put(pid, status);
  }

  /** Remembers what has come of a file. */
  void arrived(String pid, FileCheck.Arrived configuration) {
    arrived.put(pid, configuration);
  }

  @Override
  public List<String> check(String file, byte[] content) {
    return FileCheck.check(file, content, List.copyOf(arrived.values()));
  }

  /** Shows a configuration no more. */
  void forget(String pid) {
    shown.remove(pid);
    arrived.remove(pid);
  }

  /** Says whether a connection uses this name, and so the journal of this name. */
  void used(String name, boolean now) {
    if (now) {
      used.add(name);
    } else {
      used.remove(name);
    }
  }

  @Override
  public List<ConnectionStatus> all() {
    return shown.values().stream()
        .map(Supplier::get)
        .sorted(Comparator.comparing(ConnectionStatus::name))
        .toList();
  }

  @Override
  public List<String> orphans() {
    return journals
        .get()
        .map(provider -> provider.closedJournals().stream().filter(this::orphan).toList())
        .orElse(List.of());
  }

  private boolean orphan(String name) {
    return !used.contains(name);
  }

  @Override
  public boolean purgeOrphan(String name) {
    if (used.contains(name)) {
      throw new IllegalStateException("the journal of " + name + " is used by its connection");
    }
    JournalProvider provider =
        journals.get().orElseThrow(() -> new IllegalStateException("no journal service is there"));
    try {
      return provider.delete(name);
    } catch (JournalException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }
}
