package org.robustmqtt.persistence.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.door.DiskFile;
import org.robustmqtt.persistence.door.DiskLock;
import org.robustmqtt.persistence.door.SharedMemory;
import org.robustmqtt.persistence.runtime.NoMemory;

/**
 * A disk in memory that knows what was forced. A crash gives a new disk: what was not forced is
 * kept, dropped, or torn by sectors and reordered. Every operation that changes something has a
 * number, and can be told to fail, or to be the moment of the crash.
 */
public final class FaultyDisk implements Disk {
  private final Map<Path, FaultyFile> names = new TreeMap<>();
  private final Map<Path, FaultyFile> durableNames = new TreeMap<>();
  private final List<NameChange> pendingNames = new ArrayList<>();
  private final Set<Path> folders = new TreeSet<>();
  private final Set<Path> locked = new HashSet<>();
  private final List<Path> locks = new ArrayList<>();

  private int operations;
  private int crashAt = Integer.MAX_VALUE;
  private int failFrom = Integer.MAX_VALUE;
  private int failTo = Integer.MAX_VALUE;
  private int allowFrom;
  private int allowTo;
  private String failure = "injected failure";
  private int forcesToFail;
  private int everyWrite;
  private int everyForce;
  private int writes;
  private int forceCalls;
  private long capacity = Long.MAX_VALUE;
  private int spaciousFrom = Integer.MAX_VALUE;
  private boolean readOnly;
  private int readsUntilFailure = Integer.MAX_VALUE;
  private int injected;
  private int touches;
  private int looks;
  private boolean forces = true;
  private long free = Long.MAX_VALUE;
  private long writtenBytes;

  private Optional<FaultyMemory> memory = Optional.empty();

  /** Gives the machine memory that survives a process. */
  public FaultyMemory withMemory() {
    memory = Optional.of(new FaultyMemory(this));
    return memory.get();
  }

  /** Returns the memory of the machine that survives a process. */
  public SharedMemory memory() {
    return memory.<SharedMemory>map(there -> there).orElse(new NoMemory("the test has none"));
  }

  /** The memory is used: an operation as any other. */
  void tick() {
    if (isCrashed() || ++operations >= crashAt) {
      throw new Crashed();
    }
  }

  /** The machine stopped in the middle of an operation. */
  public static final class Crashed extends RuntimeException {
    Crashed() {
      super("crash", null, false, false);
    }
  }

  /** What a crash does to what was not forced. */
  public enum Crash {
    /** The process is killed: the system keeps everything that was written. */
    KILL,
    /** Power cut: nothing of it is there. */
    DROP,
    /** Power cut: some of it is there, by sectors and in any order. */
    TEAR
  }

  /** What a name stands for from now on; of a rename both names, which change together. */
  private record NameChange(Map<Path, Optional<FaultyFile>> names) {}

  /** Lets the machine stop at the operation with this number, counted from now. */
  public void crashAt(int operation) {
    crashAt = operations + operation;
  }

  /** Lets some operations fail, counted from now. */
  public void fail(int from, int count) {
    fail(from, count, "injected failure");
  }

  /** Lets every n-th write get half of its bytes to the file, and fail; 0: none. */
  public void failEveryWrite(int n) {
    everyWrite = n;
  }

  /** Lets every n-th force of a file fail; 0: none. */
  public void failEveryForce(int n) {
    everyForce = n;
  }

  /** Lets all files together have so many bytes at the most: a write beyond fails in its middle. */
  public void setCapacity(long bytes) {
    capacity = bytes;
  }

  /** Lets there be space again at an operation, counted from now. */
  public void setCapacity(long bytes, int operation) {
    capacity = bytes;
    spaciousFrom = operations + operation;
  }

  /** Lets every change fail as a disk does that was mounted again, after an error, to be read. */
  public void setReadOnly(boolean only) {
    readOnly = only;
  }

  /** Lets one read fail, counted from now. */
  public void failRead(int number) {
    readsUntilFailure = number;
  }

  /** Lets some operations succeed among those that are to fail, counted from now. */
  public void allow(int from, int count) {
    allowFrom = operations + from;
    allowTo = allowFrom + count;
  }

  /** Returns how many operations failed because they were told to. */
  public int injected() {
    return injected;
  }

  /** Returns how many writes to files were tried. */
  public int writes() {
    return writes;
  }

  /** Returns how many forces of files were tried. */
  public int forces() {
    return forceCalls;
  }

  /** Returns how often the disk was asked for anything at all, reading included. */
  public int touches() {
    return touches;
  }

  /** Returns how often it was asked which file is at a path. */
  public int looks() {
    return looks;
  }

  /** Returns the bytes of all files together. */
  public long used() {
    return names.values().stream().mapToLong(file -> file.content.length).sum();
  }

  private void read() throws IOException {
    touches++;
    if (isCrashed()) {
      throw new Crashed();
    }
    if (readsUntilFailure != Integer.MAX_VALUE && --readsUntilFailure == 0) {
      readsUntilFailure = Integer.MAX_VALUE;
      throw fault("Input/output error");
    }
  }

