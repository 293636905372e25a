package org.robustmqtt.persistence;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
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
import org.robustmqtt.persistence.door.SharedMemory;
import org.robustmqtt.persistence.journal.DiskJournal;
import org.robustmqtt.persistence.journal.JournalWorker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The provider without OSGi: which journals are open, and where. Its methods may be called by
 * several threads and wait for the disk; no lock is held meanwhile. What is under way in a folder
 * is refused to others instead.
 */
final class Journals implements JournalProvider, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Journals.class);
  private static final String NAME = "[A-Za-z0-9._-]{1,64}";

  private final Disk disk;

  /** Where the staging buffers of the next journals are. */
  private volatile SharedMemory memory;

  private final Clock clock;
  private final JournalWorker worker = new JournalWorker();
  private final Rounds rounds;

  /** Where the next journal is opened. */
  private volatile StorePath path;

  private final DiskJournal.Shape shape;
  private final TakeOver takeOver;

  /** Guarded by itself, never during I/O: the journals, empty while they are opened or deleted. */
  private final Map<Path, Optional<DiskJournal>> folders = new TreeMap<>();

  /** Guarded by {@code folders}. */
  private boolean ended;

  Journals(
      Disk disk,
      SharedMemory memory,
      Clock clock,
      Function<Rounds.Work, Rounds> rounds,
      StorePath path,
      DiskJournal.Shape shape) {
    this.disk = disk;
    this.memory = memory;
    this.clock = clock;
    this.rounds = rounds.apply(worker);
    this.path = path;
    this.shape = shape;
    this.takeOver = new TakeOver(disk, clock, shape.segmentSize());
  }

  /** Journals that are opened from now on are there; those that are open stay where they are. */
  void path(StorePath other, SharedMemory otherMemory) {
    path = other;
    memory = otherMemory;
  }

  @Override
  public Journal open(String connection, JournalSettings settings, Runnable listener)
      throws JournalException {
    requireName(connection);
    StorePath now = path;
    Path base = now.base(settings);
    Path folder = base.resolve(connection);
    begin(folder);
    Optional<DiskJournal> opened = Optional.empty();
    try {
      makeFolders(folder, settings);
      DiskLock lock = takeOver.lock(folder);
      try {
        takeOver.protect(folder);
        SharedMemory here = memory;
        takeOver.run(folder, sources(base, connection), here, source -> replay(source, settings));
        boolean inDataArea = now.dataArea().map(base::equals).orElse(false);
        DiskJournal journal =
            DiskJournal.open(
                new DiskJournal.Place(disk, here, clock, rounds, folder, inDataArea, shape),
                lock,
                settings,
                listener,
                worker);
        opened = Optional.of(journal);
        return journal;
      } catch (IOException | JournalException | RuntimeException | Error e) {
        lock.close();
        throw e;
      }
    } catch (IOException | OutOfMemoryError e) {
      throw new JournalException(
          ProblemKind.STORE_UNREADABLE, folder + ": cannot be opened: " + e, e);
    } finally {
      end(folder, opened);
    }
  }

  /** Brings into the files of a journal what only its staging buffer holds. */
  private void replay(Path source, JournalSettings settings) throws IOException, JournalException {
    DiskLock lock = takeOver.lock(source);
    boolean opened = false;
    try {
      DiskJournal journal =
          DiskJournal.open(
              new DiskJournal.Place(disk, memory, clock, rounds, source, false, shape),
              lock,
              settings,
              () -> {},
              worker);
      opened = true;
      journal.close();
    } finally {
      if (!opened) {
        lock.close();
      }
    }
  }

  private void makeFolders(Path folder, JournalSettings settings) throws JournalException {
    try {
      disk.createFolders(folder);
    } catch (IOException e) {
      throw new JournalException(
          ProblemKind.STORE_UNREADABLE, FolderFault.text(settings, folder, e), e);
    }
  }

  /** Makes a folder ours for what is under way. */
  private void begin(Path folder) throws JournalException {
    synchronized (folders) {
      Optional<DiskJournal> there = folders.getOrDefault(folder, Optional.empty());
      if (ended || folders.containsKey(folder) && there.filter(DiskJournal::isClosed).isEmpty()) {
        throw new JournalException(
            ProblemKind.STORE_LOCKED,
            folder
                + (ended
                    ? ": the store is closed"
                    : there.isPresent()
                        ? ": the journal is open already"
                        : ": the journal is being opened or deleted"),
            null);
      }
      folders.put(folder, Optional.empty());
    }
  }

  /** Ends it, with the journal that is open now if there is one. */
  private void end(Path folder, Optional<DiskJournal> opened) {
    boolean late;
    synchronized (folders) {
      late = ended;
      if (opened.isPresent() && !late) {
        folders.put(folder, opened);
      } else {
        folders.remove(folder);
      }
    }
    if (late) {
      opened.ifPresent(DiskJournal::close);
    }
  }

  @Override
  public List<String> closedJournals() {
    List<String> names = new ArrayList<>();
    try {
      Path base = path.standard();
      for (String name : inStandard()) {
        if (!isTaken(base.resolve(name))) {
          names.add(name);
        }
      }
    } catch (JournalException e) {
      LOG.warn("No journals listed: {}", e.toString());
    }
    return names;
  }

  /** Returns the names of all journals that are open or in the default directory, in order. */
  List<String> all() {
    TreeSet<String> names = new TreeSet<>(inStandard());
    synchronized (folders) {
      folders.values().removeIf(there -> there.filter(DiskJournal::isClosed).isPresent());
      folders.keySet().forEach(folder -> names.add(String.valueOf(folder.getFileName())));
    }
    return new ArrayList<>(names);
  }

  /** Returns where a journal is, or would be: open, else in the default directory. */
  Path folder(String connection) throws JournalException {
    requireName(connection);
    synchronized (folders) {
      for (Path folder : folders.keySet()) {
        if (folder.endsWith(connection)) {
          return folder;
        }
      }
    }
    return path.standard().resolve(connection);
  }

  /** See {@link org.robustmqtt.journal.JournalInspector#acknowledge}. */
  int acknowledge(String connection) throws JournalException {
    Path folder = folder(connection);
    Optional<DiskJournal> open;
    synchronized (folders) {
      open = folders.getOrDefault(folder, Optional.empty());
    }
    try {
      if (open.isPresent()) {
        return open.get().acknowledge();
      }
      if (!takeOver.isJournal(folder)) {
        throw new JournalException(
            ProblemKind.STORE_MISSING, folder + ": no journal is there", null);
      }
      return DiskJournal.acknowledge(disk, folder);
    } catch (IOException e) {
      throw new JournalException(
          ProblemKind.STORE_UNREADABLE, folder + ": damage cannot be acknowledged: " + e, e);
    }
  }

  private List<String> inStandard() {
    List<String> names = new ArrayList<>();
    try {
      Path base = path.standard();
      for (String name : disk.list(base)) {
        if (name.matches(NAME) && takeOver.isJournal(base.resolve(name))) {
          names.add(name);
        }
      }
    } catch (IOException | JournalException e) {
      LOG.warn("No journals listed: {}", e.toString());
    }
    return names;
  }

  @Override
  public boolean delete(String connection) throws JournalException {
    requireName(connection);
    Path folder = path.standard().resolve(connection);
    begin(folder);
    try {
      if (!takeOver.isJournal(folder)) {
        return false;
      }
      if (disk.isLink(folder)) {
        throw new IOException("it is a link, which is not followed to delete anything");
      }
      takeOver.deleteLocked(folder, memory);
      return true;
    } catch (IOException e) {
      throw new JournalException(
          ProblemKind.STORE_UNREADABLE, folder + ": cannot be deleted: " + e, e);
    } finally {
      end(folder, Optional.empty());
    }
  }

  /** Closes all open journals; each waits for the disk as {@link Journal#close} does. */
  @Override
  public void close() {
    List<DiskJournal> open = new ArrayList<>();
    synchronized (folders) {
      ended = true;
      folders.values().forEach(journal -> journal.ifPresent(open::add));
      folders.values().removeIf(Optional::isPresent);
    }
    open.forEach(DiskJournal::close);
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

  /** Returns whether it is open, or is being opened or deleted. */
  private boolean isTaken(Path folder) {
    synchronized (folders) {
      Optional<DiskJournal> there = folders.get(folder);
      return there != null && there.filter(DiskJournal::isClosed).isEmpty();
    }
  }

  private static void requireName(String connection) {
    if (!connection.matches(NAME) || connection.matches("\\.+")) {
      throw new IllegalArgumentException("connection \"" + connection + "\": allowed is " + NAME);
    }
  }
}
