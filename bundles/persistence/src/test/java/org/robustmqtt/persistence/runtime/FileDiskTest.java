package org.robustmqtt.persistence.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.robustmqtt.persistence.door.DiskFile;

/** What the real disk asks of the system: a force that does nothing would be found by no reader. */
class FileDiskTest {
  @TempDir Path folder;

  private final List<String> asked = new ArrayList<>();
  private final FileDisk disk =
      new FileDisk(
          (path, options, attributes) ->
              new Recorded(path, FileChannel.open(path, options, attributes)));

  @Test
  void a_force_of_a_file_is_a_force_of_what_was_written_to_it() throws IOException {
    Path file = folder.resolve("file");
    try (DiskFile open = disk.open(file)) {
      open.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 0);
      assertEquals(List.of("write file"), asked);
      open.force();
      assertEquals(List.of("write file", "force file"), asked);
      open.truncate(1);
      open.force();
    }
    assertEquals(List.of("write file", "force file", "truncate file", "force file"), asked);
  }

  @Test
  void a_force_of_a_folder_is_a_force_of_the_folder() throws IOException {
    assumeTrue(java.io.File.separatorChar == '/', "NOT TESTED: this system cannot force a folder");
    disk.forceDirectory(folder);
    assertEquals(List.of("force " + folder.getFileName()), asked);
  }

  @Test
  void a_folder_that_is_made_is_forced_in_its_parent() throws IOException {
    assumeTrue(java.io.File.separatorChar == '/', "NOT TESTED: this system cannot force a folder");
    disk.createFolders(folder.resolve("one/two"));
    assertEquals(List.of("force " + folder.getFileName(), "force one"), asked);
    asked.clear();
    disk.createFolders(folder.resolve("one/two"));
    assertTrue(asked.isEmpty(), "what is there is not forced again");
  }

  /** A channel of the system that says what it was asked for. */
  private final class Recorded extends FileChannel {
    private final String name;
    private final FileChannel real;

    Recorded(Path path, FileChannel real) {
      this.name = path.getFileName().toString();
      this.real = real;
    }

    @Override
    public void force(boolean metaData) throws IOException {
      asked.add("force " + name);
      real.force(metaData);
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
      asked.add("truncate " + name);
      return real.truncate(size);
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
      asked.add("write " + name);
      return real.write(from, position);
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      return real.read(into, position);
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
      return real.read(into);
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
      return real.read(into, offset, length);
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
      asked.add("write " + name);
      return real.write(from);
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
      asked.add("write " + name);
      return real.write(from, offset, length);
    }

    @Override
    public long position() throws IOException {
      return real.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
      return real.position(position);
    }

    @Override
    public long size() throws IOException {
      return real.size();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel to) throws IOException {
      return real.transferTo(position, count, to);
    }

    @Override
    public long transferFrom(ReadableByteChannel from, long position, long count)
        throws IOException {
      return real.transferFrom(from, position, count);
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
      return real.map(mode, position, size);
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
      return real.lock(position, size, shared);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return real.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      real.close();
    }
  }
}