  /** Lets every read that touches these bytes of a file fail from now on; an empty range: none. */
  public void unreadable(Path file, int from, int to) {
    names.get(file).unreadableFrom = from;
    names.get(file).unreadableTo = to;
  }

  private IOException fault(String message) {
    injected++;
    return new IOException(message);
  }

  /** Lets the next forces of files fail; writes succeed. */
  public void failForces(int count) {
    forcesToFail = count;
  }

  /** Lets some operations fail with a message of the system, counted from now. */
  public void fail(int from, int count, String message) {
    failure = message;
    failFrom = operations + from;
    failTo = failFrom + count;
  }

  /** Lets forces do nothing, and say that they did. */
  public void withoutForce() {
    forces = false;
  }

  /** Sets the free space. */
  public void setFree(long bytes) {
    free = bytes;
  }

  /** Returns how many operations there were. */
  public int operations() {
    return operations;
  }

  /** Returns whether the machine has stopped. */
  public boolean isCrashed() {
    return operations >= crashAt;
  }

  /** Returns the bytes that were written to files. */
  public long writtenBytes() {
    return writtenBytes;
  }

  /** Returns what is left after a crash. */
  public FaultyDisk after(Crash crash, Random random) {
    FaultyDisk left = new FaultyDisk();
    left.folders.addAll(folders);
    left.memory = memory.map(there -> there.after(left, crash == Crash.KILL));
    Map<Path, FaultyFile> kept = new TreeMap<>(crash == Crash.KILL ? names : durableNames);
    if (crash == Crash.TEAR) {
      for (NameChange change : pendingNames) {
        if (random.nextBoolean()) {
          apply(change, kept);
        }
      }
    }
    kept.forEach(
        (name, node) -> {
          FaultyFile copy = new FaultyFile();
          copy.content =
              switch (crash) {
                case KILL -> node.content.clone();
                case DROP -> node.durable.clone();
                case TEAR -> node.torn(random);
              };
          copy.durable = copy.content.clone();
          // A folder whose file is still there was not removed.
          for (Path at = name.getParent(); at != null; at = at.getParent()) {
            left.folders.add(at);
          }
          left.names.put(name, copy);
          left.durableNames.put(name, copy);
        });
    return left;
  }

  private void operation() throws IOException {
    touches++;
    if (isCrashed() || ++operations >= crashAt) {
      throw new Crashed();
    }
    if (operations >= spaciousFrom) {
      capacity = Long.MAX_VALUE;
      spaciousFrom = Integer.MAX_VALUE;
    }
    boolean allowed = operations >= allowFrom && operations < allowTo;
    if (operations >= failFrom && operations < failTo && !allowed) {
      throw fault(failure);
    }
    if (readOnly) {
      throw fault("Read-only file system");
    }
  }

  private void change(Path name, Optional<FaultyFile> node) {
    change(Map.of(name, node));
  }

  private void change(Map<Path, Optional<FaultyFile>> changed) {
    NameChange change = new NameChange(changed);
    apply(change, names);
    pendingNames.add(change);
  }

  private static void apply(NameChange change, Map<Path, FaultyFile> to) {
    change
        .names()
        .forEach(
            (name, node) ->
                node.ifPresentOrElse(there -> to.put(name, there), () -> to.remove(name)));
  }

  /** Returns the bytes of a file as they are now. */
  public byte[] content(Path file) {
    return names.get(file).content.clone();
  }

  /** Replaces the bytes of a file, forced. */
  public void setContent(Path file, byte[] bytes) {
    FaultyFile node = new FaultyFile();
    node.content = bytes.clone();
    node.durable = bytes.clone();
    names.put(file, node);
    durableNames.put(file, node);
    folders.add(file.getParent());
  }

  /** Changes the bytes of a file under those who have it open. */
  public void overwrite(Path file, byte[] bytes) {
    names.get(file).content = bytes.clone();
  }

  /** Somebody else deletes a file, and that is forced. */
  public void unlink(Path file) {
    names.remove(file);
    durableNames.remove(file);
  }

  /** Somebody else gives a folder another name; what is open stays open. */
  public void moveAway(Path folder) {
    files().stream().filter(file -> folder.equals(file.getParent())).forEach(this::unlink);
    folders.remove(folder);
  }

  /** Somebody else makes a folder. */
  public void makeFolder(Path folder) {
    folders.add(folder);
  }

  /** Returns a copy in which everything is forced. */
  public FaultyDisk copy() {
    return after(Crash.KILL, new Random(0));
  }

  /** Returns all files. */
  public List<Path> files() {
    return new ArrayList<>(names.keySet());
  }

  @Override
  public DiskFile open(Path file) throws IOException {
    if (!folders.contains(file.getParent())) {
      throw new IOException("no folder for " + file);
    }
    FaultyFile node = names.get(file);
    if (node == null) {
      operation();
      node = new FaultyFile();
      change(file, Optional.of(node));
    } else if (isCrashed()) {
      throw new Crashed();
    }
    return new Handle(node);
  }

