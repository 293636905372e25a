package org.robustmqtt.itests.simulator;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.door.DiskFile;
import org.robustmqtt.persistence.door.DiskLock;

/**
 * A disk that knows what was forced, and fails as it is told. A crash keeps, drops or tears what
 * was not forced.
 */
final class SimDisk implements Disk {
  /** The machine stopped in the middle of an operation. */
  static final class Crashed extends RuntimeException {
    Crashed() {
      super("crash", null, false, false);
    }
  }

  /** What a crash does to what was not forced. */
  enum Crash {
    /** The process is killed: the system keeps everything that was written. */
    KILL,
    /** Power cut: nothing of it is there. */
    DROP,
    /** Power cut: some of it is there, by sectors and in any order. */
    TEAR
  }

  /** What a name stands for from now on; of a rename both names, which change together. */
  private record NameChange(Map<Path, Optional<SimFile>> names) {}

  private final World world;
  private final SplittableRandom random;
  private final Map<Path, SimFile> names = new TreeMap<>();
  private final Map<Path, SimFile> durableNames = new TreeMap<>();
  private final List<NameChange> pendingNames = new ArrayList<>();
  private final Set<Path> folders = new TreeSet<>();
  private final Set<Path> locked = new HashSet<>();

  private long operations;
  private long crashAt = Long.MAX_VALUE;
  private boolean crashed;

  /** How many of the next operations fail; below 0: none. */
  private int failing;

  private int failAfter = -1;
  boolean readOnly;
  boolean full;
  boolean failingForce;

  /** What happens first in each operation. */
  Runnable before = () -> {};

  private Optional<SimFile> unreadable = Optional.empty();

  /** The memory of the same machine. */
  final SimMemory memory;

  /** How long a force takes at the most, nanoseconds. */
  long slowForceNanos;

  SimDisk(World world, SplittableRandom random) {
    this.world = world;
    this.random = random;
    memory = new SimMemory(world, this, new SplittableRandom(world.seed ^ 0x9E3779B9L));
  }

  /** Lets the machine stop at an operation, counted from now. */
  void crashAt(int operation) {
    crashAt = operations + operation;
  }

  /** Lets some operations fail, after some that do not. */
  void fail(int after, int count) {
    failAfter = after;
    failing = count;
  }

  /** Everything works again. */
  void heal() {
    failAfter = -1;
    failing = 0;
    readOnly = false;
    full = false;
    failingForce = false;
    unreadable = Optional.empty();
    memory.full = false;
    slowForceNanos = 0;
    crashAt = Long.MAX_VALUE;
  }

  /** From now on a segment cannot be read. */
  void unreadable(int which) {
    List<SimFile> segments = new ArrayList<>();
    names.forEach(
        (path, file) -> {
          if (path.toString().endsWith(".seg")) {
            segments.add(file);
          }
        });
    if (!segments.isEmpty()) {
      unreadable = Optional.of(segments.get(which % segments.size()));
    }
  }

  /** Everything can be read again. */
  void readable() {
    unreadable = Optional.empty();
  }

  boolean hasUnreadable() {
    return unreadable.isPresent();
  }

  boolean hasFault() {
    return readOnly || full || failingForce || failing > 0;
  }

  boolean hasCrashed() {
    return crashed;
  }

  long operations() {
    return operations;
  }

  boolean holdsLocks() {
    return !locked.isEmpty();
  }

  /** The machine stops, or the process is killed: what is left is what the next one finds. */
  void crash(Crash crash) {
    boolean power = crash != Crash.KILL;
    if (power) {
      Map<Path, SimFile> kept = new TreeMap<>(durableNames);
      if (crash == Crash.TEAR) {
        for (NameChange change : pendingNames) {
          if (random.nextBoolean()) {
            apply(change, kept);
          }
        }
      }
      names.clear();
      names.putAll(kept);
      Set<SimFile> done = new HashSet<>();
      for (SimFile file : names.values()) {
        if (done.add(file)) {
          if (crash == Crash.TEAR) {
            file.tear(random);
          } else {
            file.drop();
          }
        }
      }
      for (Path name : names.keySet()) {
        for (Path at = name.getParent(); at != null; at = at.getParent()) {
          folders.add(at);
        }
      }
      durableNames.clear();
      durableNames.putAll(names);
      pendingNames.clear();
    }
    memory.ended(power);
    locked.clear();
    crashed = false;
    crashAt = Long.MAX_VALUE;
    failing = 0;
    failAfter = -1;
  }

  /** The memory of the machine is used, where the process may end. */
  void memoryOperation() {
    if (crashed) {
      throw new Crashed();
    }
    if (++operations >= crashAt) {
      crashed = true;
      world.trace(() -> "memory: the machine stops");
      throw new Crashed();
    }
  }

