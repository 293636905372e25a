package org.robustmqtt.persistence.runtime;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.robustmqtt.persistence.door.Disk;
import org.robustmqtt.persistence.door.DiskFile;
import org.robustmqtt.persistence.door.DiskLock;

/** The file system of the machine, by positional reads and writes; no mapped memory. */
public final class FileDisk implements Disk {
  /**
   * The lock files of this process. On POSIX, closing a second channel on a locked file would drop
   * the lock of the first, so it must not even be opened.
   */
  private static final Set<Path> LOCKED = new HashSet<>();

  /** Opens the channels through which everything goes to the system. */
  @FunctionalInterface
  interface Opener {
    /** Opens as {@link FileChannel#open(Path, Set, FileAttribute...)} does. */
    FileChannel open(Path path, Set<OpenOption> options, FileAttribute<?>... attributes)
        throws IOException;
  }

  /** Windows cannot force a folder, and does not need it. */
  private static final boolean FORCES_FOLDERS = java.io.File.separatorChar == '/';

  private static final Set<OpenOption> TO_READ = Set.of(StandardOpenOption.READ);
  private static final Set<OpenOption> TO_WRITE =
      Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);

  private final Opener opener;

  /** Makes the disk of the machine. */
  public FileDisk() {
    this(FileChannel::open);
  }

  /** Makes a disk over other channels. */
  FileDisk(Opener opener) {
    this.opener = opener;
  }

  @Override
  public DiskFile open(Path file) throws IOException {
    return new ChannelFile(opener.open(file, TO_WRITE, OwnerOnly.file(file)));
  }

  @Override
  public DiskFile openToRead(Path file) throws IOException {
    return new ChannelFile(opener.open(file, TO_READ));
  }

  @Override
  public List<String> list(Path folder) throws IOException {
    List<String> names = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
        for (Path entry : entries) {
          names.add(String.valueOf(entry.getFileName()));
        }
      } catch (java.nio.file.DirectoryIteratorException e) {
        throw e.getCause();
      }
      Collections.sort(names);
    }
    return names;
  }

  @Override
  public void createFolders(Path folder) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    Path at = folder.toAbsolutePath().normalize();
    while (at != null && !Files.isDirectory(at)) {
      missing.push(at);
      at = at.getParent();
    }
    for (Path path : missing) {
      if (!Files.isDirectory(path)) {
        Files.createDirectory(path, OwnerOnly.folder(path));
      }
      Path parent = path.getParent();
      if (parent != null) {
        forceDirectory(parent);
      }
    }
  }

  @Override
  public void forceDirectory(Path folder) throws IOException {
    if (FORCES_FOLDERS) {
      try (FileChannel channel = opener.open(folder, TO_READ)) {
        channel.force(true);
      }
    }
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }

  @Override
  public void protect(Path path) throws IOException {
    OwnerOnly.protect(path);
  }

  @Override
  public boolean isLink(Path path) {
    return Files.isSymbolicLink(path);
  }

  @Override
  public Optional<Object> key(Path file) throws IOException {
    try {
      BasicFileAttributes known = Files.readAttributes(file, BasicFileAttributes.class);
      // Windows has no key: there the time at which it was made has to do.
      return Optional.of(known.fileKey() == null ? known.creationTime() : known.fileKey());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public long free(Path folder) throws IOException {
    // Not by FileStore, which reads the table of mounts each time.
    long free = folder.toFile().getUsableSpace();
    if (free == 0 && !Files.isDirectory(folder)) {
      throw new NoSuchFileException(folder.toString());
    }
    return free;
  }

  @Override
  public Optional<DiskLock> lock(Path file) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    Path key = parent.toRealPath().resolve(file.getFileName());
    synchronized (LOCKED) {
      if (!LOCKED.add(key)) {
        return Optional.empty();
      }
    }
    Optional<FileChannel> channel = Optional.empty();
    try {
      channel = lockedChannel(file);
      return channel.isPresent()
          ? Optional.of(new ChannelLock(channel.get(), file, key, key(file)))
          : Optional.empty();
    } finally {
      if (channel.isEmpty()) {
        forget(key);
      }
    }
  }

  private Optional<FileChannel> lockedChannel(Path file) throws IOException {
    boolean held = false;
    FileChannel channel = openToLock(file);
    try {
      // Where nothing can be written nobody holds the exclusive one but who could write before.
      FileLock lock = channel.tryLock(0, Long.MAX_VALUE, isReadOnly(file.getParent()));
      held = lock != null;
      return held ? Optional.of(channel) : Optional.empty();
    } catch (OverlappingFileLockException e) {
      return Optional.empty();
    } finally {
      if (!held) {
        channel.close();
      }
    }
  }

  private FileChannel openToLock(Path file) throws IOException {
    return isReadOnly(file.getParent())
        ? opener.open(file, TO_READ)
        : opener.open(file, TO_WRITE, OwnerOnly.file(file));
  }

  private static boolean isReadOnly(Path folder) throws IOException {
    return Files.getFileStore(folder).isReadOnly();
  }

  private static void forget(Path key) {
    synchronized (LOCKED) {
      LOCKED.remove(key);
    }
  }

  /** A lock that lives as long as its channel. */
  private final class ChannelLock implements DiskLock {
    private final Path file;
    private final Path name;

    /** Which file is locked; guarded by the monitor, as are the next two. No I/O is done in it. */
    private Optional<Object> locked;

    private FileChannel channel;
    private boolean closed;

    ChannelLock(FileChannel channel, Path file, Path name, Optional<Object> locked) {
      this.channel = channel;
      this.file = file;
      this.name = name;
      this.locked = locked;
    }

    @Override
    public void renew() throws IOException {
      // Of the same file no second channel may be opened: to close it would drop the lock.
      if (key(file).filter(this::isLocked).isPresent()) {
        return;
      }
      FileChannel next =
          lockedChannel(file)
              .orElseThrow(() -> new IOException("another process has a journal there"));
      close(exchange(next, key(file)));
    }

    private synchronized boolean isLocked(Object key) {
      return closed || locked.filter(key::equals).isPresent();
    }

    /** Returns the channel that is not needed any more. */
    private synchronized FileChannel exchange(FileChannel next, Optional<Object> key) {
      FileChannel old = closed ? next : channel;
      channel = closed ? channel : next;
      locked = key;
      return old;
    }

    private void close(FileChannel one) {
      try {
        one.close();
      } catch (IOException e) {
        // The descriptor is gone either way, and with it the lock.
        org.slf4j.LoggerFactory.getLogger(FileDisk.class).debug("closing {}", name, e);
      }
    }

    private synchronized boolean end() {
      boolean first = !closed;
      closed = true;
      return first;
    }

    @Override
    public void close() {
      if (end()) {
        close(last());
        forget(name);
      }
    }

    private synchronized FileChannel last() {
      return channel;
    }
  }

  /** A file behind a channel. */
  private static final class ChannelFile implements DiskFile {
    private final FileChannel channel;

    ChannelFile(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      return channel.read(into, position);
    }

    @Override
    public void write(ByteBuffer bytes, long position) throws IOException {
      long at = position;
      while (bytes.hasRemaining()) {
        int written = channel.write(bytes, at);
        if (written <= 0) {
          throw new EOFException("nothing written at " + at);
        }
        at += written;
      }
    }

    @Override
    public void force() throws IOException {
      channel.force(false);
    }

    @Override
    public void truncate(long size) throws IOException {
      channel.truncate(size);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