  @Override
  public DiskFile openToRead(Path file) throws IOException {
    if (!names.containsKey(file)) {
      throw new java.nio.file.NoSuchFileException(file.toString());
    }
    return new Handle(names.get(file));
  }

  @Override
  public List<String> list(Path folder) {
    touches++;
    Set<String> found = new TreeSet<>();
    for (Path path : names.keySet()) {
      if (folder.equals(path.getParent())) {
        found.add(path.getFileName().toString());
      }
    }
    for (Path path : folders) {
      if (folder.equals(path.getParent())) {
        found.add(path.getFileName().toString());
      }
    }
    return new ArrayList<>(found);
  }

  @Override
  public void createFolders(Path folder) throws IOException {
    if (!folders.contains(folder)) {
      operation();
      for (Path at = folder; at != null; at = at.getParent()) {
        folders.add(at);
      }
    }
  }

  @Override
  public void forceDirectory(Path folder) throws IOException {
    operation();
    if (forces) {
      for (NameChange change : new ArrayList<>(pendingNames)) {
        if (folder.equals(change.names().keySet().iterator().next().getParent())) {
          pendingNames.remove(change);
          apply(change, durableNames);
        }
      }
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    operation();
    FaultyFile node = names.get(from);
    if (node == null) {
      throw new IOException("no file " + from);
    }
    if (from.getParent().equals(to.getParent())) {
      change(Map.of(to, Optional.of(node), from, Optional.empty()));
    } else {
      change(to, Optional.of(node));
      change(from, Optional.empty());
    }
  }

  @Override
  public void delete(Path file) throws IOException {
    if (names.containsKey(file)) {
      operation();
      change(file, Optional.empty());
    } else if (folders.contains(file)) {
      operation();
      if (!list(file).isEmpty()) {
        throw new IOException("not empty: " + file);
      }
      folders.remove(file);
    }
  }

  @Override
  public Optional<Object> key(Path file) {
    looks++;
    return folders.contains(file) ? Optional.of(file) : Optional.ofNullable(names.get(file));
  }

  @Override
  public long free(Path folder) {
    touches++;
    return capacity == Long.MAX_VALUE ? free : Math.max(0, capacity - used());
  }

  @Override
  public Optional<DiskLock> lock(Path file) throws IOException {
    if (isCrashed()) {
      throw new Crashed();
    }
    if (!locked.add(file)) {
      return Optional.empty();
    }
    if (!names.containsKey(file)) {
      change(file, Optional.of(new FaultyFile()));
    }
    locks.add(file);
    return Optional.of(
        new DiskLock() {
          @Override
          public void renew() {
            if (!names.containsKey(file)) {
              change(file, Optional.of(new FaultyFile()));
            }
          }

          @Override
          public void close() {
            locked.remove(file);
          }
        });
  }

  /** Returns whether a lock is held. */
  public boolean holdsLocks() {
    return !locked.isEmpty();
  }

  private final class Handle implements DiskFile {
    private final FaultyFile node;
    private boolean broken;

    Handle(FaultyFile node) {
      this.node = node;
    }

    @Override
    public long size() {
      return node.content.length;
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      FaultyDisk.this.read();
      if (position < node.unreadableTo && position + into.remaining() > node.unreadableFrom) {
        throw fault("Input/output error");
      }
      int left = node.content.length - (int) position;
      if (left <= 0) {
        return -1;
      }
      int count = Math.min(left, into.remaining());
      into.put(node.content, (int) position, count);
      return count;
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
      byte[] all = new byte[bytes.remaining()];
      bytes.get(all);
      try {
        operation();
        writes++;
        if (everyWrite > 0 && writes % everyWrite == 0) {
          throw fault("injected failure of write " + writes);
        }
      } catch (IOException | Crashed e) {
        // Half of it got there.
        apply((int) position, java.util.Arrays.copyOf(all, all.length / 2));
        throw e;
      }
      long grows = Math.max(0, position + all.length - node.content.length);
      long room = Math.max(0, capacity - used());
      if (grows > room) {
        apply((int) position, java.util.Arrays.copyOf(all, (int) (all.length - grows + room)));
        throw fault("No space left on device");
      }
      apply((int) position, all);
    }

    private void apply(int position, byte[] bytes) {
      node.write(position, bytes);
      writtenBytes += bytes.length;
    }

    @Override
    public void force() throws IOException {
      if (broken) {
        throw new AssertionError("a file was forced again after its force had failed");
      }
      try {
        operation();
        forceCalls++;
        if (forcesToFail > 0 || everyForce > 0 && forceCalls % everyForce == 0) {
          forcesToFail = Math.max(0, forcesToFail - 1);
          throw fault("injected failure of a force");
        }
      } catch (IOException e) {
        // As Linux does: what could not be written is forgotten, and a second force would succeed.
        broken = true;
        node.pending.clear();
        throw e;
      }
      if (forces) {
        node.force();
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      operation();
      node.truncate((int) size);
    }

    @Override
    public void close() {
      // nothing is forced by closing
    }
  }
}
