package org.robustmqtt.itests.soak;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.door.DiskFile;
import org.robustmqtt.persistence.door.DiskLock;

/**
 * The file system, on which one file cannot be read for a while, and which says that it is full.
 * Safe for several threads.
 */
final class BadDisk implements Disk {
  private final Disk disk;
  private final AtomicBoolean unreadable = new AtomicBoolean();
  private final AtomicBoolean full = new AtomicBoolean();

  /** The file that cannot be read: the first one that somebody tried. */
  private final AtomicReference<Optional<Path>> victim = new AtomicReference<>(Optional.empty());

  BadDisk(Disk disk) {
    this.disk = disk;
  }

  /** From now on the segment that is read next cannot be read, until it is taken back. */
  void unreadable(boolean bad) {
    victim.set(Optional.empty());
    unreadable.set(bad);
  }

  /** Whether every write fails for want of space. */
  void full(boolean without) {
    full.set(without);
  }

  /** Returns which file a read failed of since {@link #unreadable}. */
  Optional<Path> victim() {
    return victim.get();
  }

  @Override
  public DiskFile open(Path file) throws IOException {
    return new BadFile(file, disk.open(file));
  }

  @Override
  public DiskFile openToRead(Path file) throws IOException {
    return new BadFile(file, disk.openToRead(file));
  }

  @Override
  public List<String> list(Path folder) throws IOException {
    return disk.list(folder);
  }

  @Override
  public void createFolders(Path folder) throws IOException {
    disk.createFolders(folder);
  }

  @Override
  public void forceDirectory(Path folder) throws IOException {
    disk.forceDirectory(folder);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    disk.rename(from, to);
  }

  @Override
  public void delete(Path file) throws IOException {
    disk.delete(file);
  }

  @Override
  public Optional<Object> key(Path file) throws IOException {
    return disk.key(file);
  }

  @Override
  public long free(Path folder) throws IOException {
    return full.get() ? 0 : disk.free(folder);
  }

  @Override
  public Optional<DiskLock> lock(Path file) throws IOException {
    return disk.lock(file);
  }

  private final class BadFile implements DiskFile {
    private final Path path;
    private final DiskFile file;

    BadFile(Path path, DiskFile file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      if (unreadable.get()) {
        victim.compareAndSet(Optional.empty(), Optional.of(path));
        if (victim.get().filter(path::equals).isPresent()) {
          throw new IOException("Input/output error");
        }
      }
      return file.read(into, position);
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
      if (full.get()) {
        throw new IOException("No space left on device");
      }
      file.write(bytes, position);
    }

    @Override
    public void force() throws IOException {
      file.force();
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