  private void operation(String what, boolean grows) throws IOException {
    before.run();
    if (crashed) {
      throw new Crashed();
    }
    if (++operations >= crashAt) {
      crashed = true;
      world.trace(() -> "disk: the machine stops at " + what);
      throw new Crashed();
    }
    if (readOnly) {
      world.happened(Fault.DISK_READ_ONLY);
      throw new IOException("Read-only file system");
    }
    if (full && grows) {
      world.happened(Fault.DISK_FULL);
      throw new IOException("No space left on device");
    }
    if (failAfter > 0) {
      failAfter--;
    } else if (failing > 0) {
      failing--;
      world.happened(Fault.DISK_OPERATION_FAILS);
      world.trace(() -> "disk: " + what + " fails");
      throw new IOException("Input/output error");
    }
  }

  private void change(Path name, Optional<SimFile> node) {
    change(Map.of(name, node));
  }

  private void change(Map<Path, Optional<SimFile>> changed) {
    NameChange change = new NameChange(changed);
    apply(change, names);
    pendingNames.add(change);
  }

  private static void apply(NameChange change, Map<Path, SimFile> to) {
    change
        .names()
        .forEach(
            (name, node) ->
                node.ifPresentOrElse(there -> to.put(name, there), () -> to.remove(name)));
  }

  @Override
  public DiskFile open(Path file) throws IOException {
    if (!folders.contains(file.getParent())) {
      throw new IOException("no folder for " + file);
    }
    SimFile node = names.get(file);
    if (node == null) {
      operation("create", true);
      node = new SimFile();
      change(file, Optional.of(node));
    } else if (crashed) {
      throw new Crashed();
    }
    return new Handle(node);
  }

  @Override
  public List<String> list(Path folder) {
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
      operation("create folder", true);
      for (Path at = folder; at != null; at = at.getParent()) {
        folders.add(at);
      }
    }
  }

  @Override
  public void forceDirectory(Path folder) throws IOException {
    operation("force directory", false);
    pendingNames.removeIf(
        change -> {
          if (!folder.equals(change.names().keySet().iterator().next().getParent())) {
            return false;
          }
          apply(change, durableNames);
          return true;
        });
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    operation("rename", false);
    SimFile node = names.get(from);
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
      operation("delete", false);
      change(file, Optional.empty());
    } else if (folders.contains(file)) {
      operation("delete folder", false);
      if (!list(file).isEmpty()) {
        throw new IOException("not empty: " + file);
      }
      folders.remove(file);
    }
  }

  @Override
  public Optional<Object> key(Path file) {
    return folders.contains(file) ? Optional.of(file) : Optional.ofNullable(names.get(file));
  }

  @Override
  public long free(Path folder) {
    return full ? 0 : 1L << 40;
  }

  @Override
  public Optional<DiskLock> lock(Path file) throws IOException {
    if (crashed) {
      throw new Crashed();
    }
    if (!names.containsKey(file)) {
      operation("create lock", true);
      change(file, Optional.of(new SimFile()));
    }
    if (!locked.add(file)) {
      return Optional.empty();
    }
    return Optional.of(
        new DiskLock() {
          @Override
          public void renew() {
            // nobody takes a file away
          }

          @Override
          public void close() {
            locked.remove(file);
          }
        });
  }

  private final class Handle implements DiskFile {
    private final SimFile node;
    private boolean broken;

    Handle(SimFile node) {
      this.node = node;
    }

    @Override
    public long size() {
      return node.length();
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      before.run();
      if (crashed) {
        throw new Crashed();
      }
      if (unreadable.equals(Optional.of(node))) {
        world.happened(Fault.DISK_UNREADABLE);
        world.trace(() -> "disk: a segment cannot be read");
        throw new IOException("Input/output error");
      }
      return node.read(into, (int) position);
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
      byte[] all = new byte[bytes.remaining()];
      bytes.get(all);
      try {
        operation("write", position + all.length > node.length());
      } catch (IOException | Crashed e) {
        if (all.length > 1 && !readOnly) {
          world.happened(Fault.DISK_SHORT_WRITE);
          node.write((int) position, java.util.Arrays.copyOf(all, random.nextInt(all.length)));
        }
        throw e;
      }
      node.write((int) position, all);
    }

    @Override
    public void force() throws IOException {
      if (broken) {
        world.broken(Sentence.NEVER_FORCED_AGAIN, "a file was forced after its force had failed");
      }
      try {
        operation("force", false);
        if (failingForce) {
          world.happened(Fault.DISK_FORCE_FAILS);
          throw new IOException("Input/output error");
        }
      } catch (IOException e) {
        // As Linux does: what could not be written is forgotten, and a second force would succeed.
        broken = true;
        node.forget();
        throw e;
      }
      if (slowForceNanos > 0) {
        world.happened(Fault.DISK_SLOW);
        world.stall(random.nextLong(slowForceNanos));
      }
      node.force();
    }

    @Override
    public void truncate(long size) throws IOException {
      operation("truncate", false);
      node.truncate((int) size);
    }

    @Override
    public void close() {
      // nothing is forced by closing
    }
  }
}
