package org.robustmqtt.itests.soak;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A disk of 64 MB that fills up and comes back: a file system of its own where this process may
 * mount one, else a folder, and the hub is told to make as if it were full.
 */
final class SmallDisk implements AutoCloseable {
  private static final String SIZE = "64m";

  private final Path folder;
  private final boolean real;
  private final AtomicBoolean mounted = new AtomicBoolean(true);

  private SmallDisk(Path folder, boolean real) {
    this.folder = folder;
    this.real = real;
  }

  static SmallDisk mount(Path folder) throws IOException {
    Files.createDirectories(folder);
    boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "tmpfs", folder.toString());
    if (!mounted) {
      System.out.println(
          "!!! No file system can be mounted at "
              + folder
              + ": a full disk is played by the disk door only. Run it as root for a real one.");
    }
    return new SmallDisk(folder, mounted);
  }

  Path folder() {
    return folder;
  }

  /** Whether it is a file system of its own. */
  boolean isReal() {
    return real;
  }

  /** Fills it, but for so many bytes. */
  void fill(long left) throws IOException {
    byte[] zeros = new byte[1 << 16];
    try (OutputStream ballast = Files.newOutputStream(ballast())) {
      while (folder.toFile().getUsableSpace() > left + zeros.length) {
        ballast.write(zeros);
      }
    } catch (IOException full) {
      if (folder.toFile().getUsableSpace() > left + zeros.length) {
        throw full;
      }
    }
  }

  /** Gives the space back. */
  void free() throws IOException {
    Files.deleteIfExists(ballast());
  }

  private Path ballast() {
    return folder.resolve("ballast");
  }

  @Override
  public void close() {
    if (real && mounted.getAndSet(false)) {
      // Lazily: a process that ends may still hold a file.
      run("umount", "-l", folder.toString());
    }
  }

  private static boolean run(String... command) {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
