package org.robustmqtt.persistence.testkit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.robustmqtt.persistence.door.SharedMemory;

/**
 * Memory that survives a process, in memory. Every operation has a number, as those of the disk of
 * the machine, and can be the moment of the crash: of what was being put, half is there.
 */
public final class FaultyMemory implements SharedMemory {
  private final FaultyDisk disk;
  private final Map<String, Bytes> names = new TreeMap<>();
  private int boots;
  private int ids;
  private int most = Integer.MAX_VALUE;
  private boolean foreign;

  /** What a name stands for. */
  private static final class Bytes {
    byte[] content = new byte[0];
    boolean locked;
  }

  FaultyMemory(FaultyDisk disk) {
    this.disk = disk;
  }

  /** Returns what is left of it for the next process. */
  FaultyMemory after(FaultyDisk left, boolean sameBoot) {
    FaultyMemory next = new FaultyMemory(left);
    next.boots = sameBoot ? boots : boots + 1;
    next.ids = ids;
    if (sameBoot) {
      names.forEach(
          (name, bytes) -> {
            Bytes copy = new Bytes();
            copy.content = bytes.content.clone();
            next.names.put(name, copy);
          });
    }
    return next;
  }

  /** Lets it give out no memory. */
  public void setFull(boolean now) {
    most = now ? 0 : Integer.MAX_VALUE;
  }

  /** Lets it give out so many bytes for a part, and no more. */
  public void setMost(int bytes) {
    most = bytes;
  }

  /** Lets its place belong to somebody else. */
  public void setForeign(boolean now) {
    foreign = now;
  }

  /** Somebody deletes everything in it. */
  public void unlink() {
    names.clear();
  }

  /** Returns how many parts there are. */
  public int parts() {
    return names.size();
  }

  /** Returns the bytes of the only part. */
  public byte[] content() {
    return names.values().iterator().next().content;
  }

  @Override
  public Optional<String> absent() {
    return Optional.empty();
  }

  @Override
  public String boot() {
    return "boot " + boots;
  }

  @Override
  public byte[] id() {
    byte[] id = new byte[16];
    id[15] = (byte) ++ids;
    return id;
  }

  @Override
  public String folder(Path folder) {
    return folder.toString();
  }

  private void requireOurs() throws IOException {
    disk.tick();
    if (foreign) {
      throw new IOException("the folder belongs to somebody else");
    }
  }

  @Override
  public Part make(String name, int size, int most) throws IOException {
    requireOurs();
    if (size > this.most) {
      throw new IOException("No space left on device");
    }
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
    requireOurs();
    Bytes bytes = names.get(name);
    if (bytes == null) {
      return Optional.empty();
    }
    if (bytes.locked) {
      throw new IOException("another process has " + name);
    }
    return Optional.of(new Opened(name, bytes));
  }

  @Override
  public void delete(String name) throws IOException {
    requireOurs();
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
      disk.tick();
      if (size > most) {
        throw new IOException("No space left on device");
      }
      bytes.content = java.util.Arrays.copyOf(bytes.content, size);
    }

    @Override
    public void put(int at, byte[] from, int first, int length) {
      try {
        disk.tick();
      } catch (FaultyDisk.Crashed e) {
        System.arraycopy(from, first, bytes.content, at, length / 2);
        throw e;
      }
      System.arraycopy(from, first, bytes.content, at, length);
    }

    @Override
    public void put(int at, byte value) {
      disk.tick();
      bytes.content[at] = value;
    }

    @Override
    public void put(int at, long value) {
      disk.tick();
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
