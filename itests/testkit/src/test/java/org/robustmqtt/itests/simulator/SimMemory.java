package org.robustmqtt.itests.simulator;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.robustmqtt.persistence.door.SharedMemory;

/** Memory that survives the process and not the machine, with the faults of {@code /dev/shm}. */
final class SimMemory implements SharedMemory {
  /** When faults begin, nanoseconds. */
  private static final long FAULTS = 60_000_000_000L;

  private final World world;
  private final SimDisk disk;
  private final SplittableRandom random;
  private final Map<String, Bytes> names = new TreeMap<>();
  private final boolean absent;
  private int boots;

  /** Whether the process may end at an operation that comes now. */
  BooleanSupplier mayEnd = () -> false;

  boolean full;

  private static final class Bytes {
    byte[] content = new byte[0];
    boolean locked;
  }

  SimMemory(World world, SimDisk disk, SplittableRandom random) {
    this.world = world;
    this.disk = disk;
    this.random = random;
    absent = random.nextInt(8) == 0;
    if (random.nextInt(10) == 0) {
      world.at(random.nextLong(FAULTS), () -> full = true);
    }
    if (random.nextInt(10) == 0) {
      world.at(random.nextLong(FAULTS), this::delete);
    }
  }

  /** The process ended, or the machine. */
  void ended(boolean power) {
    names.values().forEach(bytes -> bytes.locked = false);
    if (power) {
      names.clear();
      boots++;
    }
  }

  /** Somebody deletes everything. */
  void delete() {
    if (!names.isEmpty()) {
      world.happened(Fault.MEMORY_DELETED);
      names.clear();
    }
  }

  boolean holdsLocks() {
    return names.values().stream().anyMatch(bytes -> bytes.locked);
  }

  private void operation() {
    if (mayEnd.getAsBoolean()) {
      disk.memoryOperation();
    }
  }

  @Override
  public Optional<String> absent() {
    return absent ? Optional.of("this machine has none") : Optional.empty();
  }

  @Override
  public String boot() {
    return "boot " + boots;
  }

  @Override
  public byte[] id() {
    byte[] id = new byte[16];
    random.nextBytes(id);
    return id;
  }

  @Override
  public String folder(Path folder) {
    return folder.toString();
  }

  private void requireRoom() throws IOException {
    if (full) {
      world.happened(Fault.MEMORY_FULL);
      throw new IOException("No space left on device");
    }
  }

  @Override
  public Part make(String name, int size, int most) throws IOException {
    operation();
    requireRoom();
    if (names.containsKey(name)) {
      throw new IOException(name + " is there already");
    }
    Bytes bytes = new Bytes();
    bytes.content = new byte[size];
    names.put(name, bytes);
    return new Opened(name, bytes);
  }

  @Override
  public Optional<Part> open(String name, int most) throws IOException {
    operation();
    Bytes bytes = names.get(name);
    if (bytes != null && bytes.locked) {
      throw new IOException("another process has " + name);
    }
    return Optional.ofNullable(bytes).map(there -> new Opened(name, there));
  }

  @Override
  public void delete(String name) {
    operation();
    names.remove(name);
  }

  @Override
  public int lingering() {
    return 0;
  }

  private final class Opened implements Part {
    private final String name;
    private final Bytes bytes;

    Opened(String name, Bytes bytes) {
      this.name = name;
      this.bytes = bytes;
      bytes.locked = true;
    }

    @Override
    public int size() {
      return bytes.content.length;
    }

    @Override
    public void grow(int size) throws IOException {
      operation();
      requireRoom();
      bytes.content = Arrays.copyOf(bytes.content, size);
    }

    @Override
    public void put(int at, byte[] from, int first, int length) {
      try {
        operation();
      } catch (SimDisk.Crashed e) {
        System.arraycopy(from, first, bytes.content, at, random.nextInt(length));
        throw e;
      }
      System.arraycopy(from, first, bytes.content, at, length);
    }

    @Override
    public void put(int at, byte value) {
      try {
        operation();
      } catch (SimDisk.Crashed e) {
        bytes.content[at] = random.nextBoolean() ? value : bytes.content[at];
        throw e;
      }
      bytes.content[at] = value;
    }

    @Override
    public void put(int at, long value) {
      operation();
      for (int i = 0; i < 8; i++) {
        bytes.content[at + i] = (byte) (value >>> 8 * (7 - i));
      }
    }

    @Override
    public byte get(int at) {
      return bytes.content[at];
    }

    @Override
    public byte[] bytes() {
      return bytes.content.clone();
    }

    @Override
    public boolean isInPlace() {
      return names.get(name) == bytes;
    }

    @Override
    public void close() {
      bytes.locked = false;
    }
  }
}
