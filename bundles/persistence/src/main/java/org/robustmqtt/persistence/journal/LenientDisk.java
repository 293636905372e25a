package org.robustmqtt.persistence.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.door.DiskFile;
import org.robustmqtt.persistence.door.DiskLock;

/**
 * A disk for a recovery that has to read whatever can be read. After the first change that fails no
 * other is tried, and all seem to succeed: the recovery is to be done once more before anything is
 * written. What cannot be read fails as ever.
 */
final class LenientDisk implements Disk {
  private final Disk disk;
  private Optional<IOException> failure = Optional.empty();

  LenientDisk(Disk disk) {
    this.disk = disk;
  }

  /** Returns the first failure of a change, empty if all was done. */
  Optional<IOException> failure() {
    return failure;
  }

  /** Something that is changed. */
  @FunctionalInterface
  private interface Change {
    void run() throws IOException;
  }

  private void change(Change change) {
    if (failure.isEmpty()) {
      try {
        change.run();
      } catch (IOException e) {
        failure = Optional.of(e);
      }
    }
  }

  @Override
  public DiskFile open(Path file) throws IOException {
    if (failure.isEmpty()) {
      try {
        return new LenientFile(Optional.of(disk.open(file)));
      } catch (IOException e) {
        failure = Optional.of(e);
      }
    }
    boolean there = disk.list(file.getParent()).contains(String.valueOf(file.getFileName()));
    return new LenientFile(there ? Optional.of(disk.openToRead(file)) : Optional.empty());
  }

  @Override
  public DiskFile openToRead(Path file) throws IOException {
    return disk.openToRead(file);
  }

  @Override
  public List<String> list(Path folder) throws IOException {
    return disk.list(folder);
  }

  @Override
  public void createFolders(Path folder) {
    change(() -> disk.createFolders(folder));
  }

  @Override
  public void forceDirectory(Path folder) {
    change(() -> disk.forceDirectory(folder));
  }

  @Override
  public void rename(Path from, Path to) {
    change(() -> disk.rename(from, to));
  }

  @Override
  public void delete(Path file) {
    change(() -> disk.delete(file));
  }

  @Override
  public Optional<Object> key(Path file) throws IOException {
    return disk.key(file);
  }

  @Override
  public long free(Path folder) throws IOException {
    return disk.free(folder);
  }

  @Override
  public Optional<DiskLock> lock(Path file) throws IOException {
    return disk.lock(file);
  }

  /** A file; empty if there is none and none could be made. */
  private final class LenientFile implements DiskFile {
    private final Optional<DiskFile> file;

    LenientFile(Optional<DiskFile> file) {
      this.file = file;
    }

    @Override
    public long size() throws IOException {
      return file.isPresent() ? file.get().size() : 0;
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      return file.isPresent() ? file.get().read(into, position) : -1;
    }

    @Override
    public void write(ByteBuffer bytes, long position) {
      change(() -> file.orElseThrow().write(bytes, position));
    }

    @Override
    public void force() {
      change(() -> file.orElseThrow().force());
    }

    @Override
    public void truncate(long size) {
      change(() -> file.orElseThrow().truncate(size));
    }

    @Override
    public void close() throws IOException {
      if (file.isPresent()) {
        file.get().close();
      }
    }
  }
}
