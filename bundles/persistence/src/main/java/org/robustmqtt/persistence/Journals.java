package org.robustmqtt.persistence;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.robustmqtt.ProblemKind;
import org.robustmqtt.journal.Journal;
import org.robustmqtt.journal.JournalException;
import org.robustmqtt.journal.JournalProvider;
import org.robustmqtt.journal.JournalSettings;
import org.robustmqtt.persistence.door.Clock;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.door.DiskLock;
import org.robustmqtt.persistence.door.Rounds;
import org.robustmqtt.persistence.journal.DiskJournal;
import org.robustmqtt.persistence.journal.JournalWorker;

/**
 * The provider without OSGi: which journals are open, and where. Its methods are called by one
 * component lane and wait for the disk; its monitor is never taken by callers of a journal.
 */
final class Journals implements JournalProvider, AutoCloseable {
  /** How large a segment grows before the next is begun; a batch may go beyond. */
  static final long SEGMENT_SIZE = 4L << 20;

  private static final String NAME = "[A-Za-z0-9._-]{1,64}";

  private final Disk disk;
  private final Clock clock;
  private final JournalWorker worker = new JournalWorker();
  private final Rounds rounds;

  /** Where the next journal is opened. */
  private volatile StorePath path;

  private final long segmentSize;
  private final TakeOver takeOver;
  private final Map<Path, DiskJournal> open = new TreeMap<>();

  Journals(
      Disk disk,
      Clock clock,
      Function<Rounds.Work, Rounds> rounds,
      StorePath path,
      long segmentSize) {
    this.disk = disk;
    this.clock = clock;
    this.rounds = rounds.apply(worker);
    this.path = path;
    this.segmentSize = segmentSize;
    this.takeOver = new TakeOver(disk);
  }

  /** Journals that are opened from now on are there; those that are open stay where they are. */
  void path(StorePath other) {
    path = other;
  }

  @Override
  public synchronized Journal open(String connection, JournalSettings settings, Runnable listener)
      throws JournalException {
    requireName(connection);
    StorePath now = path;
    Path base = now.base(settings);
    Path folder = base.resolve(connection);
    requireClosed(folder);
    try {
      disk.createFolders(folder);
      DiskLock lock = takeOver.lock(folder);
      try {
        takeOver.run(folder, sources(base, connection));
        boolean inDataArea = now.dataArea().map(base::equals).orElse(false);
        DiskJournal journal =
            DiskJournal.open(
                new DiskJournal.Place(disk, clock, rounds, folder, inDataArea, segmentSize),
                lock,
                settings,
                listener,
                worker);
        open.put(folder, journal);
        return journal;
      } catch (IOException | JournalException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw new JournalException(
          ProblemKind.STORE_UNREADABLE, folder + ": cannot be opened: " + e, e);
    }
  }

  @Override
  public synchronized List<String> closedJournals() {
    List<String> names = new ArrayList<>();
    try {
      Path base = path.standard();
      for (String name : disk.list(base)) {
        if (name.matches(NAME)
            && !isOpen(base.resolve(name))
            && takeOver.isJournal(base.resolve(name))) {
          names.add(name);
        }
      }
    } catch (IOException | JournalException e) {
      org.slf4j.LoggerFactory.getLogger(Journals.class)
          .warn("No journals listed: {}", e.toString());
    }
    return names;
  }

  @Override
  public synchronized boolean delete(String connection) throws JournalException {
    requireName(connection);
    Path folder = path.standard().resolve(connection);
    requireClosed(folder);
    try {
      if (!takeOver.isJournal(folder)) {
        return false;
      }
      takeOver.deleteLocked(folder);
      return true;
    } catch (IOException e) {
      throw new JournalException(
          ProblemKind.STORE_UNREADABLE, folder + ": cannot be deleted: " + e, e);
    }
  }

  /** Closes all open journals; each waits for the disk as {@link Journal#close} does. */
  @Override
  public synchronized void close() {
    open.values().forEach(DiskJournal::close);
    open.clear();
  }

  /** Where a journal of that name may have been before. */
  private List<Path> sources(Path base, String connection) {
    List<Path> sources = new ArrayList<>();
    path.configured()
        .filter(other -> !other.equals(base))
        .ifPresent(other -> sources.add(other.resolve(connection)));
    path.dataArea()
        .filter(other -> !other.equals(base))
        .ifPresent(other -> sources.add(other.resolve(connection)));
    return sources;
  }

  private void requireClosed(Path folder) throws JournalException {
    if (isOpen(folder)) {
      throw new JournalException(
          ProblemKind.STORE_LOCKED, folder + ": the journal is open already", null);
    }
  }

  private boolean isOpen(Path folder) {
    DiskJournal journal = open.get(folder);
    if (journal != null && journal.isClosed()) {
      open.remove(folder);
      return false;
    }
    return journal != null;
  }

  private static void requireName(String connection) {
    if (!connection.matches(NAME) || connection.matches("\\.+")) {
      throw new IllegalArgumentException("connection \"" + connection + "\": allowed is " + NAME);
    }
  }
}
