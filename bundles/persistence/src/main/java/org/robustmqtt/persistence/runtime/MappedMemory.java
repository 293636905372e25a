package org.robustmqtt.persistence.runtime;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.robustmqtt.persistence.door.SharedMemory;

/**
 * Files in {@code /dev/shm/robust-mqtt-UID}, or below another folder, mapped: the only place where
 * anything is.
 *
 * <p>Each part is a file whose whole length is mapped at once; its pages get memory by writing
 * zeros to them, because a page that finds none when it is touched ends the process. That is done
 * by {@link RandomAccessFile}: a channel would be closed by the interrupt of whoever happens to
 * write.
 */
public final class MappedMemory implements SharedMemory {
  private static final Path SHM = Path.of("/dev/shm");

  private final Path folder;
  private final int user;
  private final String boot;

  /** Guarded by itself: mapped memory that nobody uses, which Java gives back when it likes. */
  private final List<WeakReference<MappedByteBuffer>> old = new ArrayList<>();

  /** Takes a folder, and whose it has to be. */
  MappedMemory(Path folder, int user, String boot) {
    this.folder = folder;
    this.user = user;
    this.boot = boot;
  }

  /**
   * Returns the memory below a folder, or below {@code /dev/shm}; none if it would not outlive our
   * process, and why. Nothing is made.
   */
  public static SharedMemory of(Optional<Path> directory) {
    String boot;
    int user;
    try {
      boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
      user = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    } catch (IOException | RuntimeException e) {
      return new NoMemory("this system has no memory for it, as Linux has in " + SHM);
    }
    Optional<String> fault = directory.isPresent() ? Optional.empty() : Outliving.fault(SHM);
    return fault.isPresent()
        ? new NoMemory(fault.get())
        : new MappedMemory(directory.orElse(SHM).resolve("robust-mqtt-" + user), user, boot);
  }

  @Override
  public Optional<String> absent() {
    return Optional.empty();
  }

  @Override
  public String boot() {
    return boot;
  }

  @Override
  public byte[] id() {
    byte[] id = new byte[16];
    new SecureRandom().nextBytes(id);
    return id;
  }

  @Override
  public String folder(Path of) throws IOException {
    Map<String, Object> known = Files.readAttributes(of, "unix:dev,ino");
    return known.get("dev") + "-" + known.get("ino");
  }

  @Override
  public Part make(String name, int size, int most) throws IOException {
    return calmly(
        () -> {
          requireFolder();
          Path file = folder.resolve(name);
          try {
            // Fails if there is anything of that name, a link too.
            Files.createFile(file, OwnerOnly.file(file));
          } catch (FileAlreadyExistsException e) {
            throw new IOException(file + " is there already, and not ours");
          }
          boolean made = false;
          try {
            Mapped part = new Mapped(file, most);
            try {
              part.grow(size);
              part.map();
              made = true;
            } finally {
              if (!made) {
                part.close();
              }
            }
            return part;
          } finally {
            if (!made) {
              Files.deleteIfExists(file);
            }
          }
        });
  }

  @Override
  public Optional<Part> open(String name, int most) throws IOException {
    Path file = folder.resolve(name);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    return calmly(
        () -> {
          requireFolder();
          if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || !isOurs(file)) {
            throw new IOException(file + " is not a file of ours");
          }
          Mapped part = new Mapped(file, most);
          boolean mapped = false;
          try {
            part.measure();
            part.map();
            mapped = true;
          } finally {
            if (!mapped) {
              part.close();
            }
          }
          return Optional.of(part);
        });
  }

  @Override
  public void delete(String name) throws IOException {
    Path file = folder.resolve(name);
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      requireFolder();
      Files.deleteIfExists(file);
    }
  }

  @Override
  public int lingering() {
    synchronized (old) {
      old.removeIf(one -> one.refersTo(null));
      return old.size();
    }
  }

  private boolean isOurs(Path path) throws IOException {
    return Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(user);
  }

  private void requireFolder() throws IOException {
    try {
      Files.createDirectory(folder, OwnerOnly.folder(folder));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) || !isOurs(folder)) {
        throw new IOException(folder + " belongs to somebody else");
      }
    }
    OwnerOnly.protect(folder);
  }

  /** Something that asks the system. */
  @FunctionalInterface
  private interface Work<T> {
    T run() throws IOException;
  }

  /** An interrupt of the caller does not close what it opens, and is kept for the caller. */
  private static <T> T calmly(Work<T> work) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      return work.run();
    } catch (NoSuchFileException e) {
      throw new IOException("there is no " + e.getFile(), e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** A file that is mapped. */
  private final class Mapped implements Part {
    private static final int CHUNK = 64 << 10;

    private final Path file;
    private final int most;
    private final RandomAccessFile access;
    private final Object key;
    private MappedByteBuffer map;
    private volatile int size;

    Mapped(Path file, int most) throws IOException {
      this.file = file;
      this.most = most;
      this.access = new RandomAccessFile(file.toFile(), "rw");
      boolean locked = false;
      try {
        locked = access.getChannel().tryLock() != null;
      } catch (OverlappingFileLockException e) {
        locked = false;
      } finally {
        if (!locked) {
          access.close();
        }
      }
      if (!locked) {
        throw new IOException("another process has " + file);
      }
      this.key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    void map() throws IOException {
      map = access.getChannel().map(FileChannel.MapMode.READ_WRITE, 0, most);
    }

    /**
     * Finds out how much has memory. What was mapped has its full length, so that says nothing; but
     * up to the last byte that is not zero there is memory, and it was given in chunks.
     */
    void measure() throws IOException {
      byte[] chunk = new byte[CHUNK];
      long length = Math.min(most, access.length());
      size = CHUNK;
      for (long at = (length - 1) / CHUNK * CHUNK; at >= CHUNK; at -= CHUNK) {
        int count = (int) Math.min(CHUNK, length - at);
        access.seek(at);
        access.readFully(chunk, 0, count);
        while (count > 0 && chunk[count - 1] == 0) {
          count--;
        }
        if (count > 0) {
          size = (int) at + CHUNK;
          return;
        }
      }
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public void grow(int wanted) throws IOException {
      byte[] zeros = new byte[CHUNK];
      access.seek(size);
      for (int at = size; at < wanted; at += CHUNK) {
        access.write(zeros, 0, Math.min(CHUNK, wanted - at));
      }
      size = wanted;
    }

    @Override
    public void put(int at, byte[] bytes, int from, int length) {
      map.put(at, bytes, from, length);
    }

    @Override
    public void put(int at, byte value) {
      VarHandle.releaseFence();
      map.put(at, value);
    }

    @Override
    public void put(int at, long value) {
      map.putLong(at, value);
      VarHandle.fullFence();
    }

    @Override
    public byte get(int at) {
      return map.get(at);
    }

    @Override
    public byte[] bytes() {
      byte[] bytes = new byte[size];
      map.get(0, bytes);
      return bytes;
    }

    @Override
    public boolean isInPlace() {
      try {
        BasicFileAttributes known =
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return key.equals(known.fileKey());
      } catch (IOException e) {
        return false;
      }
    }

    @Override
    public void close() {
      synchronized (old) {
        if (map != null) {
          old.add(new WeakReference<>(map));
          map = null;
        }
      }
      try {
        access.close();
      } catch (IOException e) {
        org.slf4j.LoggerFactory.getLogger(MappedMemory.class).debug("closing {}", file, e);
      }
    }
  }
}
